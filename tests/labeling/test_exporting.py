"""Labels out: shapes, order, round trips, constant work per row."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from datasets import load_dataset
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labeling.actions import exporting
from labeling.actions.errors import ActionError
from labeling.models import Campaign, Label
from selector.rows import parse_line
from tests import factories as make
from tests.labeling.imports import DATA, flat, import_files, import_rows

pytestmark = pytest.mark.django_db


def exported(campaign: Campaign, format: str, **options: Any) -> list[dict[str, Any]]:
    """The rows of an export."""
    return [orjson.loads(line) for line in exporting.rows(campaign, format, **options)]


def label_in(campaign: Campaign, ratings: list[int], **fields: Any) -> Label:
    """A label made here, for a fresh solution of three steps."""
    solution = fields.pop("solution", None) or make.make_solution(make.make_problem(campaign))
    return make.make_label(solution, ratings=ratings, **fields)


# --- prm800k


def test_every_imported_prm800k_row_comes_out_as_it_came_in(campaign: Campaign) -> None:
    import_files(campaign, DATA / "prm800k_sample.jsonl")

    assert b"".join(exporting.rows(campaign, "prm800k")) == (DATA / "prm800k_sample.jsonl").read_bytes()


def test_a_label_made_here_is_a_prm800k_row(campaign: Campaign) -> None:
    round = make.make_round(campaign, number=3)
    solution = make.make_solution(
        make.make_problem(campaign, reference="4", ground_truth_solution="Count.", text="P"),
        ["a", "b", "c"],
        answer="5",
    )
    item = make.make_item(solution, round, state="labeled", score=0.75)
    alternative = {"text": "d", "rating": 1, "flagged": False}
    label = make.make_label(
        item=item, ratings=[0, -1], alternatives=[alternative], flagged=[0], shown={"reference": "old"}
    )

    [row] = exported(campaign, "prm800k")

    assert row == {
        "labeler": str(label.labeler.uuid),
        "timestamp": "2026-01-02T03:04:05.678901",
        "generation": 3,
        "is_quality_control_question": False,
        "is_initial_screening_question": False,
        "question": {
            "problem": "P",
            "ground_truth_solution": "Count.",
            "ground_truth_answer": "old",
            "pre_generated_steps": ["a", "b", "c"],
            "pre_generated_answer": "5",
            "pre_generated_verifier_score": 0.75,
        },
        "label": {
            "steps": [
                {
                    "completions": [{"text": "a", "rating": 0, "flagged": True}],
                    "human_completion": None,
                    "chosen_completion": 0,
                },
                {
                    "completions": [{"text": "b", "rating": -1, "flagged": False}, alternative],
                    "human_completion": None,
                    "chosen_completion": None,
                },
            ],
            "total_time": 12_345,
            "finish_reason": "found_error",
        },
    }
    assert parse_line(orjson.dumps(row)).solutions[0].label is not None


@pytest.mark.parametrize(("purpose", "gold", "screening"), [("gold", True, False), ("screening", False, True)])
def test_gold_and_screening_items_are_marked(campaign: Campaign, purpose: str, gold: bool, screening: bool) -> None:
    item = make.make_item(make.make_solution(make.make_problem(campaign)), state="labeled", purpose=purpose)
    make.make_label(item=item)

    [row] = exported(campaign, "prm800k")

    assert row["is_quality_control_question"] is gold
    assert row["is_initial_screening_question"] is screening
    assert row["generation"] is None


@pytest.mark.parametrize("format", ["prm800k", "first-error"])
def test_export_import_export_gives_the_same_rows_in_the_same_order(
    campaign: Campaign, tmp_path: Path, format: str
) -> None:
    import_files(campaign, DATA / "prm800k_sample.jsonl", DATA / "prmbench_injected_errors.jsonl")
    label_in(campaign, [1, 0, -1], flagged=[1])
    label_in(campaign, [1, 1, 1])
    label_in(campaign, [1], finish_reason="give_up", reason="No idea.")
    label_in(campaign, [], finish_reason="bad_problem", reason="No question.")
    import_rows(campaign, tmp_path, flat(first_error_index=0, alternatives={"0": ["x"]}, level="1", source="a book"))
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(exporting.rows(campaign, format, include_external=True)))
    empty = make.make_campaign()

    assert import_files(empty, path).ok

    assert b"".join(exporting.rows(empty, format, include_external=True)) == path.read_bytes()
    assert path.read_bytes().count(b"\n") > 10


def test_rows_made_before_and_after_a_new_reference_come_in_again(campaign: Campaign, tmp_path: Path) -> None:
    """Each row tells the reference answer at the time of its label."""
    problem = make.make_problem(campaign)
    for steps, reference in (["a", "b"], "9"), (["c", "d"], "8"):
        label_in(campaign, [1, -1], solution=make.make_solution(problem, steps), shown={"reference": reference})
    before = list(exporting.rows(campaign, "prm800k"))
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"".join(before))
    empty = make.make_campaign("empty")

    import_files(empty, file)

    assert list(exporting.rows(empty, "prm800k")) == before


def test_first_error_imports_are_prm800k_rows_only_when_asked_for(campaign: Campaign, tmp_path: Path) -> None:
    import_rows(campaign, tmp_path, flat(first_error_index=1))

    assert exported(campaign, "prm800k") == []
    [row] = exported(campaign, "prm800k", include_external=True)
    assert [step["completions"][0]["flagged"] for step in row["label"]["steps"]] == [None, None]


# --- the other shapes


def test_stepwise_ends_at_the_first_error_and_neutral_is_true_unless_asked(campaign: Campaign) -> None:
    label = label_in(campaign, [0, -1])

    [row] = exported(campaign, "stepwise")
    [strict] = exported(campaign, "stepwise", neutral_false=True)

    assert label.solution is not None
    assert row == {"prompt": label.problem.text, "completions": label.solution.steps[:2], "labels": [True, False]}
    assert strict["labels"] == [False, False]


def test_first_error_names_its_labeler_by_pseudonym(campaign: Campaign) -> None:
    label = label_in(campaign, [1, 1, 1])

    [row] = exported(campaign, "first-error")

    assert (row["labeler"], row["first_error_index"]) == (str(label.labeler.uuid), None)


@pytest.mark.parametrize("format", ["stepwise", "first-error"])
def test_labels_without_a_verdict_are_left_out(campaign: Campaign, format: str) -> None:
    label_in(campaign, [1], finish_reason="give_up", reason="No idea.")
    label_in(campaign, [1], finish_reason="bad_problem", reason="No question.")

    assert exported(campaign, format) == []


def test_a_revision_takes_the_place_of_what_it_revises(campaign: Campaign) -> None:
    first = label_in(campaign, [1, -1])
    Label.objects.update(is_current=False)
    label_in(campaign, [1, 1, 1], solution=first.solution, labeler=first.labeler, revises=first)

    assert [row["first_error_index"] for row in exported(campaign, "first-error")] == [None]


def test_parquet_loads_where_researchers_load_it(campaign: Campaign, tmp_path: Path) -> None:
    import_files(campaign, DATA / "prm800k_sample.jsonl", DATA / "mr_ben_math_human_first_error.jsonl")
    label = label_in(campaign, [1, 0, -1], guide=make.make_guide(campaign, number=3))
    path = tmp_path / "labels.parquet"

    call_command("export_labels", campaign="campaign", format="parquet", out=path, stderr=StringIO())

    table = load_dataset("parquet", data_files=str(path), split="train", cache_dir=str(tmp_path))
    assert len(table) == Label.objects.count()
    assert table[-1]["ratings"] == [1, 0, -1]
    assert table[-1]["steps"] == label.solution.steps if label.solution else None
    assert (table[0]["guide_version"], table[-1]["guide_version"]) == (None, 3)
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_scored_holds_every_solution_with_the_scores_of_its_text(campaign: Campaign) -> None:
    problem = make.make_problem(campaign, text="P")
    first = make.make_solution(problem, answer="4", answer_is_correct=True)
    make.make_solution(problem, external_id=None, duplicate_of=first)
    unknown = make.make_solution(problem, answer_is_correct=None)
    make.make_score(make.make_selector(campaign), first, 0.9)

    rows = exported(campaign, "scored")

    keys = ("problem", "answer", "is_correct", "prm_score", "orm_score")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("P", "4", True, 0.9, None),
        ("P", "5", False, 0.9, None),
        ("P", "5", None, None, None),
    ]
    assert rows[2]["solution_id"] == unknown.external_id


def test_scored_without_any_version_has_no_scores(campaign: Campaign) -> None:
    make.make_solution(make.make_problem(campaign))

    assert [(row["prm_score"], row["orm_score"]) for row in exported(campaign, "scored")] == [(None, None)]


# --- what an export holds


@pytest.mark.parametrize("format", ["prm800k", "stepwise", "first-error"])
def test_simulated_labels_are_left_out_unless_asked_for_and_then_marked(campaign: Campaign, format: str) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    robot = make.make_labeler(campaign, kind="simulated")
    make.make_label(solution, robot, origin="simulated")

    assert exported(campaign, format) == []
    assert [row["simulated"] for row in exported(campaign, format, include_simulated=True)] == [True]


@pytest.mark.parametrize("format", ["prm800k", "first-error"])
def test_simulated_labels_stay_simulated_in_another_campaign(campaign: Campaign, tmp_path: Path, format: str) -> None:
    robot = make.make_labeler(campaign, kind="simulated")
    make.make_label(make.make_solution(make.make_problem(campaign)), robot, origin="simulated")
    rows = exported(campaign, format, include_simulated=True)
    other = make.make_campaign()

    assert import_rows(other, tmp_path, *rows).labels == 1

    assert exported(other, format) == []
    assert exported(other, format, include_simulated=True) == rows


def test_round_and_split_narrow_an_export(campaign: Campaign) -> None:
    for number, split in enumerate(["train", "test"]):
        solution = make.make_solution(make.make_problem(campaign, split=split, text=split))
        make.make_label(item=make.make_item(solution, make.make_round(campaign, number, "closed"), state="labeled"))

    assert [row["prompt"] for row in exported(campaign, "stepwise", round=0)] == ["train"]
    assert [row["prompt"] for row in exported(campaign, "stepwise", split="test")] == ["test"]
    assert [row["problem"] for row in exported(campaign, "scored", round=1)] == ["test"]
    assert len(exported(campaign, "stepwise")) == 2


def test_labels_of_other_campaigns_and_of_unfinished_imports_stay_out(campaign: Campaign) -> None:
    label_in(make.make_campaign(), [1, -1])
    running = make.make_job(campaign, state="running")
    staged = make.make_solution(make.make_problem(campaign, import_job=running))
    make.make_label(staged, make.make_labeler(campaign, kind="external"), origin="first_error")

    for format in ("prm800k", "first-error", "stepwise", "scored"):
        assert exported(campaign, format, include_external=True) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "csv"}, "no format “csv”.*prm800k"),
        ({"format": "parquet"}, "no format “parquet”"),
        ({"format": "prm800k", "round": 9}, r"no round 9\. Rounds of this campaign: 0"),
        ({"format": "scored", "split": "dev"}, "no split “dev”"),
    ],
)
def test_a_wrong_request_is_refused_before_the_first_row(
    campaign: Campaign, options: dict[str, Any], message: str
) -> None:
    make.make_round(campaign)

    with pytest.raises(ActionError, match=message):
        exporting.rows(campaign, **options)


@pytest.mark.parametrize(("format", "before"), [("prm800k", 0), ("first-error", 0), ("stepwise", 0), ("scored", 4)])
def test_a_page_of_rows_costs_one_query(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch, format: str, before: int
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 5)
    for _ in range(9):
        label_in(campaign, [1, -1])
    rows: Iterator[bytes] = exporting.rows(campaign, format)

    with CaptureQueriesContext(connection) as queries:
        assert len(list(rows)) == 9

    assert len(queries) == before + 1 + 2  # the ids, two pages


# --- the command


def test_the_command_writes_a_file_and_says_how_many(campaign: Campaign, tmp_path: Path) -> None:
    label_in(campaign, [1, -1])
    err = StringIO()

    call_command("export_labels", campaign="campaign", format="stepwise", out=tmp_path / "x.jsonl", stderr=err)

    assert json.loads((tmp_path / "x.jsonl").read_text())["labels"] == [True, False]
    assert err.getvalue().splitlines() == ["1 rows", f"Data card: {tmp_path / 'x.jsonl.card.md'}"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.jsonl", "x.jsonl.card.md"]


def test_a_pipe_keeps_its_place_and_no_card_lies_beside(campaign: Campaign, tmp_path: Path) -> None:
    label_in(campaign, [1, -1])
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as beside:
        read = beside.submit(pipe.read_text)
        call_command("export_labels", campaign="campaign", format="stepwise", out=pipe, stderr=StringIO())
        assert json.loads(read.result(timeout=20))["labels"] == [True, False]
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.parametrize(("format", "what"), [("prm800k", "labels"), ("scored", "solutions")])
def test_an_export_of_an_empty_campaign_is_empty_and_says_so(format: str, what: str, campaign: Campaign) -> None:
    out, err = StringIO(), StringIO()

    call_command("export_labels", campaign="campaign", format=format, stdout=out, stderr=err)

    assert out.getvalue() == ""
    assert f"Nothing to export: no such {what}" in err.getvalue()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"campaign": "none", "format": "prm800k"}, "no campaign 'none'"),
        ({"campaign": "campaign", "format": "csv"}, "no format “csv”"),
        ({"campaign": "campaign", "format": "parquet"}, "--out FILE"),
        ({"campaign": "campaign", "format": "prm800k", "out": Path("no/such/folder/x")}, "there is no folder"),
        ({"campaign": "campaign", "format": "prm800k", "round": 2}, "no round 2"),
    ],
)
def test_the_command_says_what_is_wrong(campaign: Campaign, options: dict[str, Any], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("export_labels", stdout=StringIO(), stderr=StringIO(), **options)
