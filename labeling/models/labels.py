"""Label and Dispute: one labeler's pass over one solution, and answers that it calls into question."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Length, Replace, StrIndex, Trim
from django.db.models.lookups import Contains, Exact, GreaterThan

from labeling.models.campaigns import Labeler, LabelerKind, Mode
from labeling.models.fields import JSONText
from labeling.models.guides import GuideVersion
from labeling.models.jobs import Job
from labeling.models.problems import MAX_STEPS, CandidateTree, Problem, Solution
from labeling.models.queue import CHECKS, QueueItem
from labeling.models.rounds import Round

SIGNS = {1: "+", 0: "0", -1: "-"}
RATINGS = {sign: rating for rating, sign in SIGNS.items()}


class FinishReason(models.TextChoices):
    """How a pass ended."""

    FOUND_ERROR = "found_error"
    SOLUTION = "solution"
    BAD_PROBLEM = "bad_problem"
    GIVE_UP = "give_up"


class Origin(models.TextChoices):
    """Where a label comes from."""

    HERE = "here"
    SIMULATED = "simulated"
    PRM800K = "prm800k"
    FIRST_ERROR = "first_error"


HAS_VERDICT = Q(mode=Mode.SOLUTION, finish_reason__in=[FinishReason.FOUND_ERROR, FinishReason.SOLUTION])
# Every rating of such a pass is one more example; they say nothing of a solution of the pool, so they measure nothing.
GREW_A_SOLUTION = Q(mode=Mode.CANDIDATES, finish_reason=FinishReason.SOLUTION)


def _has_flags(column: str) -> Contains:
    """Whether a column of judged texts holds one that is flagged; within a text the quotation marks are escaped."""
    return Contains(Cast(column, models.TextField()), '"flagged":true')


# Labels with something that their labeler was unsure of: a step, an alternative, a candidate.
IS_UNSURE = ~Q(flagged=[]) | Q(_has_flags("alternatives")) | Q(_has_flags("steps"))


class LabelQuerySet(models.QuerySet["Label"]):
    """Reads of labels."""

    def current(self) -> LabelQuerySet:
        """The newest revision of each that counts: without those sent back."""
        return self.newest().filter(requeue__isnull=True)

    def newest(self) -> LabelQuerySet:
        """The newest revision of each: without those of an unfinished import."""
        is_here = Q(import_job__isnull=True) | Q(import_job__state="done")
        return self.filter(is_here, is_current=True)

    def for_training(self) -> LabelQuerySet:
        """The only door to a training snapshot: nothing of a test-split or excluded problem passes it."""
        may_be = self.current().filter(problem__split="train").exclude(problem__state="excluded")
        return may_be.filter(HAS_VERDICT | GREW_A_SOLUTION).not_of_gold().not_overruled()

    def not_overruled(self) -> LabelQuerySet:
        """Where a lead has ruled, the final label alone."""
        final = Label.objects.filter(labeler__kind=LabelerKind.ADJUDICATOR, is_current=True, solution__isnull=False)
        overruled = Q(solution__in=final.values("solution")) & ~Q(labeler__kind=LabelerKind.ADJUDICATOR)
        return self.exclude(Q(solution__isnull=False) & overruled)

    def not_of_gold(self) -> LabelQuerySet:
        """Without those that only checked their labeler: everybody's of one solution would outweigh all others."""
        return self.filter(Q(item__isnull=True) | ~Q(item__purpose__in=CHECKS))

    def for_evaluation(self) -> LabelQuerySet:
        """Labels of test-split solutions: what every selector version is measured on."""
        return (
            self.current()
            .filter(problem__split="test")
            .exclude(problem__state="excluded")
            .with_verdict_on_steps()
            .not_overruled()
        )

    def with_verdict_on_steps(self) -> LabelQuerySet:
        """Those that say where the first error is: give_up and bad_problem do not."""
        return self.filter(HAS_VERDICT)


_IS_SOLUTION_MODE = Q(mode="solution")
_OTHER_CHARACTERS = Length(Replace(Replace(Replace(F("ratings"), Value("+")), Value("0")), Value("-")))
_FIRST_MINUS = StrIndex(F("ratings"), Value("-"))


class Label(models.Model):
    """What one labeler submitted for one solution. A revision is a further row; none is overwritten.

    `ratings` is one sign a step, such as `++0-`: short text can be checked by both databases. In candidates mode it is
    empty and `steps` holds the PRM800K steps; `tree` is what they were chosen from, where that was here.
    `source` is an imported PRM800K row as it came.
    """

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="labels")
    solution = models.ForeignKey(Solution, null=True, on_delete=models.PROTECT, related_name="labels")
    tree = models.ForeignKey(CandidateTree, null=True, on_delete=models.PROTECT, related_name="labels", db_index=False)
    # Found by the index on labeler and time; a second one would only tempt the planner away from the unique one.
    labeler = models.ForeignKey(Labeler, on_delete=models.PROTECT, related_name="labels", db_index=False)
    item = models.ForeignKey(QueueItem, null=True, on_delete=models.PROTECT, related_name="labels")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="labels")
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.HERE)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.SOLUTION)
    ratings = models.CharField(max_length=MAX_STEPS, blank=True)
    flagged = JSONText(default=list)
    alternatives = JSONText(default=list)
    steps = JSONText(null=True)
    finish_reason = models.CharField(max_length=12, choices=FinishReason)
    reason = models.TextField(blank=True)
    total_time_ms = models.PositiveBigIntegerField(default=0)
    step_times_ms = JSONText(default=list)
    # What the labeler saw: reference answer and how it was shown, steps behind the fold, ….
    shown = JSONText(default=dict)
    # The guide that the labeler had beside the solution; none where the label was made elsewhere. Unindexed, as imports
    # have it for nothing: what is asked of it is asked of one campaign's labels.
    guide = models.ForeignKey(GuideVersion, null=True, on_delete=models.PROTECT, related_name="labels", db_index=False)
    submission_id = models.UUIDField(null=True, unique=True)
    submission_hash = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField()
    revises = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="revised_by")
    revision_reason = models.TextField(blank=True)
    is_current = models.BooleanField(default=True)
    # Counts no more: a lead sent it back to the queue, after its labeler's gold went wrong.
    requeue = models.ForeignKey(
        "labeling.Requeue", null=True, on_delete=models.PROTECT, related_name="labels", db_index=False
    )
    import_job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")
    import_key = models.UUIDField(null=True, unique=True)
    source = models.TextField(null=True)

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # PRM800K rows are identified by their row: that collection showed some solutions to one person twice.
            models.UniqueConstraint(
                fields=["solution", "labeler"],
                condition=Q(is_current=True) & ~Q(origin="prm800k"),
                name="label_one_current_per_labeler_and_solution",
            ),
            models.UniqueConstraint(
                fields=["tree", "labeler"],
                condition=Q(is_current=True, tree__isnull=False) & ~Q(origin="prm800k"),
                name="label_one_current_per_labeler_and_tree",
            ),
            models.CheckConstraint(
                condition=Q(tree__isnull=True) | Q(mode="candidates", solution__isnull=True),
                name="label_of_a_tree_is_of_no_solution",
            ),
            models.CheckConstraint(
                condition=Q(mode="solution") | Q(origin__in=["prm800k", "first_error"]) | Q(tree__isnull=False),
                name="label_of_candidates_made_here_has_a_tree",
            ),
            models.UniqueConstraint(fields=["item"], condition=Q(is_current=True), name="label_one_current_per_item"),
            models.CheckConstraint(
                condition=~_IS_SOLUTION_MODE | Q(Exact(_OTHER_CHARACTERS, 0)), name="label_ratings_are_signs"
            ),
            models.CheckConstraint(
                condition=~_IS_SOLUTION_MODE | Q(Exact(_FIRST_MINUS, 0)) | Q(Exact(_FIRST_MINUS, Length(F("ratings")))),
                name="label_ratings_end_at_first_error",
            ),
            models.CheckConstraint(
                condition=~_IS_SOLUTION_MODE | ~Q(finish_reason="found_error") | Q(GreaterThan(_FIRST_MINUS, 0)),
                name="label_found_error_has_one",
            ),
            models.CheckConstraint(
                condition=~_IS_SOLUTION_MODE
                | ~Q(finish_reason="solution")
                | (Q(Exact(_FIRST_MINUS, 0)) & Q(GreaterThan(Length(F("ratings")), 0))),
                name="label_solution_has_no_error",
            ),
            models.CheckConstraint(
                condition=Q(finish_reason__in=FinishReason.values), name="label_finish_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(mode="solution") | Q(ratings=""), name="label_candidates_mode_has_no_ratings"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["prm800k", "first_error"])
                | Q(finish_reason__in=["found_error", "solution"])
                | Q(GreaterThan(Length(Trim(F("reason"))), 0)),
                name="label_ending_early_says_why",
            ),
            models.CheckConstraint(
                condition=Q(mode="solution", solution__isnull=False) | Q(mode="candidates", steps__isnull=False),
                name="label_mode_has_its_steps",
            ),
            models.CheckConstraint(
                condition=Q(revises__isnull=True) | ~Q(revises=F("id")), name="label_not_its_own_revision"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["prm800k", "first_error"], import_job__isnull=False, import_key__isnull=False)
                | Q(origin__in=["here", "simulated"], import_job__isnull=True, submission_id__isnull=False),
                name="label_comes_from_one_place",
            ),
        ]
        indexes = [
            models.Index(fields=["labeler", "submitted_at"], name="label_by_labeler_and_time"),
            # Whatever its revision: deleting a tree asks for all of them.
            models.Index(fields=["tree"], condition=Q(tree__isnull=False), name="label_by_tree"),
            # What somebody was unsure of is little, and asked for on every visit of the lead's decisions.
            models.Index(fields=["solution", "tree"], condition=IS_UNSURE, name="label_of_which_unsure"),
            # So are reports, which the same visit asks for, and every further report.
            models.Index(fields=["problem"], condition=Q(finish_reason="bad_problem"), name="label_of_bad_problem"),
            models.Index(fields=["requeue"], condition=Q(requeue__isnull=False), name="label_by_requeue"),
        ]

    def __str__(self) -> str:
        return f"label {self.pk}: {self.ratings or self.mode} {self.finish_reason}"

    @property
    def rating_values(self) -> list[int]:
        """The ratings as numbers, one a rated step."""
        return [RATINGS[sign] for sign in self.ratings]

    @property
    def first_error_index(self) -> int | None:
        """0-based index of the first negative step, None where there is none."""
        index = self.ratings.find("-")
        return None if index < 0 else index

    @property
    def unsure_count(self) -> int:
        """How many steps, alternatives and candidates its labeler was unsure of."""
        candidates = [one for step in self.steps or () for one in step["completions"] or ()]
        return len(self.flagged) + sum(1 for one in (*self.alternatives, *candidates) if one.get("flagged"))


class DisputeState(models.TextChoices):
    """open -> accepted (the reference changes) | declined."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Dispute(models.Model):
    """A label that found every step good although the final answer differs from the reference: a lead decides."""

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="disputes")
    label = models.OneToOneField(Label, on_delete=models.PROTECT, related_name="dispute")
    state = models.CharField(max_length=10, choices=DisputeState, default=DisputeState.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decision_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DisputeState.values), name="dispute_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="dispute_decided_iff_not_open",
            ),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk} ({self.state})"
