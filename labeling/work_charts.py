"""Charts of a campaign's work: labels by day with what is ahead, figures with their intervals, the mix over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from labeling.charts import nice
from labeling.forecast import Forecast
from labeling.svg import dot, joined, polyline, px, svg, text
from labeling.wording import grouped, listed

LEFT, RIGHT, TOP, BOTTOM = 44, 804, 30, 232  # of the plot of days
FARTHEST_SHOWN = 60  # days ahead
ROW = 42  # px from one figure to the next


def day_words(day: date) -> str:
    """A day without its year."""
    return formats.date_format(day, "MONTH_DAY_FORMAT")


@dataclass(frozen=True, slots=True)
class _Days:
    """Where days and counts lie."""

    first: date
    last: date
    top: int

    def x(self, day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - self.first).days / max(1, (self.last - self.first).days)

    def y(self, count: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * count / max(1, self.top)


def labels_by_day(by_day: Mapping[date, int], *, wanted: int, today: date, ahead: Forecast | None) -> SafeString:
    """All labels of a round up to each day, and when it should be full."""
    first = min([*by_day, today]) - timedelta(days=1)
    days = [first + timedelta(days=passed) for passed in range((today - first).days + 1)]
    sums = list(accumulate(by_day.get(day, 0) for day in days))
    shown_to = min(max([today, *_ends(ahead)]), today + timedelta(days=FARTHEST_SHOWN))
    frame = _Days(first, shown_to, max(wanted, sums[-1]))
    here = (frame.x(today), frame.y(sums[-1]))
    pieces = [_counts(frame), text(LEFT, 254, day_words(first + timedelta(days=1)))]
    label = _("{count} of {wanted} labels on {day}.").format(
        count=grouped(sums[-1]), wanted=grouped(wanted), day=day_words(today)
    )
    is_late = here[0] > 0.8 * RIGHT
    if here[0] > LEFT + 120:
        pieces.append(text(here[0], 254, _("today"), "strong", "end" if is_late else "middle"))
    if ahead is not None:
        pieces += _ahead(frame, here, ahead)
        label = f"{label} {_expected(ahead)}"
    pieces += [
        polyline([(frame.x(day), frame.y(count)) for day, count in zip(days, sums, strict=True)], "line-1"),
        dot(*here, "dot-here", 5),
        text(here[0] - 10, here[1] - 8, grouped(sums[-1]), "strong", "end"),
    ]
    return svg(820, 262, label, pieces)


def _ends(ahead: Forecast | None) -> list[date]:
    return [] if ahead is None else [day for day in (ahead.earliest, ahead.on, ahead.latest) if day]


def _counts(frame: _Days) -> SafeString:
    step = max(1, nice(frame.top) // 4)
    ticks = [(count, frame.y(count)) for count in range(0, frame.top - step // 2, step)]
    lines = format_html_join(
        "",
        '<path class="{}" d="M{} {}H{}"/><text x="36" y="{}" text-anchor="end">{}</text>',
        (("grid-line" if at else "axis-line", LEFT, px(y), RIGHT, px(y + 4), grouped(at)) for at, y in ticks),
    )
    y = frame.y(frame.top)
    full = format_html('<path class="aim" d="M{} {}H{}"/>', LEFT, px(y), RIGHT)
    return joined([lines, full, text(36, y + 4, grouped(frame.top), "", "end")])


def _ahead(frame: _Days, here: tuple[float, float], ahead: Forecast) -> list[SafeString]:
    """The way to the full round, between the fastest and the slowest."""
    full = frame.y(frame.top)
    on, earliest = (min(frame.x(day), RIGHT) for day in (ahead.on, ahead.earliest))
    latest = min(frame.x(ahead.latest), RIGHT) if ahead.latest else float(RIGHT)
    corners = [here, (earliest, full), (latest, full)]
    band = " L".join(f"{px(x)} {px(y)}" for x, y in corners)
    return [
        format_html('<path class="band" d="M{}Z"/>', band),
        polyline([here, (on, full)], "ahead"),
        dot(on, full, "dot-2", 4),
        text(on, full - 10, day_words(ahead.on), "strong", "end"),
    ]


def _expected(ahead: Forecast) -> str:
    if ahead.latest is None:
        return _("Expected full on {day}, at the earliest on {earliest}.").format(
            day=day_words(ahead.on), earliest=day_words(ahead.earliest)
        )
    return _("Expected full on {day}, between {earliest} and {latest}.").format(
        day=day_words(ahead.on), earliest=day_words(ahead.earliest), latest=day_words(ahead.latest)
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a chart: its name, its value with bounds, and how it is said. No value: it is only said."""

    name: str
    said: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    is_here: bool = False


def rows(shown: Sequence[Row], *, most: float, ends: tuple[str, str, str], mark: float | None = None) -> SafeString:
    """Figures between 0 and `most` under one another, each with its interval; a dotted line at `mark`."""
    pieces = []
    if mark is not None:
        at = _across(mark, most)
        pieces.append(format_html('<path class="aim" d="M{0} 0V{1}"/>', px(at), ROW * len(shown)))
    for index, row in enumerate(shown):
        pieces += _row(row, 14 + ROW * index, most)
    bottom = 16 + ROW * len(shown)
    anchors = ("start", "middle", "end")
    pieces += [text(x, bottom, end, "faint", at) for x, end, at in zip((4, 180, 356), ends, anchors, strict=True)]
    label = listed(f"{row.name}: {row.said}" for row in shown)
    return svg(360, bottom + 8, f"{label}.", pieces)


def _across(value: float, most: float) -> float:
    return 4 + 352 * min(1.0, max(0.0, value / most if most else 0.0))


def _row(row: Row, y: float, most: float) -> list[SafeString]:
    pieces = [
        text(4, y, row.name, "strong"),
        text(356, y, row.said, "", "end"),
        format_html('<path class="grid-line" d="M4 {}H356"/>', px(y + 13)),
    ]
    if row.value is None:
        return pieces
    if row.low is not None and row.high is not None:
        low, high = _across(row.low, most), _across(row.high, most)
        pieces.append(format_html('<path class="span-2" d="M{} {}H{}"/>', px(low), px(y + 13), px(high)))
    paint, radius = ("dot-here", 5.0) if row.is_here else ("dot-1", 4.0)
    return [*pieces, dot(_across(row.value, most), y + 13, paint, radius)]


def whisker(value: float, low: float, high: float, words: str, *, mark: float | None = None) -> SafeString:
    """One share with its interval, small enough for a cell; a dotted line at `mark`."""
    at = [4 + 128 * share for share in (value, low, high)]
    pieces = [SafeString('<path class="grid-line" d="M4 8H132"/>')]
    if mark is not None:
        pieces.append(format_html('<path class="aim" d="M{} 1V15"/>', px(4 + 128 * mark)))
    pieces += [format_html('<path class="span-1" d="M{} 8H{}"/>', px(at[1]), px(at[2])), dot(at[0], 8, "dot-1", 3.5)]
    return svg(136, 16, words, pieces, "whisker")


def mix(by_day: Sequence[tuple[date, Sequence[int]]], names: Sequence[str]) -> SafeString:
    """Of each day's labels the share of each kind, as a column; the kinds are painted as the legend says."""
    width = 352 / max(1, len(by_day))
    pieces = [SafeString('<path class="axis-line" d="M4 142H356"/>')]
    for index, (_day, counts) in enumerate(by_day):
        pieces.append(_column(4 + width * index, width, counts))
    pieces.append(text(4, 160, day_words(by_day[0][0])))
    if len(by_day) > 1:
        pieces.append(text(356, 160, day_words(by_day[-1][0]), "", "end"))
    sums = [sum(counts[kind] for _day, counts in by_day) for kind in range(len(names))]
    label = listed(f"{name}: {grouped(count)}" for name, count in zip(names, sums, strict=True))
    return svg(360, 168, f"{label}.", pieces)


PAINTS = ("bar-1", "bar-2", "bar-3", "bar-ground")


def _column(x: float, width: float, counts: Sequence[int]) -> SafeString:
    total, y = sum(counts) or 1, 142.0
    parts = []
    for paint, count in zip(PAINTS, counts, strict=False):
        height = 132 * count / total
        y -= height
        if count:
            parts.append((paint, px(x + 0.5), px(y), px(max(1.0, width - 1)), px(height)))
    return format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', parts)


def columns(counts: Sequence[int], *, ends: tuple[str, str]) -> SafeString:
    """How many there are in each of equal parts."""
    top = nice(max([*counts, 1]))
    width = 316 / len(counts)
    ticks = format_html_join(
        "",
        '<path class="{}" d="M40 {}H356"/><text x="34" y="{}" text-anchor="end">{}</text>',
        (
            ("grid-line" if at else "axis-line", px(142 - 66 * at), px(146 - 66 * at), grouped(top * at // 2))
            for at in range(3)
        ),
    )
    bars = format_html_join(
        "",
        '<rect class="bar-1" x="{}" y="{}" width="{}" height="{}"/>',
        (
            (px(40 + index * width), px(142 - 132 * count / top), px(width - 1), px(132 * count / top))
            for index, count in enumerate(counts)
            if count
        ),
    )
    words = [text(40, 160, ends[0]), text(356, 160, ends[1], "", "end")]
    label = _("{count} in all.").format(count=grouped(sum(counts)))
    return svg(360, 168, label, [ticks, bars, *words])
