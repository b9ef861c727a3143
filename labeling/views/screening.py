"""A labeler's own screening: where they stand, what was right once it is over, and another attempt."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from labeling.actions import screening
from labeling.actions.errors import ActionError
from labeling.models import Gold, Label, Labeler, Membership, ScreeningAttempt


@dataclass(frozen=True, slots=True)
class Explained:
    """One solution of an attempt that is over: what was said, what is right, and why."""

    label: Label
    gold: Gold
    is_right: bool


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def screening_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One's own; a POST begins another attempt."""
    members = Membership.objects.select_related("campaign")
    campaign = get_object_or_404(members, campaign__slug=slug, account_id=request.user.pk).campaign
    labeler = get_object_or_404(Labeler.objects.select_related("campaign"), campaign=campaign, account=request.user)
    if request.method == "POST":
        try:
            screening.retake(labeler=labeler)
        except ActionError as error:
            messages.error(request, error.message)
            return redirect("screening", slug)
        return redirect("label", slug)
    attempt = labeler.screening_attempts.last()
    is_required = screening.is_required(campaign, labeler)
    context = {
        "campaign": campaign,
        "attempt": attempt,
        "is_required": is_required,
        "heading": _heading(attempt, is_required=is_required),
        "left": screening.attempts_left(campaign, labeler),
        "explained": _explained(attempt) if attempt and attempt.ended_at else [],
    }
    return render(request, "labeling/screening.html", context)


def _heading(attempt: ScreeningAttempt | None, *, is_required: bool) -> str:
    if attempt is not None and attempt.ended_at is not None:
        return _("You passed the screening") if attempt.passed else _("You did not pass the screening")
    return _("Screening comes before the work") if is_required else _("No screening is asked of you")


def _explained(attempt: ScreeningAttempt) -> list[Explained]:
    return [
        Explained(label, label.solution.gold, screening.is_right(label))
        for label in screening.labels_of(attempt)
        if label.solution is not None
    ]
