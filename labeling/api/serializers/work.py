"""What a labeler sends and gets: nothing here holds a score, a purpose, a rank, a reason of choice or a name."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from labeling.actions import passes
from labeling.api.fields import Answer, Choice, SubmissionId, Text, WholeNumber, WholeNumbers, YesNo
from labeling.api.schema import Refusal
from labeling.models import (
    MAX_CHARACTERS,
    MAX_STEPS,
    Draft,
    FinishReason,
    Label,
    Labeler,
    Mode,
    QueueItem,
    ReferenceAnswer,
    Solution,
    VerdictChoice,
)

MAX_DRAFT_BYTES = 256 * 1024


class Lease(serializers.Serializer):
    """The number of the lease under which something is done."""

    lease = WholeNumber(min_value=0)


class WorkBody(serializers.Serializer):
    """Unfinished work. Further keys are kept too and come back with the item."""

    ratings = WholeNumbers(max_length=MAX_STEPS)
    parked = WholeNumbers(required=False, max_length=MAX_STEPS, help_text="Ratings behind the first error.")
    replaces = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="`saved_at` of the draft that this one builds on, null for none: another one is not overwritten.",
    )

    def validate_ratings(self, value: list[int]) -> list[int]:
        """Each one a rating."""
        return _ratings(value)

    def validate_parked(self, value: list[int]) -> list[int]:
        """Each one a rating."""
        return _ratings(value)


class DraftBody(WorkBody, Lease):
    """Unfinished work under a lease, which it renews."""


def _ratings(value: list[int]) -> list[int]:
    if any(rating not in (-1, 0, 1) for rating in value):
        raise serializers.ValidationError(_("Each rating is -1, 0 or 1."))
    return value


class RatedAlternative(serializers.Serializer):
    """What the labeler says of one alternative to the step of the first error."""

    text = Text(max_length=MAX_CHARACTERS)
    rating = WholeNumber(required=False, allow_null=True, default=None)
    flagged = YesNo(required=False, default=False)


class EndingBody(serializers.Serializer):
    """How a pass ended, and how long it took: the same for a solution and for candidates."""

    finish_reason = Choice(choices=FinishReason.choices)
    total_time = WholeNumber(min_value=0, help_text="Active milliseconds.")
    step_times = WholeNumbers(required=False, max_length=MAX_STEPS + 1, help_text="Milliseconds a step.")
    reason = Text(required=False, allow_blank=True, max_length=passes.MAX_REASON)
    guide = WholeNumber(
        required=False, min_value=1, help_text="The version of the guide that was shown; else the one in force."
    )


class PassBody(EndingBody):
    """A whole pass. Its rules are `labeling.actions.passes`; here only types and lengths are checked."""

    ratings = WholeNumbers(max_length=MAX_STEPS)
    flagged = WholeNumbers(required=False, max_length=MAX_STEPS, help_text="Indexes of steps marked as unsure.")
    alternatives = serializers.ListField(
        child=RatedAlternative(),
        required=False,
        max_length=MAX_CHARACTERS,  # those of a solution hold at most so many characters
        help_text="With found_error, where the solution has alternatives to that step: each, rated or flagged; "
        "left out by programs that do not show them.",
    )


class LabelBody(PassBody, Lease):
    """A pass that is submitted under a lease."""

    submission_id = SubmissionId(help_text="Chosen by the client: the same one twice is one label.")


class RevisionBody(PassBody):
    """A pass that takes the place of an earlier one; `reason` says why where `revision_reason` is not given."""

    total_time = WholeNumber(min_value=0, required=False, help_text="Milliseconds; the first version's unless given.")
    revision_reason = Text(required=False, max_length=passes.MAX_REASON)


def _alternatives(given: list[dict[str, Any]] | None) -> list[passes.Alternative] | None:
    return None if given is None else [passes.Alternative(**alternative) for alternative in given]


def pass_of(values: dict[str, Any], *, total_time: int = 0) -> passes.Pass:
    """Checked values as the pass that actions judge."""
    return passes.Pass(
        ratings=values["ratings"],
        finish_reason=values["finish_reason"],
        total_time=values.get("total_time", total_time),
        step_times=values.get("step_times", ()),
        reason=values.get("reason", ""),
        flagged=values.get("flagged", ()),
        alternatives=_alternatives(values.get("alternatives")),
        guide=values.get("guide"),
    )


class ShownProblem(Answer):
    """The problem, and the reference answer unless the campaign hides it."""

    problem = serializers.CharField()
    ground_truth_answer = serializers.CharField(required=False)


class OfferedWork(Answer):
    """What an item is, whatever is to be labeled, under a lease."""

    item = serializers.IntegerField()
    lease = serializers.IntegerField()
    lease_expires_at = serializers.DateTimeField()
    problem = ShownProblem()
    guide = serializers.IntegerField(required=False, help_text="The version of the guide that is in force.")
    draft = serializers.DictField(child=serializers.JSONField(), required=False)
    draft_saved_at = serializers.DateTimeField(required=False, help_text="What a later draft says it `replaces`.")


class OfferedItem(OfferedWork):
    """One solution to label, under a lease."""

    steps = serializers.ListField(child=serializers.CharField())
    answer = serializers.CharField(required=False)
    answer_differs = serializers.BooleanField(
        required=False,
        help_text="True where the answer was found to differ from the reference answer that is shown; else absent.",
    )
    alternatives = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)


def offered(item: Any, labeler: Labeler) -> dict[str, Any]:
    """The answer to `next/` for what the queue hands out, but for the solution or the candidates themselves."""
    of = item.subject.problem
    problem = {"problem": of.text}
    answer = {
        "item": item.pk,
        "lease": item.lease_number,
        "lease_expires_at": item.leased_until,
        "problem": problem,
    }
    if of.reference_answer is not None and labeler.campaign.reference_answer != ReferenceAnswer.HIDDEN:
        problem["ground_truth_answer"] = of.reference_answer
        if _is_wrong(item):  # whoever is not shown the reference must not learn of it this way
            answer["answer_differs"] = True
    if labeler.campaign.guide is not None:
        answer["guide"] = labeler.campaign.guide.number
    if item.draft is not None:
        answer |= {"draft": item.draft, "draft_saved_at": item.draft_saved_at}
    return answer


def _is_wrong(item: Any) -> bool:
    """What the graders found; where they did not, what the solution came with."""
    if item.verdict:
        return bool(item.verdict == VerdictChoice.WRONG)
    return item.solution is not None and item.solution.answer_is_correct is False


def offered_solution(solution: Solution) -> dict[str, Any]:
    """What of a solution is shown."""
    shown = {"steps": solution.steps}
    if solution.answer is not None:
        shown["answer"] = solution.answer
    if solution.alternatives:
        shown["alternatives"] = solution.alternatives
    return shown


class SavedDraft(Answer):
    """When the draft was saved, and how long the renewed lease lasts."""

    saved_at = serializers.DateTimeField()
    lease_expires_at = serializers.DateTimeField()


class DraftRefusal(Refusal):
    """`draft_changed` brings what is stored instead; `lease_lost` does not."""

    opened_elsewhere = serializers.BooleanField(
        required=False, help_text="With `lease_lost`: you hold the item still, in another tab or on another device."
    )

    draft = serializers.DictField(child=serializers.JSONField(), required=False)
    draft_saved_at = serializers.DateTimeField(required=False)


class RevisionRefusal(Refusal):
    """Of a label that was revised already: with the version that can be revised."""

    newest = serializers.IntegerField(required=False, allow_null=True, help_text="The newest version of this label.")


def stored_draft(item: QueueItem, labeler: Labeler) -> dict[str, Any]:
    """The keys in which a refusal brings the stored draft; none where it became a label this moment."""
    stored = Draft.objects.filter(item=item, labeler=labeler).first()
    return {"draft": stored.content, "draft_saved_at": stored.saved_at} if stored else {}


class SubmittedLabel(Answer):
    """The label as it was taken."""

    label = serializers.IntegerField()  # type: ignore[assignment]  # a name that DRF has too
    item = serializers.IntegerField(allow_null=True)
    submission_id = serializers.UUIDField()
    ratings = serializers.ListField(child=serializers.IntegerField())
    steps = serializers.ListField(child=serializers.DictField(), required=False, help_text="Of candidates: PRM800K's.")
    finish_reason = serializers.ChoiceField(choices=FinishReason.choices)
    submitted_at = serializers.DateTimeField()


def submitted(label: Label) -> dict[str, Any]:
    """The answer to a submission: made of the row alone, so that asking again gives the same."""
    answer = {
        "label": label.pk,
        "item": label.item_id,
        "submission_id": label.submission_id,
        "ratings": label.rating_values,
        "finish_reason": label.finish_reason,
        "submitted_at": label.submitted_at,
    }
    return answer if label.mode == Mode.SOLUTION else answer | {"steps": label.steps}
