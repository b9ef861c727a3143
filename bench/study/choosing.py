"""Labels for an arm: the product's strategies within the product's guard rails, on the study's pool."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.study.groups import Group, Judged
from bench.study.tries import INFORMED, TRIES, by_worth
from bench.study.world import Scores
from selector.committee import disagreement
from selector.records import Candidate, ScoredSolution
from selector.strategies import STRATEGIES, Settings, Strategy, select_by


def chosen(
    pool: Group,
    size: int,
    strategy: str,
    *,
    scores: Scores | None = None,
    labeled: Sequence[Judged] = (),
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> list[Judged]:
    """So many further distinct solutions, in the order in which they were picked."""
    asked = Settings(seed=seed, evaluation_share=0.0, **(settings or {}))
    by_whom = _strategy(strategy, pool, scores, labeled)
    found = select_by(by_whom, candidates(pool, scores, labeled), size=size, settings=asked)
    text_of = dict(pool.samples)
    return [pool.distinct[text_of[pick.solution_id]] for pick in found.picks]


def _strategy(name: str, pool: Group, scores: Scores | None, labeled: Sequence[Judged]) -> Strategy:
    if name in STRATEGIES:
        return STRATEGIES[name]
    if scores is None:
        raise ValueError(f"{name}: expected scores to choose by")
    return by_worth(name, (TRIES | INFORMED)[name](pool, scores, labeled))


def candidates(pool: Group, scores: Scores | None, labeled: Sequence[Judged]) -> list[Candidate]:
    """Every sample of the pool, as a campaign's planning sees it."""
    taken = {one.key for one in labeled}
    known = {key: _known(one, pool, scores[key] if scores else None) for key, one in pool.distinct.items()}
    return [Candidate(solution_id=own, is_labeled=key in taken, **known[key]) for own, key in pool.samples]


def _known(one: Judged, pool: Group, scored: ScoredSolution | None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "problem_id": one.problem_id,
        "verdict": "correct" if one.is_right else "wrong",
        "answer": one.answer,
        "text_key": one.key,
        "votes": pool.votes.votes(one.problem_id, one.answer),
        "samples": pool.votes.of_problem[one.problem_id],
    }
    if scored is not None:
        word = disagreement(scored.step_scores, scored.step_spreads)
        said |= {"score": scored.score} | ({"spread": word[0], "doubt": word[1]} if word else {})
    return said
