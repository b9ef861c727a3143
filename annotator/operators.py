"""Which door the admin has: a module of its own, since Django reads it before there are models."""

from django.contrib.admin.apps import SimpleAdminConfig


class OperatorsDoor(SimpleAdminConfig):
    """Django's admin, behind two factors where leads need them.

    Its pages are found where the addresses are, not at every start: commands are rid of a tenth of a second by that.
    """

    default_site = "labeling.operators.Operators"
