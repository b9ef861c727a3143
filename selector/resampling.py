"""How far a figure would move with other problems: a bootstrap over problems, never over solutions or steps."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000

Floats = NDArray[np.float64]
Figure = Callable[[Floats], Floats]  # (R, P) how often each problem counts, to (R,) values, NaN where it has none


def point(figure: Figure, problems: int) -> float | None:
    """The figure with every problem counted once; None where it has no value."""
    value = float(figure(np.ones((1, problems)))[0]) if problems else np.nan
    return None if np.isnan(value) else value


def interval(figure: Figure, problems: int, seed: int) -> list[float] | None:
    """Its 95 % interval; None with fewer than two problems, or where most resamples have no value."""
    if problems < 2 or point(figure, problems) is None:
        return None
    values = figure(drawn(problems, seed))
    known = values[~np.isnan(values)]
    if len(known) < len(values) / 2:
        return None
    low, high = np.quantile(known, [0.025, 0.975])
    return [float(low), float(high)]


def drawn(problems: int, seed: int) -> Floats:
    """(R, P) how often each problem was drawn, with replacement, in each resample."""
    draw = np.random.default_rng(seed)
    places = draw.integers(0, problems, size=(RESAMPLES, problems))
    return np.stack([np.bincount(row, minlength=problems) for row in places]).astype(float)


def mean_over_problems(values: Floats) -> Figure:
    """The mean of one value a problem; a problem without one (NaN) does not count."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)

    def figure(weights: Floats) -> Floats:
        return ratio(weights @ filled, weights @ known.astype(float))

    return figure


def ratio(parts: Floats, wholes: Floats) -> Floats:
    """Elementwise, NaN where the whole is 0."""
    return np.divide(parts, wholes, out=np.full(np.broadcast(parts, wholes).shape, np.nan), where=wholes > 0)
