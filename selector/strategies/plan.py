"""What a strategy says: from which ordered lists a round is filled, and how many places each list has."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from selector.records import Candidate
from selector.strategies.pool import Pool, shuffled
from selector.strategies.settings import Settings

Need = Literal["score", "votes", "likelihood", "committee"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate with what it is worth to a strategy, and the named values behind that."""

    candidate: Candidate
    utility: float = 0.0
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """Candidates in the order in which they are wanted, for this reason; `wanted` places, None: what is left."""

    reason: str
    entries: Sequence[Entry]
    wanted: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Shares in the order in which they are filled; what one cannot fill falls to those with what is left."""

    shares: Sequence[Share]
    notes: tuple[str, ...] = ()


class Places(NamedTuple):
    """How many solutions a round wants: all of them, and those that the evaluation share leaves free."""

    whole: int
    free: int


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to choose.

    `reasons` are the words for each reason that its picks carry; `needs` is what the candidates have to say of
    themselves beyond id, problem and answer. `ranks_wrong`: gives wrong answers a share of their own; `wrong_share` is
    nothing to others. Words are marked for translation where they stand.
    """

    name: str
    title: str
    help: str
    reasons: Mapping[str, str]
    plan: Callable[[Pool, Settings, Places], Plan]
    needs: frozenset[Need] = frozenset()
    ranks_wrong: bool = False


def by_chance(candidates: Iterable[Candidate], settings: Settings, purpose: str = "uniform") -> list[Entry]:
    """A random order, each with utility 0."""
    return [Entry(candidate) for candidate in shuffled(candidates, settings.seed, purpose)]


def best_first(entries: Iterable[Entry], settings: Settings) -> list[Entry]:
    """Highest utility first, ties by id; spread over problems: each problem's best, then each one's second."""
    ordered = sorted(entries, key=lambda entry: (-entry.utility, entry.candidate.solution_id))
    if settings.scope == "campaign":
        return ordered
    seen: Counter[str] = Counter()
    places = []
    for entry in ordered:
        places.append(seen[entry.candidate.problem_id])
        seen[entry.candidate.problem_id] += 1
    return [ordered[index] for index in sorted(range(len(ordered)), key=places.__getitem__)]


def gettext_noop(words: str) -> str:
    """Marks words that a page shows for translation; this package itself speaks English."""
    return words
