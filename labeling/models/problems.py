"""Problem, Reference and Solution: what is labeled; never edited after import."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from labeling.models.campaigns import Campaign
from labeling.models.fields import JSONText
from labeling.models.jobs import Job
from labeling.models.reading import only_value

MAX_STEPS = 512
MAX_CHARACTERS = 100_000


class Split(models.TextChoices):
    """Test-split problems are labeled only as evaluation items and never trained on."""

    TRAIN = "train"
    TEST = "test"


class ProblemState(models.TextChoices):
    """active -> held (enough bad_problem labels) -> active again or excluded, as a lead decides."""

    ACTIVE = "active"
    HELD = "held"
    EXCLUDED = "excluded"


class VerdictChoice(models.TextChoices):
    """Whether a final answer agrees with the reference answer."""

    CORRECT = "correct"
    WRONG = "wrong"
    UNCERTAIN = "uncertain"
    UNKNOWN = "unknown"


class ProblemQuerySet(models.QuerySet["Problem"]):
    """Reads of problems."""

    def visible(self) -> ProblemQuerySet:
        """Without rows of an import that is not finished."""
        return self.filter(import_job__state="done")


class Problem(models.Model):
    """The question. Its text never changes; its state says whether its solutions are offered to labelers.

    The reference answer is the current guess of the final answer; null is unknown. Earlier ones are `Reference` rows.

    `identity` is a 128-bit hash of campaign and given id (or text): one narrow unique index serves every import.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="problems")
    # Imports are bound by the work per row: the database's check of the same one job for each row, and an index that
    # nobody reads, took a quarter of it. Jobs go only with their campaign.
    import_job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    identity = models.UUIDField(unique=True)
    external_id = models.TextField(null=True)
    content_hash = models.UUIDField()  # of the text
    text = models.TextField()
    reference_answer = models.TextField(null=True)
    ground_truth_solution = models.TextField(null=True)
    level = models.TextField(null=True)
    subject = models.TextField(null=True)
    split = models.CharField(max_length=5, choices=Split)
    state = models.CharField(max_length=10, choices=ProblemState, default=ProblemState.ACTIVE)
    metadata = JSONText(default=dict)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(split__in=Split.values), name="problem_split_known"),
            models.CheckConstraint(condition=Q(state__in=ProblemState.values), name="problem_state_known"),
        ]

    def __str__(self) -> str:
        return self.external_id or _("problem {number}").format(number=self.pk)


class Reference(models.Model):
    """An earlier reference answer of a problem, and why another one took its place. Only appended to."""

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="references")
    answer = models.TextField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.answer or "unknown"


class SolutionQuerySet(models.QuerySet["Solution"]):
    """Reads of solutions."""

    def of(self, campaign: Campaign) -> SolutionQuerySet:
        """All solutions of a campaign, those of an unfinished import left out."""
        return self.filter(problem__campaign=campaign, import_job__state="done")

    def distinct_texts(self) -> SolutionQuerySet:
        """One of identical texts: the one that is labeled and scored."""
        return self.filter(duplicate_of__isnull=True)

    def for_training(self) -> SolutionQuerySet:
        """The only door to a training snapshot: nothing of a test-split or excluded problem passes it."""
        return self.filter(problem__split=Split.TRAIN).exclude(problem__state=ProblemState.EXCLUDED)

    def with_verdict(self) -> models.QuerySet[Any]:
        """Adds `verdict`: the newest grade, else what the file said, else unknown."""
        graded = only_value(Grade.objects.filter(solution=OuterRef("pk"), is_current=True), "verdict")
        given = models.Case(
            models.When(answer_is_correct=True, then=Value("correct")),
            models.When(answer_is_correct=False, then=Value("wrong")),
            default=Value("unknown"),
        )
        return self.annotate(verdict=Coalesce(graded, given, output_field=models.CharField()))


class Solution(models.Model):
    """One model-written attempt: its steps together in one row, its final answer, who generated it."""

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="solutions", db_index=False)
    import_job = models.ForeignKey(  # as with problems
        Job, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    identity = models.UUIDField(unique=True)
    external_id = models.TextField(null=True)
    content_hash = models.UUIDField()  # of problem and steps: what makes texts identical
    # Of identical texts of one problem the first is labeled and scored; the others point to it and count in votes.
    duplicate_of = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="duplicates", db_index=False
    )
    generator = models.TextField(null=True)
    steps = JSONText()
    step_count = models.PositiveSmallIntegerField()
    answer = models.TextField(null=True)
    answer_is_correct = models.BooleanField(null=True)
    alternatives = JSONText(null=True)
    metadata = JSONText(default=dict)

    objects = SolutionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(step_count__gte=1, step_count__lte=MAX_STEPS), name="solution_step_count_in_range"
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("id")), name="solution_not_its_own_duplicate"
            ),
        ]
        indexes = [
            # Serves the foreign key too. Led by the problem, new rows land beside one another; led by the hash they
            # would be strewn over the whole index, at four times the cost.
            models.Index(fields=["problem", "content_hash"], name="solution_by_problem_and_text"),
            models.Index(
                fields=["duplicate_of"], condition=Q(duplicate_of__isnull=False), name="solution_by_duplicate_of"
            ),
            # Few values, each growing at its end: under a microsecond a row of an import.
            models.Index(
                fields=["generator", "id"], condition=Q(generator__isnull=False), name="solution_by_generator"
            ),
        ]

    def __str__(self) -> str:
        return self.external_id or _("solution {number}").format(number=self.pk)

    @property
    def public_id(self) -> str:
        """The id that files and the API use: the given one, else one made of the row's number."""
        return self.external_id or f"solution-{self.pk}"


class Grade(models.Model):
    """What the graders found of one final answer against one reference answer; a new one means a new grade."""

    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="grades")
    reference_answer = models.TextField()
    verdict = models.CharField(max_length=10, choices=VerdictChoice)
    graders = JSONText(default=dict)
    grader_version = models.CharField(max_length=200)
    is_current = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["solution"], condition=Q(is_current=True), name="grade_one_current_per_solution"
            ),
            models.CheckConstraint(condition=Q(verdict__in=VerdictChoice.values), name="grade_verdict_known"),
        ]
        # Few, and looked for among a million others: what a person should see.
        indexes = [
            models.Index(
                fields=["solution"], condition=Q(is_current=True, verdict="uncertain"), name="grade_that_is_uncertain"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verdict} ({self.grader_version})"


class CandidateTree(models.Model):
    """Candidate steps of a problem for phase 1 work, as imported: nested `{"text", "next"}`."""

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="candidate_trees")
    import_job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="+")
    identity = models.UUIDField(unique=True)
    candidates = JSONText()
    metadata = JSONText(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"candidates of {self.problem}"
