"""The operator's door: what there is and what happened, to look at. Changes go through pages, API and commands.

Rows are not changed here: an action keeps what several of them promise together, a form of the admin would not.
"""

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from knox.models import AuthToken

from labeling.models import Campaign, Event, Job, Membership, WorkerSign

# Secrets of people, and doors past the actions: their libraries put them here unasked. An account that is deactivated
# here would keep its tokens, and a log of sign-ins that can be deleted is none.
for unasked in (AuthToken, StaticDevice, TOTPDevice, User, Group, AccessAttempt, AccessLog, AccessFailureLog):
    admin.site.unregister(unasked)


class ToLookAt(admin.ModelAdmin):
    """Rows that the admin shows and never changes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Campaign)
class CampaignAdmin(ToLookAt):
    """Campaigns with what matters when something is stuck."""

    list_display = ("slug", "name", "base_model", "auto_advance", "created_at")


@admin.register(Membership)
class MembershipAdmin(ToLookAt):
    """Who is in which campaign."""

    list_display = ("campaign", "account", "role", "created_at")
    list_filter = ("campaign", "role")
    list_select_related = ("campaign", "account")


@admin.register(Job)
class JobAdmin(ToLookAt):
    """Background work of all campaigns."""

    list_display = ("id", "campaign", "kind", "state", "stage", "progress", "claimed_by", "heartbeat_at")
    list_filter = ("state", "kind", "campaign")
    list_select_related = ("campaign",)


@admin.register(Event)
class EventAdmin(ToLookAt):
    """Who did what, the newest first."""

    list_display = ("created_at", "campaign", "actor", "verb", "subject")
    list_filter = ("campaign",)
    list_select_related = ("campaign", "actor")


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ToLookAt):
    """Who failed to sign in, how often and from where: what a pause of sign-in goes by."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start")


@admin.register(WorkerSign)
class WorkerSignAdmin(ToLookAt):
    """When each worker was last seen."""

    list_display = ("name", "seen_at")
