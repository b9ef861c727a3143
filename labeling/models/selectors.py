"""SelectorVersion and SolutionScore: a trained model, its figures, and what it scored."""

from django.db import models
from django.db.models import Q

from labeling.models.campaigns import Campaign
from labeling.models.fields import JSONText
from labeling.models.jobs import Job
from labeling.models.problems import Solution


class SelectorState(models.TextChoices):
    """training -> evaluated -> published | held_back; a published one becomes retired when another takes over."""

    TRAINING = "training"
    EVALUATED = "evaluated"
    PUBLISHED = "published"
    RETIRED = "retired"
    HELD_BACK = "held_back"


class SelectorVersion(models.Model):
    """One training of the selector: from which labels, with which seed, how good, and whether it is in use."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="selectors")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="selector_version")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, default="prm")
    state = models.CharField(max_length=10, choices=SelectorState, default=SelectorState.TRAINING)
    base_model = models.CharField(max_length=200)
    seed = models.BigIntegerField(default=0)
    folder = models.CharField(max_length=300)
    training_labels = models.PositiveIntegerField(default=0)
    evaluation_labels = models.PositiveIntegerField(default=0)
    snapshot_hash = models.CharField(max_length=64, blank=True)
    manifest = JSONText(default=dict)
    metrics = JSONText(default=dict)
    why = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)
    scored_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="selector_number_once_per_campaign"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(state="published"), name="selector_one_in_use_per_campaign"
            ),
            models.CheckConstraint(condition=Q(state__in=SelectorState.values), name="selector_state_known"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(scored_at__isnull=False, published_at__isnull=False),
                name="selector_in_use_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"selector {self.number} of {self.campaign}"


class SolutionScore(models.Model):
    """What one selector version thinks of one solution; null where the solution is longer than the base can read.

    `likelihood` is how likely the base itself finds its steps; `spread` and `doubt` are what the version's committee
    says of it, null where it has one head alone (`selector.committee`).
    """

    version = models.ForeignKey(SelectorVersion, on_delete=models.CASCADE, related_name="scores")
    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="scores")
    score = models.FloatField(null=True)
    step_scores = JSONText(default=list)
    likelihood = models.FloatField(null=True)
    spread = models.FloatField(null=True)
    doubt = models.FloatField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "solution"], name="score_one_per_version_and_solution"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1), name="score_a_probability"
            ),
            models.CheckConstraint(
                condition=Q(likelihood__isnull=True) | Q(likelihood__gte=0, likelihood__lte=1),
                name="score_likelihood_a_probability",
            ),
            models.CheckConstraint(
                condition=Q(spread__isnull=True, doubt__isnull=True)
                | Q(spread__isnull=False, doubt__isnull=False)
                & Q(spread__gte=0, spread__lte=1, doubt__gte=0, doubt__lte=0.5),
                name="score_committee_says_both_or_nothing",
            ),
        ]
        indexes = [
            # The pool by score, and what a version could not read: a page would sort or read a million rows for them.
            models.Index(
                fields=["version", "-score", "solution"],
                condition=Q(score__isnull=False),
                name="score_by_version_and_value",
            ),
            models.Index(fields=["version"], condition=Q(score__isnull=True), name="score_missing_of_version"),
        ]

    def __str__(self) -> str:
        return f"{self.score} by {self.version_id} for {self.solution_id}"
