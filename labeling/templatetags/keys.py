"""The caps of keys on controls, and the keys of a page for its scripts: each person's own."""

from dataclasses import dataclass

from django import template
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe

from labeling import keys
from labeling.models import Preferences

register = template.Library()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the panel that shows all keys."""

    name: str
    label: str
    caps: SafeString
    for_touch: bool


@register.simple_tag(takes_context=True)
def cap(context: template.Context, action: str) -> SafeString:
    """The key of an action as a cap; scripts find it by `data-cap` when the key changes."""
    chosen = _preferences(context)
    key = _acting([keys.main_keys(chosen.keys)[action]], chosen)
    printed = keys.cap(key[0]) if key else ""
    return format_html('<kbd data-cap="{}"{}>{}</kbd>', action, "" if printed else mark_safe(" hidden"), printed)


@register.simple_tag(takes_context=True)
def key_map(context: template.Context, page: str, *others: str) -> SafeString:
    """What keys.js reads: every action of this kind of page with its keys, and what stands on their caps.

    `others` are kinds that the page can turn to without being loaded again.
    """
    chosen = _preferences(context)
    pages = {each: keys.all_keys(chosen.keys, each) for each in (page, *others)}
    return json_script(
        {"page": page, "characters": chosen.character_keys, "pages": pages, "caps": keys.CAPS}, "key-map"
    )


@register.simple_tag(takes_context=True)
def key_rows(context: template.Context, page: str) -> list[Row]:
    """The panel's lines, in the order of the list."""
    chosen = _preferences(context)
    rows = keys.all_keys(chosen.keys, page).items()
    return [_row(keys.BY_NAME[name], page, _acting(of, chosen)) for name, of in rows]


def _row(action: keys.Action, page: str, of: list[str]) -> Row:
    return Row(action.name, action.label_on(page), _caps(of), action.for_touch)


def _acting(of: list[str], chosen: Preferences) -> list[str]:
    """Without those that do nothing for this person."""
    return [key for key in of if key and (chosen.character_keys or not keys.is_character(key))]


def _caps(of: list[str]) -> SafeString:
    return format_html_join("", "<kbd>{}</kbd>", ((keys.cap(key),) for key in of if key not in keys.SPELLINGS))


def _preferences(context: template.Context) -> Preferences:
    chosen = context.get("preferences")
    return chosen if isinstance(chosen, Preferences) else Preferences()
