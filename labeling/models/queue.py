"""QueueItem, Draft and Skip: wanted labelings, their leases, and work not yet submitted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Now

from labeling.models.campaigns import Campaign, Labeler
from labeling.models.fields import JSONText
from labeling.models.problems import CandidateTree, Problem, Solution
from labeling.models.rounds import Round


class Purpose(models.TextChoices):
    """Why a labeling is wanted. Labelers never see it."""

    ROUND = "round"
    EVALUATION = "evaluation"
    GOLD = "gold"
    SCREENING = "screening"
    EXTRA = "extra"


class ItemState(models.TextChoices):
    """planned (round not open) -> waiting -> leased -> labeled; withdrawn while its problem is held or excluded, or
    where its label was sent back and another item wants it anew.
    """

    PLANNED = "planned"
    WAITING = "waiting"
    LEASED = "leased"
    LABELED = "labeled"
    WITHDRAWN = "withdrawn"


CHECKS = (Purpose.GOLD.value, Purpose.SCREENING.value)  # of the labeler, not of the solution: no round waits for them
UNFINISHED = ("planned", "waiting", "leased")
# The same by exclusion: SQLite recognizes a partial index by its terms, and a list is none.
IS_UNFINISHED = ~Q(state="labeled") & ~Q(state="withdrawn")
MAX_LEASES = 2  # the item in hand and one fetched ahead


class QueueItemQuerySet(models.QuerySet["QueueItem"]):
    """Reads of the queue; each chains like a sentence."""

    def waiting(self) -> QueueItemQuerySet:
        """Items anyone may claim."""
        return self.filter(state=ItemState.WAITING)

    def expired(self) -> QueueItemQuerySet:
        """Leases that ran out, by the database's clock."""
        return self.filter(state=ItemState.LEASED, leased_until__lte=Now())

    def unfinished(self) -> QueueItemQuerySet:
        """Items of a round whose label may still come, the last one first; gold is not waited for.

        The order matters: the last item stays unfinished longest, so that whoever asks for one finds it at the end of
        its index, while a scan from any other side would pass all that is labeled already.
        """
        return self.filter(IS_UNFINISHED).wanted().order_by("-place")

    def wanted(self) -> QueueItemQuerySet:
        """Those that are wanted for their solution: no gold, no screening."""
        return self.exclude(purpose__in=CHECKS)

    def come_back(self) -> QueueItemQuerySet:
        """Withdrawn ones that are wanted again once their problem is.

        What was labeled and sent back has a new item, and an attempt at screening went on without them.
        """
        return self.filter(state=ItemState.WITHDRAWN).exclude(labels__isnull=False).exclude(purpose=Purpose.SCREENING)

    def open_to(self, labeler: Labeler) -> QueueItemQuerySet:
        """Without what is kept for somebody else."""
        return self.filter(Q(reserved_for__isnull=True) | Q(reserved_for=labeler))

    def held_by(self, labeler: Labeler) -> QueueItemQuerySet:
        """This labeler's leases, the oldest first; one that ran out (`has_run_out`) is theirs no more."""
        return (
            self.filter(state=ItemState.LEASED, leased_by=labeler)
            .annotate(has_run_out=Q(leased_until__lte=Now()))
            .order_by("leased_at", "place")
        )

    def of_problems(self, problems: models.QuerySet[Problem] | list[Problem]) -> QueueItemQuerySet:
        """Items of either kind of these problems: two probes, since one condition with OR would read all of them."""
        of_solutions = self.filter(solution__problem__in=problems).order_by().values("pk")
        of_trees = self.filter(tree__problem__in=problems).order_by().values("pk")
        return QueueItem.objects.filter(pk__in=of_solutions.union(of_trees))

    def new_to(self, labeler: Labeler) -> QueueItemQuerySet:
        """Without solutions and candidate trees that this labeler labeled or holds, or that are kept for others."""
        # What was imported from PRM800K is nobody's here; the condition lets the unique indexes answer.
        labels = labeler.labels.filter(is_current=True).exclude(origin="prm800k")
        leases = QueueItem.objects.filter(state=ItemState.LEASED, leased_by=labeler)
        return self.open_to(labeler)._without(
            is_labeled=labels.filter(solution=OuterRef("solution")),
            is_held=leases.filter(solution=OuterRef("solution")),
            is_labeled_tree=labels.filter(tree=OuterRef("tree")),
            is_held_tree=leases.filter(tree=OuterRef("tree")),
        )

    def not_skipped_by(self, labeler: Labeler) -> QueueItemQuerySet:
        """Without items that this labeler gave back."""
        return self._without(is_skipped=Skip.objects.filter(item=OuterRef("pk"), labeler=labeler))

    def _without(self, **rows: models.QuerySet[Any]) -> QueueItemQuerySet:
        """Without items that have such rows: one probe for each item that is looked at, however large the tables.

        PostgreSQL may answer NOT EXISTS by a join over the whole queue, and thinks that IS NULL leaves next to nothing,
        which makes sorting seem cheaper than the index; of `<> 1` it expects that nearly all remain, as is the case.
        """
        items = self
        for name, some in rows.items():
            first = Subquery(some.order_by().values(one=Value(1))[:1])
            items = items.alias(**{name: Coalesce(first, Value(0))}).exclude(**{name: 1})
        return items


class QueueItem(models.Model):
    """One wanted labeling of one solution, or of one candidate tree. Overlap is several items.

    A sweep returns expired leases to waiting, so that a claim reads one index. Each lease gets the next
    `lease_number`; whoever submits names it, and a stale one fits no row.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="queue_items", db_index=False)
    round = models.ForeignKey(Round, null=True, on_delete=models.CASCADE, related_name="items", db_index=False)
    solution = models.ForeignKey(Solution, null=True, on_delete=models.PROTECT, related_name="queue_items")
    tree = models.ForeignKey(
        CandidateTree, null=True, on_delete=models.PROTECT, related_name="queue_items", db_index=False
    )
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.ROUND)
    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.PLANNED)
    place = models.BigIntegerField()
    lease_number = models.PositiveIntegerField(default=0)
    leased_by = models.ForeignKey(Labeler, null=True, on_delete=models.PROTECT, related_name="leases")
    lease_slot = models.PositiveSmallIntegerField(null=True)
    leased_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    # Gold and screening are each one labeler's: never twice the same solution to one person.
    reserved_for = models.ForeignKey(
        Labeler, null=True, on_delete=models.PROTECT, related_name="reserved_items", db_index=False
    )
    # Every lease there was, as its labeler and the second it began, such as `12@1795852800 7@1795854600 `; of those
    # before that was kept the labeler alone. To others of the campaign it is as if it were not there, and only these
    # may keep work on it. Written by the claim itself, which a table of leases would cost one more write.
    holders = models.TextField(default="", db_default="", blank=True)
    # Why this solution was chosen, as the strategy said it.
    score = models.FloatField(null=True)
    rank = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=40, blank=True)

    objects = QueueItemQuerySet.as_manager()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state="leased",
                    leased_until__isnull=False,
                    leased_by__isnull=False,
                    leased_at__isnull=False,
                    lease_slot__isnull=False,
                )
                | (
                    ~Q(state="leased")
                    & Q(
                        leased_until__isnull=True,
                        leased_by__isnull=True,
                        leased_at__isnull=True,
                        lease_slot__isnull=True,
                    )
                ),
                name="queue_item_lease_iff_leased",
            ),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="queue_item_state_known"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="queue_item_purpose_known"),
            models.UniqueConstraint(
                fields=["leased_by", "lease_slot"], condition=Q(state="leased"), name="queue_item_one_lease_per_slot"
            ),
            models.CheckConstraint(
                condition=Q(lease_slot__isnull=True) | Q(lease_slot__lt=MAX_LEASES),
                name="queue_item_two_leases_at_most",
            ),
            models.UniqueConstraint(
                fields=["leased_by", "solution"], condition=Q(state="leased"), name="queue_item_solution_held_once"
            ),
            models.UniqueConstraint(
                fields=["leased_by", "tree"], condition=Q(state="leased"), name="queue_item_tree_held_once"
            ),
            models.UniqueConstraint(
                fields=["reserved_for", "solution"],
                condition=Q(reserved_for__isnull=False),
                name="queue_item_reserved_once_per_solution",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["gold", "screening"], reserved_for__isnull=False, solution__isnull=False)
                | (~Q(purpose__in=["gold", "screening"]) & Q(reserved_for__isnull=True)),
                name="queue_item_reserved_iff_a_check",
            ),
            models.CheckConstraint(
                condition=Q(solution__isnull=False, tree__isnull=True) | Q(solution__isnull=True, tree__isnull=False),
                name="queue_item_of_a_solution_or_a_tree",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "place"], condition=Q(state="waiting"), name="queue_item_waiting"),
            models.Index(fields=["leased_until"], condition=Q(state="leased"), name="queue_item_leases"),
            models.Index(fields=["round", "state"], name="queue_item_by_round"),
            models.Index(fields=["round", "place"], condition=IS_UNFINISHED, name="queue_item_unfinished_of_round"),
            models.Index(fields=["tree"], condition=Q(tree__isnull=False), name="queue_item_by_tree"),
        ]

    def __str__(self) -> str:
        return f"item {self.pk} ({self.state})"

    @property
    def subject_id(self) -> int:
        """Its number; among items of one round a number is of one kind."""
        return self.solution_id or self.tree_id or 0

    @property
    def subject(self) -> Solution | CandidateTree:
        """What is to be labeled: the solution, or the candidate tree."""
        subject = self.solution if self.tree_id is None else self.tree
        if subject is None:
            raise TypeError(f"{self} is of neither a solution nor a candidate tree")
        return subject

    def was_held_by(self, labeler: Labeler) -> bool:
        """Whether this labeler holds it or has ever held it."""
        return self.leased_by_id == labeler.pk or any(who == labeler.pk for who, _began_at in self.leases())

    def leases(self) -> list[tuple[int, datetime | None]]:
        """Every lease there was, the earliest first: its labeler's number, and when it began, where that is known."""
        marks = [mark.partition("@") for mark in self.holders.split()]
        return [(int(who), datetime.fromtimestamp(int(at), UTC) if at else None) for who, _, at in marks]


class Draft(models.Model):
    """Work on an item that is not submitted yet.

    It is kept when the lease runs out, and when somebody else labels the item: then its labeler alone can read and
    discard it.
    """

    item = models.ForeignKey(QueueItem, on_delete=models.CASCADE, related_name="drafts")
    labeler = models.ForeignKey(Labeler, on_delete=models.CASCADE, related_name="drafts")
    content = JSONText(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "labeler"], name="draft_one_per_item_and_labeler")]

    def __str__(self) -> str:
        return f"draft of {self.labeler_id} on {self.item_id}"


class Skip(models.Model):
    """An item that a labeler gave back: it comes to them again only after everything else."""

    item = models.ForeignKey(QueueItem, on_delete=models.CASCADE, related_name="skips")
    labeler = models.ForeignKey(Labeler, on_delete=models.CASCADE, related_name="skips")
    skipped_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "labeler"], name="skip_one_per_item_and_labeler")]

    def __str__(self) -> str:
        return f"{self.labeler_id} skipped {self.item_id}"
