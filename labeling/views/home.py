"""The start: the sign-in form, or one's campaigns."""

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from labeling.actions import screening
from labeling.actions.my_work import labeled_today
from labeling.api.access import may_create_campaigns
from labeling.models import Campaign, Label, Labeler, Membership, QueueItem, Role, SwitchedOn
from labeling.views.practice import standing
from labeling.views.signing import SignIn

# What is said of how many wait. To the last one, a labeler who works alone would be told gold: it takes the place of
# work that then still waits. Nor is a queue of a million walked for it.
SAID = (0, 1, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class Place:
    """One campaign as one person sees it from home."""

    campaign: Campaign
    is_lead: bool
    done_today: int
    waiting: int  # so many or more, as one of SAID
    has_screening: bool = False
    is_newcomer: bool = False  # real work comes after screening


@never_cache
def home(request: HttpRequest) -> HttpResponseBase:
    """One's campaigns; whoever is not signed in finds the form, and signs in, at this same address."""
    if not request.user.is_authenticated:
        return SignIn.as_view()(request)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return _campaigns(request)


def _campaigns(request: HttpRequest) -> HttpResponse:
    account = cast(User, request.user)
    memberships = Membership.objects.filter(account=account).select_related("campaign")
    places = [_place(membership) for membership in memberships.order_by("campaign__name")]
    context = {
        "places": places,
        "may_create": may_create_campaigns(account),
        "practice": standing(account),
        "is_new": not Label.objects.filter(labeler__account=account).exists(),
    }
    return render(request, "labeling/home.html", context)


def _place(membership: Membership) -> Place:
    campaign = membership.campaign
    labeler = Labeler.objects.filter(campaign=campaign, account_id=membership.account_id).first()
    return Place(
        campaign=campaign,
        is_lead=membership.role == Role.LEAD,
        done_today=labeled_today(membership),
        waiting=_waiting(campaign, labeler),
        has_screening=campaign.screening == SwitchedOn.ON,
        is_newcomer=labeler is not None and screening.is_required(campaign, labeler),
    )


def _waiting(campaign: Campaign, labeler: Labeler | None) -> int:
    """How many solutions wait for this person, at least."""
    items = QueueItem.objects.filter(campaign=campaign).waiting()
    if labeler is not None:
        items = items.new_to(labeler)
    count = items[: SAID[-1]].count()
    return max(said for said in SAID if said <= count)
