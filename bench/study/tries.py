"""Ways to choose that the product does not have: each gives every distinct solution of the pool a worth.

`TRIES` are honest ones; the oracle among `INFORMED` knows what a labeler would say and shows how much there is to gain.
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence

from bench.study.groups import Group, Judged
from bench.study.world import Scores
from selector.committee import ERROR_BELOW
from selector.comparison import log_likelihood
from selector.judged import JudgedSolution
from selector.records import ScoredSolution
from selector.strategies import Settings, Strategy
from selector.strategies.plan import Entry, Places, Plan, Share, best_first
from selector.strategies.pool import Pool as Eligible

Worth = Mapping[str, float]  # by key of a distinct solution


def contradicted(pool: Group, scores: Scores, _labeled: Sequence[Judged]) -> Worth:
    """The answer, known for nothing, contradicts the selector: wrong and scored high, or right and scored low."""
    said = {key: scores[key].score or 0.0 for key in pool.distinct}
    return {key: 1 - said[key] if one.is_right else said[key] for key, one in pool.distinct.items()}


def at_first_error(pool: Group, scores: Scores, _labeled: Sequence[Judged]) -> Worth:
    """How far the committee disagrees at the first error that it predicts (where it sees none: anywhere)."""
    return {key: _at_first_error(scores[key]) for key in pool.distinct}


def _at_first_error(scored: ScoredSolution) -> float:
    error = next((place for place, score in enumerate(scored.step_scores) if score < ERROR_BELOW), None)
    return max(scored.step_spreads, default=0.0) if error is None else scored.step_spreads[error]


def suspicious_right(pool: Group, scores: Scores, _labeled: Sequence[Judged]) -> Worth:
    """In turn: the most undecided of all, and the right answers that look most wrong (low score, few votes).

    A right answer over a wrong step is what outcomes cannot see, and 80/20 hardly ever picks one.
    """
    said = {key: scores[key].score or 0.0 for key in pool.distinct}
    alone = {key: 1 - pool.votes.share(one.problem_id, one.answer) for key, one in pool.distinct.items()}
    undecided = sorted(pool.distinct, key=lambda key: (abs(said[key] - 0.5), key))
    right = [key for key, one in pool.distinct.items() if one.is_right]
    suspicious = sorted(right, key=lambda key: (said[key] - 1) * alone[key])
    turns = {key: 2.0 * place for place, key in reversed(list(enumerate(undecided)))}
    for place, key in enumerate(suspicious):
        turns[key] = min(turns[key], 2.0 * place + 1)
    return {key: -place for key, place in turns.items()}


def new_steps(pool: Group, scores: Scores, labeled: Sequence[Judged]) -> Worth:
    """Most steps (up to the predicted first error) whose words behind the name nobody has labeled yet.

    Greedy: what a pick brings is old for the next one. Equal ones by chance.
    """
    old = {_words(step) for one in labeled for step in one.steps[: one.steps_read]}
    read = {key: [_words(step) for step in one.steps[: _read(scores[key])]] for key, one in pool.distinct.items()}
    order = sorted(pool.distinct)
    random.Random(len(labeled)).shuffle(order)
    worth: dict[str, float] = {}
    for turn in range(2):  # first those that bring two new ones at least, then the others
        for key in order:
            fresh = {step for step in read[key] if step not in old}
            if key not in worth and (turn or len(fresh) > 1):
                worth[key] = -float(len(worth))
                old |= fresh
    return worth


def _words(step: str) -> str:
    return step.partition("=")[2]


def _read(scored: ScoredSolution) -> int:
    """How many steps a labeler would read if the selector were right."""
    scores = scored.step_scores
    return next((place + 1 for place, score in enumerate(scores) if score < ERROR_BELOW), len(scores))


def doubt_per_step(pool: Group, scores: Scores, _labeled: Sequence[Judged]) -> Worth:
    """Entropy of the predicted first error's place, for each step that is to be read."""
    return {key: _place_entropy(scores[key].step_scores) / _read(scores[key]) for key in pool.distinct}


def doubt(pool: Group, scores: Scores, _labeled: Sequence[Judged]) -> Worth:
    """Entropy of where the first error is, if there is one: what the label is expected to tell."""
    return {key: _place_entropy(scores[key].step_scores) for key in pool.distinct}


def _place_entropy(step_scores: Sequence[float]) -> float:
    reached, entropy = 1.0, 0.0
    for score in step_scores:
        here = reached * (1 - score)
        entropy -= here * math.log(max(here, 1e-12))
        reached *= score
    return entropy - reached * math.log(max(reached, 1e-12))


def oracle(pool: Group, scores: Scores, _labeled: Sequence[Judged]) -> Worth:
    """Knows the labels: takes those that the selector would have thought least likely."""
    return {
        key: -log_likelihood(JudgedSolution(key, one.problem_id, scores[key].step_scores, one.ratings))
        for key, one in pool.distinct.items()
    }


Try = Callable[[Group, Scores, Sequence[Judged]], Worth]
TRIES: dict[str, Try] = {
    "contradicted": contradicted,
    "at_first_error": at_first_error,
    "suspicious_right": suspicious_right,
    "new_steps": new_steps,
    "doubt": doubt,
    "doubt_per_step": doubt_per_step,
}
INFORMED: dict[str, Try] = {"oracle": oracle}


def by_worth(name: str, worth: Worth) -> Strategy:
    """A strategy that ranks by these, within all guard rails."""

    def plan(eligible: Eligible, settings: Settings, _places: Places) -> Plan:
        entries = [Entry(candidate, worth[candidate.text_key]) for candidate in eligible.train]
        return Plan([Share(name, best_first(entries, settings))])

    return Strategy(name=name, title=name, help="", reasons={name: name}, plan=plan)
