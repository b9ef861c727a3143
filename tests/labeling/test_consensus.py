"""Consensus by skill beside the majority: the data of the paper, cases worked out by hand, labelers of known skill."""

import random
from collections.abc import Callable
from functools import cache
from math import prod

import numpy as np
import pytest

from labeling.agreement import Rated
from labeling.consensus import Consensus, Estimate, Verdict, consensus_of, estimate
from tests.labeling.test_agreement import rated

# Dawid and Skene (1979), table 1: how fit 45 patients are, 1 to 4; one anaesthetist three times, then four others.
ANAESTHETISTS = """
111.1111 333.4334 112.2122 222.3121 222.3222 222.3322 122.2111 333.3433 222.2223 232.2223 444.4444 222.3343 111.1111
222.3212 121.1111 111.2111 111.1111 111.1111 222.2221 222.1322 222.2222 222.2221 222.3222 221.2222 111.1111 111.1111
232.2222 111.1111 111.1111 112.1121 111.1111 333.3233 111.1111 222.2222 222.3232 433.4343 221.2232 232.3233 333.3432
111.1111 111.1111 121.2111 232.2222 121.1111 222.2222
"""
CLASSES = (1, 2, 3, 4)


def answers() -> list[tuple[int, int, int]]:
    said = []
    for patient, both in enumerate(ANAESTHETISTS.split()):
        thrice, others = both.split(".")
        said += [(patient, 1, int(grade)) for grade in thrice]
        said += [(patient, who, int(grade)) for who, grade in enumerate(others, 2)]
    return said


@cache
def published() -> Estimate:
    return estimate(answers(), CLASSES)


def test_the_papers_own_data_give_the_shares_and_the_error_rates_that_it_found() -> None:
    found = published()

    assert found.cases.shape == (45, 4)
    assert found.cases.mean(axis=0).round(2).tolist() == [0.40, 0.42, 0.11, 0.07]
    assert found.tables[1].round(2).tolist() == [
        [0.89, 0.11, 0, 0],
        [0.07, 0.88, 0.05, 0],
        [0, 0.34, 0.66, 0],
        [0, 0, 0.56, 0.44],
    ]


def test_the_estimate_is_where_the_papers_equations_end() -> None:
    """Its (2.3) to (2.5) in plain Python, one turn further: nothing moves."""
    found, said = published(), answers()
    shares = found.cases.mean(axis=0)
    tables = {}
    for who in found.tables:
        given = [(patient, grade) for patient, whose, grade in said if whose == who]
        counts = [[sum(found.cases[p, k] for p, grade in given if grade == one) for one in CLASSES] for k in range(4)]
        tables[who] = np.array([[cell / sum(row) for cell in row] for row in counts])
        assert tables[who] == pytest.approx(found.tables[who], abs=1e-6)
    for patient in range(45):
        answered = [(who, grade) for one, who, grade in said if one == patient]
        each = [shares[k] * prod(tables[who][k, grade - 1] for who, grade in answered) for k in range(4)]
        assert [one / sum(each) for one in each] == pytest.approx(found.cases[patient], abs=1e-6)


def told(found: Consensus | None, solution: int) -> Verdict | None:
    assert found is not None
    return next((one for one in found.differences if one.solution == solution), None)


def two_who_know_and_one_who_presses_keys() -> list[Rated]:
    """Labelers 1 and 2 are always at one over twelve solutions; 3 calls everything good."""
    labels = []
    for solution in range(12):
        signs = "+-" if solution % 2 else "+0+"
        labels += [rated(solution, 1, signs), rated(solution, 2, signs), rated(solution, 3, "+++")]
    return labels


def test_where_two_stand_against_two_the_better_ones_are_believed() -> None:
    """By votes 20 and 21 are undecided. Labeler 3 never found an error that 1 and 2 found; in 22 nobody else looked."""
    undecided = [rated(20, 1, "+-"), rated(20, 3, "+++"), rated(21, 3, "-"), rated(21, 2, "+++")]
    alone = [rated(22, 1, "+0-"), rated(22, 3, "+-")]

    found = consensus_of(two_who_know_and_one_who_presses_keys() + undecided + alone, {})

    assert found is not None
    assert told(found, 0) is None
    sure = told(found, 20)
    assert sure is not None
    assert (sure.majority, sure.is_tie, sure.consensus, sure.labels) == (1, True, 1, 2)
    assert sure.probability > 0.99
    assert (found.same.count, found.differing, found.ties) == (15, 3, 3)
    last = told(found, 22)
    assert last is not None
    assert (last.majority, last.is_tie) == (1, True)


def test_steps_are_counted_by_what_both_say_and_one_persons_steps_by_neither() -> None:
    """Of each of six pairs of solutions 2 steps are rated by all (one with a negative), 3 by all, none by one alone."""
    found = consensus_of([*two_who_know_and_one_who_presses_keys(), rated(30, 1, "+++"), rated(31, 1, "-")], {})

    assert found is not None
    assert found.steps == ((6, 0, 0), (0, 6, 0), (0, 0, 18), (0, 0, 0))
    assert (found.same.value, found.same.count, found.differing) == (1, 12, 0)


def test_each_labeler_is_measured_by_the_consensus_with_counts_and_bounds() -> None:
    found = consensus_of(two_who_know_and_one_who_presses_keys(), {})

    assert found is not None
    knows, _knows, lenient = found.skills
    negative = knows.said[0][0]
    assert (knows.labeler, negative.value, negative.count, negative.high) == (1, pytest.approx(1), 6, 1)
    assert negative.low == pytest.approx(6 / (6 + 1.959964**2), abs=1e-3), "Wilson of 6 of 6"
    assert [share.value for share in lenient.said[0]] == pytest.approx([0, 0, 1], abs=1e-6)
    assert [share.count for row in lenient.said for share in row] == [6] * 3 + [6] * 3 + [18] * 3


@pytest.mark.parametrize("people", [0, 1, 2])
def test_two_people_are_too_few_to_tell_who_is_the_better(people: int) -> None:
    labels = [rated(solution, who, "+-") for solution in range(9) for who in range(people)]
    assert consensus_of([*labels, rated(10, 7, "+"), rated(11, 8, "-")], {}) is None


def test_both_are_judged_by_what_is_known_each_source_apart() -> None:
    """Of four known solutions the majority finds two: 1 (step 1), and in 0 nothing, which is right there.

    In 20 it is undecided, where the consensus finds the error; in 3 both put it at step 1, and it is at 0.
    """
    labels = [*two_who_know_and_one_who_presses_keys(), rated(20, 1, "+-"), rated(20, 3, "+++")]
    known = {
        0: ("gold", [None, 2]),
        1: ("gold", [1]),
        20: ("gold", [1]),
        3: ("decision", [0]),
        99: ("gold", [0]),  # which nobody labeled
    }

    found = consensus_of(labels, known)

    assert found is not None
    decided, gold = found.right
    assert (decided.source, decided.majority.value, decided.consensus.value) == ("decision", 0, 0)
    assert (decided.majority.count, gold.source, gold.majority.count, gold.consensus.count) == (1, "gold", 3, 3)
    assert (gold.majority.value, gold.consensus.value) == (pytest.approx(2 / 3), 1)
    assert gold.consensus.low == pytest.approx(3 / (3 + 1.959964**2), abs=1e-3), "Wilson of 3 of 3"
    assert (gold.majority.low, gold.majority.high) == (pytest.approx(0.208, abs=1e-3), pytest.approx(0.939, abs=1e-3))


# --- labelers of known skill

STEPS, SOLUTIONS = 6, 60
Skill = Callable[[int | None, random.Random], int | None]


def careful(errs: float) -> Skill:
    return lambda truth, rng: rng.choice([None, *range(STEPS)]) if rng.random() < errs else truth


def spammer(_truth: int | None, rng: random.Random) -> int | None:
    return rng.choice([None, *range(STEPS)])


SKILLS = [careful(0.05), careful(0.1), careful(0.2), spammer]


def said_of(first_error: int | None) -> str:
    return "+" * STEPS if first_error is None else "+" * first_error + "-"


def right_by_both(seed: int) -> tuple[int, int]:
    """In how many of the solutions, three of the four people on each, majority and consensus find the true error."""
    rng = random.Random(seed)
    truths = [None if rng.random() < 0.4 else rng.randrange(STEPS) for _ in range(SOLUTIONS)]
    labels = [
        rated(solution, who, said_of(SKILLS[who](truth, rng)))
        for solution, truth in enumerate(truths)
        for who in rng.sample(range(len(SKILLS)), 3)
    ]
    truth = {solution: ("gold", [where]) for solution, where in enumerate(truths)}
    found = consensus_of(labels, truth)
    assert found is not None
    (right,) = found.right
    assert (right.consensus.value or 0) > (right.majority.value or 0)
    assert min(found.skills, key=lambda one: one.said[0][0].value or 0).labeler == SKILLS.index(spammer)
    apart = {one.solution: one for one in found.differences}
    majority = sum(one.majority == truths[one.solution] for one in apart.values() if not one.is_tie)
    consensus = sum(one.consensus == truths[one.solution] for one in apart.values())
    return majority, consensus


def test_with_a_spammer_among_four_the_consensus_is_better_than_the_majority() -> None:
    """In each of three campaigns, of the solutions on which the two differ; and it finds out who the spammer is."""
    campaigns = [right_by_both(seed) for seed in range(3)]
    assert all(consensus > majority for majority, consensus in campaigns)
