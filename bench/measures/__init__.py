"""One module a figure, or a few that are taken on the same rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Measure:
    """How a name on the command line becomes figures; `run` gets whether sizes are small."""

    name: str
    title: str
    run: Callable[[bool], Iterator[Figure]]
