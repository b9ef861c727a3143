"""Campaign and Membership: who labels what, under which settings."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q


class ReferenceAnswer(models.TextChoices):
    """How the page treats the reference answer."""

    SHOWN = "shown"
    GREYED = "greyed"
    HIDDEN = "hidden"


class Scope(models.TextChoices):
    """Whether a round takes the best of the whole campaign, or evenly from its problems."""

    CAMPAIGN = "campaign"
    PROBLEM = "problem"


class SwitchedOn(models.TextChoices):
    """Whether something is asked of labelers."""

    OFF = "off"
    ON = "on"


class Mode(models.TextChoices):
    """solution: a whole solution is rated (phase 2); candidates: it grows while being labeled (phase 1)."""

    SOLUTION = "solution"
    CANDIDATES = "candidates"


class WriteStepWhen(models.TextChoices):
    """When a labeler of candidates writes the step: where none is positive, or only where all are negative."""

    NONE_POSITIVE = "none_positive"
    ALL_NEGATIVE = "all_negative"


class ColdStart(models.TextChoices):
    """What chooses before people's labels have made a selector: chance, votes, or what learns without them."""

    UNIFORM = "uniform"
    POPULAR_WRONG = "popular_wrong"
    SURPRISE = "surprise"
    ORM = "orm"
    IMPLICIT = "implicit"


# Cold starts that are a version of the selector, made before the first round from what needs no label.
MADE_WITHOUT_LABELS = (ColdStart.SURPRISE, ColdStart.ORM, ColdStart.IMPLICIT)


class UndecidedBy(models.TextChoices):
    """How strategy uncertain tells what is undecided."""

    SCORE = "score"
    COMMITTEE = "committee"


DEFAULT_MIXTURE = "uncertain=0.5, convincing_wrong=0.25, uniform_distinct=0.25"


class Campaign(models.Model):
    """One pool of problems and solutions, the people who label it, and the settings they work under."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # The settings of the contract, under their contract names.
    overlap = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(20)])
    overlap_share = models.FloatField(default=1.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])
    # One more opinion where two put the first error at different steps.
    extra_on_disagreement = models.BooleanField(default=False)
    lease_minutes = models.PositiveIntegerField(default=30, validators=[MinValueValidator(1), MaxValueValidator(1440)])
    reference_answer = models.CharField(max_length=10, choices=ReferenceAnswer, default=ReferenceAnswer.SHOWN)
    auto_advance = models.BooleanField(default=False)
    train_after = models.FloatField(default=0.8, validators=[MinValueValidator(0.01), MaxValueValidator(1.0)])
    base_model = models.CharField(max_length=200, default="tiny")
    strategy = models.CharField(max_length=40, default="convincing_wrong")
    wrong_share = models.FloatField(default=0.8, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])
    evaluation_share = models.FloatField(default=0.1, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.CAMPAIGN)
    cold_start = models.CharField(max_length=20, choices=ColdStart, default=ColdStart.UNIFORM)
    # Guard rails and further settings of the strategies (`selector.strategies.settings` explains them).
    problem_cap = models.FloatField(default=0.2, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])
    leave_out_uncertain = models.BooleanField(default=False)
    undecided_by = models.CharField(max_length=10, choices=UndecidedBy, default=UndecidedBy.COMMITTEE)
    committee = models.PositiveSmallIntegerField(default=4, validators=[MinValueValidator(1), MaxValueValidator(16)])
    # Whether each version is measured beside a model of the final answers of the very solutions that taught it.
    comparison_orm = models.BooleanField(default=False)
    mixture = models.CharField(max_length=300, default=DEFAULT_MIXTURE)
    exclude = models.CharField(max_length=1_000, blank=True, default="")  # `labeling.actions.exclusions`
    round_size = models.PositiveIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    bad_problem_quorum = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    # Whether labelers see how their count compares with the others' (see `my_work.standings`).
    show_ranking = models.BooleanField(default=False)
    # Where the problems and solutions come from and under which licence: goes into the data card of every export.
    sources = models.CharField(max_length=2_000, blank=True, default="")
    # The guide in force: kept here, so that handing out a solution need not look for the newest.
    guide = models.ForeignKey(
        "labeling.GuideVersion", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.SOLUTION)  # of rounds, unless told otherwise
    # Gold in the stream: how many each labeler gets in a round, and the share below which they are paused.
    gold_per_round = models.PositiveSmallIntegerField(default=15, validators=[MaxValueValidator(50)])
    gold_bar = models.FloatField(default=0.7, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])
    # Screening of newcomers: how many solutions, which share of errors found, which share of false alarms, how often.
    screening = models.CharField(max_length=3, choices=SwitchedOn, default=SwitchedOn.OFF)
    screening_size = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    screening_bar = models.FloatField(default=0.75, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])
    screening_false_alarms = models.FloatField(
        default=0.25, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    screening_attempts = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    # What an hour of a labeler's active time costs, and in what; no cost is told until it is set.
    hourly_rate = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0.01)])
    currency = models.CharField(max_length=8, blank=True, default="")
    write_step_when = models.CharField(max_length=14, choices=WriteStepWhen, default=WriteStepWhen.NONE_POSITIVE)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(wrong_share__gte=0, evaluation_share__gte=0)
                & Q(wrong_share__lte=1 - models.F("evaluation_share") + 1e-9),
                name="campaign_shares_within_one",
                violation_error_message="wrong_share and evaluation_share together must be at most 1.",
            ),
            models.CheckConstraint(
                condition=Q(train_after__gt=0, train_after__lte=1), name="campaign_train_after_a_share"
            ),
            models.CheckConstraint(condition=Q(overlap__gte=1), name="campaign_overlap_at_least_one"),
            models.CheckConstraint(
                condition=Q(lease_minutes__gte=1, round_size__gte=1, bad_problem_quorum__gte=1),
                name="campaign_counts_at_least_one",
            ),
            models.CheckConstraint(
                condition=Q(reference_answer__in=ReferenceAnswer.values), name="campaign_reference_answer_known"
            ),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="campaign_scope_known"),
            models.CheckConstraint(
                condition=Q(overlap_share__gte=0, overlap_share__lte=1), name="campaign_overlap_share_a_share"
            ),
            models.CheckConstraint(condition=Q(gold_bar__gte=0, gold_bar__lte=1), name="campaign_gold_bar_a_share"),
            models.CheckConstraint(condition=Q(screening__in=SwitchedOn.values), name="campaign_screening_known"),
            models.CheckConstraint(
                condition=Q(screening_size__gte=1, screening_attempts__gte=1)
                & Q(screening_bar__gte=0, screening_bar__lte=1)
                & Q(screening_false_alarms__gte=0, screening_false_alarms__lte=1),
                name="campaign_screening_rule_can_be_met",
            ),
            models.CheckConstraint(
                condition=Q(hourly_rate__isnull=True) | Q(hourly_rate__gt=0), name="campaign_hourly_rate_positive"
            ),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="campaign_mode_known"),
            models.CheckConstraint(condition=Q(cold_start__in=ColdStart.values), name="campaign_cold_start_known"),
            models.CheckConstraint(
                condition=Q(undecided_by__in=UndecidedBy.values), name="campaign_undecided_by_known"
            ),
            models.CheckConstraint(
                condition=Q(problem_cap__gte=0, problem_cap__lte=1), name="campaign_problem_cap_a_share"
            ),
            models.CheckConstraint(
                condition=Q(committee__gte=1, committee__lte=16), name="campaign_committee_of_some_heads"
            ),
            models.CheckConstraint(
                condition=Q(write_step_when__in=WriteStepWhen.values), name="campaign_write_step_when_known"
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class Role(models.TextChoices):
    """What a person may do in a campaign."""

    LABELER = "labeler"
    REVIEWER = "reviewer"
    LEAD = "lead"


READERS = (Role.LEAD, Role.REVIEWER)  # who see how a campaign goes; leads also decide


class Membership(models.Model):
    """One account's role in one campaign."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "account"], name="membership_one_per_account"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.account} in {self.campaign}: {self.role}"


class LabelerKind(models.TextChoices):
    """Where a labeler's labels come from."""

    PERSON = "person"
    EXTERNAL = "external"
    SIMULATED = "simulated"
    ADJUDICATOR = "final"  # nobody: whose labels are final, as leads decided


class LabelerQuerySet(models.QuerySet["Labeler"]):
    """Reads of labelers."""

    def from_elsewhere(self) -> "LabelerQuerySet":
        """Who came with imported labels, people and programs."""
        return self.filter(_FROM_ELSEWHERE)

    def with_membership(self) -> "LabelerQuerySet":
        """Each with `is_member`: whether their account is in the campaign still, and not deactivated."""
        member = Membership.objects.filter(
            campaign=models.OuterRef("campaign"), account=models.OuterRef("account"), account__is_active=True
        )
        return self.annotate(is_member=models.Exists(member))

    def who_label_here(self) -> "LabelerQuerySet":
        """All others: people and programs that were given accounts, and who decides."""
        return self.exclude(_FROM_ELSEWHERE)


_FROM_ELSEWHERE = Q(kind=LabelerKind.EXTERNAL) | Q(kind=LabelerKind.SIMULATED, account__isnull=True)


class Labeler(models.Model):
    """Who made a label: a person here, or an external one known only by name or UUID; a record apart from the account.

    `uuid` is the pseudonym in exports: one per campaign, so that campaigns cannot be linked by it.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="labelers")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="labelers")
    kind = models.CharField(max_length=10, choices=LabelerKind, default=LabelerKind.PERSON)
    uuid = models.UUIDField(default=uuid.uuid4)
    name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # How many labels until gold comes; null while nothing is drawn, as in campaigns without gold.
    until_gold = models.PositiveSmallIntegerField(null=True)
    # Has passed screening, or was let in by a lead; and attempts that a lead granted beyond the setting.
    screened_at = models.DateTimeField(null=True)
    further_attempts = models.PositiveSmallIntegerField(default=0)
    # Paused: gets no further work until a lead says so; `pause_reason` is told to them.
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.TextField(blank=True)
    # Gold before this counts no more for the next pause: a lead let them go on, knowing of it.
    resumed_at = models.DateTimeField(null=True)

    objects = LabelerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=LabelerKind.values), name="labeler_kind_known"),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, pause_reason="")
                | (Q(paused_at__isnull=False) & ~Q(pause_reason="")),
                name="labeler_paused_iff_told_why",
            ),
            models.UniqueConstraint(fields=["campaign", "uuid"], name="labeler_one_per_uuid"),
            models.UniqueConstraint(
                fields=["campaign", "account"], condition=Q(account__isnull=False), name="labeler_one_per_account"
            ),
            models.UniqueConstraint(
                fields=["campaign", "name"],
                condition=Q(kind="external") & ~Q(name=""),
                name="labeler_one_per_external_name",
            ),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(kind="final"), name="labeler_one_adjudicator_per_campaign"
            ),
            models.CheckConstraint(
                condition=~Q(kind="external") | Q(account__isnull=True), name="labeler_external_has_no_account"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.uuid)
