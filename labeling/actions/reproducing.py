"""A round's selection made again from its record, and compared with what it holds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from labeling.actions import jobs, round_pools, rounds
from labeling.actions.errors import ActionError, Conflict
from labeling.actions.previews import AT_ONCE
from labeling.actions.requeue import REASON
from labeling.actions.round_plans import RoundPlan
from labeling.models import Job, JobKind, Purpose, QueueItem, Round, RoundPool


class Choice(NamedTuple):
    """One wanted label: of which solution (or candidate tree), and why."""

    subject: int
    rank: int
    reason: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a round holds beside what its record chooses: the same, or what each has that the other lacks."""

    candidates: int
    labels: int
    gone: int  # candidates whose rows are not there any more
    is_pool_same: bool  # to the last score
    only_kept: tuple[Choice, ...]
    only_again: tuple[Choice, ...]

    @property
    def is_same(self) -> bool:
        """Whether the same labels are wanted for the same reasons."""
        return not self.only_kept and not self.only_again


def compare(of: Round) -> Comparison:
    """Choose again as this round was chosen; nothing is written. Raises ActionError where its record is not whole."""
    pool = RoundPool.objects.filter(round=of).select_related("round__selector", "round__campaign").first()
    if pool is None:
        raise ActionError(_("Round {number} has no record of what it was chosen from.").format(number=of.number))
    candidates = round_pools.read(pool)
    again = rounds.items_for(of, rounds.select(candidates, _plan_of(of)).picks)
    kept = of.items.filter(purpose__in=[Purpose.ROUND, Purpose.EVALUATION]).exclude(reason=REASON)
    held, chosen = _counted(kept), _counted(again)
    return Comparison(
        candidates=pool.size,
        labels=held.total(),
        gone=pool.size - len(candidates),
        is_pool_same=round_pools.digest_of(candidates) == pool.digest,
        only_kept=tuple(sorted((held - chosen).elements())),
        only_again=tuple(sorted((chosen - held).elements())),
    )


def in_words(found: Comparison) -> str:
    """The comparison in a sentence or two, known to `labeling.stored_words`."""
    said = f"Chosen again from its record: the same labels ({found.labels:,}), out of {found.candidates:,} candidates."
    if not found.is_same:
        kept, again = len(found.only_kept), len(found.only_again)
        said = f"Chosen again from its record: not the same. In the round alone: {kept:,}. Chosen now alone: {again:,}."
    changed = "The candidates are not what they were: scores, answers or problems changed."
    return said if found.is_pool_same else f"{said} {changed}"


def takes_long(of: Round) -> bool:
    """Whether its candidates are too many to be read while somebody waits."""
    return RoundPool.objects.filter(round=of, size__gt=AT_ONCE).exists()


def request(*, of: Round, by: User) -> Job:
    """Ask for the comparison in the background. Raises Conflict while another one waits."""
    params = {"round": of.number}
    job = jobs.request(campaign=of.campaign, kind=JobKind.PREVIEW, params=params, by=by)
    if job.params != params:
        raise Conflict(_("Something else is being previewed; try again when it is done."))
    return job


def _plan_of(of: Round) -> RoundPlan:
    names = ("size", "strategy", "wrong_share", "evaluation_share", "scope", "seed", "mode", "overlap", "overlap_share")
    return RoundPlan(**{name: getattr(of, name) for name in names}, **of.rails)


def _counted(items: Iterable[QueueItem]) -> Counter[Choice]:
    """Several labels of one solution count as so many."""
    return Counter(Choice(item.subject_id, item.rank, item.reason, item.score) for item in items)
