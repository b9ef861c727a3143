"""Problems, solutions and labels in: what comes in, what is the same, what is refused."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.contrib.auth.models import User

from labeling.actions import importing, references
from labeling.actions.importing import ImportResult
from labeling.actions.staging import lengths
from labeling.actions.staging.names import split_of
from labeling.models import Campaign, CandidateTree, Job, Label, Labeler, Problem, Solution
from tests import factories as make
from tests.labeling.imports import DATA, counts, everything, flat, import_files, import_rows, write_rows

pytestmark = pytest.mark.django_db


def refusal(result: ImportResult) -> tuple[int, str, str]:
    """The one refusal: line, field, what was expected."""
    assert not result.ok
    [one] = result.refused
    return one["line"], one["field"], one["expected"]


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
    assert problem.references.get(is_current=True).answer == "2"


def test_a_problem_with_solutions_brings_them_all_and_its_generator_is_theirs(
    campaign: Campaign, tmp_path: Path
) -> None:
    solutions = [{"solution_id": "a", "steps": ["x"]}, {"id": "b", "steps": ["y"], "generator": "other"}]
    row = {"problem": "P", "generator": "model", "solutions": solutions, "source": "a book"}

    result = import_rows(campaign, tmp_path, row)

    assert counts(result) == (1, 2, 0, 0)
    assert list(Solution.objects.values_list("external_id", "generator")) == [("a", "model"), ("b", "other")]
    assert Problem.objects.get().metadata == {"source": "a book"}


def test_a_candidate_tree_comes_in_once(campaign: Campaign, tmp_path: Path) -> None:
    row = {"problem": "P", "candidates": [{"text": "a", "next": [{"text": "b"}]}, {"text": "c"}]}

    first, again = (import_rows(campaign, tmp_path, row) for _ in range(2))

    assert (counts(first), counts(again)) == ((1, 0, 0, 0), (0, 0, 0, 1))
    tree = CandidateTree.objects.get().candidates
    assert tree == [{"text": "a", "next": [{"text": "b", "next": []}]}, {"text": "c", "next": []}]


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


def test_a_label_can_come_later_than_its_solution(campaign: Campaign, tmp_path: Path) -> None:
    import_rows(campaign, tmp_path, flat())

    result = import_rows(campaign, tmp_path, {**flat(first_error_index=1), "generator": None, "answer": None})

    assert counts(result) == (0, 0, 1, 0)
    assert Label.objects.get().solution == Solution.objects.get()


def test_another_verdict_by_the_same_labeler_is_refused(campaign: Campaign, tmp_path: Path) -> None:
    import_rows(campaign, tmp_path, flat(first_error_index=1, labeler="ada"))

    result = import_rows(campaign, tmp_path, flat(first_error_index=0, labeler="ada"))

    assert refusal(result) == (1, "first_error_index", "1, which this labeler gave for this solution before")


def test_another_labeler_may_differ(campaign: Campaign, tmp_path: Path) -> None:
    rows = [flat(first_error_index=1, labeler="ada"), flat(first_error_index=0, labeler="blaise")]

    result = import_rows(campaign, tmp_path, *rows)

    assert counts(result) == (1, 1, 2, 0)


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


def test_a_prm800k_row_is_the_same_however_its_keys_are_ordered(campaign: Campaign, tmp_path: Path) -> None:
    row = orjson.loads((DATA / "prm800k_sample.jsonl").read_bytes().splitlines()[0])

    import_rows(campaign, tmp_path, row)
    again = import_rows(campaign, tmp_path, dict(reversed(row.items())))

    assert counts(again) == (0, 0, 0, 1)


def test_one_labeler_may_have_several_prm800k_rows_for_one_solution(campaign: Campaign, tmp_path: Path) -> None:
    row = orjson.loads((DATA / "prm800k_sample.jsonl").read_bytes().splitlines()[1])
    later = row | {"timestamp": "2022-12-01T00:00:00.000001"}

    assert counts(import_rows(campaign, tmp_path, row, later)) == (1, 1, 2, 0)


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


# --- the same again, and contradictions


def test_importing_again_adds_nothing_and_counts_duplicates(campaign: Campaign, tmp_path: Path) -> None:
    rows = [flat(solution_id=f"s{number}") for number in range(3)]

    import_rows(campaign, tmp_path, *rows)
    again = import_rows(campaign, tmp_path, *rows)

    assert counts(again) == (0, 0, 0, 3)


def test_without_ids_problem_steps_and_generator_are_the_identity(campaign: Campaign, tmp_path: Path) -> None:
    row = flat(problem_id=None, solution_id=None)
    others = [row | {"generator": "other"}, row | {"steps": ["other"]}, row | {"problem": "Other?"}]

    result = import_rows(campaign, tmp_path, row, row, *others)

    assert counts(result) == (2, 4, 0, 1)


def test_the_same_ids_in_another_campaign_are_other_rows(campaign: Campaign, tmp_path: Path) -> None:
    import_rows(campaign, tmp_path, flat())

    assert counts(import_rows(make.make_campaign(), tmp_path, flat(steps=["Other."]))) == (1, 1, 0, 0)


CONTRADICTIONS = [
    ({"steps": ["Other.", "Steps."]}, "steps"),
    ({"answer": "4"}, "answer"),
    ({"answer_is_correct": True}, "answer_is_correct"),
    ({"generator": "other"}, "generator"),
    ({"alternatives": {"0": ["Other."]}}, "alternatives"),
    ({"problem": "Other?"}, "problem"),
    ({"problem_id": "p2"}, "solution_id"),
    ({"ground_truth_answer": "7"}, "ground_truth_answer"),
    ({"ground_truth_solution": "Other."}, "ground_truth_solution"),
    ({"level": "1"}, "level"),
    ({"subject": "Other"}, "subject"),
    ({"split": "test"}, "split"),
    ({"temperature": 0.5}, "temperature"),
]
FULL = flat(
    level="5",
    subject="Algebra",
    ground_truth_solution="Count.",
    split="train",
    alternatives={"1": ["It is 2."]},
    temperature=1,
)


@pytest.mark.parametrize(("change", "field"), CONTRADICTIONS)
def test_the_same_id_with_other_content_is_refused_by_field(
    campaign: Campaign, tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    import_rows(campaign, tmp_path, FULL)
    before = everything(campaign)

    result = import_rows(campaign, tmp_path, flat(problem_id="new", solution_id="new"), FULL | change)

    assert refusal(result)[:2] == (2, field)
    assert everything(campaign) == before


@pytest.mark.parametrize(("change", "field"), CONTRADICTIONS)
def test_a_contradiction_inside_one_file_is_refused_too(
    campaign: Campaign, tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    result = import_rows(campaign, tmp_path, FULL, FULL | change)

    assert refusal(result)[:2] == (2, field)
    assert not Problem.objects.exists()


def test_other_metadata_of_a_problem_is_refused_by_key(campaign: Campaign, tmp_path: Path) -> None:
    row = {"problem": "P", "problem_id": "p", "source": {"year": 2019, "page": 7}, "solutions": []}

    result = import_rows(campaign, tmp_path, row, row, row | {"source": None}, row | {"source": {"year": 2020}})

    assert refusal(result)[:2] == (4, "source")


def test_keys_that_come_with_a_label_may_be_about_the_label(campaign: Campaign, tmp_path: Path) -> None:
    rows = [flat(first_error_index=1, labeler=name, seconds=n) for n, name in enumerate(["a", "b"])]

    assert counts(import_rows(campaign, tmp_path, *rows)) == (1, 1, 2, 0)
    assert Solution.objects.get().metadata == {"seconds": 0}


def test_a_contradiction_inside_one_row_names_the_solution(campaign: Campaign, tmp_path: Path) -> None:
    solutions = [{"solution_id": "a", "steps": ["x"]}, {"solution_id": "a", "steps": ["y"]}]

    result = import_rows(campaign, tmp_path, {"problem": "P", "solutions": solutions})

    assert refusal(result)[:2] == (1, "solutions[1].steps")


@pytest.mark.parametrize(
    "key",
    [
        "temperature",
        "generator",
        "answer",
        "answer_is_correct",
        "alternatives",
        "ground_truth_answer",
        "level",
        "subject",
        "split",
    ],
)
def test_what_a_row_leaves_out_contradicts_nothing(campaign: Campaign, tmp_path: Path, key: str) -> None:
    import_rows(campaign, tmp_path, FULL)

    assert counts(import_rows(campaign, tmp_path, FULL | {key: None})) == (0, 0, 0, 1)


def test_a_reference_that_a_lead_changed_lets_the_old_file_in_again(
    campaign: Campaign, owner: User, tmp_path: Path
) -> None:
    import_rows(campaign, tmp_path, flat())
    references.change(problem=Problem.objects.get(), answer="3", by=owner, reason="The book errs.")

    assert counts(import_rows(campaign, tmp_path, flat())) == (0, 0, 0, 1)
    assert counts(import_rows(campaign, tmp_path, flat(ground_truth_answer="3"))) == (0, 0, 0, 1)


def test_a_reference_that_comes_later_is_a_leads_affair(campaign: Campaign, tmp_path: Path) -> None:
    import_rows(campaign, tmp_path, flat(ground_truth_answer=None))

    line, field, expected = refusal(import_rows(campaign, tmp_path, flat()))

    assert (line, field) == (1, "ground_truth_answer")
    assert "a lead can change" in expected


# --- splits and identical texts


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


def test_later_identical_texts_point_to_the_first_of_their_problem(campaign: Campaign, tmp_path: Path) -> None:
    import_rows(campaign, tmp_path, flat(solution_id="a"), flat(solution_id="b"))
    other_problem = flat(problem_id="p2", problem="Other?", solution_id="d")
    import_rows(campaign, tmp_path, flat(solution_id="c", generator="other"), other_problem)

    first = dict(Solution.objects.values_list("external_id", "duplicate_of__external_id"))
    assert first == {"a": None, "b": "a", "c": "a", "d": None}


def test_identical_texts_in_different_batches_are_found(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.actions.importing.BATCH_WEIGHT", 2)

    import_rows(campaign, tmp_path, *[flat(solution_id=name) for name in "abc"])

    first = dict(Solution.objects.values_list("external_id", "duplicate_of__external_id"))
    assert first == {"a": None, "b": "a", "c": "a"}


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


def test_what_was_imported_is_found_again_however_its_name_begins(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.actions.importing.BATCH_WEIGHT", 2)
    monkeypatch.setattr("labeling.actions.staging.known.Seen.BITS", 0)  # all begin alike
    rows = [flat(solution_id=f"s{number}") for number in range(6)]

    assert counts(import_rows(campaign, tmp_path, *rows, *rows)) == (1, 6, 0, 6)


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


@pytest.mark.parametrize("skip_invalid", [False, True])
def test_a_file_of_one_row_again_and_again_is_read_no_further(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, skip_invalid: bool
) -> None:
    monkeypatch.setattr(importing, "BATCH_WEIGHT", 20)
    monkeypatch.setattr(lengths, "MAX_REPEATED", 100)
    import_rows(campaign, tmp_path, *[flat(solution_id=f"s{number}") for number in range(4)])
    before = everything(campaign)

    result = import_rows(campaign, tmp_path, *[flat()] * 1_000, skip_invalid=skip_invalid)

    line, field, expected = refusal(result)
    assert (line, field) == (160, "file")  # 100 and ten for each of five rows
    assert expected == "at most 150 rows, most are there already; the reading stopped at this line"
    assert "rows.jsonl, line 160" in Job.objects.latest("pk").error
    assert everything(campaign) == before


def test_large_repeated_rows_count_as_several(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_WEIGHT", 20)
    monkeypatch.setattr(lengths, "MAX_REPEATED", 100)
    monkeypatch.setattr(lengths, "ROW_BYTES", 100)

    large = flat(note="x" * 1_000)

    assert refusal(import_rows(campaign, tmp_path, *[large] * 1_000))[0] == 10
    assert import_rows(campaign, tmp_path, *[large | {"solution_id": f"s{number}"} for number in range(100)]).ok


def test_a_file_whose_rows_come_ten_times_may_come_again(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_WEIGHT", 20)
    monkeypatch.setattr(lengths, "MAX_REPEATED", 0)
    rows = [flat(solution_id=None, steps=[str(number)]) for number in range(50) for _ in range(10)]

    assert counts(import_rows(campaign, tmp_path, *rows)) == (1, 50, 0, 450)
    assert counts(import_rows(campaign, tmp_path, *rows)) == (0, 0, 0, 500)


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
