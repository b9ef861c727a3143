"""Problems, solutions and labels in: what comes in, and where a file is read no further."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from labeling.actions import importing
from labeling.actions.staging import lengths
from labeling.actions.staging.names import split_of
from labeling.models import Campaign, Job, Label, Labeler, Problem, Solution
from tests import factories as make
from tests.labeling.imports import DATA, counts, everything, flat, import_files, import_rows, refusal, write_rows

pytestmark = pytest.mark.django_db


# --- what comes in


def test_a_flat_row_becomes_a_problem_its_reference_and_a_solution(campaign: Campaign, tmp_path: Path) -> None:
    row = flat(level="5", subject="Algebra", ground_truth_solution="Count.", model_temperature=0.7)

    result = import_rows(campaign, tmp_path, row)

    assert counts(result) == (1, 1, 0, 0)
    solution = Solution.objects.of(campaign).get()
    assert (solution.external_id, solution.generator, solution.answer) == ("s1", "model", "3")
    assert (solution.steps, solution.step_count, solution.answer_is_correct) == (row["steps"], 2, False)
    assert solution.metadata == {"model_temperature": 0.7}
    problem = Problem.objects.visible().get()
    assert (problem.external_id, problem.text) == ("p1", row["problem"])
    assert (problem.ground_truth_solution, problem.level, problem.subject) == ("Count.", "5", "Algebra")
    assert problem.reference_answer == "2"


def test_a_problem_with_solutions_brings_them_all_and_its_generator_is_theirs(
    campaign: Campaign, tmp_path: Path
) -> None:
    solutions = [{"solution_id": "a", "steps": ["x"]}, {"id": "b", "steps": ["y"], "generator": "other"}]
    row = {"problem": "P", "generator": "model", "solutions": solutions, "source": "a book"}

    result = import_rows(campaign, tmp_path, row)

    assert counts(result) == (1, 2, 0, 0)
    assert list(Solution.objects.values_list("external_id", "generator")) == [("a", "model"), ("b", "other")]
    assert Problem.objects.get().metadata == {"source": "a book"}


def test_alternatives_and_blank_steps_keep_their_places(campaign: Campaign, tmp_path: Path) -> None:
    row = flat(steps=["a", "", "c"], alternatives={"2": ["d", "e"]})

    import_rows(campaign, tmp_path, row)

    solution = Solution.objects.get()
    assert solution.steps == ["a", "", "c"]
    assert solution.alternatives == {"2": ["d", "e"]}


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_plain_and_gzip_files_with_bom_crlf_and_blank_lines_come_in(
    campaign: Campaign, tmp_path: Path, name: str
) -> None:
    first, second = (orjson.dumps(flat(solution_id=name)) for name in ("s1", "s2"))
    path = write_rows(tmp_path / name, b"\xef\xbb\xbf" + first + b"\r", b"", second + b"\r")

    assert counts(import_files(campaign, path)) == (1, 2, 0, 0)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gsm8k_solutions.jsonl", "problems and solutions"),
        ("math_best_of_16.jsonl", "problems and solutions"),
        ("math_best_of_8.jsonl.gz", "problems and solutions"),
        ("math_l5_small.jsonl", "problems and solutions"),
        ("math_l5_solutions.jsonl.gz", "problems and solutions"),
        ("mr_ben_math_human_first_error.jsonl", "labels"),
        ("prmbench_injected_errors.jsonl", "labels"),
        ("prm800k_sample.jsonl", "labels"),
    ],
)
def test_real_rows_of_every_source_come_in_and_a_second_time_add_nothing(
    campaign: Campaign, name: str, expected: str
) -> None:
    first = import_files(campaign, DATA / name)
    rows = everything(campaign)
    again = import_files(campaign, DATA / name)

    assert first.ok
    assert first.problems > 0
    assert first.solutions > 0
    assert (first.labels > 0) == (expected == "labels")
    assert counts(again)[:3] == (0, 0, 0)
    assert again.duplicates == max(first.solutions, first.labels)
    assert everything(campaign) == rows


# --- labels that come with rows


@pytest.mark.parametrize(("index", "ratings", "reason"), [(0, "-", "found_error"), (1, "+-", "found_error")])
def test_a_first_error_row_is_a_label_up_to_the_error(
    campaign: Campaign, tmp_path: Path, index: int, ratings: str, reason: str
) -> None:
    import_rows(campaign, tmp_path, flat(first_error_index=index))

    label = Label.objects.current().get()
    assert (label.ratings, label.finish_reason, label.origin, label.mode) == (
        ratings,
        reason,
        "first_error",
        "solution",
    )


def test_a_first_error_of_null_means_that_every_step_is_good(campaign: Campaign, tmp_path: Path) -> None:
    import_rows(campaign, tmp_path, flat(first_error_index=None))

    label = Label.objects.get()
    assert (label.ratings, label.finish_reason) == ("++", "solution")


def test_who_labeled_is_said_by_the_row_else_by_the_option_else_by_the_file(campaign: Campaign, tmp_path: Path) -> None:
    rows = [flat(solution_id="a", first_error_index=0, labeler="ada"), flat(solution_id="b", first_error_index=0)]

    import_files(campaign, write_rows(tmp_path / "experts.jsonl", *rows))
    import_files(campaign, write_rows(tmp_path / "more.jsonl", *rows), labeler="blaise")

    names = {(label.solution.external_id, label.labeler.name) for label in Label.objects.all() if label.solution}
    assert names == {("a", "ada"), ("b", "experts.jsonl"), ("b", "blaise")}
    assert set(Labeler.objects.values_list("kind", "account")) == {("external", None)}


def test_prm800k_rows_become_labels_in_their_mode_with_their_text_kept(campaign: Campaign) -> None:
    lines = (DATA / "prm800k_sample.jsonl").read_bytes().splitlines()

    import_files(campaign, DATA / "prm800k_sample.jsonl")

    labels = list(Label.objects.order_by("id"))
    assert [label.source.encode() for label in labels if label.source] == lines
    assert [label.mode for label in labels].count("candidates") == 3
    found_error = labels[1]
    assert (found_error.mode, found_error.finish_reason) == ("solution", "found_error")
    assert found_error.ratings.endswith("-")
    assert [rated["rating"] for rated in found_error.alternatives] == [1, 1, 1]
    assert found_error.submitted_at == datetime(2022, 11, 22, 16, 51, 29, 980606, tzinfo=UTC)
    assert (found_error.labeler.kind, found_error.labeler.name) == ("external", "")
    assert found_error.labeler.uuid == UUID("cc88bf76-df08-4041-be67-3464279cb3b1")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"labeler": "x" * 201}, "labeler"),
        ({"label": {"steps": [], "total_time": -1, "finish_reason": "give_up"}}, "label.total_time"),
        ({"label": {"steps": [], "total_time": 2**63, "finish_reason": "give_up"}}, "label.total_time"),
    ],
)
def test_a_prm800k_row_that_no_label_can_hold_is_refused_by_field(
    campaign: Campaign, tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    row = orjson.loads((DATA / "prm800k_sample.jsonl").read_bytes().splitlines()[0])

    assert refusal(import_rows(campaign, tmp_path, row | change))[:2] == (1, field)


def test_an_export_of_this_campaign_is_not_taken_for_labels_from_elsewhere(campaign: Campaign, tmp_path: Path) -> None:
    person = make.make_labeler(campaign)
    row = orjson.loads((DATA / "prm800k_sample.jsonl").read_bytes().splitlines()[0])

    line, field, expected = refusal(import_rows(campaign, tmp_path, row | {"labeler": str(person.uuid)}))

    assert (line, field) == (1, "labeler")
    assert "export of this campaign" in expected


@pytest.mark.parametrize("name", [None, "robot", "8c39ea8e-1d1f-4f8a-b8d5-e4a8c9f0a2a1"])
def test_a_label_marked_as_simulated_is_of_a_simulated_labeler(
    campaign: Campaign, tmp_path: Path, name: str | None
) -> None:
    rows = [flat(solution_id=str(n), first_error_index=1, labeler=name, simulated=True) for n in range(2)]

    assert counts(import_rows(campaign, tmp_path, *rows)) == (1, 2, 2, 0)
    assert counts(import_rows(campaign, tmp_path, *rows)) == (0, 0, 0, 2)
    labeler = Labeler.objects.get(labels__isnull=False, labels__solution__external_id="1")
    assert (labeler.kind, labeler.account) == ("simulated", None)
    assert labeler.labels.count() == 2
    assert Solution.objects.first().metadata == {}  # type: ignore[union-attr]


def test_a_person_and_a_program_of_one_name_are_two_labelers(campaign: Campaign, tmp_path: Path) -> None:
    rows = [flat(first_error_index=1, labeler="a", simulated=simulated) for simulated in (True, False, None)]

    assert counts(import_rows(campaign, tmp_path, *rows)) == (1, 1, 2, 1)
    assert sorted(Labeler.objects.filter(labels__isnull=False).values_list("kind", flat=True)) == [
        "external",
        "simulated",
    ]


@pytest.mark.parametrize(
    ("simulated", "field"), [("yes", "simulated"), (False, "simulated")], ids=["no flag", "a person, as it was said"]
)
def test_a_wrong_word_on_who_is_simulated_is_refused(
    campaign: Campaign, tmp_path: Path, simulated: Any, field: str
) -> None:
    row = flat(first_error_index=1, labeler="8c39ea8e-1d1f-4f8a-b8d5-e4a8c9f0a2a1", simulated=True)
    import_rows(campaign, tmp_path, row)

    assert refusal(import_rows(campaign, tmp_path, row | {"simulated": simulated}))[:2] == (1, field)


# --- splits


def test_a_tenth_of_the_problems_goes_to_the_test_split_by_their_text() -> None:
    splits = [split_of(f"What is ${number} + 1$?") for number in range(5_000)]

    assert 400 < splits.count("test") < 600
    assert splits[:20] == [split_of(f"What is\n ${number} +  1$?") for number in range(20)]


def test_a_given_split_stands(campaign: Campaign, tmp_path: Path) -> None:
    rows = [
        flat(problem_id=f"p{n}", problem=f"P{n}", solution_id=f"s{n}", split=split)
        for n, split in enumerate(["test", "train"] * 10)
    ]

    import_rows(campaign, tmp_path, *rows)

    assert list(Problem.objects.order_by("id").values_list("split", flat=True)) == ["test", "train"] * 10


# --- grading


def test_answers_without_a_verdict_are_graded_in_the_background(campaign: Campaign, tmp_path: Path) -> None:
    import_rows(campaign, tmp_path, flat(answer_is_correct=None))

    assert Job.objects.get(kind="grade").state == "requested"


@pytest.mark.parametrize(
    "row", [flat(), flat(answer_is_correct=None, answer=None), flat(answer_is_correct=None, ground_truth_answer=None)]
)
def test_nothing_is_graded_where_there_is_nothing_to_grade(campaign: Campaign, tmp_path: Path, row: Any) -> None:
    import_rows(campaign, tmp_path, row)

    assert not Job.objects.filter(kind="grade").exists()


# --- what is no file of solutions


@pytest.mark.parametrize("skip_invalid", [False, True])
def test_a_file_of_mostly_refused_rows_is_read_no_further(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, skip_invalid: bool
) -> None:
    monkeypatch.setattr(importing, "MAX_REFUSED", 150)

    result = import_rows(
        campaign, tmp_path, flat(), *[b"{}"] * 1_000, flat(solution_id="s2"), skip_invalid=skip_invalid
    )

    assert not result.ok
    assert (result.refused_count, len(result.refused)) == (152, 100)  # one more than one good row and 150
    stopped = {"file": str(tmp_path / "rows.jsonl"), "line": 153, "field": "file"}
    assert result.refused[0] == stopped | {"expected": "mostly good rows; the reading stopped at this line"}
    assert result.refused[1]["line"] == 2
    assert Job.objects.get().error.count("the reading stopped at this line") == 1
    assert not Problem.objects.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


@pytest.mark.parametrize(("limit", "most", "line"), [("MAX_CHECKED", 100, 106), ("MAX_CHECKED_BYTES", 22_000, 111)])
def test_behind_a_refused_row_a_file_is_read_so_far(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, line: int
) -> None:
    monkeypatch.setattr(importing, "BATCH_WEIGHT", 10)
    monkeypatch.setattr(lengths, limit, most)
    rows = [flat(solution_id=f"s{number % 50}") for number in range(1_000)]

    result = import_rows(campaign, tmp_path, b"{}", *rows)

    assert [one["line"] for one in result.refused] == [line, 1]
    assert result.refused[0]["expected"] == "good rows only; the reading stopped at this line"
    assert counts(import_rows(campaign, tmp_path, b"{}", *rows[:200], skip_invalid=True))[:2] == (1, 50)


def test_large_refused_rows_are_counted_by_their_size(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_REFUSED_BYTES", 100_000)

    result = import_rows(campaign, tmp_path, *[b"[" + b" " * 9_999] * 100, skip_invalid=True)

    assert result.refused_count == 10
    assert result.refused[0]["line"] == 10


def test_as_many_good_rows_as_refused_ones_come_in(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_REFUSED", 2)
    rows = [row for number in range(50) for row in (flat(solution_id=str(number)), b"{}")]

    result = import_rows(campaign, tmp_path, *rows, skip_invalid=True)

    assert result.ok
    assert (result.solutions, result.refused_count) == (50, 50)


def test_a_tree_too_deep_to_be_kept_is_refused_by_its_field(campaign: Campaign, tmp_path: Path) -> None:
    tree = b'{"text": "a", "next": [' * 500 + b'{"text": "a"}' + b"]}" * 500

    result = import_rows(campaign, tmp_path, b'{"problem": "P", "candidates": [' + tree + b"]}")

    assert refusal(result)[:2] == (1, "candidates")
    assert "less than 250 levels" in refusal(result)[2]
