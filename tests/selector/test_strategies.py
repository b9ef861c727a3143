"""Which solutions are chosen, worked out by hand, and what every strategy promises."""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from selector.committee import disagreement
from selector.records import Candidate, Selection
from selector.strategies import NAMES, STRATEGIES, select, words_of_reasons
from selector.strategies.rounding import apportioned
from selector.votes import Votes


def candidate(name: str, problem: str, verdict: str = "wrong", score: float | None = 0.5, **more: Any) -> Candidate:
    return Candidate(name, problem, verdict, score, text_key=more.pop("text_key", name), **more)  # type: ignore[arg-type]


def pool(problems: int = 40, samples: int = 5, seed: int = 0) -> list[Candidate]:
    """Problems with five solutions each, one of four in the test split, and all that a strategy may ask for drawn."""
    draw = random.Random(seed)
    return [
        candidate(
            f"{p:02}/{s}", f"{p:02}", draw.choice(["wrong", "wrong", "correct", "uncertain", "unknown"]),
            round(draw.random(), 3), split="test" if p % 4 == 0 else "train", text_key=str(s // 2),
            votes=draw.randint(1, 4), samples=5, likelihood=draw.random(), spread=draw.random(), doubt=0.2,
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


def test_what_evaluation_items_take_over_under_the_cap_the_rest_lacks() -> None:
    few = [candidate(f"w{i}", "p", "wrong", i / 100) for i in range(15)]  # of one problem: three a round
    test = [candidate(f"t{i}", f"e{i}", "correct", split="test") for i in range(20)]
    chosen = select([*few, *test], size=10, wrong_share=0.2)
    assert reasons(chosen) == {"convincing_wrong": 2, "convincing": 1, "evaluation": 7}
    assert chosen.shortfall == {"convincing": 6}


def test_a_share_of_wrong_answers_takes_no_place_from_a_strategy_that_does_not_rank_them() -> None:
    train = [candidate(f"w{i}", f"p{i}", "wrong") for i in range(9)]
    test = [candidate(f"t{i}", f"e{i}", split="test") for i in range(9)]
    chosen = select([*train, *test], size=6, strategy="uniform", wrong_share=0.8, evaluation_share=0.5)
    assert reasons(chosen) == {"uniform": 3, "evaluation": 3}


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


def test_a_popular_wrong_answer_counts_by_its_share_but_for_one_vote() -> None:
    """7 of 10 beats 4 of 5; 3 of 3 beats 2 of 2; one sample alone is no agreement; the rest may be right."""
    found = [
        candidate("seven", "a", votes=7, samples=10), candidate("four", "b", votes=4, samples=5),
        candidate("three", "c", votes=3, samples=3), candidate("two", "d", votes=2, samples=2),
        candidate("alone", "e", votes=1, samples=1), candidate("right", "f", "correct", votes=9, samples=10),
        candidate("silent", "g"),
    ]  # fmt: skip
    chosen = select(found, size=7, strategy="popular_wrong", wrong_share=0.3, evaluation_share=0)
    assert [(pick.solution_id, pick.reason) for pick in chosen.picks] == [
        ("three", "popular_wrong"), ("four", "popular_wrong"), ("right", "popular"), ("seven", "popular"),
        ("two", "popular"), ("alone", "popular"), ("silent", "uniform"),
    ]  # fmt: skip
    assert chosen.picks[1].utility == pytest.approx(3 / 5)
    assert chosen.picks[1].parts == {"votes": 4, "samples": 5, "vote_share": 0.8}


def test_the_least_surprising_wrong_answers_come_first() -> None:
    found = [candidate(f"w{i}", f"p{i}", likelihood=i / 10) for i in range(5)]
    found.append(candidate("right", "q", "correct", likelihood=0.9))
    chosen = select(found, size=4, strategy="surprise", wrong_share=0.5, evaluation_share=0)
    assert names(chosen, "unsurprising_wrong") == ["w4", "w3"]
    assert names(chosen, "unsurprising") == ["right", "w2"]


def test_undecided_is_nearest_to_one_half_right_or_wrong() -> None:
    found = [candidate(name, name, verdict, score) for name, verdict, score in (
        ("sure", "wrong", 0.95), ("near", "correct", 0.45), ("half", "wrong", 0.52), ("never", "wrong", 0.0),
    )]  # fmt: skip
    chosen = select(found, size=3, strategy="uncertain", evaluation_share=0)
    assert names(chosen, "uncertain") == ["half", "near", "sure"]
    assert [pick.utility for pick in chosen.picks] == pytest.approx([0.96, 0.9, 0.1])


def test_a_committee_disagrees_first_where_its_criterion_says_a_label_is_worth_it() -> None:
    """`sure` misses both bounds; `doubtful` meets one by its doubt, though no head disagrees with another."""
    found = [candidate(name, name, spread=spread, doubt=doubt) for name, spread, doubt in (
        ("sure", 0.004, 0.02), ("split", 0.3, 0.4), ("doubtful", 0.0, 0.06), ("wavering", 0.01, 0.01),
    )]  # fmt: skip
    chosen = select(found, size=4, strategy="uncertain", undecided_by="committee", evaluation_share=0)
    assert names(chosen) == ["split", "wavering", "doubtful", "sure"]
    assert chosen.picks[0].parts == {"spread": 0.3, "doubt": 0.4}


def test_without_a_committee_the_score_decides_and_a_note_says_so() -> None:
    found = [candidate("half", "p", score=0.5), candidate("sure", "q", score=0.9)]
    chosen = select(found, size=1, strategy="uncertain", undecided_by="committee", evaluation_share=0)
    assert names(chosen) == ["half"]
    assert "No committee" in chosen.notes[0]


def test_a_mixture_gives_each_strategy_its_share_of_the_whole_round() -> None:
    """10 places, one for evaluation: of 9, 50/25/25 % are 5, 2 and 2 (4.5 has the largest fraction)."""
    found = [candidate(f"w{i:02}", f"p{i}", "wrong", i / 40) for i in range(40)]
    found.append(candidate("t", "e", split="test"))
    chosen = select(found, size=10, strategy="mixture", wrong_share=1 / 2, mixture={
        "uncertain": 0.5, "convincing_wrong": 0.25, "uniform": 0.25,
    })  # fmt: skip
    assert reasons(chosen) == {"uncertain": 5, "convincing_wrong": 1, "convincing": 1, "uniform": 2, "evaluation": 1}
    assert names(chosen, "uncertain") == ["w20", "w19", "w21", "w18", "w22"]
    assert (names(chosen, "convincing_wrong"), names(chosen, "convincing")) == (["w39"], ["w38"])


def test_what_a_share_of_a_mixture_cannot_fill_falls_to_what_is_left_and_is_told() -> None:
    found = [candidate(f"r{i}", f"p{i}", "correct", 0.5) for i in range(8)]
    parts = {"convincing_wrong": 0.5, "uniform": 0.5}
    chosen = select(found, size=8, strategy="mixture", mixture=parts, evaluation_share=0, wrong_share=1)
    assert reasons(chosen) == {"uniform": 4, "convincing": 4}
    assert chosen.shortfall == {"convincing_wrong": 4}


def test_places_are_apportioned_by_largest_fraction() -> None:
    assert apportioned(10, {"a": 0.5, "b": 0.25, "c": 0.25}) == {"a": 5, "b": 3, "c": 2}
    assert apportioned(1, {"a": 1, "b": 3}) == {"a": 0, "b": 1}
    assert apportioned(7, {"only": 0.2}) == {"only": 7}


def test_votes_count_every_sample_whose_answer_reads_the_same() -> None:
    votes = Votes.count([("p", "0.5"), ("p", ".5"), ("p", "1"), ("p", None), ("q", "0.5")])
    assert (votes.votes("p", "$0.5$"), votes.share("p", "0.5")) == (2, 0.5)
    assert (votes.votes("p", None), votes.share("r", "1")) == (0, 0.0)


def test_a_committee_is_heard_up_to_the_first_error_it_predicts() -> None:
    assert disagreement([0.9, 0.4, 0.5], [0.1, 0.05, 0.9]) == (0.1, 0.4)
    assert disagreement([0.9, 0.8], [0.0, 0.2]) == (0.2, pytest.approx(0.2))
    assert disagreement([0.9], []) is None


class TestGuardRails:
    def test_the_cap_of_a_problem_is_a_setting_and_what_it_kept_out_is_counted(self) -> None:
        big = [candidate(f"big/{i}", "big", "wrong", 0.9 - i / 100) for i in range(10)]
        others = [candidate(f"o{i}", f"o{i}", "wrong", 0.1) for i in range(9)]
        of_big = {}
        for cap in (0.0, 0.3, 1.0):
            chosen = select([*big, *others], size=8, wrong_share=1, evaluation_share=0, problem_cap=cap)
            of_big[cap] = (sum(name.startswith("big") for name in names(chosen)), chosen.kept_out.get("cap", 0))
        assert of_big == {0.0: (1, 9), 0.3: (3, 7), 1.0: (8, 0)}

    def test_identical_texts_are_chosen_once_unless_copies_are_taken(self) -> None:
        copies = [candidate(f"c{i}", "p", text_key="same") for i in range(3)]
        assert select(copies, size=3, evaluation_share=0).kept_out == {"copies": 2}
        assert len(select(copies, size=3, evaluation_share=0).picks) == 1
        assert len(select(copies, size=3, evaluation_share=0, takes_copies=True).picks) == 3

    def test_what_graders_disagree_about_stays_out_where_that_is_asked(self) -> None:
        found = [candidate("u", "p", "uncertain"), candidate("w", "q")]
        assert set(names(select(found, size=2, evaluation_share=0))) == {"u", "w"}
        chosen = select(found, size=2, evaluation_share=0, takes_uncertain=False)
        assert (names(chosen), chosen.kept_out) == (["w"], {"uncertain_answer": 1})

    def test_labeled_samples_are_counted_with_their_copies(self) -> None:
        found = [
            candidate("a", "p", text_key="x", is_labeled=True),
            candidate("b", "p", text_key="x"),
            candidate("c", "q"),
        ]
        assert select(found, size=1, evaluation_share=0).kept_out == {"labeled": 2}

    def test_a_cap_that_gave_way_kept_nothing_out(self) -> None:
        found = [candidate(f"a{i}", "a") for i in range(4)]
        chosen = select(found, size=4, evaluation_share=0, problem_cap=0.5)
        assert "max(1, 50 %" in chosen.notes[0]
        assert chosen.kept_out == {}


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

    def test_what_the_selector_cannot_read_stays_out_even_where_chance_chooses(self, strategy: str) -> None:
        too_long = {c.solution_id for c in pool() if c.text_key == "1"}
        marked = [replace(c, is_too_long=c.solution_id in too_long) for c in pool()]
        chosen = select(marked, size=1000, strategy=strategy)
        assert not too_long & set(names(chosen))
        assert "evaluation" in reasons(chosen)
        assert chosen.kept_out["too_long"] == 40
        assert len(chosen.picks) + chosen.shortfall["size"] == 1000

    def test_respects_every_cap(self, strategy: str) -> None:
        problem = {c.solution_id: c.problem_id for c in pool()}
        chosen = select(pool(), size=20, strategy=strategy)
        assert max(Counter(problem[name] for name in names(chosen)).values()) == 1
        wider = select(pool(), size=50, strategy=strategy, problem_cap=0.7)  # of 3 distinct texts: 2
        assert max(Counter(problem[name] for name in names(wider)).values()) == 2
        assert wider.notes == ()

    def test_gives_reasons_that_have_words(self, strategy: str) -> None:
        assert reasons(select(pool(), size=100, strategy=strategy)).keys() <= words_of_reasons().keys()

    def test_works_on_a_pool_that_nothing_is_known_of(self, strategy: str) -> None:
        bare = [Candidate(f"s{i}", f"p{i}", "unknown") for i in range(6)]
        chosen = select(bare, size=6, strategy=strategy, evaluation_share=0)
        assert set(reasons(chosen)) <= {"uniform", "uniform_distinct"}
        assert len(chosen.picks) == 6
        assert bool(chosen.notes) == bool(STRATEGIES[strategy].needs)

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
        ({"size": 1, "problem_cap": -0.1}, "problem_cap: expected a share"),
        ({"size": 1, "undecided_by": "chance"}, '"score" or "committee"'),
        ({"size": 1, "mixture": {}}, "mixture: expected weights"),
        ({"size": 1, "strategy": "mixture", "mixture": {"mixture": 1}}, "mixture: expected strategies among"),
        ({"size": 1, "scope": "world"}, '"campaign" or "problem"'),
    ],
)
def test_arguments_out_of_range_are_refused_by_name(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        select([], **arguments)
