"""Which solutions are chosen, worked out by hand, and what every strategy promises."""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from selector.records import Candidate, Selection
from selector.strategies import NAMES, select


def candidate(name: str, problem: str, verdict: str = "wrong", score: float | None = 0.5, **more: Any) -> Candidate:
    return Candidate(name, problem, verdict, score, text_key=more.pop("text_key", name), **more)  # type: ignore[arg-type]


def pool(problems: int = 40, samples: int = 5, seed: int = 0) -> list[Candidate]:
    """Problems with five solutions each, one of four in the test split, scores and verdicts drawn."""
    draw = random.Random(seed)
    return [
        candidate(
            f"{p:02}/{s}", f"{p:02}", draw.choice(["wrong", "wrong", "correct", "uncertain", "unknown"]),
            round(draw.random(), 3), split="test" if p % 4 == 0 else "train", text_key=str(s // 2),
        )
        for p in range(problems)
        for s in range(samples)
    ]  # fmt: skip


def reasons(selection: Selection) -> Counter[str]:
    return Counter(pick.reason for pick in selection.picks)


def names(selection: Selection, reason: str | None = None) -> list[str]:
    return [pick.solution_id for pick in selection.picks if reason in (None, pick.reason)]


def test_a_round_of_ten_is_eight_wrong_one_convincing_and_one_for_evaluation() -> None:
    wrong = [candidate(f"w{i}", f"p{i}", "wrong", i / 100) for i in range(12)]
    right = [candidate(f"r{i}", f"q{i}", "correct", 0.9 + i / 100) for i in range(3)]
    test = [candidate(f"t{i}", f"e{i}", "correct", 1.0, split="test") for i in range(3)]
    chosen = select([*wrong, *right, *test], size=10)
    assert names(chosen, "convincing_wrong") == [f"w{i}" for i in range(11, 3, -1)]
    assert names(chosen, "convincing") == ["r2"]
    assert len(names(chosen, "evaluation")) == 1
    assert [pick.rank for pick in chosen.picks] == list(range(10))
    assert (chosen.shortfall, chosen.notes) == ({}, ())


def test_the_rest_is_the_most_convincing_of_what_remains_right_or_wrong() -> None:
    wrong = [candidate(f"w{i}", f"p{i}", "wrong", 0.9 - i / 10) for i in range(6)]
    right = [candidate("r", "q", "correct", 0.45)]
    chosen = select([*wrong, *right], size=5, wrong_share=0.4, evaluation_share=0)
    assert names(chosen, "convincing_wrong") == ["w0", "w1"]
    assert names(chosen, "convincing") == ["w2", "w3", "w4"]


def test_uncertain_and_unknown_answers_stay_out_of_the_wrong_share_but_not_of_the_rest() -> None:
    pool = [
        candidate("u", "p", "uncertain", 0.9),
        candidate("n", "q", "unknown", 0.8),
        candidate("w", "r", "wrong", 0.1),
    ]
    chosen = select(pool, size=3, wrong_share=1, evaluation_share=0)
    assert names(chosen, "convincing_wrong") == ["w"]
    assert names(chosen, "convincing") == ["u", "n"]
    assert chosen.shortfall == {"convincing_wrong": 2}


def test_a_share_that_the_pool_cannot_fill_goes_to_the_rest() -> None:
    right = [candidate(f"r{i}", f"p{i}", "correct", i / 100) for i in range(20)]
    chosen = select(right, size=10)
    assert reasons(chosen) == {"convincing": 10}
    assert chosen.shortfall == {"evaluation": 1, "convincing_wrong": 8}


def test_when_the_train_pool_is_exhausted_evaluation_items_fill_the_round() -> None:
    pool = [candidate("w", "p"), *(candidate(f"t{i}", f"e{i}", split="test") for i in range(9))]
    chosen = select(pool, size=5)
    assert reasons(chosen) == {"convincing_wrong": 1, "evaluation": 4}
    assert reasons(select(pool, size=5, evaluation_share=0)) == {"convincing_wrong": 1}


def test_the_cap_of_a_problem_is_a_fifth_of_its_distinct_solutions_labeled_ones_counted() -> None:
    labeled = [candidate(f"big/l{i}", "big", is_labeled=True) for i in range(4)]
    big = [candidate(f"big/{i}", "big", "wrong", 0.9) for i in range(8)]
    others = [candidate(f"o{i}", f"o{i}", "wrong", 0.1) for i in range(9)]
    chosen = select([*labeled, *big, *others], size=8, wrong_share=1, evaluation_share=0)
    assert sum(name.startswith("big") for name in names(chosen)) == 2  # a fifth of 12 is 2.4
    assert chosen.notes == ()


def test_a_cap_gives_way_last_and_says_so() -> None:
    pool = [candidate(f"a{i}", "a", "wrong", i / 10) for i in range(5)]
    chosen = select(pool, size=4, evaluation_share=0)
    assert names(chosen) == ["a4", "a3", "a2", "a1"]
    assert "more than" in chosen.notes[0]


def test_spread_over_problems_each_gives_its_best_before_any_gives_its_second() -> None:
    pool = [candidate(f"a{i}", "a", "wrong", 0.9 - i / 100) for i in range(10)]
    pool += [candidate(f"b{i}", "b", "wrong", 0.5 - i / 100) for i in range(10)]
    assert names(select(pool, size=2, wrong_share=1, evaluation_share=0)) == ["a0", "a1"]
    assert names(select(pool, size=3, wrong_share=1, evaluation_share=0, scope="problem")) == ["a0", "b0", "a1"]


def test_without_any_score_the_choice_is_uniform_and_a_note_says_so() -> None:
    unscored = [replace(c, score=None) for c in pool()]
    chosen = select(unscored, size=10, seed=3)
    assert reasons(chosen) == {"uniform": 9, "evaluation": 1}
    assert "No solution has a score yet" in chosen.notes[0]
    assert names(chosen) == names(select(unscored, size=10, seed=3, strategy="uniform"))


def test_an_unscored_solution_is_chosen_only_when_scored_ones_run_out() -> None:
    few = [candidate("a", "p", "wrong", None), candidate("b", "q", "wrong", 0.1), candidate("c", "r", "correct", 0.0)]
    chosen = select(few, size=3, wrong_share=1, evaluation_share=0)
    assert [(pick.solution_id, pick.reason) for pick in chosen.picks] == [
        ("b", "convincing_wrong"), ("c", "convincing"), ("a", "uniform"),
    ]  # fmt: skip


def test_uniform_prefers_often_sampled_texts_and_uniform_distinct_does_not() -> None:
    """One text sampled 40 times beside 10 others: expected first in 4 of 5 draws, or in 1 of 11."""
    copies = [candidate(f"c{i:02}", "p", text_key="same") for i in range(40)]
    others = [candidate(f"o{i}", "q", text_key=str(i)) for i in range(10)]
    share = {}
    for strategy in ("uniform", "uniform_distinct"):
        chosen = [names(select([*copies, *others], size=1, strategy=strategy, seed=s))[0] for s in range(300)]
        share[strategy] = sum(name.startswith("c") for name in chosen) / 300
    assert 0.73 < share["uniform"] < 0.87
    assert 0.04 < share["uniform_distinct"] < 0.15


@pytest.mark.parametrize("strategy", NAMES)
class TestEveryStrategy:
    def test_exhausts_the_pool_and_takes_the_remainder(self, strategy: str) -> None:
        texts = {(c.problem_id, c.text_key) for c in pool()}
        chosen = select(pool(), size=1000, strategy=strategy)
        assert len(chosen.picks) == len(texts)
        assert chosen.shortfall["size"] == 1000 - len(texts)

    def test_never_chooses_a_text_twice_nor_a_labeled_one(self, strategy: str) -> None:
        marked = [replace(c, is_labeled=c.solution_id.endswith("/0")) for c in pool()]
        by_id = {c.solution_id: c for c in marked}
        chosen = [by_id[name] for name in names(select(marked, size=60, strategy=strategy))]
        texts = [(c.problem_id, c.text_key) for c in chosen]
        assert len(texts) == len(set(texts)) == 60
        assert "0" not in {key for _, key in texts}

    def test_takes_test_problems_for_evaluation_only(self, strategy: str) -> None:
        by_id = {c.solution_id: c for c in pool()}
        for pick in select(pool(), size=50, strategy=strategy).picks:
            assert (by_id[pick.solution_id].split == "test") == (pick.reason == "evaluation")
        assert "evaluation" not in reasons(select(pool(), size=500, strategy=strategy, evaluation_share=0))

    def test_respects_every_cap(self, strategy: str) -> None:
        problem = {c.solution_id: c.problem_id for c in pool()}
        chosen = select(pool(), size=20, strategy=strategy)
        assert max(Counter(problem[name] for name in names(chosen)).values()) == 1

    def test_same_seed_same_picks_whatever_the_order_of_the_input(self, strategy: str) -> None:
        turned = pool()
        random.Random(5).shuffle(turned)
        assert select(pool(), size=15, strategy=strategy, seed=4) == select(turned, size=15, strategy=strategy, seed=4)

    def test_another_seed_draws_other_evaluation_items(self, strategy: str) -> None:
        drawn = {tuple(names(select(pool(), size=20, strategy=strategy, seed=s), "evaluation")) for s in range(8)}
        assert len(drawn) > 4

    def test_an_empty_pool_gives_an_empty_round(self, strategy: str) -> None:
        chosen = select([], size=5, strategy=strategy)
        assert chosen.picks == ()
        assert chosen.shortfall["size"] == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"size": 0}, "size: expected at least 1"),
        ({"size": 1, "wrong_share": 1.5}, "wrong_share: expected a share"),
        ({"size": 1, "wrong_share": 0.95}, "at most 1 together"),
        ({"size": 1, "strategy": "best"}, "one of convincing_wrong, uniform, uniform_distinct"),
        ({"size": 1, "scope": "world"}, '"campaign" or "problem"'),
    ],
)
def test_arguments_out_of_range_are_refused_by_name(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        select([], **arguments)
