"""One ruling at an address of its own: for leads and reviewers, and for labelers where the guide cites it."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labeling.actions import precedents, two_factor
from labeling.models import Campaign, Membership, Role, Ruling
from labeling.views.label_lines import lines_of_ruling
from labeling.views.lead_pages import READERS


@require_safe
@never_cache
@login_required
def ruling_page(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What was decided and why, without names. A lead without the second factor reads what labelers read."""
    members = Membership.objects.select_related("campaign__guide")
    membership = get_object_or_404(members, campaign__slug=slug, account=cast(User, request.user))
    campaign = membership.campaign
    is_reader = membership.role in READERS and not (membership.role == Role.LEAD and two_factor.is_lacking(request))
    rulings = Ruling.objects.filter(campaign=campaign) if is_reader else precedents.for_labelers(campaign)
    ruling = get_object_or_404(rulings.select_related("problem", "solution"), pk=pk)
    context = {
        "campaign": campaign,
        "ruling": ruling,
        "lines": lines_of_ruling(ruling),
        "later": precedents.later_than(ruling),
        "is_reader": is_reader,
    }
    return render(request, "labeling/ruling.html", context)


def addresses(campaign: Campaign, text: str) -> dict[int, str]:
    """Where labelers read the rulings that this text of the guide cites; asks nothing where it cites none."""
    cited = precedents.cited_in(text)
    if not cited:
        return {}
    found = precedents.open_to_labelers(campaign).filter(pk__in=cited).values_list("pk", flat=True)
    return {pk: reverse("ruling", args=[campaign.slug, pk]) for pk in found}
