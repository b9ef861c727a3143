"""Sentences kept in rows in English reach each reader in their own language."""

import pytest
from django.utils import translation

from labeling.stored_words import FORMS, said


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
