"""Labelers of known skill: gold and agreement, each without the other, rank them; gold pauses the spammer."""

import random

import pytest

from bench.measures import skill
from labeling.models import Gold
from labeling.skills import SKILLS, FirstError


def test_gold_and_agreement_rank_labelers_and_pauses_stay_within_their_rates() -> None:
    """Of 400 labelers and in 20 campaigns. By “error or none” alone the lenient would often be below the spammer."""
    found = {figure.name: figure for figure in skill.run(is_quick=True)}
    assert [name for name, figure in found.items() if figure.verdict == "MISSED"] == []
    assert len(found) == 2 * (4 + 5) + 8
    assert found["perfect: paused within 150 of gold"].value == 0
    assert found["lenient: paused within 150 of gold"].value > 20, "right on 70 %, which is the bar"


def test_a_pause_is_looked_for_after_each_of_gold() -> None:
    """Wilson's upper bound of 1 right of 5 is 62 %: below the bar, though all that follow are right."""
    assert skill.is_paused([True, False, False, False, False, *[True] * 40])
    assert not skill.is_paused([True, True, False, False, False, *[True] * 40])


@pytest.mark.parametrize("truth", [None, 0, 3])
def test_gold_accepts_of_each_skill_what_is_right(truth: FirstError) -> None:
    gold = Gold(accepted="6" * 6 if truth is None else "6" * truth + "1")  # before the error any good rating is right
    chance = random.Random(1)
    for one in SKILLS.values():
        for _ in range(20):
            said = one(truth, 6, chance)
            signs = "+" * 6 if said is None else "+" * said + "-"
            assert gold.accepts(signs) is (said == truth)
