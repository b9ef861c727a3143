"""The guide as it stands beside the steps: what a labeler reads, and what is new in it to them."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labeling import markdown
from labeling.actions import guides
from labeling.models import Campaign, Membership
from labeling.views.precedents import addresses


@require_safe
@never_cache
@login_required
def guide_panel(request: HttpRequest, slug: str) -> HttpResponse:
    """The inside of the panel alone: an open page asks for it when the guide has a new version."""
    members = Membership.objects.select_related("campaign__guide")
    membership = get_object_or_404(members, campaign__slug=slug, account_id=request.user.pk)
    context = {"guide": panel(membership.campaign, cast(User, request.user))}
    return render(request, "labeling/_guide_inside.html", context)


def panel(campaign: Campaign, account: User) -> dict[str, Any]:
    """What the template of the panel shows to this person."""
    news = guides.news_for(campaign=campaign, account=account)
    language = get_language() or guides.ENGLISH
    since = guides.text_in(news.known, language) if news.versions else None
    text = guides.text_in(campaign.guide, language)
    return {
        "number": campaign.guide.number if campaign.guide else None,
        "news": news.versions,
        "html": markdown.render(text, since, addresses(campaign, text)),
    }


def shipped() -> dict[str, Any]:
    """The panel where there is no campaign: the guide that ships."""
    text = guides.default_text(get_language() or guides.ENGLISH)
    return {"number": None, "news": [], "html": markdown.render(text)}
