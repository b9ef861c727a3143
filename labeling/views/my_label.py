"""One of one's own labels: read as it was made, and revised at the desk."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from labeling.actions import labels, my_work, tree_passes
from labeling.models import CandidateTree, FinishReason, Label, ReferenceAnswer, Solution, VerdictChoice
from labeling.views.guide_panel import panel
from labeling.views.label_lines import lines_of
from labeling.views.label_words import Words, label_words


def _own(request: HttpRequest, pk: int) -> Label:
    """A label of the person who asks, whichever version. Raises Http404."""
    mine = my_work.with_rulings(my_work.labels_of(cast(User, request.user)))
    label = mine.select_related("labeler__campaign__guide", "tree").filter(pk=pk).first()
    if label is None:
        raise Http404(f"There is no label {pk}, or it is not yours.")
    return label


@require_safe
@never_cache
@login_required
def my_label(request: HttpRequest, pk: int) -> HttpResponse:
    """Read it as it was made, with its chain and what became of it."""
    label = _own(request, pk)
    chain = my_work.versions(label)
    context = {
        "label": label,
        "campaign": label.labeler.campaign,
        "lines": lines_of(label),
        "reference": my_work.shown_reference(label),
        "ruling": my_work.ruling(label),
        "versions": chain[::-1],
        "newest": chain[0],
        "why_not": labels.why_not_revised(label),
    }
    return render(request, "labeling/my_label.html", context)


@require_safe
@never_cache
@ensure_csrf_cookie
@login_required
def revise(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The desk with this label's solution on it, rated as it stands in its newest version."""
    label = _own(request, pk)
    newest, *earlier = my_work.versions(label)
    if newest.pk != label.pk:
        return redirect("revise", newest.pk)
    why_not = labels.why_not_revised(label)
    if why_not:
        messages.error(request, why_not)
        return redirect("my-label", pk)
    campaign = label.labeler.campaign
    context = {
        "label": label,
        "campaign": campaign,
        "offered": _offered(label) | {"earlier": [version.pk for version in earlier]},
        "guide": panel(campaign, cast(User, request.user)),
        "words": label_words() | _revision_words(),
    }
    return render(request, "labeling/revise_desk.html", context)


def _offered(label: Label) -> dict[str, Any]:
    """What the desk needs, as `next/` gives it, with the label as the draft that it goes on from.

    The reference answer is that of today, shown as the campaign shows it today: it is kept so with the revision.
    """
    campaign, problem = label.labeler.campaign, {"problem": label.problem.text}
    if campaign.reference_answer != ReferenceAnswer.HIDDEN:
        answer = label.problem.reference_answer
        problem |= {} if answer is None else {"ground_truth_answer": answer}
    offered = {"item": f"revision.{label.pk}", "label": label.pk, "problem": problem}
    if label.tree is not None:
        shown_rule = label.shown.get("write_step_when", campaign.write_step_when)
        return offered | _tree(label, label.tree) | {"write_step_when": shown_rule}
    return offered | _solution(label, cast(Solution, label.solution))


def _tree(label: Label, tree: CandidateTree) -> dict[str, Any]:
    ended = [{"ended": True}] if label.finish_reason == FinishReason.SOLUTION else []
    return {
        "candidates": tree_passes.offered(tree.candidates),
        "draft": {"steps": [*(label.steps or []), *ended], **_times(label)},
    }


def _solution(label: Label, solution: Solution) -> dict[str, Any]:
    offered: dict[str, Any] = {"steps": solution.steps, "alternatives": solution.alternatives or {}}
    if solution.answer is not None:
        offered["answer"] = solution.answer
    verdict = Solution.objects.filter(pk=solution.pk).with_verdict().values_list("verdict", flat=True).get()
    if verdict == VerdictChoice.WRONG and label.labeler.campaign.reference_answer != ReferenceAnswer.HIDDEN:
        offered["answer_differs"] = True
    return offered | {"draft": _as_draft(label, solution)}


def _as_draft(label: Label, solution: Solution) -> dict[str, Any]:
    at = str(label.first_error_index)
    left = list(label.alternatives)
    said = [_taken(left, text) for text in (solution.alternatives or {}).get(at, [])]
    rated = {"ratings": label.rating_values, "flagged": label.flagged, "alternatives": {at: said} if said else {}}
    return rated | _times(label)


def _times(label: Label) -> dict[str, Any]:
    """What is the same for both kinds of pass."""
    return {
        "total_time": label.total_time_ms,
        "step_times": label.step_times_ms,
        "finish_reason": label.finish_reason,
    }


def _taken(left: list[dict[str, Any]], text: str) -> dict[str, Any]:
    """What the label says of one alternative that is offered; of two with the same text each once."""
    for index, one in enumerate(left):
        if one["text"] == text:
            given = left.pop(index)
            return {"rating": given["rating"], "flagged": given["flagged"]}
    return {"rating": None, "flagged": False}


def _revision_words() -> Words:
    return {
        "revision_unchanged": _("Nothing is changed yet"),
        "revision_elsewhere": _("You revise this label in another tab now."),
        "storage_rest": _("What you change is only on this screen until you submit it."),
        "revise_newest": _("Revise the newest version"),
        "revision_overtaken": _("A newer version of this label came from another tab or device."),
        "revision_carried": _("What you changed is kept here; beside it stands what the newer version says."),
        "was": pgettext("of a step’s rating, in the version before", "was {rating}"),
        "revision_kept": _("Your first version is kept beside the new one."),
        "revision_offline": _("The server cannot be reached. Your changes are still here: submit again in a moment."),
    }
