"""Shares of a round as whole numbers."""

from collections.abc import Mapping


def rounded(amount: float) -> int:
    """To the nearest whole number, halves up; the small summand undoes binary fractions such as 0.15 * 10."""
    return int(amount + 0.5 + 1e-9)


def apportioned(whole: int, weights: Mapping[str, float]) -> dict[str, int]:
    """The whole divided by weights: each gets its share cut down, the largest fractions get what is left, ties by name.

    `apportioned(10, {"a": 0.5, "b": 0.25, "c": 0.25})` is a 5, b 3, c 2.
    """
    total = sum(weights.values())
    exact = {name: whole * weight / total for name, weight in weights.items()}
    counts = {name: int(amount + 1e-9) for name, amount in exact.items()}
    by_fraction = sorted(weights, key=lambda name: (counts[name] - exact[name], name))
    for name in by_fraction[: whole - sum(counts.values())]:
        counts[name] += 1
    return counts
