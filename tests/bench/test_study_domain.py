"""The study's domain: what the oracle says of lines worked out by hand, and what the policy does."""

import pytest

from bench.study.domain.habits import habitual, table
from bench.study.domain.policy import samples
from bench.study.domain.problems import problems
from bench.study.domain.verifier import first_error, ratings
from bench.study.preconditions import Unmet, check

PROBLEM = "K=M+05;M=17;Q=K-M;Q?"  # K is 22, Q is 5


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (["M=17", "K=17+05=22", "Q=22-17=05", "answer=05"], (0, 1, 1, 1)),
        (["M=17", "K=17+05=12"], (0, -1)),  # the carry forgotten
        (["M=17", "K=17+05=12", "Q=12-17=05", "answer=05"], (0, -1)),  # what follows is not judged
        (["M=18"], (-1,)),  # another number than told
        (["M=17", "M=17"], (0, -1)),  # said again already
        (["K=17+05=22"], (-1,)),  # M is not known yet
        (["M=17", "K=17-05=12"], (0, -1)),  # right sum, wrong sign
        (["M=17", "K=17+04=21"], (0, -1)),  # right sum of wrong numbers
        (["M=17", "K=17+05=22", "Q=17-22=05"], (0, 1, -1)),  # sides swapped
        (["M=17", "K=17+05=22", "answer=22"], (0, 1, -1)),  # asked is Q
        (["M=17", "nonsense"], (0, -1)),
        (["Z=17"], (-1,)),  # nobody told of Z
    ],
)
def test_the_oracle_judges_by_text_alone_up_to_the_first_error(steps: list[str], found: tuple[int, ...]) -> None:
    assert ratings(PROBLEM, steps) == found
    assert first_error(ratings(PROBLEM, steps)) == (len(found) - 1 if found[-1] == -1 else None)


def test_habits_are_the_carry_the_borrow_and_a_table() -> None:
    assert len(table()) == 280
    without = [(left, right) for left in range(99) for right in (7, 8, 9) if ("+", left % 10, right) not in table()]
    carries = {habitual("+", left, right) for left, right in without if left % 10 + right >= 13}
    assert carries == {-10}
    assert {habitual("+", left, right) for left, right in without if left % 10 + right < 13} == {None}
    entry = next(key for key in table() if key[0] == "-")
    assert habitual("-", 50 + entry[1], entry[2]) == table()[entry]


def test_attempts_of_a_problem_hang_on_its_seed_and_right_lines_pass_the_oracle() -> None:
    some = list(problems("test", 40))
    assert [problem.text for problem in problems("test", 40)] == [problem.text for problem in some]
    assert samples(some[0], 5, "a") == samples(some[0], 5, "a")
    judged = [
        (solution.answer == problem.answer, ratings(problem.text, solution.steps)[-1] != -1)
        for problem in some
        for solution in samples(problem, 16, "a")
    ]
    assert all(is_right for is_right, is_clean in judged if is_clean)
    assert {(True, True), (False, False), (True, False)} == set(judged), "right answers over wrong steps, too"


def rows(majority: float = 0.4, auc: float = 0.7, model: float = 0.7) -> tuple[dict, dict]:
    label_free = {"ways": {"majority": {"64": majority}, "pass": {"64": 0.9}}, "best_of": {"64": 0.3}, "step_auc": auc}
    return label_free, {"best_of": {"64": model}}


def test_preconditions_refuse_a_domain_that_is_won_without_labels() -> None:
    found = check(*rows(), 64)
    assert found == {"majority_share": 0.4 / 0.9, "gap_over_surprise": pytest.approx(0.4), "surprise_auc": 0.7}
    for broken, said in (
        ({"majority": 0.5}, "majority is 0.56 of pass@64"),
        ({"auc": 0.75}, "surprise has a step AUC of 0.750"),
        ({"model": 0.49}, "the model is \\+0.190 over surprise"),
    ):
        with pytest.raises(Unmet, match=said):
            check(*rows(**broken), 64)
