"""How figures are written into the page's tables."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from bench.study.statistics import Mean


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))


def share(value: float | None) -> str:
    """Three places, without the nought before them."""
    return "" if value is None else _short(f"{value:.3f}")


def signed(value: float) -> str:
    return _short(f"{value:+.3f}")


def _short(text: str) -> str:
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    return sign + digits.removeprefix("0")


def plain(values: Mapping[int, float]) -> str:
    """The mean over seeds alone."""
    return share(fmean(values.values())) if values else ""


def mean(values: Mapping[int, float]) -> str:
    """With its interval, and of how many seeds."""
    return said(Mean.of(list(values.values())))


def said(found: Mean | None) -> str:
    return "" if found is None else f"{share(found.value)} ({_interval(found, share)})"


def gain(found: Mean | None) -> str:
    """A difference; bold where its interval leaves 0 out."""
    if found is None:
        return ""
    text = f"{signed(found.value)} ({_interval(found, signed)})"
    return f"**{text}**" if found.is_above_0 or found.is_below_0 else text


def _interval(found: Mean, written) -> str:  # type: ignore[no-untyped-def]
    if found.low is None or found.high is None:
        return f"{found.seeds} seed"
    return f"{written(found.low)} to {written(found.high)}; {found.seeds}"
