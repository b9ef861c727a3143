"""What a labeler sends and gets where a solution grows from candidates: steps as PRM800K writes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from labeling.actions import tree_passes
from labeling.actions.passes import MAX_REASON
from labeling.api.fields import Answer, SubmissionId, Text, WholeNumber, YesNo
from labeling.api.serializers.work import EndingBody, Lease, OfferedWork
from labeling.models import MAX_CHARACTERS, MAX_STEPS, Campaign, CandidateTree, WriteStepWhen


class RatedCandidateBody(serializers.Serializer):
    """What the labeler says of one candidate: a rating, or null with `flagged` where they are unsure."""

    text = Text(required=False, max_length=MAX_CHARACTERS, help_text="May be left out; else the candidate's own.")
    rating = WholeNumber(required=False, allow_null=True, default=None)
    flagged = YesNo(required=False, default=False)


class WrittenStepBody(serializers.Serializer):
    """A step that the labeler wrote. PRM800K's further keys (`rating`, `source`, `flagged`) may come along."""

    text = Text(allow_blank=True, max_length=MAX_CHARACTERS)


class TreeStepBody(serializers.Serializer):
    """One place of the trajectory: every candidate in the order of the tree, then what it went on with."""

    completions = serializers.ListField(child=RatedCandidateBody(), required=False, default=list)
    human_completion = WrittenStepBody(required=False, allow_null=True, default=None)
    chosen_completion = WholeNumber(required=False, allow_null=True, default=None, min_value=0)


class TreeWorkBody(serializers.Serializer):
    """Unfinished work on candidates. Further keys are kept too and come back with the item."""

    steps = serializers.ListField(child=serializers.DictField(), max_length=MAX_STEPS, help_text="As in a label.")
    parked = serializers.DictField(required=False, help_text="Work at places that the trajectory does not pass now.")
    replaces = serializers.DateTimeField(required=False, allow_null=True, help_text="As in a draft of a solution.")


class TreeDraftBody(TreeWorkBody, Lease):
    """Unfinished work on candidates under a lease, which it renews."""


class TreePassBody(EndingBody):
    """A whole pass. Its rules are `labeling.actions.tree_passes`; here only types and lengths are checked."""

    steps = serializers.ListField(child=TreeStepBody(), max_length=MAX_STEPS)


class TreeLabelBody(TreePassBody, Lease):
    """A pass over candidates that is submitted under a lease."""

    submission_id = SubmissionId(help_text="Chosen by the client: the same one twice is one label.")


class TreeRevisionBody(TreePassBody):
    """A pass over candidates that takes the place of an earlier one."""

    total_time = WholeNumber(min_value=0, required=False, help_text="Milliseconds; the first version's unless given.")
    revision_reason = Text(required=False, max_length=MAX_REASON)


def tree_pass_of(values: dict[str, Any], *, total_time: int = 0) -> tree_passes.TreePass:
    """Checked values as the pass that actions judge."""
    return tree_passes.TreePass(
        steps=[_step(step) for step in values["steps"]],
        finish_reason=values["finish_reason"],
        total_time=values.get("total_time", total_time),
        step_times=values.get("step_times", ()),
        reason=values.get("reason", ""),
        guide=values.get("guide"),
    )


def _step(step: dict[str, Any]) -> tree_passes.TreeStep:
    written = step["human_completion"]
    return tree_passes.TreeStep(
        candidates=[tree_passes.RatedCandidate(**candidate) for candidate in step["completions"]],
        chosen=step["chosen_completion"],
        written=written["text"] if written else None,
    )


@extend_schema_field({"type": "array", "items": {"$ref": "#/components/schemas/OfferedCandidate"}})
class NextCandidates(serializers.ListField):
    """The candidates for the step behind one: the same shape again."""


class OfferedCandidate(Answer):
    """One candidate text, and the candidates behind it; none where the tree knows no more."""

    text = serializers.CharField()
    next = NextCandidates()


class OfferedTree(OfferedWork):
    """A candidate tree to grow a solution from, under a lease."""

    candidates = OfferedCandidate(many=True)
    write_step_when = serializers.ChoiceField(choices=WriteStepWhen.choices)


def offered_tree(tree: CandidateTree, campaign: Campaign) -> dict[str, Any]:
    """What of a tree is shown. All of it is sent: the pass goes on while the network is away."""
    return {"candidates": tree_passes.offered(tree.candidates), "write_step_when": campaign.write_step_when}
