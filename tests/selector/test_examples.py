"""Which training examples come out of which rows."""

from pathlib import Path

import orjson

from selector.examples import of_rows
from selector.rows import parse_row, read_rows

DATA = Path(__file__).parent.parent / "data"


def test_a_first_error_makes_the_steps_before_it_positive_and_drops_those_behind_it() -> None:
    rows = [parse_row({"problem": "p", "steps": ["a", "b", "c"], "first_error_index": index}) for index in (1, None)]
    found = of_rows(rows, "prm")
    assert [(s.steps, s.ratings) for s in found.solutions] == [(("a", "b"), (1, -1)), (("a", "b", "c"), (1, 1, 1))]
    assert (found.labels, found.left_out) == (2, {})


def test_the_test_split_and_unlabeled_rows_give_no_example_and_are_counted() -> None:
    rows = [
        parse_row({"problem": "p", "steps": ["a"], "first_error_index": 0, "split": "test"}),
        parse_row({"problem": "p", "steps": ["a"], "answer_is_correct": True}),
    ]
    assert of_rows(rows, "prm").solutions == ()
    assert of_rows(rows, "prm").left_out == {"test split": 1, "without a label": 1}
    assert [s.outcome for s in of_rows(rows, "orm").solutions] == [True]


def test_identical_texts_teach_an_outcome_once() -> None:
    rows = [parse_row({"problem": "p", "steps": ["a"], "answer_is_correct": True}) for _ in range(3)]
    assert len(of_rows(rows, "orm").solutions) == 1


def test_neutral_ratings_and_alternatives_of_prm800k_rows_are_used() -> None:
    lines = (DATA / "prm800k_sample.jsonl").read_bytes().splitlines()
    row = orjson.loads(lines[1])
    steps = row["label"]["steps"]
    steps[0]["completions"][0]["rating"] = 0
    alternatives = [c for c in steps[-1]["completions"][1:] if c["rating"] is not None]
    found = of_rows([parse_row(row)], "prm")
    main, *others = found.solutions
    assert main.ratings[0] == 0
    assert main.ratings[-1] == -1
    assert len(main.steps) == len(steps)
    assert [s.steps[-1] for s in others] == [c["text"] for c in alternatives]
    assert all(s.ratings[:-1] == (None,) * (len(steps) - 1) for s in others)


def test_a_phase_one_pass_gives_its_path_and_every_other_candidate_behind_its_prefix() -> None:
    row = next(row for _, row in read_rows(DATA / "prm800k_sample.jsonl"))
    assert row.label is not None
    assert row.label.raw is not None
    steps = row.label.raw["label"]["steps"]
    found = of_rows([row], "prm")
    *others, path = found.solutions
    assert path.steps[1] == steps[1]["human_completion"]["text"]
    assert path.ratings[1] is None
    assert len(path.steps) == len(steps)
    assert sum(s.ratings[-1] == -1 and len(s.steps) == 2 for s in others) == 5


def test_a_flawed_problem_teaches_nothing_of_its_steps() -> None:
    row = orjson.loads((DATA / "prm800k_sample.jsonl").read_bytes().splitlines()[1])
    row["label"]["steps"] = row["label"]["steps"][:1]
    row["label"]["finish_reason"] = "bad_problem"
    assert of_rows([parse_row(row)], "prm").solutions == ()
