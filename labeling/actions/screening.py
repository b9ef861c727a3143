"""Screening: a newcomer judges solutions whose right label is known, before any real work (round -1)."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import events
from labeling.actions.errors import Conflict
from labeling.actions.gold_draw import CHANCE
from labeling.models import (
    Campaign,
    Gold,
    GoldUse,
    ItemState,
    Label,
    Labeler,
    ProblemState,
    Purpose,
    QueueItem,
    Round,
    RoundState,
    ScreeningAttempt,
    Skip,
    SwitchedOn,
)

ROUND = -1


def is_required(campaign: Campaign, labeler: Labeler) -> bool:
    """Whether this labeler gets no real work yet."""
    return campaign.screening == SwitchedOn.ON and labeler.screened_at is None


def next_items(campaign: Campaign, labeler: Labeler) -> list[int]:
    """What of the screening set is still to do, the first of an attempt begun here; given-back ones last."""
    waiting = _items(labeler).filter(state=ItemState.WAITING)
    if not waiting.exists():
        if labeler.screening_attempts.exists():
            _judge_when_over(labeler)  # what was left of it may have gone with its problem
        else:
            _begin(campaign, labeler, number=1)
    skipped = Exists(Skip.objects.filter(item=OuterRef("pk"), labeler=labeler))
    return list(waiting.alias(is_skipped=skipped).order_by("is_skipped", "place").values_list("pk", flat=True)[:16])


def _items(labeler: Labeler) -> QuerySet[QueueItem]:
    return QueueItem.objects.filter(reserved_for=labeler, purpose=Purpose.SCREENING)


def _new_to(labeler: Labeler) -> tuple[list[int], list[int]]:
    """Solutions of the screening set that this labeler never had: those with an error, and those that may have none."""
    golds = Gold.objects.filter(
        use=GoldUse.SCREENING,
        solution__problem__campaign=labeler.campaign_id,
        solution__problem__state=ProblemState.ACTIVE,
    )
    had = QueueItem.objects.filter(reserved_for=labeler, solution=OuterRef("solution"))
    labeled = Label.objects.filter(labeler=labeler, solution=OuterRef("solution"))
    fresh = list(golds.filter(~Exists(had), ~Exists(labeled)).only("solution", "accepted"))
    with_error = [one.solution_id for one in fresh if not one.may_have_none]
    return with_error, [one.solution_id for one in fresh if one.may_have_none]


def _drawn(with_error: list[int], without: list[int], size: int) -> list[int]:
    """One attempt's solutions: of both kinds, in proportion, since the rule asks about both; none where too few.

    An attempt of one solution can ask about one kind alone.
    """
    least = min(1, size // 2)
    there = len(with_error) + len(without)
    if there < size or min(len(with_error), len(without)) < least:
        return []
    share = round(size * len(with_error) / there)
    errors = min(max(share, least, size - len(without)), size - least, len(with_error))
    drawn = [*CHANCE.sample(with_error, errors), *CHANCE.sample(without, size - errors)]
    CHANCE.shuffle(drawn)
    return drawn


def _begin(campaign: Campaign, labeler: Labeler, *, number: int) -> bool:
    """Put one attempt's solutions into the queue for this labeler; False where there are not enough."""
    solutions = _drawn(*_new_to(labeler), campaign.screening_size)
    if not solutions:
        return False
    try:
        with transaction.atomic():
            ScreeningAttempt.objects.create(
                labeler=labeler,
                number=number,
                size=campaign.screening_size,
                started_at=timezone.now(),
                bar=campaign.screening_bar,
                most_false_alarms=campaign.screening_false_alarms,
            )
            of = _round(campaign)
            first = (campaign.queue_items.aggregate(last=Max("place"))["last"] or 0) + 1
            QueueItem.objects.bulk_create(
                QueueItem(
                    campaign_id=campaign.pk,
                    round=of,
                    solution_id=solution,
                    purpose=Purpose.SCREENING,
                    reserved_for=labeler,
                    state=ItemState.WAITING,
                    place=first + offset,
                )
                for offset, solution in enumerate(solutions)
            )
    except IntegrityError:  # two requests at once: the other one began it
        pass
    return True


def _round(campaign: Campaign) -> Round:
    fixed: dict[str, Any] = {
        "size": campaign.screening_size,
        "strategy": "uniform",
        "wrong_share": 0.0,
        "evaluation_share": 0.0,
        "scope": campaign.scope,
        "state": RoundState.OPEN,
        "opened_at": timezone.now(),
    }
    of, _is_new = Round.objects.get_or_create(campaign=campaign, number=ROUND, defaults=fixed)
    return of


def after_label(label: Label) -> None:
    """Called in the transaction of a screening label: judge the attempt when this was its last."""
    _judge_when_over(label.labeler)


@transaction.atomic
def _judge_when_over(labeler: Labeler) -> None:
    attempt = labeler.screening_attempts.select_for_update().filter(ended_at__isnull=True).first()
    if attempt is None or _items(labeler).filter(state__in=[ItemState.WAITING, ItemState.LEASED]).exists():
        return
    attempt.with_error, attempt.found, attempt.without_error, attempt.false_alarms = _counts(labels_of(attempt))
    asked_of_both = bool(attempt.with_error and attempt.without_error) or attempt.size == 1
    attempt.passed = (
        asked_of_both  # of what was taken out of the queue nobody was asked
        and attempt.found >= attempt.bar * attempt.with_error - 1e-9
        and attempt.false_alarms <= attempt.most_false_alarms * attempt.without_error + 1e-9
    )
    attempt.ended_at = timezone.now()
    attempt.save()
    if attempt.passed:
        labeler.screened_at = attempt.ended_at
        labeler.save(update_fields=["screened_at"])
    events.record(
        campaign=labeler.campaign,
        actor=None,
        verb="screening.passed" if attempt.passed else "screening.failed",
        subject=f"labeler {labeler.pk}",
        after={
            name: getattr(attempt, name)
            for name in ("number", "size", "with_error", "found", "without_error", "false_alarms")
        },
    )


def labels_of(attempt: ScreeningAttempt) -> list[Label]:
    """What was said in this attempt, one label a solution: its last version before the end."""
    labels = Label.objects.filter(
        labeler=attempt.labeler_id,
        item__purpose=Purpose.SCREENING,
        item__reserved_for=attempt.labeler_id,
        submitted_at__gte=attempt.started_at,
    )
    if attempt.ended_at is not None:
        labels = labels.filter(submitted_at__lte=attempt.ended_at)
    versions = labels.filter(solution__gold__isnull=False).select_related("solution__gold", "solution__problem")
    return list({label.item_id: label for label in versions.order_by("pk")}.values())


def is_right(label: Label) -> bool:
    """Whether this label of gold is acceptable."""
    is_verdict = label.finish_reason in ("found_error", "solution")
    return is_verdict and label.solution is not None and label.solution.gold.accepts(label.ratings)


def _counts(labels: Sequence[Label]) -> tuple[int, int, int, int]:
    """Solutions with an error and those found; without, and those in which one was claimed.

    Where an error may be seen or not, what was said is acceptable, or else a false alarm.
    """
    with_error = [one for one in labels if one.solution and not one.solution.gold.may_have_none]
    clean = [one for one in labels if one.solution and one.solution.gold.may_have_none]
    found = sum(map(is_right, with_error))
    return len(with_error), found, len(clean), len(clean) - sum(map(is_right, clean))


def attempts_left(campaign: Campaign, labeler: Labeler) -> int:
    """How often this labeler may still begin."""
    return max(0, campaign.screening_attempts + labeler.further_attempts - labeler.screening_attempts.count())


def retake(*, labeler: Labeler) -> None:
    """Begin once more, with solutions that are new to them. Raises Conflict where that cannot be."""
    campaign = labeler.campaign
    if not is_required(campaign, labeler):
        raise Conflict(_("No screening is asked of you."))
    if labeler.screening_attempts.filter(ended_at__isnull=True).exists():
        raise Conflict(_("Your screening is under way: go on with it."))
    if not attempts_left(campaign, labeler):
        raise Conflict(_("There is no further attempt; a lead decides how you go on."))
    if not _begin(campaign, labeler, number=labeler.screening_attempts.count() + 1):
        raise Conflict(_("There are not enough screening solutions that are new to you; a lead has to add some."))


def allow_further(*, labeler: Labeler, by: User) -> None:
    """A lead lets them try once more."""
    with transaction.atomic():
        Labeler.objects.filter(pk=labeler.pk).update(further_attempts=F("further_attempts") + 1)
        events.record(
            campaign=labeler.campaign, actor=by, verb="screening.further_attempt", subject=f"labeler {labeler.pk}"
        )
    labeler.refresh_from_db()


def let_in(*, labeler: Labeler, by: User) -> None:
    """A lead lets them work without having passed; what of the set is still waiting is wanted no more."""
    with transaction.atomic():
        if not Labeler.objects.filter(pk=labeler.pk, screened_at__isnull=True).update(screened_at=timezone.now()):
            raise Conflict(_("They are let in already."))
        _items(labeler).filter(state=ItemState.WAITING).update(state=ItemState.WITHDRAWN)
        events.record(campaign=labeler.campaign, actor=by, verb="screening.let_in", subject=f"labeler {labeler.pk}")
    labeler.refresh_from_db()
