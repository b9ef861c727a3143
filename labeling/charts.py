"""Figures as SVG, drawn on the server: nothing to load, readable without scripts, printed as they are.

Each has its conclusion as `aria-label`; colours come from lead.css by class. A table with the same numbers stands
behind each on the page.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labeling.svg import dot, joined, polyline, px, svg, text
from labeling.wording import decimal, grouped, listed, percent

LINE_APART = 18.0  # px between two labels at the end of lines
BINS = 40


@dataclass(frozen=True, slots=True)
class Point:
    """Best-of-N at one N: shares of problems, with the interval of `score` where there is one.

    `popular` ranks by vote share, `surprise` by the base's likelihood, `other` by what the chart holds it against:
    another version, a model of final answers, one of uniform labels.
    """

    n: int
    score: float
    majority: float | None = None
    passed: float | None = None
    popular: float | None = None
    surprise: float | None = None
    other: float | None = None
    low: float | None = None
    high: float | None = None
    problems: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole: its name, its count, and the class that paints it."""

    name: str
    count: int
    paint: str


def best_of_n(points: Sequence[Point], *, name: str) -> SafeString:
    """Best-of-N over N of one selector version, with what needs no labels and pass@N; once wide, once for a phone."""
    return _curves(points, _lines(points, name, _("final answers")))


def versions(newer: Sequence[Point], older: Sequence[Point], *, names: tuple[str, str]) -> SafeString:
    """Best-of-N of two selector versions at each N that both have, with majority vote; "" where that is one N."""
    theirs = {point.n: point.score for point in older}
    shared = [
        Point(point.n, point.score, point.majority, other=theirs[point.n], low=point.low, high=point.high)
        for point in newer
        if point.n in theirs
    ]
    if len(shared) < 2:
        return SafeString("")
    return _curves(shared, _lines(shared, *names))


def learning(points: Sequence[Point], *, name: str) -> SafeString:
    """A figure over the number `n` of labels that selectors were trained on: chosen ones, and beside them uniform."""
    return _curves(points, _lines(points, _("chosen"), _("by chance")), measure=name)


def _curves(points: Sequence[Point], lines: Sequence[tuple["_Values", str, str]], *, measure: str = "") -> SafeString:
    """Lines over N, or over numbers of labels where another `measure` is named."""
    figures = listed(f"{label} {percent(values[-1][1], 1)}" for values, _paint, label in lines)
    label = _("Best-of-N accuracy. At N {n}: {figures}.").format(n=points[-1].n, figures=figures)
    if measure:
        label = _("{measure} with {n} labels: {figures}.").format(measure=measure, n=points[-1].n, figures=figures)
    first = str(points[0].n) if measure else f"N = {points[0].n}"
    wide = _Frame.around(points)
    narrow = replace(wide, right=350.0)
    ends = [(wide.y(values[-1][1]), _end_words(values, label)) for values, _paint, label in lines]
    names = [
        text(wide.right + 12, y + 4, words, "strong" if index == 0 else "")
        for index, (y, words) in enumerate(_apart(ends))
    ]
    return joined(
        [
            svg(660, 300, label, [*_plot(points, lines, wide, first), *names]),
            svg(
                360,
                306 + 20 * len(lines),
                label,
                [*_plot(points, lines, narrow, first), *_legend(lines)],
                "chart for-phone",
            ),
        ]
    )


def _plot(
    points: Sequence[Point], lines: Sequence[tuple["_Values", str, str]], frame: "_Frame", first: str
) -> list[SafeString]:
    """Axes, band and lines; `first` is written under the first point."""
    drawn = [
        polyline([(frame.x(index), frame.y(value)) for index, value in values], paint) for values, paint, _name in lines
    ]
    here = dot(frame.x(len(points) - 1), frame.y(points[-1].score), "dot-here", 5)
    return [frame.axes(), *_n_labels(points, frame, first), _band(points, frame), *drawn, here]


def _legend(lines: Sequence[tuple["_Values", str, str]]) -> list[SafeString]:
    """The lines' names under the plot, each beside a piece of its line."""
    pieces = []
    for index, (values, paint, label) in enumerate(lines):
        y = 314 + 20 * index
        pieces.append(polyline([(40, y - 4), (76, y - 4)], paint))
        pieces.append(text(86, y, _end_words(values, label), "strong" if index == 0 else ""))
    return pieces


def _end_words(values: "_Values", label: str) -> str:
    return f"{decimal(values[-1][1] * 100, 1)}  {label}"


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where shares and places lie in a chart that is 300 high; what is right of `right` is for the lines' names."""

    lowest: int  # per cent, in tens
    highest: int
    count: int
    right: float = 510.0

    @classmethod
    def around(cls, points: Sequence[Point]) -> "_Frame":
        values = [
            value
            for point in points
            for value in (point.score, point.low, point.high, *(getattr(point, key) for key, *_ in _beside("")))
            if value is not None
        ]
        lowest = math.floor(min(values) * 10) * 10
        highest = math.ceil(max(values) * 10) * 10
        return cls(max(0, min(lowest, 90)), max(highest, lowest + 10), len(points))

    def x(self, index: int) -> float:
        return 40 + ((self.right - 40) * index / (self.count - 1) if self.count > 1 else 0)

    def y(self, share: float) -> float:
        return 266 - 246 * (share * 100 - self.lowest) / (self.highest - self.lowest)

    def axes(self) -> SafeString:
        step = 10 if self.highest - self.lowest <= 50 else 20
        ticks = [(tick, self.y(tick / 100)) for tick in range(self.lowest, self.highest + 1, step)]
        return format_html_join(
            "",
            '<path class="{}" d="M40 {}H510"/><text x="32" y="{}" text-anchor="end">{}</text>',
            (("grid-line" if index else "axis-line", px(y), px(y + 4), tick) for index, (tick, y) in enumerate(ticks)),
        )


def _beside(other: str) -> list[tuple[str, str, str]]:
    """What a selector is compared with: field of a point, class of its line, short name; `other` is the last one's."""
    return [
        ("majority", "line-3", _("majority vote")),
        ("passed", "line-4", _("any of N right")),
        ("popular", "line-5", _("vote share")),
        ("surprise", "line-6", _("surprise")),
        ("other", "line-2", other),
    ]


_Values = list[tuple[int, float]]


def _lines(points: Sequence[Point], name: str, other: str) -> list[tuple[_Values, str, str]]:
    """The lines that have a value at the largest N: places and values, class, name; the selector's first.

    `other` names what it is held against.
    """
    found: list[tuple[_Values, str, str]] = [([(i, point.score) for i, point in enumerate(points)], "line-1", name)]
    for key, paint, label in _beside(other):
        values = [(i, value) for i, point in enumerate(points) if (value := getattr(point, key)) is not None]
        if values and values[-1][0] == len(points) - 1:
            found.append((values, paint, label))
    return found


def _n_labels(points: Sequence[Point], frame: _Frame, first: str) -> list[SafeString]:
    return [
        text(frame.x(index), 288, first if index == 0 else str(point.n), anchor="middle")
        for index, point in enumerate(points)
    ]


def _band(points: Sequence[Point], frame: _Frame) -> SafeString:
    """The interval of the score, where every point has one."""
    if len(points) < 2 or any(point.low is None or point.high is None for point in points):
        return SafeString("")
    upper = [(frame.x(index), frame.y(point.high or 0)) for index, point in enumerate(points)]
    lower = [(frame.x(index), frame.y(point.low or 0)) for index, point in enumerate(points)]
    around = " L".join(f"{px(x)} {px(y)}" for x, y in [*upper, *reversed(lower)])
    return format_html('<path class="band" d="M{}Z"/>', around)


def _apart(ends: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Labels at the ends of lines, moved down where they would lie on one another; in the order given."""
    moved = list(ends)
    floor = -math.inf
    for index in sorted(range(len(ends)), key=lambda place: ends[place][0]):
        y = max(ends[index][0], floor + LINE_APART)
        moved[index] = (y, ends[index][1])
        floor = y
    return moved


def score_histogram(pool: Mapping[str, Any], chosen: Mapping[str, Any]) -> SafeString:
    """Scores of the wrong answers that could be chosen, and over them those of the chosen ones.

    Each is a `count` with its `bins`; the chosen say their `lowest` too.
    """
    top = nice(max([*pool["bins"], *chosen["bins"], 1]))
    lowest = chosen["lowest"]
    pieces = [_histogram_axes(top), _bars(pool["bins"], top, "bar-2"), _bars(chosen["bins"], top, "bar-1")]
    if lowest is not None:
        pieces.append(_chosen_mark(chosen["count"], lowest))
    label = _("Scores of wrong-answer solutions: {pool} in the pool, {chosen} chosen.").format(
        pool=grouped(pool["count"]), chosen=grouped(chosen["count"])
    )
    if lowest is not None:
        label = _("{label} The chosen have scores from {score} up.").format(label=label, score=decimal(lowest))
    return svg(820, 210, label, pieces)


def nice(count: int) -> int:
    """The smallest of 2, 4, 10, 20, 40, 100, … that holds the count: half of it is whole too."""
    power = 10 ** max(0, math.floor(math.log10(count)))
    return next(step for step in (2 * power, 4 * power, 10 * power, 20 * power) if step >= count)


def _histogram_axes(top: int) -> SafeString:
    levels = [(0, 176.0), (top // 2, 103.0), (top, 30.0)]
    lines = format_html_join(
        "",
        '<path class="{}" d="M44 {}H812"/><text x="36" y="{}" text-anchor="end">{}</text>',
        (("grid-line" if level else "axis-line", px(y), px(y + 4), grouped(level)) for level, y in levels),
    )
    names = [
        (44, _("score 0"), "start"),
        (236, decimal(0.25), "middle"),
        (428, decimal(0.5, 1), "middle"),
        (620, decimal(0.75), "middle"),
        (812, "1", "end"),
    ]
    return joined([lines, *(text(x, 200, words, anchor=anchor) for x, words, anchor in names)])


def _bars(counts: Sequence[int], top: int, paint: str) -> SafeString:
    width = 768 / BINS
    return format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="1"/>',
        (
            (paint, px(45 + index * width), px(176 - 146 * count / top), px(width - 2), px(146 * count / top))
            for index, count in enumerate(counts)
            if count
        ),
    )


def _chosen_mark(count: int, lowest: float) -> SafeString:
    x = 44 + 768 * lowest
    words = ngettext("{count} chosen, from {score} up", "{count} chosen, from {score} up", count).format(
        count=grouped(count), score=decimal(lowest)
    )
    is_late = lowest > 0.7  # no room to its right
    return format_html('<path class="aim" d="M{} 22V176"/>', px(x)) + text(
        x - 8 if is_late else x + 8, 16, words, "strong", "end" if is_late else "start"
    )


def calibration(points: Sequence[tuple[float, float, float | None, float | None]], *, name: str) -> SafeString:
    """How often steps of a score are right, with the bounds of that share: on the dotted line where it is as said."""
    left, right, bottom = 40, 356, 232

    def x(score: float) -> float:
        return left + (right - left) * score

    def y(share: float) -> float:
        return bottom - (bottom - 16) * share

    pieces = [
        *(text(left - 6, y(share) + 4, decimal(share, 1) if share == 0.5 else f"{share:g}", "", "end")
          for share in (0, 0.5, 1)),
        *(format_html('<path class="{}" d="M{} {}H{}"/>', kind, left, px(y(share)), right)
          for share, kind in ((0, "axis-line"), (0.5, "grid-line"), (1, "grid-line"))),
        format_html('<path class="aim" d="M{} {}L{} {}"/>', left, bottom, right, px(y(1))),
        text(left, 252, _("score 0")),
        text(x(0.5), 252, decimal(0.5, 1), "", "middle"),
        text(right, 252, "1", "", "end"),
    ]  # fmt: skip
    for score, share, low, high in points:
        if low is not None and high is not None:
            pieces.append(format_html('<path class="span-1" d="M{} {}V{}"/>', px(x(score)), px(y(low)), px(y(high))))
        pieces.append(dot(x(score), y(share), "dot-1", 4))
    said = listed(
        _("score {score}: {share} right").format(score=decimal(score), share=percent(share))
        for score, share, _low, _high in points
    )
    return svg(360, 258, _("Steps of {name}. {figures}.").format(name=name, figures=said), pieces)


def progress(parts: Sequence[Part], *, mark: float | None = None, mark_words: str = "") -> SafeString:
    """A whole as one bar of its parts, each with its name and count; a dotted mark where something happens."""
    total = sum(part.count for part in parts) or 1
    pieces = [SafeString('<rect class="bar-ground" x="0" y="30" width="820" height="28" rx="4"/>')]
    x = 0.0
    for part in parts:
        width = 820 * part.count / total
        if part.count:
            pieces.append(
                format_html(
                    '<rect class="{}" x="{}" y="30" width="{}" height="28" rx="4"/>', part.paint, px(x), px(width)
                )
            )
        x += width
    if mark is not None:
        is_late = mark > 0.5
        pieces.append(format_html('<path class="aim" d="M{} 8V66"/>', px(820 * mark)))
        pieces.append(text(820 * mark + (-8 if is_late else 8), 18, mark_words, anchor="end" if is_late else "start"))
    label = listed(f"{part.name}: {grouped(part.count)}" for part in parts)
    return svg(820, 70, f"{label}.", pieces)


def step_score(score: float, *, before: float | None = None, words: str) -> SafeString:
    """One step's score as a dot between 0 and 1, and as a ring what an earlier version said."""
    x = 4 + 128 * score
    pieces = [SafeString('<path class="grid-line" d="M4 8H132"/>')]
    if before is not None:
        ring = 4 + 128 * before
        pieces.append(format_html('<path class="span-2" d="M{} 8H{}"/>', px(min(x, ring)), px(max(x, ring))))
        pieces.append(dot(ring, 8, "dot-2", 3.5))
    pieces.append(dot(x, 8, "dot-1", 3.5))
    return svg(136, 16, words, pieces, "whisker")
