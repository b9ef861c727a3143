"""Line charts as SVG files that need nothing else; readable on light and dark pages, told apart by more than colour."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 260, 20, 50
_COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#805ad5", "#b7791f", "#c53030", "#718096", "#0987a0")
_DASHES = ("", "6 3", "2 3", "8 3 2 3")

Points = Sequence[tuple[float, float]]


def chart(title: str, lines: Mapping[str, Points], *, x: str, y: str) -> str:
    """Lines by name over a logarithmic x, with y from 0 to 1 or as little of that as they need."""
    points = [point for line in lines.values() for point in line]
    if not points:
        raise ValueError(f"{title}: expected at least one point")
    low, high = min(value for _, value in points), max(value for _, value in points)
    bottom, top = math.floor(low * 10) / 10, min(1.0, math.ceil(high * 10 + 1e-9) / 10)
    top = max(top, bottom + 0.1)
    places = sorted({place for place, _ in points})
    first, last = math.log(places[0]), math.log(places[-1])

    def at(place: float, value: float) -> tuple[float, float]:
        across = (math.log(place) - first) / (last - first) if last > first else 0.5
        up = (value - bottom) / (top - bottom)
        return _LEFT + across * (WIDTH - _LEFT - _RIGHT), HEIGHT - _BOTTOM - up * (HEIGHT - _TOP - _BOTTOM)

    parts = [
        *_opened(title, WIDTH, HEIGHT),
        *_grid(places, bottom, top, at),
        f'<text x="{(WIDTH - _RIGHT + _LEFT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x)}</text>',
        f'<text text-anchor="middle" transform="translate(14 {HEIGHT / 2}) rotate(-90)">{escape(y)}</text>',
    ]
    for number, (name, line) in enumerate(lines.items()):
        parts += _line(number, name, [at(*point) for point in line])
    return "\n".join([*parts, "</svg>"]) + "\n"


def _opened(title: str, width: int, height: int) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        "<style>text{font:12px sans-serif;fill:#222}.grid{stroke:#8886;stroke-width:1}"
        "@media(prefers-color-scheme:dark){text{fill:#eee}}</style>",
    ]


def _grid(places: Sequence[float], bottom: float, top: float, at) -> list[str]:  # type: ignore[no-untyped-def]
    found = []
    for step in range(round((top - bottom) * 10) + 1):
        value = bottom + step / 10
        _, up = at(places[0], value)
        found.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{up:.1f}" y2="{up:.1f}"/>')
        found.append(f'<text x="{_LEFT - 8}" y="{up + 4:.1f}" text-anchor="end">{value:.1f}</text>')
    for place in places:
        across, _ = at(place, bottom)
        found.append(f'<text x="{across:.1f}" y="{HEIGHT - _BOTTOM + 18}" text-anchor="middle">{place:,.0f}</text>')
    return found


def _line(number: int, name: str, points: Sequence[tuple[float, float]]) -> list[str]:
    colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
    path = " ".join(f"{across:.1f},{up:.1f}" for across, up in points)
    key = _TOP + 8 + 20 * number
    left = WIDTH - _RIGHT + 12
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>',
        *(f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3" fill="{colour}"/>' for across, up in points),
        f'<line x1="{left}" x2="{left + 24}" y1="{key}" y2="{key}" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dash}"/>',
        f'<text x="{left + 30}" y="{key + 4}">{escape(name)}</text>',
    ]


@dataclass(frozen=True, slots=True)
class Whisker:
    """One interval: rows of one name stand together, told apart by `part`."""

    name: str
    part: str
    low: float
    value: float
    high: float


def whiskers(title: str, rows: Sequence[Whisker], *, x: str) -> str:
    """Intervals one under the other, around a line at 0, cut at .3 either way."""
    left, right, row_height, top = 340, 30, 18, 20
    reach = min(0.3, max(0.05, *(abs(end) for row in rows for end in (row.low, row.high))))
    height = top + row_height * len(rows) + 50
    bottom = top + row_height * len(rows)

    def at(value: float) -> float:
        middle = (left + WIDTH - right) / 2
        return middle + max(-reach, min(reach, value)) / reach * (WIDTH - right - left) / 2

    parts = [*_opened(title, WIDTH, height)]
    step = 0.1 if reach > 0.15 else 0.05 if reach > 0.06 else 0.02
    for number in range(-math.floor(reach / step), math.floor(reach / step) + 1):
        across = at(number * step)
        width = 2 if number == 0 else 1
        parts.append(
            f'<line class="grid" style="stroke-width:{width}" x1="{across:.1f}" x2="{across:.1f}" '
            f'y1="{top - 8}" y2="{bottom}"/>'
        )
        parts.append(f'<text x="{across:.1f}" y="{bottom + 16}" text-anchor="middle">{number * step:+.2f}</text>')
    parts.append(f'<text x="{WIDTH - 4}" y="{height - 10}" text-anchor="end">{escape(x)}</text>')
    kinds = sorted({row.part for row in rows}, key=lambda part: float(part.replace(",", "")))
    for place, row in enumerate(rows):
        up, kind = top + row_height * (place + 0.5), kinds.index(row.part)
        parts += _whisker(row, up, at, kind, is_named=place == 0 or rows[place - 1].name != row.name)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _whisker(row: Whisker, up: float, at: Callable[[float], float], kind: int, *, is_named: bool) -> list[str]:
    colour = _COLOURS[kind % len(_COLOURS)]
    low, middle, high = at(row.low), at(row.value), at(row.high)
    found = [f'<text x="4" y="{up + 4:.1f}">{escape(row.name)}</text>'] if is_named else []
    return [
        *found,
        f'<text x="328" y="{up + 4:.1f}" text-anchor="end">{escape(row.part)}</text>',
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{up:.1f}" y2="{up:.1f}" stroke="{colour}" stroke-width="2"/>',
        f'<circle cx="{middle:.1f}" cy="{up:.1f}" r="4" fill="{colour}"/>',
    ]
