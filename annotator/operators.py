"""Which door the admin has: a module of its own, since Django reads it before there are models."""

from django.contrib.admin.apps import AdminConfig


class OperatorsDoor(AdminConfig):
    """Django's admin, behind two factors where leads need them."""

    default_site = "labeling.operators.Operators"
