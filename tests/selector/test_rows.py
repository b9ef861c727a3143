"""The one parser of the five row shapes."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from selector.rows import MAX_CHARACTERS, MAX_STEPS, MAX_VALUES, ProblemRow, RowError, parse_line, parse_row, read_rows

DATA = Path(__file__).parent.parent / "data"


def refusal(row: object) -> RowError:
    with pytest.raises(RowError) as caught:
        parse_row(row)
    return caught.value


def flat(**changes: Any) -> dict[str, Any]:
    return {"problem": "1 + 1?", "steps": ["It is 2."], **changes}


@pytest.mark.parametrize(
    ("file", "rows", "solutions", "labels"),
    [
        ("prm800k_sample.jsonl", 6, 3, 6),
        ("gsm8k_solutions.jsonl", 24, 96, 0),
        ("math_l5_small.jsonl", 2, 44, 0),
        ("math_l5_solutions.jsonl.gz", 3, 61, 0),
        ("math_best_of_8.jsonl.gz", 4, 32, 0),
        ("math_best_of_16.jsonl", 3, 48, 0),
        ("mr_ben_math_human_first_error.jsonl", 45, 45, 45),
        ("prmbench_injected_errors.jsonl", 20, 20, 20),
    ],
)
def test_every_published_row_parses(file: str, rows: int, solutions: int, labels: int) -> None:
    parsed = [row for _, row in read_rows(DATA / file)]
    assert len(parsed) == rows
    assert sum(len(row.solutions) for row in parsed) == solutions
    assert sum((row.label is not None) + sum(s.label is not None for s in row.solutions) for row in parsed) == labels


def test_a_flat_row_keeps_every_value_and_its_unknown_keys() -> None:
    row = parse_row(
        flat(
            problem_id="p", id="s", ground_truth_answer="2", level="Level 1", subject="Algebra", split="test",
            generator="g", answer="2", answer_is_correct=True, alternatives={"0": ["It is two."]}, extra=[1],
        )
    )  # fmt: skip
    (solution,) = row.solutions
    assert (row.problem_id, row.ground_truth_answer, row.level, row.subject, row.split) == (
        "p", "2", "Level 1", "Algebra", "test",
    )  # fmt: skip
    assert (solution.solution_id, solution.generator, solution.answer, solution.answer_is_correct) == (
        "s", "g", "2", True,
    )  # fmt: skip
    assert solution.alternatives == {0: ["It is two."]}
    assert solution.metadata == {"extra": [1]}
    assert solution.label is None


def test_null_is_unknown_everywhere_and_blank_steps_keep_their_index() -> None:
    keys = ["problem_id", "ground_truth_answer", "level", "split", "solution_id", "generator", "answer", "alternatives"]
    row = parse_row(flat(steps=["", "a", " "], answer_is_correct=None, **dict.fromkeys(keys)))
    assert row.solutions[0].steps == ["", "a", " "]
    assert (row.problem_id, row.split, row.solutions[0].answer_is_correct) == (None, None, None)
    assert row.solutions[0].metadata == {}


def test_a_level_may_be_a_whole_number() -> None:
    assert parse_row(flat(level=5)).level == "5"
    assert parse_row(flat(level="Level 5")).level == "Level 5"


def test_a_null_first_error_is_a_label_and_an_absent_one_is_none() -> None:
    label = parse_row(flat(first_error_index=None, labeler="Ann")).solutions[0].label
    assert label is not None
    assert (label.kind, label.labeler, label.first_error_index) == ("first_error", "Ann", None)
    assert parse_row(flat()).solutions[0].label is None


def test_unknown_keys_of_a_nested_row_stay_where_they_were_and_its_generator_is_inherited() -> None:
    row = parse_row(
        {"problem": "p", "generator": "g", "source": "x",
         "solutions": [{"steps": ["a"], "prm_score": 0.5}, {"steps": ["b"], "generator": "own"}]}
    )  # fmt: skip
    assert row.metadata == {"source": "x"}
    assert [s.generator for s in row.solutions] == ["g", "own"]
    assert row.solutions[0].metadata == {"prm_score": 0.5}


def test_prm800k_rows_are_read_in_the_mode_they_were_made_in() -> None:
    rows = [row for _, row in read_rows(DATA / "prm800k_sample.jsonl")]
    assert [bool(row.solutions) for row in rows] == [False, True, False, False, True, True]
    error = rows[1].solutions[0].label
    assert error is not None
    assert error.prm800k is not None
    assert error.prm800k.mode == "solution"
    assert error.prm800k.finish_reason == "found_error"
    assert error.first_error_index == len(error.prm800k.ratings) - 1
    assert error.prm800k.ratings[-1] == -1
    assert -1 not in error.prm800k.ratings[:-1]
    assert rows[4].solutions[0].label.prm800k.is_initial_screening_question  # type: ignore[union-attr]
    phase_one = rows[0].label
    assert phase_one is not None
    assert phase_one.prm800k is not None
    assert (phase_one.prm800k.mode, phase_one.prm800k.generation) == ("candidates", None)


def test_a_prm800k_label_keeps_its_text_exactly() -> None:
    for line in (DATA / "prm800k_sample.jsonl").read_bytes().splitlines():
        row = parse_line(line + b"\r\n")
        label = row.label or row.solutions[0].label
        assert label is not None
        assert label.text == line.decode()
        assert label.raw == json.loads(line)


def test_a_pass_that_left_the_generated_steps_belongs_to_the_problem() -> None:
    row = json.loads((DATA / "prm800k_sample.jsonl").read_bytes().splitlines()[1])
    row["label"]["steps"][0]["completions"][0]["text"] = "Something else."
    parsed = parse_row(row)
    assert parsed.label is not None
    assert parsed.label.prm800k is not None
    assert parsed.label.prm800k.mode == "candidates"
    assert parsed.solutions[0].label is None


def test_a_candidate_tree_keeps_its_branches() -> None:
    row = parse_row({"problem": "p", "candidates": [{"text": "a", "next": [{"text": "b", "k": 1}]}, {"text": "c"}]})
    assert row.candidates is not None
    assert [node.text for node in row.candidates] == ["a", "c"]
    assert row.candidates[0].next[0].text == "b"
    assert row.candidates[0].next[0].metadata == {"k": 1}


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ([1], "row", "a JSON object, not a list"),
        ({}, "row", '"solutions"'),
        (flat(problem=None), "problem", "the text of the problem"),
        (flat(problem=" "), "problem", "blank"),
        (flat(steps="a"), "steps", "a list of strings, not a string"),
        (flat(steps=None), "steps", "a list of strings, not null"),
        (flat(steps=[]), "steps", "at least one step"),
        (flat(steps=[" ", "\n"]), "steps", "not blank"),
        (flat(steps=["a", 7]), "steps[1]", "a string, not the number 7"),
        (flat(steps=["a"] * (MAX_STEPS + 1)), "steps", "at most 512 steps, not 513"),
        (flat(steps=["a" * MAX_CHARACTERS, "b"]), "steps", "100,000 characters"),
        (flat(steps=["a\x00"]), "steps[0]", "NUL"),
        (flat(steps=["a\ud800"]), "steps[0]", "surrogate"),
        (flat(extra={"deep": ["\x00"]}), "extra.deep[0]", "NUL"),
        (flat(extra=float("nan")), "extra", "finite"),
        (flat(split="dev"), "split", '"train", "test" or null'),
        (flat(level=True), "level", "a string or null, not true or false"),
        (flat(answer=5), "answer", "a string or null, not the number 5"),
        (flat(solution_id=5), "solution_id", "a string or null, not the number 5"),
        (flat(id=True), "id", "not true or false"),
        (flat(answer_is_correct=1), "answer_is_correct", "true, false or null"),
        (flat(first_error_index=1), "first_error_index", "one of the 1 steps"),
        (flat(first_error_index=-1), "first_error_index", "not -1"),
        (flat(first_error_index=True), "first_error_index", "null, or the index"),
        (flat(alternatives={"1": ["a"]}), "alternatives", 'not "1"'),
        (flat(alternatives={"0": ["a"], "00": ["b"]}), "alternatives", 'not "00"'),
        (flat(alternatives={"0": "a"}), "alternatives.0", "a list of strings"),
        (flat(solutions=[]), "solutions", "not both"),
        ({"problem": "p", "solutions": {}}, "solutions", "a list of solutions"),
        ({"problem": "p", "solutions": [{"steps": ["a"]}, {"steps": ["a", None]}]}, "solutions[1].steps[1]", "null"),
        ({"problem": "p", "candidates": []}, "candidates", "at least one candidate"),
        ({"problem": "p", "candidates": [{"text": "a", "next": [{}]}]}, "candidates[0].next[0].text", "not blank"),
        ({"question": {}, "label": []}, "label", "an object, not a list"),
    ],
)
def test_a_refusal_names_the_field_and_what_was_expected(row: object, field: str, words: str) -> None:
    error = refusal(row)
    assert error.field == field
    assert words in error.expected


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("label", "finish_reason"), "done", "label.finish_reason"),
        (("label", "total_time"), "1", "label.total_time"),
        (("label", "steps"), None, "label.steps"),
        (("label", "steps", 0, "completions", 0, "rating"), 2, "label.steps[0].completions[0].rating"),
        (("label", "steps", 0, "chosen_completion"), 9, "label.steps[0].chosen_completion"),
        (("question", "pre_generated_steps"), [1], "question.pre_generated_steps[0]"),
        (("generation",), "6", "generation"),
    ],
)
def test_a_damaged_prm800k_row_is_refused_by_field(path: tuple[Any, ...], value: object, field: str) -> None:
    row = json.loads((DATA / "prm800k_sample.jsonl").read_bytes().splitlines()[1])
    place = row
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert refusal(row).field == field


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"problem": "p", "steps": ["a"', "one JSON object"),
        (b'{"problem": "p", "steps": ["a"], "x": NaN}', "no NaN"),
        (b'{"problem": "p", "steps": ["a"], "x": -Infinity}', "no NaN"),
        ('{"problem": "π ≈ 3", "steps": ["été"], "x": NaN}'.encode(), "no NaN"),
        ('{"problem": "π", "steps": ["a"'.encode(), r"data, character 31\)"),
        (b'{"problem": "p", "steps": ["\\ud800"]}', "surrogate"),
        (b'{"problem": "p", "steps": ["\\u0000"]}', "NUL"),
        (b'{"problem": "p", "steps": ["\xff"]}', "UTF-8"),
        (b"[" * 2000 + b"]" * 2000, "levels"),
    ],
)
def test_a_line_that_is_no_json_is_refused_in_words(line: bytes, words: str) -> None:
    with pytest.raises(RowError, match=words):
        parse_line(line)


def test_a_deep_candidate_tree_is_measured_without_recursion() -> None:
    tree: dict[str, Any] = {"text": "leaf"}
    for _ in range(MAX_STEPS):
        tree = {"text": "a", "next": [tree]}
    assert "512 steps" in refusal({"problem": "p", "candidates": [tree]}).expected


@pytest.mark.parametrize(
    "unit", [b"[],", b"0,", b'"a",', b'{"":0},', b'{"k":["v"]},', b'"\\\\",', b'"\\"",', b"[[0]],"]
)
def test_a_line_of_too_many_values_is_refused_before_it_is_parsed(unit: bytes) -> None:
    def line(values: int) -> bytes:
        return b'{"problem": "p", "steps": ["a"], "x": [' + unit * values + b"0]}"

    with pytest.raises(RowError, match="at most 500,000 values in one row"):
        parse_line(line(MAX_VALUES))
    assert parse_line(line(MAX_VALUES // 8)).solutions[0].steps == ["a"]


def test_commas_and_brackets_of_texts_are_no_values() -> None:
    text = orjson.dumps(',[{"\\' * 200)
    solution = b'{"steps": [' + text + b", " + text + b"]}"
    line = b'{"problem": "p", "solutions": [' + b",".join([solution] * 1000) + b"]}"
    assert line.count(b",") + line.count(b"[") + line.count(b"{") > MAX_VALUES
    assert len(parse_line(line).solutions) == 1000


@pytest.mark.parametrize("fault", [b'"\\u0000"', b"NaN", b'"\\ud800"'])
def test_a_long_key_is_not_copied_for_each_value_under_it(fault: bytes) -> None:
    line = b'{"' + b"k" * 100_000 + b'": [' + b"0," * 2_000 + fault + b"]}"
    tracemalloc.start()
    try:
        with pytest.raises(RowError) as caught:
            parse_line(line)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000
    assert caught.value.field.startswith("kkk")
    assert len(caught.value.field) <= 200


def test_a_long_candidate_tree_names_the_place_and_keeps_no_paths() -> None:
    leaves = [{"text": "b", "next": []} for _ in range(5_000)]
    tree: dict[str, Any] = {"text": "a", "next": [*leaves, {"text": " "}]}
    for _ in range(400):
        tree = {"text": "a", "next": [tree]}
    tracemalloc.start()
    try:
        error = refusal({"problem": "p", "candidates": [tree]})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error.field.startswith("candidates[0].next[0].next[0]")
    assert peak < 5_000_000


def test_a_row_of_too_many_solutions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selector.rows.MAX_SOLUTIONS", 2)
    row = {"problem": "p", "solutions": [{"steps": ["a"]}] * 2}
    assert len(parse_row(row).solutions) == 2
    row["solutions"] = [{"steps": ["a"]}] * 3
    assert refusal(row).expected == "at most 2 solutions in one row, not 3"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["text", "steps", "next", "label", "x"]), inner, max_size=3), max_leaves=8,
)  # fmt: skip
keys = st.sampled_from(
    ["problem", "steps", "solutions", "candidates", "question", "label", "id", "split", "answer", "first_error_index",
     "alternatives", "generator", "answer_is_correct"]
)  # fmt: skip


@given(st.dictionaries(keys, json_values, max_size=6) | json_values)
@example({"question": None, "label": -(2**63) - 1})
def test_whatever_comes_is_a_row_or_a_clear_refusal(value: object) -> None:
    try:
        row = parse_row(value)
    except RowError as error:
        refused = error
        row = None
    assert isinstance(row, ProblemRow) or (refused.field and refused.expected)


@given(
    st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=1, max_size=6),
    st.none() | st.booleans(),
)
def test_a_good_row_comes_through_json_unchanged(steps: list[str], is_correct: bool | None) -> None:
    line = orjson.dumps(flat(steps=[*steps, "end"], answer_is_correct=is_correct))
    solution = parse_line(line).solutions[0]
    assert (solution.steps, solution.answer_is_correct) == ([*steps, "end"], is_correct)
