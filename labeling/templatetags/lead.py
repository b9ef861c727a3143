"""Numbers, times and people as the lead's pages write them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from labeling.models import (
    Labeler,
)
from labeling.wording import NO_BREAK, decimal, grouped, listed, percent, sentences

register = template.Library()
register.filter("grouped", grouped)
register.filter("percent", percent)


@register.filter
def share_of(part: int, whole: int) -> str:
    """Part of whole as per cent; nothing where there is no whole."""
    return percent(part / whole) if whole else ""


@register.filter
def two(value: float | None) -> str:
    """Two decimals, with a minus sign that is one."""
    return decimal(value, 2)


@register.filter
def three(value: float | None) -> str:
    """Three decimals."""
    return decimal(value, 3)


@register.filter
def bounded(figure: tuple[float, float, float] | None) -> str:
    """A value of which the bounds are known, to one decimal, without them."""
    return decimal(figure[0], 1) if figure else ""


@register.filter
def in_sequence(said: Iterable[object]) -> str:
    """Sentences one after the other."""
    return sentences(*said)


@register.filter
def and_then(first: object, second: object) -> str:
    """Two parts of one line."""
    return pgettext("two parts of a line", "{first}, {second}").format(first=first, second=second)


@register.filter
def counted(number: int, what: str) -> str:
    """So many of the things that a list holds."""
    forms = {
        "solution": ngettext("{n} solution", "{n} solutions", number),
        "tree": ngettext("{n} candidate tree", "{n} candidate trees", number),
        "problem": ngettext("{n} problem", "{n} problems", number),
        "job": ngettext("{n} job", "{n} jobs", number),
        "event": ngettext("{n} event", "{n} events", number),
        "dispute": ngettext("{n} dispute", "{n} disputes", number),
        "ruling": ngettext("{n} ruling", "{n} rulings", number),
        "label": ngettext("{n} label", "{n} labels", number),
        "invitation": ngettext("{n} invitation", "{n} invitations", number),
        "change": ngettext("{n} change", "{n} changes", number),
        "labeler": ngettext("{n} labeler", "{n} labelers", number),
        "account": ngettext("{n} account", "{n} accounts", number),
    }
    return forms[what].format(n=grouped(number))


@register.filter
def all_of(rows: Page[Any], what: str) -> str:
    """How many of these things the list holds; where it was counted no further, more than so many."""
    number = counted(rows.paginator.count, what)
    return _("more than {things}").format(things=number) if getattr(rows.paginator, "has_more", False) else number


@register.simple_tag(takes_context=True)
def head(context: Context, name: str, words: str, kind: str = "") -> SafeString:
    """The head of a column; a link where its list can be sorted by it, the other way round where it is already."""
    form, request = context["form"], context["request"]
    ways = [way for way in form.orders if way.removeprefix("-") == name]
    following = next((way for way in ways if way != form.order_name), name)
    asked = request.GET.copy()
    for name in ("page", "from"):
        asked.pop(name, None)
    asked["order"] = following
    now = form.order_name if form.order_name in ways else ""
    arrow = format_html(' <span aria-hidden="true">{}</span>', "↓" if now.startswith("-") else "↑") if now else ""
    return format_html(
        '<th{}{}><a class="order" href="?{}">{}{}</a></th>',
        format_html(' class="{}"', kind) if kind else "",
        format_html(' aria-sort="{}"', "descending" if now.startswith("-") else "ascending") if now else "",
        asked.urlencode(),
        words,
        arrow,
    )


@register.filter
def not_understood(form: BaseForm) -> str:
    """The fields of a filter that were not understood, with what was asked."""
    named = [_("{field} “{value}”").format(field=field.label, value=field.value()) for field in form if field.errors]
    return listed(named)


# --- times


@register.filter
def ago(when: datetime | None) -> str:
    """How long ago, in the largest unit that says enough."""
    if when is None:
        return ""
    seconds = max(0, int((timezone.now() - when).total_seconds()))
    return _("{span} ago").format(span=lasting(seconds))


@register.filter
def lasting(seconds: int) -> str:
    """A span in words: 12 s, 3 min, 2 h, 5 days."""
    if seconds < 120:
        span = _("{n} s").format(n=seconds)
    elif seconds < 7200:
        span = _("{n} min").format(n=seconds // 60)
    elif seconds < 172_800:
        span = _("{n} h").format(n=seconds // 3600)
    else:
        days = seconds // 86_400
        span = ngettext("{n} day", "{n} days", days).format(n=days)
    return span.replace(" ", NO_BREAK)


@register.filter
def spent(milliseconds: int) -> str:
    """Time on one label: 3 min 12 s."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    in_seconds = _("{n} s").format(n=seconds).replace(" ", NO_BREAK)
    return f"{_('{n} min').format(n=minutes).replace(' ', NO_BREAK)} {in_seconds}" if minutes else in_seconds


@register.filter
def worked(milliseconds: int) -> str:
    """Time on many labels: 2 h 5 min, 48 min, 40 s."""
    minutes = round(milliseconds / 60_000)
    if minutes < 2:
        return spent(milliseconds)
    hours, minutes = divmod(minutes, 60)
    in_minutes = _("{n} min").format(n=minutes).replace(" ", NO_BREAK)
    return f"{_('{n} h').format(n=grouped(hours)).replace(' ', NO_BREAK)} {in_minutes}" if hours else in_minutes


# --- people


@register.filter
def name_of(labeler: Labeler) -> str:
    """A person's user name, an external labeler's name or pseudonym."""
    return labeler.account.get_username() if labeler.account else str(labeler)
