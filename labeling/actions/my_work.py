"""What one person has done, and what became of it. Nothing here shows anybody else's work, a score or a purpose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateTimeField,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Greatest
from django.utils import timezone

from labeling.models import (
    Campaign,
    Dispute,
    DisputeState,
    Event,
    FinishReason,
    Label,
    Labeler,
    LabelerKind,
    Membership,
    ProblemState,
    ReferenceAnswer,
    rulings,
)

RECENT_DAYS = 7
COUNTED = 999  # questions: nobody has more to read
RANKED_FROM = 5  # with fewer people, a position says who is who


@dataclass(frozen=True, slots=True)
class Totals:
    """Labels as they stand and the active milliseconds spent on them; in all, and since midnight."""

    labels: int = 0
    labels_today: int = 0
    active_time: int = 0
    active_time_today: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.labels + other.labels,
            self.labels_today + other.labels_today,
            self.active_time + other.active_time,
            self.active_time_today + other.active_time_today,
        )


def midnight() -> datetime:
    """When the day began for the person who asks (see `labeling.personal`)."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def labels_of(account: User) -> QuerySet[Label]:
    """All versions of this account's labels, in campaigns that it is (still) in."""
    return Label.objects.filter(labeler__account=account, labeler__campaign__memberships__account=account)


def submitted(account: User) -> QuerySet[Label]:
    """What stands of it, the newest first, with what a list shows and `problem_decided_at`."""
    return with_rulings(labels_of(account).filter(is_current=True)).order_by("-submitted_at", "-pk")


def with_rulings(labels: QuerySet[Label]) -> QuerySet[Label]:
    """With what `ruling` looks at, and the rest of what a label's line says: no query a row.

    A decision that was there before this person labeled the solution is none on their label: told, it would show that
    the solution is gold.
    """
    subject = Concat(Value("problem "), Cast(OuterRef("problem_id"), CharField()))
    decided = (
        Event.objects.filter(campaign=OuterRef("labeler__campaign"), verb="problem.decided", subject=subject)
        .order_by()
        .values("subject")
        .annotate(last=Max("created_at"))
        .values("last")
    )
    first = Label.objects.filter(labeler=OuterRef("labeler"), solution=OuterRef("solution")).order_by("pk")
    ruled = rulings.Ruling.objects.filter(
        solution=OuterRef("solution"),
        about=rulings.RulingAbout.FIRST_ERROR,
        created_at__gt=OuterRef("first_submitted_at"),
    ).order_by("-pk")
    labels = labels.annotate(first_submitted_at=Subquery(first.values("submitted_at")[:1])).annotate(
        ruled_ratings=Subquery(ruled.values("outcome")[:1]),
        ruled_reason=Subquery(ruled.values("reason")[:1]),
        ruled_at=Subquery(ruled.values("created_at")[:1]),
    )
    return labels.select_related("labeler__campaign", "problem", "solution", "dispute").annotate(
        problem_decided_at=Case(
            When(finish_reason=FinishReason.BAD_PROBLEM, then=Subquery(decided)), output_field=DateTimeField()
        )
    )


def totals(account: User, *, since: datetime) -> dict[int, Totals]:
    """By campaign. A revision is no further label; the time that it took counts on the day on which it was made."""
    spent = Greatest(F("total_time_ms") - Coalesce(F("revises__total_time_ms"), 0), 0, output_field=BigIntegerField())
    today = Q(submitted_at__gte=since)
    first = Q(revises__isnull=True)
    rows = labels_of(account).order_by().values("labeler__campaign")
    found: Iterable[Any] = rows.annotate(
        labels=Count("pk", filter=first),
        labels_today=Count("pk", filter=today & first),
        active_time=Sum(spent),
        active_time_today=Coalesce(Sum(spent, filter=today), 0),
    )
    return {figures.pop("labeler__campaign"): Totals(**figures) for figures in found}


def versions(label: Label) -> list[Label]:
    """The chain that this label belongs to, the newest first."""
    same = Label.objects.filter(labeler=label.labeler_id, problem=label.problem_id, item=label.item_id)
    return list(with_rulings(same.filter(solution=label.solution_id, tree=label.tree_id)).order_by("-pk"))


# Labels that put a question to a lead. Who is not shown the reference answer must not learn from a question in their
# name that theirs differs from it; once a lead has ruled, they may know.
ASKED = Q(finish_reason=FinishReason.BAD_PROBLEM) | (
    Q(dispute__isnull=False)
    & ~Q(dispute__state=DisputeState.OPEN, labeler__campaign__reference_answer=ReferenceAnswer.HIDDEN)
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a lead said, or has still to say, to a label.

    `about` is `first_error` (a lead decided where it is: agrees, differs), `answer` (every step was good, though the
    answer is not the reference: open, accepted, declined) or `problem` (reported as bad: noted, held, kept, excluded).
    """

    about: str
    state: str
    decided_at: datetime | None = None
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to decide."""
        return self.state in ("open", "noted", "held")


def ruling(label: Label) -> Ruling | None:
    """The ruling on a label that came from `with_rulings`; None where there is nothing to rule on."""
    final: str | None = label.ruled_ratings  # type: ignore[attr-defined]
    if final is not None and label.finish_reason in (FinishReason.FOUND_ERROR, FinishReason.SOLUTION):
        state = "agrees" if label.ratings.find("-") == final.find("-") else "differs"
        return Ruling("first_error", state, label.ruled_at, label.ruled_reason)  # type: ignore[attr-defined]
    dispute = _dispute(label)
    if dispute is not None:
        is_hidden = label.labeler.campaign.reference_answer == ReferenceAnswer.HIDDEN
        if dispute.state == DisputeState.OPEN and is_hidden:
            return None
        return Ruling("answer", dispute.state, dispute.decided_at, dispute.decision_reason)
    if label.finish_reason != FinishReason.BAD_PROBLEM:
        return None
    decided_at: datetime | None = label.problem_decided_at  # type: ignore[attr-defined]
    if label.problem.state == ProblemState.HELD:
        return Ruling("problem", "held")
    if label.problem.state == ProblemState.EXCLUDED:
        return Ruling("problem", "excluded", decided_at)
    if decided_at is not None and decided_at > label.submitted_at:
        return Ruling("problem", "kept", decided_at)
    return Ruling("problem", "noted")


def _dispute(label: Label) -> Dispute | None:
    try:
        return label.dispute
    except Dispute.DoesNotExist:
        return None


@dataclass(frozen=True, slots=True)
class Questions:
    """How many of one's questions to a lead wait, and how many were answered in the last days."""

    waiting: int
    answered: int


def questions(account: User) -> Questions:
    """Of the labels as they stand."""
    rulings = [ruling(label) for label in submitted(account).filter(ASKED)[:COUNTED]]
    since = timezone.now() - timedelta(days=RECENT_DAYS)
    return Questions(
        waiting=sum(1 for one in rulings if one and one.is_open),
        answered=sum(1 for one in rulings if one and one.decided_at and one.decided_at >= since),
    )


def shown_reference(label: Label) -> str | None:
    """The reference answer as the labeler saw it then; None where it was hidden or unknown."""
    if label.shown.get("reference_answer") == ReferenceAnswer.HIDDEN:
        return None
    return label.shown.get("reference")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one's own count of the last days compares: with the count in the middle, and one's place among all."""

    own: int
    middle: int
    place: int
    people: int


def standings(account: User, campaigns: Iterable[Campaign]) -> dict[int, Standing]:
    """By campaign; only where it wants that, the person has labeled, and enough others have.

    Only counts, never quality or speed; nobody else's name or number but the middle one.
    """
    wanted = [campaign.pk for campaign in campaigns if campaign.show_ranking]
    if not wanted:
        return {}
    since = timezone.now() - timedelta(days=RECENT_DAYS)
    recent = Label.objects.filter(
        labeler__campaign__in=wanted, labeler__kind=LabelerKind.PERSON, submitted_at__gte=since, revises__isnull=True
    )
    counts: dict[int, dict[int | None, int]] = {campaign: {} for campaign in wanted}
    rows = recent.order_by().values_list("labeler__campaign", "labeler__account").annotate(Count("pk"))
    for campaign, whose, count in rows:
        counts[campaign][whose] = count
    found = {campaign: _standing(account.pk, made) for campaign, made in counts.items()}
    return {campaign: standing for campaign, standing in found.items() if standing}


def _standing(account: int, counts: dict[int | None, int]) -> Standing | None:
    own = counts.get(account)
    if own is None or len(counts) < RANKED_FROM:
        return None
    in_order = sorted(counts.values(), reverse=True)
    return Standing(own, in_order[len(in_order) // 2], in_order.index(own) + 1, len(in_order))


def labeled_today(member: Membership | Labeler) -> int:
    """How many solutions this member labeled since midnight; a revision is no further one."""
    labels = Label.objects.filter(labeler__account=member.account_id, labeler__campaign=member.campaign_id)
    return labels.filter(submitted_at__gte=midnight(), revises__isnull=True).count()
