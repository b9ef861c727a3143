"""Sentences kept in rows in English reach each reader in their own language."""

import ast
from collections.abc import Iterator, Set
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from labeling.stored_words import FORMS, expected, said
from tests.labeling import prose

ROOT = Path(settings.BASE_DIR)


def in_language(language: str, text: str) -> str:
    with translation.override(language):
        return said(text)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.plural)
def test_each_form_is_known_again_and_said_anew(form: object) -> None:
    values = dict.fromkeys(form.pattern.groupindex, "3")  # type: ignore[attr-defined]
    stored = form.plural.format(**values)  # type: ignore[attr-defined]
    assert in_language("en", stored) == stored
    assert in_language("ko", stored) != stored


def test_numbers_are_written_anew_and_counted() -> None:
    stored = "lines: 12,345, new solutions: 1,234, 987 lines/s"
    assert in_language("ru", stored) == "строк: 12\u00a0345, новых решений: 1\u00a0234, 987 строк/с"
    assert in_language("ru", "3 answers") == "3 ответа"


def test_a_sentence_within_a_sentence_is_said_too() -> None:
    assert in_language("ko", "Version 2 is in use. There was no version in use.") == (
        "버전 2 사용 중. 사용 중인 버전이 없었습니다."
    )


def test_lines_are_known_one_by_one_and_the_rest_stays_as_written() -> None:
    stored = "OSError: disk is full\nNothing was imported."
    assert in_language("ru", stored).splitlines() == [stored.splitlines()[0], "Ничего не импортировано."]


def test_a_refused_row_is_told_with_what_was_expected_and_what_came() -> None:
    stored = "rows.jsonl, line 3, steps[2]: expected a string, not the number 1.5"
    assert in_language("ru", stored) == "rows.jsonl, строка 3, steps[2]: ожидалось: строка, а пришло: число 1,5"


def told_by(folder: str, calls: Set[str], place: int | None = None) -> Iterator[str]:
    """What calls of these names are given in the modules of the folder, each value in it a 3."""
    for module in sorted(ROOT.glob(f"{folder}/*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and prose.called(node) in calls:
                given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "message")]
                yield from filter(None, map(sentence, given if place is None else given[place : place + 1]))


def sentence(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "3" for part in node.values)
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    return str(node.value) if is_text and isinstance(node, ast.Constant) else ""


REPORTED = {*told_by("selector", {"report"}), *told_by("workers", {"heartbeat"})}
REFUSED = {*told_by("selector", {"RowError"}, 1), *told_by("labeling/actions/staging", {"RowError"}, 1)}
REFUSED -= {"the text of the problem, a string3"}  # nothing stands there, or ", not …"
NOTES = {
    text.replace("{}", "3")
    for module in ROOT.glob("selector/strategies/*.py")
    for _, text in prose.in_module(module, unshown={"ValueError", "gettext_noop"})
    if text.endswith(".")
}


@pytest.mark.parametrize("stored", sorted(REPORTED | NOTES))
def test_what_workers_and_the_selector_say_is_known(stored: str) -> None:
    assert in_language("ko", stored) != stored


@pytest.mark.parametrize("stored", sorted(REFUSED))
def test_what_readers_of_rows_expect_is_known(stored: str) -> None:
    with translation.override("ko"):
        assert expected(stored) != stored
