"""One's own work: what was done today and in all, what was submitted, and what became of it."""

from typing import Any, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labeling import code_words
from labeling.actions import drafts
from labeling.actions import my_work as mine
from labeling.list_filters import any_of
from labeling.models import IS_UNSURE, Campaign, FinishReason, Label

PAGE_ROWS = 25
UNSURE, REVISED, ASKED = "unsure", "revised", "asked"
KINDS = {
    **code_words.FINISHED,
    UNSURE: _("with unsure steps"),
    REVISED: _("revised since"),
    ASKED: _("asked a lead"),
}


class WorkFilter(forms.Form):
    """Which of one's labels to list."""

    campaign = forms.ChoiceField(required=False, label=_("Campaign"))
    kind = forms.ChoiceField(required=False, choices=any_of(KINDS), label=_("How it went"))

    def __init__(self, *args: Any, campaigns: list[Campaign], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = cast(forms.ChoiceField, self.fields["campaign"])
        choices.choices = any_of({campaign.slug: campaign.name for campaign in campaigns})


@require_safe
@never_cache
@login_required
def my_work(request: HttpRequest) -> HttpResponse:
    """The page."""
    account = cast(User, request.user)
    campaigns = list(Campaign.objects.filter(memberships__account=account).order_by("name"))
    form = WorkFilter(request.GET, campaigns=campaigns)
    form.is_valid()  # what was understood is applied; the rest is told above the list
    rows = Paginator(_wanted(account, form.cleaned_data), PAGE_ROWS).get_page(request.GET.get("page"))
    made = mine.totals(account, since=mine.midnight())
    standings = mine.standings(account, campaigns)
    context = {
        "totals": sum(made.values(), start=mine.Totals()),
        "form": form,
        "is_filtered": any(form.cleaned_data.values()),
        "rows": rows,
        "lines": [(label, mine.ruling(label)) for label in rows],
        "names_campaigns": len(campaigns) > 1 and not form.cleaned_data.get("campaign"),
        "standings": [(campaign, standings[campaign.pk]) for campaign in campaigns if campaign.pk in standings],
        "questions": mine.questions(account),
        "drafts": list(drafts.of(account)),
    }
    return render(request, "labeling/my_work.html", context)


def _wanted(account: User, wanted: dict[str, str]) -> QuerySet[Label]:
    labels = mine.submitted(account)
    if slug := wanted.get("campaign"):
        labels = labels.filter(labeler__campaign__slug=slug)
    kind = wanted.get("kind")
    if kind in FinishReason.values:
        labels = labels.filter(finish_reason=kind)
    elif kind == UNSURE:
        labels = labels.filter(IS_UNSURE)
    elif kind == REVISED:
        labels = labels.filter(~Q(revises=None))
    elif kind == ASKED:
        labels = labels.filter(mine.ASKED)
    return labels
