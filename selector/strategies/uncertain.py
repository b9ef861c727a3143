"""Solutions that the selector is undecided about, right or wrong.

By score: nearest to one half. By committee (ActPRM, arXiv:2504.10559): where several heads disagree most up to the
first error that they predict. Its criterion comes first: a solution is worth a label if there the mean is less sure
than 0.95 or the spread above 0.005 at any step.
"""

from selector.records import Candidate
from selector.strategies.plan import Entry, Places, Plan, Share, Strategy, best_first, by_chance, gettext_noop
from selector.strategies.pool import Pool
from selector.strategies.settings import Settings
from selector.strategies.wrong_first import weighed

LEAST_DOUBT, LEAST_SPREAD = 0.05, 0.005


def _plan(pool: Pool, settings: Settings, _places: Places) -> Plan:
    by_committee = settings.undecided_by == "committee"
    notes: tuple[str, ...] = ()
    known, unknown = weighed(pool.train, _disagreement if by_committee else _indecision)
    if by_committee and pool.train and not known:
        notes = ("No committee has scored the pool: chosen by the solution score.",)
        known, unknown = weighed(pool.train, _indecision)
    if pool.train and not known:
        return Plan([Share("uniform", by_chance(pool.train_samples, settings))], (*notes, _UNSCORED))
    ordered = best_first(known, settings)
    return Plan([Share("uncertain", ordered), Share("uniform", by_chance(unknown, settings, "unscored"))], notes)


def _indecision(candidate: Candidate) -> Entry | None:
    """1 at a score of one half, 0 where the score is sure."""
    if candidate.score is None:
        return None
    return Entry(candidate, 1 - 2 * abs(candidate.score - 0.5), {"score": candidate.score})


def _disagreement(candidate: Candidate) -> Entry | None:
    """The spread; what meets the criterion is worth 1 more, so that it comes before all else."""
    if candidate.spread is None or candidate.doubt is None:
        return None
    is_worth_it = candidate.doubt > LEAST_DOUBT or candidate.spread > LEAST_SPREAD
    parts = {"spread": candidate.spread, "doubt": candidate.doubt}
    return Entry(candidate, candidate.spread + is_worth_it, parts)


_UNSCORED = "No solution has a score yet: chosen uniformly."

STRATEGY = Strategy(
    name="uncertain",
    title=gettext_noop("undecided solutions"),
    help=gettext_noop("Where the selector can tell right from wrong least"),
    reasons={"uncertain": gettext_noop("the selector was undecided about it")},
    plan=_plan,
    needs=frozenset({"score", "committee"}),
)
