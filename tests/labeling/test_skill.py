"""Labelers of known skill: gold and agreement, each without the other, rank them as they are."""

import random
from collections.abc import Callable
from functools import cache

import pytest

from labeling.actions.gold_accuracy import Accuracy
from labeling.agreement import Rated, grouped, is_exact, pairs_of
from labeling.models import Gold

STEPS, SOLUTIONS, CAMPAIGNS = 6, 60, 40
Truth = int | None
Skill = Callable[[Truth, random.Random], Truth]


def careless(truth: Truth, rng: random.Random) -> Truth:
    """Wrong about a quarter, in either direction."""
    return rng.choice([None, *range(STEPS)]) if rng.random() < 0.25 else truth


def lenient(truth: Truth, rng: random.Random) -> Truth:
    """Lets half of the errors pass, and never sees one where there is none."""
    return None if rng.random() < 0.5 else truth


def spammer(_truth: Truth, rng: random.Random) -> Truth:
    """Presses keys."""
    return rng.choice([None, *range(STEPS)])


# The best first; two who know it all, so that agreement has somebody to lean on.
SKILLS: list[Skill] = [lambda truth, _: truth, lambda truth, _: truth, careless, lenient, spammer]
PERFECT, CARELESS, LENIENT, SPAMMER = 0, 2, 3, 4


def signs_of(first_error: Truth) -> str:
    return "+" * STEPS if first_error is None else "+" * first_error + "-"


def gold_of(first_error: Truth) -> Gold:
    """Before the error any good rating is right."""
    return Gold(accepted="6" * STEPS if first_error is None else "6" * first_error + "1")


def a_campaign(seed: int) -> tuple[list[float], list[float]]:
    """Each labeler's share of right gold, and of first errors that are where the others have them."""
    rng = random.Random(seed)
    truths = [None if rng.random() < 0.4 else rng.randrange(STEPS) for _ in range(SOLUTIONS)]
    said = [[skill(truth, rng) for truth in truths] for skill in SKILLS]
    gold = [
        Accuracy(sum(gold_of(truth).accepts(signs_of(one)) for truth, one in zip(truths, of, strict=True)), SOLUTIONS)
        for of in said
    ]
    rated = [
        Rated(solution, labeler, tuple(1 if sign == "+" else -1 for sign in signs_of(one)))
        for labeler, of in enumerate(said)
        for solution, one in enumerate(of)
    ]
    groups = grouped(pairs_of(rated), lambda pair: pair.labelers)
    exact = [sum(map(is_exact, groups[who])) / len(groups[who]) for who in range(len(SKILLS))]
    return [one.share or 0.0 for one in gold], exact


@pytest.mark.parametrize(
    ("better", "worse"),
    [(PERFECT, CARELESS), (CARELESS, SPAMMER), (PERFECT, LENIENT), (LENIENT, SPAMMER)],
    ids=["perfect, careless", "careless, spammer", "perfect, lenient", "lenient, spammer"],
)
def test_gold_and_agreement_rank_labelers_by_their_skill(better: int, worse: int) -> None:
    """In each of 40 campaigns of 60 solutions.

    By “error or none” alone somebody lenient was above the spammer in 30 of them only: it is no measure of skill.
    """
    for gold, exact in campaigns():
        assert gold[better] > gold[worse]
        assert exact[better] > exact[worse]
        assert gold[PERFECT] == 1


@cache
def campaigns() -> list[tuple[list[float], list[float]]]:
    return [a_campaign(seed) for seed in range(CAMPAIGNS)]
