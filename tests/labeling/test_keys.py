"""Which key does what: the list of actions, and a person's own keys in it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from labeling import keys
from labeling.keys import CANDIDATES, LISTS, SOLUTION

STATIC = Path(settings.BASE_DIR) / "labeling" / "static" / "labeling"


def test_no_two_actions_of_a_page_come_with_the_same_key() -> None:
    assert keys.conflicts({}, keys.BY_NAME) == {}
    assert len(keys.BY_NAME) == len(keys.ACTIONS)
    assert all(keys.is_key(action.key) for action in keys.ACTIONS)


def test_each_page_has_its_own_actions_with_all_their_keys() -> None:
    assert keys.all_keys({}, SOLUTION)["negative"] == ["1", "-", "−"]
    assert keys.all_keys({}, CANDIDATES)["write"] == ["w"]
    assert "write" not in keys.all_keys({}, SOLUTION)
    assert "undo" in keys.all_keys({}, CANDIDATES)
    assert keys.all_keys({}, LISTS)["label"] == ["l"]


def test_a_key_of_ones_own_takes_the_place_of_the_first_and_the_further_ones_stay() -> None:
    assert keys.all_keys({"negative": "q"}, SOLUTION)["negative"] == ["q", "-", "−"]


def test_a_further_key_gives_way_to_an_own_one() -> None:
    mine = keys.all_keys({"unsure": "-"}, SOLUTION)
    assert (mine["unsure"], mine["negative"]) == (["-"], ["1", "−"])


def test_an_action_without_a_key_has_only_its_further_ones() -> None:
    mine = keys.all_keys({"negative": "", "undo": ""}, SOLUTION)
    assert (mine["negative"], mine["undo"]) == (["-", "−"], [])


def test_a_key_that_another_action_of_the_page_has_is_a_conflict_in_words() -> None:
    assert keys.conflicts({"positive": "u"}, ["positive"]) == {"positive": "U is the key of “Undo” already"}
    assert keys.conflicts({"positive": "u", "undo": ""}, ["positive", "undo"]) == {}


def test_pages_that_never_meet_may_share_a_key() -> None:
    assert keys.conflicts({"label": "u"}, ["label"]) == {}


def test_a_new_action_leaves_a_person_the_keys_that_they_chose() -> None:
    mine = keys.all_keys({"positive": "u"}, SOLUTION)  # chosen before there was an undo, say
    assert (mine["positive"][0], mine["undo"]) == ("u", [])


@pytest.mark.parametrize("name", ["u", "Shift+u", "1", "?", "+", "[", "~", "ArrowUp", "Shift+Enter", "Space", "Home"])
def test_names_of_keys(name: str) -> None:
    assert keys.is_key(name)


@pytest.mark.parametrize(
    "name", ["", "U", "uu", "é", "Shift+1", "Shift+?", "Escape", "Tab", "F5", "Control+u", " ", "Ж", "\n", "u\n", None]
)
def test_what_is_no_key(name: object) -> None:
    assert not keys.is_key(name)


def test_caps_are_printed_as_on_a_keyboard() -> None:
    assert [keys.cap(key) for key in ("u", "Shift+u", "-", "ArrowUp", "Enter", "Shift+Home", "?", "")] == [
        "U", "⇧ U", "−", "↑", "↵", "⇧ Home", "?", "",
    ]  # fmt: skip


def test_the_script_knows_the_same_keys_and_words() -> None:
    source = (STATIC / "keyset.js").read_text()
    usable = re.search(r"USABLE = /(.*)/;", source)
    assert usable is not None
    script = re.compile(usable[1])
    names = ["u", "Shift+u", "U", "1", "Shift+1", "?", "é", "Escape", "Space", "ArrowLeft", "PageDown", "F5", "`", "~"]
    assert [bool(script.fullmatch(name)) for name in names] == [keys.is_key(name) for name in names]
    shown = (STATIC / "keys.js").read_text()
    assert all(f'"{sign}"' in shown for sign in keys.SPELLINGS)
