"""What a key can ask for: one list of actions, each with the key that it comes with; and how a person's own fit in.

A key is named by the sign or place that it has whatever the layout: `u`, `Shift+u`, `1`, `?`, `ArrowUp`, `Space`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Kinds of pages: an action acts on some of them, and two actions of one kind cannot share a key.
SOLUTION = "solution"  # a whole solution is rated: at the desk, in a revision
CANDIDATES = "candidates"  # the solution grows while being rated
PRACTICE = "practice"  # an exercise: nothing is leased, given up or sent to a lead
WAITING = "waiting"  # a desk with nothing on it
LISTS = "lists"  # every other page
WORK = frozenset({SOLUTION, CANDIDATES})
DESK = WORK | {PRACTICE}
EVERYWHERE = DESK | {WAITING, LISTS}

NO_KEY = ""
_NAMED = "Enter|Space|Arrow(?:Up|Down|Left|Right)|Home|End|PageUp|PageDown|Backspace|Delete|Insert"
# Escape and Tab keep their meaning, so that nobody can lock themselves out; F keys and combinations are the browser's.
_KEY = re.compile(rf"(?:Shift\+)?(?:[a-z]|{_NAMED})|[!-@\[-`{{-~]")


@dataclass(frozen=True, slots=True)
class Action:
    """Something a key does. `name` is that of the control (`data-do`, `data-go`) that does the same.

    `more` are further keys, which give way to any key that an action of the same page has as its own. `for_touch`:
    whether the list of all keys does it for a finger too, which else has the control before it.
    """

    name: str
    key: str
    label: Any
    on: frozenset[str]
    more: tuple[str, ...] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)  # by kind of page, where it is another there
    for_touch: bool = True

    def label_on(self, page: str) -> Any:
        """What it does on this kind of page."""
        return self.labels.get(page, self.label)


ACTIONS = (
    Action("negative", "1", gettext_lazy("Negative"), DESK, ("-", "−"), for_touch=False),
    Action("neutral", "2", gettext_lazy("Neutral"), DESK, ("0",), for_touch=False),
    Action("positive", "3", gettext_lazy("Positive"), DESK, ("+", "="), for_touch=False),
    Action("up", "ArrowUp", gettext_lazy("Up, to the step or line before"), EVERYWHERE, for_touch=False),
    Action("down", "ArrowDown", gettext_lazy("Down, to the step or line after"), EVERYWHERE, for_touch=False),
    Action("undo", "u", gettext_lazy("Undo"), DESK),
    Action("redo", "Shift+u", gettext_lazy("Redo"), DESK),
    Action("unsure", "x", gettext_lazy("Unsure"), DESK, for_touch=False),
    Action("step-before", "ArrowLeft", gettext_lazy("To the step before"), frozenset({CANDIDATES})),
    Action("step-after", "ArrowRight", gettext_lazy("To the step after"), frozenset({CANDIDATES})),
    Action("write", "w", gettext_lazy("Write the step"), frozenset({CANDIDATES})),
    Action("complete", "f", gettext_lazy("The solution is complete, or not yet"), frozenset({CANDIDATES})),
    Action(
        "submit",
        "Enter",
        gettext_lazy("Submit, go to the next"),
        EVERYWHERE,
        labels={
            CANDIDATES: gettext_lazy("Go on with a candidate; submit at the end"),
            WAITING: gettext_lazy("Look now"),
            LISTS: gettext_lazy("Send the page’s form, such as a filter"),
        },
        for_touch=False,
    ),
    Action("correct", "c", gettext_lazy("Take back a solution that waits to be sent, to correct it"), WORK),
    Action("problem", "p", gettext_lazy("To the problem and back"), DESK, for_touch=False),
    Action("guide", "g", gettext_lazy("Guide"), DESK, for_touch=False),
    Action("guide-noted", "n", gettext_lazy("Noted: what is new in the guide"), WORK, for_touch=False),
    Action("bad-problem", "Shift+b", gettext_lazy("Bad problem"), WORK, for_touch=False),
    Action("give-up", "Shift+g", gettext_lazy("Give up"), WORK),
    Action("take-screen", "t", gettext_lazy("Where asked: take what this screen shows"), WORK, for_touch=False),
    Action("take-saved", "s", gettext_lazy("Where asked: take what was saved elsewhere"), WORK, for_touch=False),
    Action("other-person", "Shift+o", gettext_lazy("Signed out: sign in as somebody else"), DESK, for_touch=False),
    Action("label", "l", gettext_lazy("Start labeling"), frozenset({LISTS})),
    Action("screening", "s", gettext_lazy("Screening"), frozenset({LISTS})),
    Action("revise", "e", gettext_lazy("Revise the label"), frozenset({LISTS})),
    Action("questions", "q", gettext_lazy("Questions and answers"), frozenset({LISTS})),
    Action("discard", "Delete", gettext_lazy("Discard the draft"), WORK | {LISTS}, for_touch=False),
    Action("show-all", "a", gettext_lazy("Show all of a list again"), frozenset({LISTS})),
    Action("earlier", "ArrowLeft", gettext_lazy("Page before"), frozenset({LISTS})),
    Action("further", "ArrowRight", gettext_lazy("Page after"), frozenset({LISTS})),
    Action("keys", "?", gettext_lazy("All keys"), EVERYWHERE),
    Action("menu", "m", gettext_lazy("Your menu"), EVERYWHERE),
    Action("home", "Shift+h", gettext_lazy("Your campaigns"), EVERYWHERE),
    Action("my-work", "Shift+m", gettext_lazy("My work"), EVERYWHERE),
    Action("practice", "Shift+p", gettext_lazy("Practice"), EVERYWHERE),
    Action("settings", "Shift+s", gettext_lazy("Settings"), EVERYWHERE),
    Action("sign-out", "Shift+q", gettext_lazy("Sign out"), EVERYWHERE, for_touch=False),
)
BY_NAME = {action.name: action for action in ACTIONS}
BACK = "Escape"  # closes what is open and goes back to the step: fixed

CAPS = {
    "ArrowUp": "↑", "ArrowDown": "↓", "ArrowLeft": "←", "ArrowRight": "→", "Enter": "↵", "Escape": "Esc", "-": "−",
    "Space": "␣", "Backspace": "⌫", "Delete": "Del", "Insert": "Ins", "PageUp": "PgUp", "PageDown": "PgDn",
}  # fmt: skip

SPELLINGS = ("−", "=")  # further ones of - and +, not shown beside them


def is_key(name: object) -> bool:
    """Whether this names a key that an action can have."""
    return isinstance(name, str) and _KEY.fullmatch(name) is not None


def cap(key: str) -> str:
    """A key as it is printed on its cap: `Shift+u` as ⇧ U."""
    bare = key.removeprefix("Shift+")
    printed = CAPS.get(bare, bare.upper() if len(bare) == 1 else bare)
    return printed if bare == key else f"⇧ {printed}"


def main_keys(own: Mapping[str, str]) -> dict[str, str]:
    """Each action's own key, NO_KEY for none. `own` are the keys that a person chose.

    A default that the person gave to another action of the same page, before this one existed, gives way.
    """
    keys = {action.name: own.get(action.name, action.key) for action in ACTIONS}
    for name in keys:
        if name not in own and any(rival in own for rival in _rivals(name, keys)):
            keys[name] = NO_KEY
    return keys


def is_character(key: str) -> bool:
    """Whether the key writes something: a letter, a digit, a sign."""
    return len(key.removeprefix("Shift+")) == 1


def all_keys(own: Mapping[str, str], page: str) -> dict[str, list[str]]:
    """Every action of this kind of page with all its keys, its own one first."""
    main = main_keys(own)
    here = [action for action in ACTIONS if page in action.on]
    taken = {main[action.name] for action in here}
    return {
        action.name: [key for key in (main[action.name], *(more for more in action.more if more not in taken)) if key]
        for action in here
    }


def conflicts(own: Mapping[str, str], changed: Iterable[str]) -> dict[str, str]:
    """Of the `changed` actions those whose key another action of the same page has already: in words."""
    keys = {action.name: own.get(action.name, action.key) for action in ACTIONS}
    found = {}
    for name in changed:
        for rival in _rivals(name, keys):
            found[name] = _("%(key)s is the key of “%(action)s” already") % {
                "key": cap(keys[name]),
                "action": BY_NAME[rival].label,
            }
    return found


def _rivals(name: str, keys: Mapping[str, str]) -> list[str]:
    """Other actions on a page of this one that have its key."""
    on = BY_NAME[name].on
    same = (other for other, key in keys.items() if key and key == keys[name] and other != name)
    return [other for other in same if BY_NAME[other].on & on]
