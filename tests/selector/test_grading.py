"""Final answers: found in solutions, and compared by two graders that fail in different directions."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from selector.answer_text import final_answer, normalized
from selector.grading import GRADER_VERSION, Grader, cheap_grade
from selector.rows import read_rows

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(limit_seconds=20) as graders:
        yield graders


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("18", "18"), ("$18", "18"), ("1,000", "1000"), ("5.0", "5"), ("40,\\!000", "40000"),
        ("\\boxed{5}", "5"), ("$\\boxed{ \\frac12 }$", "\\boxed{\\frac{1}{2}}"),
        ("\\frac12", "\\frac{1}{2}"), ("50", "50\\%"),
        ("\\dfrac{1}{2}", "\\frac{1}{2}"), ("\\text{Evelyn}", "Evelyn"), ("x = 5", "5"), ("90^\\circ", "90"),
        ("\\left(1, 2\\right)", "(1,2)"), (".5", "0.5"), ("3\\sqrt2", "3\\sqrt{2}"), ("8, 3, 1", "8,3,1"),
        ("x+1", "1+x"), ("\\frac{1}{2}", "0.5"), ("\\frac{\\sqrt{3}}{3}", "\\frac{1}{\\sqrt{3}}"), ("2(x+1)", "2x+2"),
    ],
)  # fmt: skip
def test_the_same_answer_in_another_spelling_is_correct(grader: Grader, answer: str, reference: str) -> None:
    assert grader.grade(answer, reference).verdict == "correct"


@pytest.mark.parametrize(
    ("answer", "reference"),
    [("5", "7"), ("0.3", "0.30001"), ("A", "B"), ("x+1", "x+2"), ("\\frac{1}{3}", "\\frac{1}{2}"), ("(1,2)", "(2,1)"),
     ("Bob", "Evelyn"), ("\\boxed{7}", "5"), ("1,2", "1,2,3"), ("-5", "5")],
)  # fmt: skip
def test_another_answer_is_wrong(grader: Grader, answer: str, reference: str) -> None:
    assert grader.grade(answer, reference).verdict == "wrong"


@pytest.mark.parametrize(
    ("answer", "reference"),
    [("10\\%", "0.1"), ("2^{10}", "1024"), ("\\{1,2\\}", "\\{2,1\\}"), ("7 3/4", "31/4"), ("5 meters", "5 centimeters"),
     ("\\frac{1}{2004!}", "\\frac{1}{2006!}"), ("0.\\overline{3}", "1/3"), ("\\frac{2}{4}", "\\frac{1}{2}")],
)  # fmt: skip
def test_where_the_graders_disagree_the_answer_is_uncertain(grader: Grader, answer: str, reference: str) -> None:
    grade = grader.grade(answer, reference)
    assert grade.verdict == "uncertain"
    assert grade.graders["exact"] is not grade.graders["math_verify"]


@pytest.mark.parametrize(("answer", "reference"), [(None, "1"), ("1", None), (" ", "1"), ("1", "")])
def test_without_answer_or_reference_the_verdict_is_unknown(answer: str | None, reference: str | None) -> None:
    grade = cheap_grade(answer, reference)
    assert grade is not None
    assert grade.verdict == "unknown"


@pytest.mark.parametrize("answer", ["9^{9^{9^9}}", "(" * 1900, "\\frac{" * 300, "{" * 900 + "x" + "}" * 900])
def test_an_answer_that_hangs_or_crashes_a_grader_is_never_correct(answer: str) -> None:
    with Grader(limit_seconds=2) as graders:
        started = time.monotonic()
        assert graders.grade(answer, "3+x").verdict in ("uncertain", "wrong")
        assert time.monotonic() - started < 60
        assert graders.grade("x+1", "1+x").verdict == "correct"


def test_an_answer_is_never_run_as_python(grader: Grader, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    for answer in (f"__import__('os').mkdir('{mark}')", f"open('{mark}','w')", f"(lambda: open('{mark}','w'))()"):
        assert grader.grade(answer, "1+x").verdict != "correct"
    assert not mark.exists()


def test_a_pair_is_graded_once(grader: Grader) -> None:
    assert grader.grade("y+1", "1+y") is grader.grade("y+1", "1+y")


@pytest.mark.parametrize(
    ("steps", "answer"),
    [
        (["So \\boxed{1}.", "No: \\boxed{\\frac{1}{2}}."], "\\frac{1}{2}"),
        (["That is 7200.", "# Answer\n\n7200"], "7200"),
        (["2 + 2 = 4", "A: 4"], "4"),
        (["2 + 2 = 4", "#### 4"], "4"),
        (["Thus the answer is 3.5."], "3.5"),
        (["Final answer: x = 3"], "x = 3"),
        (["It is 4."], None),
        (["\\boxed{3"], None),
    ],
)
def test_the_final_answer_is_found_where_solutions_state_it(steps: list[str], answer: str | None) -> None:
    assert final_answer(steps) == answer


def test_the_final_answers_of_published_solutions_are_found() -> None:
    solutions = [
        s for _, row in read_rows(DATA / "gsm8k_solutions.jsonl") for s in row.solutions if s.answer is not None
    ]
    found = [final_answer(s.steps) for s in solutions]
    assert found == [s.answer for s in solutions]


def test_the_graders_agree_with_the_publisher(grader: Grader) -> None:
    compared = 0
    for name in ("gsm8k_solutions.jsonl", "math_best_of_8.jsonl.gz", "math_l5_small.jsonl"):
        for _, row in read_rows(DATA / name):
            for solution in row.solutions:
                verdict = grader.grade(solution.answer, row.ground_truth_answer).verdict
                if verdict in ("correct", "wrong"):
                    assert (verdict == "correct") is solution.answer_is_correct, (
                        solution.answer,
                        row.ground_truth_answer,
                    )
                    compared += 1
    assert compared > 150


def test_normalizing_twice_changes_nothing_more() -> None:
    for text in ("\\dfrac{1}{2}", "7 3/4", "1,000,000", "\\text{ Bob }", "$\\sqrt2$."):
        assert normalized(normalized(text)) == normalized(text)


def test_the_version_names_the_libraries() -> None:
    assert "sympy 1" in GRADER_VERSION
    assert "math-verify 0" in GRADER_VERSION
