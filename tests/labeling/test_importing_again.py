"""Rows that come in again: what is the same, what contradicts what is there, what is too often the same."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User

from labeling.actions import importing, references
from labeling.actions.staging import lengths
from labeling.models import Campaign, CandidateTree, Job, Label, Problem, Solution
from tests import factories as make
from tests.labeling.imports import DATA, counts, everything, flat, import_rows, refusal

pytestmark = pytest.mark.django_db


# --- the same again


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


def test_a_candidate_tree_comes_in_once(campaign: Campaign, tmp_path: Path) -> None:
    row = {"problem": "P", "candidates": [{"text": "a", "next": [{"text": "b"}]}, {"text": "c"}]}

    first, again = (import_rows(campaign, tmp_path, row) for _ in range(2))

    assert (counts(first), counts(again)) == ((1, 0, 0, 0), (0, 0, 0, 1))
    tree = CandidateTree.objects.get().candidates
    assert tree == [{"text": "a", "next": [{"text": "b", "next": []}]}, {"text": "c", "next": []}]


def test_what_was_imported_is_found_again_however_its_name_begins(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.actions.importing.BATCH_WEIGHT", 2)
    monkeypatch.setattr("labeling.actions.staging.known.Seen.BITS", 0)  # all begin alike
    rows = [flat(solution_id=f"s{number}") for number in range(6)]

    assert counts(import_rows(campaign, tmp_path, *rows, *rows)) == (1, 6, 0, 6)


# --- contradictions


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


# --- labels


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


def test_a_prm800k_row_is_the_same_however_its_keys_are_ordered(campaign: Campaign, tmp_path: Path) -> None:
    row = orjson.loads((DATA / "prm800k_sample.jsonl").read_bytes().splitlines()[0])

    import_rows(campaign, tmp_path, row)
    again = import_rows(campaign, tmp_path, dict(reversed(row.items())))

    assert counts(again) == (0, 0, 0, 1)


def test_one_labeler_may_have_several_prm800k_rows_for_one_solution(campaign: Campaign, tmp_path: Path) -> None:
    row = orjson.loads((DATA / "prm800k_sample.jsonl").read_bytes().splitlines()[1])
    later = row | {"timestamp": "2022-12-01T00:00:00.000001"}

    assert counts(import_rows(campaign, tmp_path, row, later)) == (1, 1, 2, 0)


# --- identical texts


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


# --- one row again and again


@pytest.mark.parametrize("skip_invalid", [False, True])
def test_a_file_of_one_row_again_and_again_is_read_no_further(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, skip_invalid: bool
) -> None:
    monkeypatch.setattr(importing, "BATCH_WEIGHT", 20)
    monkeypatch.setattr(lengths, "MAX_REPEATED", 100)
    monkeypatch.setattr(lengths, "TIMES", 10)
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
    monkeypatch.setattr(lengths, "TIMES", 10)
    monkeypatch.setattr(lengths, "ROW_BYTES", 100)

    large = flat(note="x" * 1_000)

    assert refusal(import_rows(campaign, tmp_path, *[large] * 1_000))[0] == 10
    assert import_rows(campaign, tmp_path, *[large | {"solution_id": f"s{number}"} for number in range(100)]).ok


def test_a_file_whose_rows_come_ten_times_may_come_again(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_WEIGHT", 20)
    monkeypatch.setattr(lengths, "MAX_REPEATED", 0)
    monkeypatch.setattr(lengths, "TIMES", 10)
    rows = [flat(solution_id=None, steps=[str(number)]) for number in range(50) for _ in range(10)]

    assert counts(import_rows(campaign, tmp_path, *rows)) == (1, 50, 0, 450)
    assert counts(import_rows(campaign, tmp_path, *rows)) == (0, 0, 0, 500)
