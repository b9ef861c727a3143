"""The catalogues of translations: whole, sound, and compiled as they stand."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation

from tests.labeling import collecting

LOCALE = Path(settings.BASE_DIR, "labeling", "locale")
TRANSLATED = [code for code, _ in settings.LANGUAGES if code != "en"]
PLURAL_FORMS = {"ko": 1, "zh-hans": 1, "ru": 4}  # Russian: 1, 2 to 4, many, fractions
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{\w*\}|</?\w+[^>]*>")  # values, and the elements of a page


def catalogue(language: str, kind: str) -> Path:
    return LOCALE / translation.to_locale(language) / "LC_MESSAGES" / f"django.{kind}"


def messages(language: str) -> polib.POFile:
    return polib.pofile(str(catalogue(language, "po")))


def told(entry: polib.POEntry) -> list[str]:
    """All that the entry says, each plural form of it."""
    return [text for _, text in sorted(entry.msgstr_plural.items())] if entry.msgid_plural else [entry.msgstr]


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated(language: str) -> None:
    missing = [entry.msgid for entry in messages(language) if not all(told(entry)) or entry.fuzzy or entry.obsolete]
    assert missing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_the_places_for_values(language: str) -> None:
    """A singular may leave its number out: "the one step"."""
    wrong = [
        (entry.msgid, text)
        for entry in messages(language)
        for text in told(entry)
        if placeholders(text) not in (placeholders(entry.msgid), placeholders(entry.msgid_plural or entry.msgid))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_counted_message_has_each_plural_form_of_the_language(language: str) -> None:
    catalogue_of = messages(language)
    assert f"nplurals={PLURAL_FORMS[language]};" in catalogue_of.metadata["Plural-Forms"]
    counted = [entry for entry in catalogue_of if entry.msgid_plural]
    assert counted
    assert {len(entry.msgstr_plural) for entry in counted} == {PLURAL_FORMS[language]}


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    written = {(entry.msgctxt, entry.msgid): told(entry) for entry in messages(language)}
    compiled = {
        (entry.msgctxt, entry.msgid): told(entry)
        for entry in polib.mofile(str(catalogue(language, "mo")))
        if entry.msgid
    }
    assert compiled == written


@pytest.mark.parametrize(
    ("n", "words"), [(1, "1 решение"), (3, "3 решения"), (11, "11 решений"), (21, "21 решение"), (25, "25 решений")]
)
def test_russian_counts_by_its_own_rule(n: int, words: str) -> None:
    with translation.override("ru"):
        assert translation.ngettext("{n} solution", "{n} solutions", n).format(n=n) == words


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_holds_the_messages_of_the_sources_and_no_others(language: str) -> None:
    """`make messages` collects them; what it adds is then translated."""
    held = {(entry.msgctxt, entry.msgid, entry.msgid_plural or None) for entry in messages(language)}
    assert (collecting.messages() - held, held - collecting.messages()) == (set(), set())
