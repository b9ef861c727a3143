"""The parts of which charts are drawn; colours come from lead.css by class."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def svg(width: int, height: int, label: str, pieces: Iterable[SafeString], paint: str = "chart") -> SafeString:
    """A chart of these pieces; its conclusion is what a screen reader says of it."""
    inside = joined(pieces)
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>', paint, width, height, label, inside
    )


def joined(pieces: Iterable[SafeString]) -> SafeString:
    """One piece of several."""
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def text(x: float, y: float, words: str, paint: str = "", anchor: str = "start") -> SafeString:
    """Words at a place."""
    return format_html('<text x="{}" y="{}" class="{}" text-anchor="{}">{}</text>', px(x), px(y), paint, anchor, words)


def polyline(places: Iterable[tuple[float, float]], paint: str) -> SafeString:
    """A line through places."""
    return format_html('<polyline class="{}" points="{}"/>', paint, " ".join(f"{px(x)},{px(y)}" for x, y in places))


def dot(x: float, y: float, paint: str, radius: float) -> SafeString:
    """A filled circle."""
    return format_html('<circle class="{}" cx="{}" cy="{}" r="{}"/>', paint, px(x), px(y), px(radius))


def px(value: float) -> str:
    """A length to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
