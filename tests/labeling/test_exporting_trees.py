"""Labels of candidates out, as rows of phase 1, and in again."""

from pathlib import Path

import orjson
import pytest

from labeling.actions import exporting
from labeling.models import Campaign
from tests import factories as make
from tests.labeling.imports import DATA, import_files

pytestmark = pytest.mark.django_db

PHASE_ONE = [
    row
    for line in (DATA / "prm800k_sample.jsonl").read_bytes().splitlines()
    if "pre_generated_steps" not in (row := orjson.loads(line))["question"]
]


def grow(campaign: Campaign) -> None:
    """One label of each ending over trees, and one of a whole solution between them."""
    round = make.make_round(campaign, number=3, mode="candidates")
    tree = make.make_candidate_tree(make.make_problem(campaign, text="What is $1 + 1$?", reference="2"))
    item = make.make_item(tree=tree, round=round, state="labeled")
    first = make.make_tree_step(tree.candidates, chosen=0)
    human = {"text": "So it is 2.", "rating": None, "source": "human", "flagged": None}
    written = {"completions": [], "human_completion": human, "chosen_completion": None}
    open_place = {"completions": [{"text": "b", "rating": None, "flagged": True}], "human_completion": None}
    make.make_tree_label(item=item, steps=[first, written], shown={"reference": "as it was"})
    make.make_label(make.make_solution(tree.problem))
    for ending in ("give_up", "bad_problem"):
        tree = make.make_candidate_tree(make.make_problem(campaign, reference=None, ground_truth_solution="Count."))
        steps = [first, open_place | {"chosen_completion": None}]
        make.make_tree_label(tree, steps=steps, finish_reason=ending, reason="so it is")


def test_a_label_made_here_has_the_keys_of_a_published_row(campaign: Campaign) -> None:
    grow(campaign)

    row = orjson.loads(next(exporting.rows(campaign, "prm800k")))

    for published in PHASE_ONE:
        assert list(row) == list(published)
        assert list(row["question"]) == list(published["question"])
        assert list(row["label"]) == list(published["label"])
        assert set(row["label"]["steps"][0]) == set(published["label"]["steps"][0])
    assert row["question"] == {"problem": "What is $1 + 1$?", "ground_truth_answer": "as it was"}
    assert row["generation"] is None  # although round 3 wanted it: phase 1 has no generations
    assert row["label"]["steps"][1]["human_completion"]["text"] == "So it is 2."


def test_export_import_export_gives_the_same_rows_in_the_same_order(campaign: Campaign, tmp_path: Path) -> None:
    grow(campaign)
    rows = b"".join(exporting.rows(campaign, "prm800k"))
    (tmp_path / "rows.jsonl").write_bytes(rows)
    again = make.make_campaign()

    import_files(again, tmp_path / "rows.jsonl")

    assert b"".join(exporting.rows(again, "prm800k")) == rows
    assert rows.count(b"\n") == 4
