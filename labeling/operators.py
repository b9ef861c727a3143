"""Who may look into the admin."""

from django.contrib import admin
from django.http import HttpRequest

from labeling.actions import two_factor


class Operators(admin.AdminSite):
    """Staff, with a second factor where leads need one."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether they may open a page of it."""
        return super().has_permission(request) and not two_factor.is_lacking(request)
