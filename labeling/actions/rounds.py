"""Rounds: plan, preview, open, close, reopen, and go on by themselves."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.actions import agreements, candidates, convincing, events, gold_draw, jobs, overlap, round_pools
from labeling.actions.errors import Conflict
from labeling.actions.round_plans import RAILS, RoundPlan
from labeling.actions.statements import Change, Statement
from labeling.models import (
    Campaign,
    ItemState,
    JobKind,
    JobState,
    Mode,
    Problem,
    ProblemState,
    Purpose,
    QueueItem,
    Round,
    RoundState,
    SelectorVersion,
)
from selector import strategies
from selector.records import Candidate, Pick, Selection

BATCH = 2_000
# What the event of a planned round says: how it was chosen.
POLICY = (
    "size", "strategy", "wrong_share", "evaluation_share", "scope", "seed", "overlap", "overlap_share", "rails",
    "shortfall",
)  # fmt: skip
TOLD_EVERY = 20_000
# Of a round and its campaign, what a label looks at.
FOR_LABELS = (
    *("number", "state", "counted_items", "counted_labels", "training_requested_at"),
    *("campaign__auto_advance", "campaign__train_after"),
)


def choose(campaign: Campaign, plan: RoundPlan) -> tuple[Selection, SelectorVersion | None]:
    """What the strategy picks from the rows as they are now; nothing is written."""
    pool, version = _pool(campaign, plan)
    return select(pool, plan), version


def select(pool: Sequence[Candidate], plan: RoundPlan) -> Selection:
    """What the strategy picks from these candidates: the same ones and the same plan give the same picks."""
    return strategies.select(
        pool,
        size=overlap.solutions_for(plan.size, overlap=plan.overlap, share=plan.overlap_share),
        strategy=plan.strategy,
        wrong_share=plan.wrong_share,
        evaluation_share=plan.evaluation_share,
        scope=plan.scope,
        seed=plan.seed,
        problem_cap=plan.problem_cap,
        takes_uncertain=not plan.leave_out_uncertain,
        undecided_by=plan.undecided_by,
        mixture=strategies.weights_of(plan.mixture),
    )


def _pool(
    campaign: Campaign, plan: RoundPlan, seen: Callable[[int], object] = lambda _count: None
) -> tuple[list[Candidate], SelectorVersion | None]:
    """All candidates; `seen` is told how many are read, now and then."""
    if plan.mode == Mode.CANDIDATES:
        return list(candidates.tree_table(campaign, exclude=plan.exclude)), None
    version = candidates.selector_in_use(campaign)
    pool: list[Candidate] = []
    needs = strategies.STRATEGIES[plan.strategy].needs
    for one in candidates.table(campaign, version, needs, exclude=plan.exclude):
        pool.append(one)
        if len(pool) % TOLD_EVERY == 0:
            seen(len(pool))
    return pool, version


def preview(campaign: Campaign, wanted: RoundPlan) -> tuple[Round, list[QueueItem]]:
    """The round that `plan` would make of the rows as they are now, and its items; nothing is written.

    Raises Conflict when there is nothing left to label.
    """
    planned, items, _candidates = preview_with_pool(campaign, wanted)
    return planned, items


def preview_with_pool(
    campaign: Campaign, wanted: RoundPlan, seen: Callable[[int], object] = lambda _count: None
) -> tuple[Round, list[QueueItem], list[Candidate]]:
    """The same with the candidates that it was chosen from."""
    pool, version = _pool(campaign, wanted, seen)
    return *_planned(campaign, wanted, pool, version), pool


def _planned(
    campaign: Campaign, wanted: RoundPlan, pool: list[Candidate], version: SelectorVersion | None
) -> tuple[Round, list[QueueItem]]:
    selection = select(pool, wanted)
    kept_out = selection.kept_out
    if wanted.exclude:  # told even where it is none: then a name is spelled otherwise here
        of_trees = wanted.mode == Mode.CANDIDATES
        excluded = candidates.excluded_count(campaign, wanted.exclude, of_trees=of_trees)
        kept_out = {"excluded": excluded} | kept_out
    if not selection.picks:
        if kept_out.get("excluded"):
            raise Conflict(_("There is nothing left to label but what this plan leaves out."))
        if wanted.mode == Mode.CANDIDATES:
            raise Conflict(
                _("There is nothing left to label: every candidate tree is labeled, wanted already, or held.")
            )
        if selection.kept_out.get("too_long"):
            raise Conflict(_("There is nothing left to label but what is longer than the selector’s base can read."))
        raise Conflict(
            _("There is nothing left to label: every distinct solution is labeled, wanted already, or held.")
        )
    last = campaign.rounds.filter(number__gte=0).aggregate(last=Max("number"))["last"]
    planned = Round(
        campaign=campaign,
        number=0 if last is None else last + 1,
        mode=wanted.mode,
        size=wanted.size,
        strategy=wanted.strategy,
        wrong_share=wanted.wrong_share,
        evaluation_share=wanted.evaluation_share,
        scope=wanted.scope,
        seed=wanted.seed,
        overlap=wanted.overlap,
        overlap_share=wanted.overlap_share,
        selector=version,
        rails={name: getattr(wanted, name) for name in RAILS},
        shortfall=selection.shortfall,
        kept_out=kept_out,
        notes=list(selection.notes),
        convincing=convincing.kept(pool, selection.picks, wanted.size),
    )
    return planned, items_for(planned, selection.picks)


def plan(*, campaign: Campaign, wanted: RoundPlan, by: User | None) -> Round:
    """Select and keep the next round, state planned. Raises Conflict when there is nothing left to label."""
    try:
        with transaction.atomic():
            Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
            pool, version = _pool(campaign, wanted)
            made, items = _planned(campaign, wanted, pool, version)
            made.planned_by = by
            made.save()
            QueueItem.objects.bulk_create(items, batch_size=BATCH)
            round_pools.keep(made, pool)
            events.record(
                campaign=campaign,
                actor=by,
                verb="round.planned",
                subject=f"round {made.number}",
                after={name: getattr(made, name) for name in POLICY},
            )
    except IntegrityError as error:
        raise Conflict(_("Another round was planned this moment; look at it first.")) from error
    return made


def items_for(planned: Round, picks: Sequence[Pick]) -> list[QueueItem]:
    """Items for the picks: all first copies, then the second ones, so that one person rarely meets both."""
    first = (planned.campaign.queue_items.aggregate(last=Max("place"))["last"] or 0) + 1
    ordered = _spread(picks)
    again = overlap.shared(ordered, planned.overlap_share)
    copies = [*ordered, *[pick for _ in range(planned.overlap - 1) for pick in again]][: planned.size]
    subject = "tree_id" if planned.mode == Mode.CANDIDATES else "solution_id"
    return [
        QueueItem(
            campaign=planned.campaign,
            round=planned,
            purpose=Purpose.EVALUATION if pick.reason == "evaluation" else Purpose.ROUND,
            place=first + offset,
            score=pick.score,
            rank=pick.rank,
            reason=pick.reason,
            **{subject: int(pick.solution_id)},
        )
        for offset, pick in enumerate(copies)
    ]


def _spread(picks: Sequence[Pick]) -> list[Pick]:
    """Evaluation picks evenly among the others, so that labels of both kinds come in together."""
    evaluation = [pick for pick in picks if pick.reason == "evaluation"]
    others = [pick for pick in picks if pick.reason != "evaluation"]
    placed = [((index + 0.5) / len(others), 0, pick) for index, pick in enumerate(others)]
    placed += [((index + 0.5) / len(evaluation), 1, pick) for index, pick in enumerate(evaluation)]
    return [pick for _, _, pick in sorted(placed, key=lambda entry: entry[:2])]


def open_round(*, of: Round, by: User | None) -> None:
    """planned -> open: its items can be claimed."""
    _turn(of, from_state=RoundState.PLANNED, to_state=RoundState.OPEN, by=by, opened_at=Now())


def close_round(*, of: Round, by: User | None) -> None:
    """open -> closed by a lead: what nobody began goes back; what is in hand may still be submitted."""
    with transaction.atomic():
        _turn(of, from_state=RoundState.OPEN, to_state=RoundState.CLOSED, by=by, closed_at=Now())
        _go_on(of)


def reopen_round(*, of: Round, by: User | None) -> None:
    """closed -> open, while it has items without a label."""
    if not of.items.unfinished().first():
        raise Conflict(_("Round {number} is complete: every wanted label is there.").format(number=of.number))
    _turn(of, from_state=RoundState.CLOSED, to_state=RoundState.OPEN, by=by, closed_at=None)


_NOT_IN_ITS_TURN = {
    RoundState.PLANNED.value: gettext_lazy("Round {number} cannot be opened: it is not planned any more."),
    RoundState.OPEN.value: gettext_lazy("Round {number} cannot be closed: it is not open."),
    RoundState.CLOSED.value: gettext_lazy("Round {number} cannot be reopened: it is not closed."),
}


def _turn(of: Round, *, from_state: str, to_state: str, by: User | None, **times: Any) -> None:
    with transaction.atomic():
        if not Round.objects.filter(pk=of.pk, state=from_state).update(state=to_state, **times):
            raise Conflict(_NOT_IN_ITS_TURN[from_state].format(number=of.number))
        if to_state == RoundState.OPEN:
            _offer_items(of)
            gold_draw.draw_for_all(of.campaign, anew=from_state == RoundState.PLANNED)
        else:
            of.items.filter(state=ItemState.WAITING).update(state=ItemState.PLANNED)
        events.record(
            campaign=of.campaign,
            actor=by,
            verb=f"round.{to_state}",
            subject=f"round {of.number}",
            before=from_state,
            after=to_state,
        )
    of.refresh_from_db()


def _offer_items(of: Round) -> None:
    """planned -> waiting; withdrawn where the problem was held while the round was being planned."""
    planned = of.items.filter(state=ItemState.PLANNED)
    held = Problem.objects.filter(campaign=of.campaign).exclude(state=ProblemState.ACTIVE)
    withdrawn = planned.of_problems(held).values("pk")
    withdrawn_count = QueueItem.objects.filter(pk__in=withdrawn).update(state=ItemState.WITHDRAWN)
    planned.update(state=ItemState.WAITING)
    _count(of)
    if withdrawn_count:
        after_withdrawal(lock([of.pk]))


def lock(round_ids: Iterable[int | None]) -> list[Round]:
    """These rounds' rows, locked until the transaction ends; items without a round add nothing.

    What moves items out of hands or out of the queue locks their rounds first: so of two last labels at once the second
    sees the first, and nobody hands out an item of a round that is just being closed. The order of locks is the same
    everywhere: rounds as they are numbered, then items, then the problem. `no_key`: rows that merely point to the round
    may still be written.
    """
    wanted = [round_id for round_id in round_ids if round_id is not None]
    if not wanted:
        return []
    if len(wanted) == 1:
        return _LOCKED.rows(round=wanted[0])
    return list(_locking().filter(pk__in=wanted).order_by("pk"))


def _locking() -> QuerySet[Round]:
    locking = Round.objects.select_for_update(of=("self",), no_key=True).select_related("campaign")
    return locking.only(*FOR_LABELS)


def _locked(round: int) -> QuerySet[Round]:
    return _locking().filter(pk=round)


_LOCKED = Statement(_locked)


def after_label(of: Round, *, is_wanted: bool = True) -> None:
    """Called in the transaction of a label, its round locked: close the round on its last one, start training when
    enough are in. A label of gold (`is_wanted` False) is none of those that the round waits for.
    """
    if not is_wanted or of.state != RoundState.OPEN or _close_when_complete(of) or of.training_requested_at is not None:
        return
    if of.counted_items is None:
        _count(of)
    else:
        of.counted_labels += 1
        _ONE_MORE.run(round=of.pk)
    enough = of.campaign.train_after * (of.counted_items or 0) - 1e-9  # 0.55 * 100 is a little more than 55
    if of.campaign.auto_advance and of.counted_labels >= enough:
        _request_training(of)


def _one_more(round: int) -> tuple[QuerySet[Round], dict[str, Any]]:
    return Round.objects.filter(pk=round), {"counted_labels": F("counted_labels") + 1}


_ONE_MORE = Change(_one_more)


def after_withdrawal(locked: Iterable[Round]) -> None:
    """Called when items of these rounds, locked, were withdrawn or came back: a round must not wait for what nobody
    can label. That of screening waits for nothing, and never closes.
    """
    for of in locked:
        if of.number >= 0 and of.state == RoundState.OPEN and not _close_when_complete(of):
            of.counted_items = None
            of.save(update_fields=["counted_items"])


def _an_unfinished(round: int) -> QuerySet[QueueItem, Any]:
    return QueueItem.objects.filter(round=round).unfinished().values_list("pk")[:1]


_AN_UNFINISHED = Statement(_an_unfinished)


def _close_when_complete(of: Round) -> bool:
    if _AN_UNFINISHED.rows(round=of.pk):
        return False
    _turn(of, from_state=RoundState.OPEN, to_state=RoundState.CLOSED, by=None, closed_at=Now())
    _go_on(of)
    return True


def _count(of: Round) -> None:
    """Keep how many items and labels the round has; a label then adds one instead of counting them all."""
    counts = Round.objects.with_counts().get(pk=of.pk)
    of.counted_items, of.counted_labels = counts.item_count, counts.labeled_count
    of.save(update_fields=["counted_items", "counted_labels"])


def _request_training(of: Round) -> None:
    first = Round.objects.filter(pk=of.pk, training_requested_at__isnull=True).update(training_requested_at=Now())
    if first:
        jobs.request(campaign=of.campaign, kind=JobKind.RETRAIN, params={"round": of.number})


def _go_on(of: Round) -> None:
    """With auto_advance a closed round leads to a training (unless it began at train_after) and to the next round.

    How far its labelers agree is computed in any case.
    """
    agreements.after_round(of)
    if of.campaign.auto_advance:
        _request_training(of)
        jobs.request(campaign=of.campaign, kind=JobKind.PLAN)


def request_next(campaign: Campaign) -> None:
    """After a training: ask for the next round, where the campaign goes on by itself."""
    if Campaign.objects.filter(pk=campaign.pk, auto_advance=True).exists():
        jobs.request(campaign=campaign, kind=JobKind.PLAN)


def advance(campaign: Campaign) -> tuple[Round | None, str]:
    """Plan and open the next round, if its time has come; else None and why not. Doing it twice makes one round."""
    with transaction.atomic():
        Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if campaign.jobs.filter(kind=JobKind.RETRAIN, state__in=[JobState.REQUESTED, JobState.RUNNING]).exists():
            return None, _("The selector is still being trained; the next round follows it.")
        rounds = list(campaign.rounds.filter(number__gte=0).order_by("number"))
        ended = [of for of in rounds if of.state == RoundState.CLOSED]
        if any(of.state == RoundState.OPEN for of in rounds):
            return None, _("The newest round is not closed yet.")
        if not ended:
            return None, _("The first round is a lead's to plan.")
        following = next((of for of in rounds if of.state == RoundState.PLANNED), None)
        try:
            # What a lead has planned meanwhile is what comes next.
            made = following or plan(
                campaign=campaign, wanted=RoundPlan.of(campaign, seed=ended[-1].number + 1), by=None
            )
        except Conflict as nothing_left:
            return None, nothing_left.message
        open_round(of=made, by=None)
    return made, _("Round {number} is open.").format(number=made.number)
