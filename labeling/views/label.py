"""The labeler's page: a shell around the labeling API, which the page's scripts talk to."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from labeling.actions.my_work import labeled_today
from labeling.models import Membership, RoundState
from labeling.views.guide_panel import panel
from labeling.views.label_words import label_words


@require_safe
@never_cache
@ensure_csrf_cookie
@login_required
def label(request: HttpRequest, slug: str) -> HttpResponse:
    """The desk of one member of the campaign; to anyone else the campaign does not exist."""
    members = Membership.objects.select_related("campaign__guide")
    membership = get_object_or_404(members, campaign__slug=slug, account_id=request.user.pk)
    campaign = membership.campaign
    context = {
        "campaign": campaign,
        "round": campaign.rounds.filter(state=RoundState.OPEN, number__gte=0).order_by("-number").first(),
        "done_today": labeled_today(membership),
        "guide": panel(campaign, cast(User, request.user)),
        "words": label_words(),
    }
    return render(request, "labeling/label.html", context)
