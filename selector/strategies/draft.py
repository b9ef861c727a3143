"""A round while it is being chosen."""

from collections import Counter
from collections.abc import Iterable

from selector.records import Candidate, Pick, Selection
from selector.strategies.pool import Pool, Text, shuffled, text_of


class Draft:
    """Picks so far: never a text twice, never more of a problem than its cap, never more than `size` altogether."""

    def __init__(self, pool: Pool, size: int, evaluation_share: float, seed: int) -> None:
        self.pool = pool
        self.size = size
        self.seed = seed
        self.wanted = {"evaluation": min(size, rounded(evaluation_share * size))}
        self.notes: list[str] = []
        self._allows_evaluation = evaluation_share > 0
        self._chosen: list[tuple[Candidate, str]] = []
        self._texts: set[Text] = set()
        self._of_problem: Counter[str] = Counter()

    @property
    def missing(self) -> int:
        """How many picks the round still lacks."""
        return self.size - len(self._chosen)

    def lacking(self, reason: str) -> int:
        """How many picks the share of this reason still lacks."""
        return self.wanted.get(reason, 0) - sum(1 for _, given in self._chosen if given == reason)

    def take(self, candidates: Iterable[Candidate], count: int, reason: str, *, is_capped: bool = True) -> None:
        """Up to `count` of the candidates, first come first taken."""
        left = min(count, self.missing)
        for candidate in candidates:
            if left <= 0:
                return
            text, problem = text_of(candidate), candidate.problem_id
            if text in self._texts or (is_capped and self._of_problem[problem] >= self.pool.caps[problem]):
                continue
            self._texts.add(text)
            self._of_problem[problem] += 1
            self._chosen.append((candidate, reason))
            left -= 1

    def take_evaluation(self, *, is_capped: bool = True, beyond_share: bool = False) -> None:
        """Uniformly from the test split: its share, or (where asked) as many as the round still lacks."""
        if self._allows_evaluation:
            count = self.missing if beyond_share else self.lacking("evaluation")
            self.take(shuffled(self.pool.test, self.seed, "evaluation"), count, "evaluation", is_capped=is_capped)

    def note_relaxed_cap(self) -> None:
        self.notes.append(
            "Too few problems are left: from some problems more than "
            "max(1, 20 % of their distinct solutions) were chosen."
        )

    def selection(self) -> Selection:
        """The picks ranked: the strategy's own in the order they were taken, evaluation items behind them."""
        in_order = sorted(self._chosen, key=lambda chosen: chosen[1] == "evaluation")
        shortfall = {reason: self.lacking(reason) for reason in self.wanted if self.lacking(reason) > 0}
        if self.missing:
            shortfall["size"] = self.missing
        picks = tuple(
            Pick(candidate.solution_id, rank, reason, candidate.score, _utility(candidate, reason))
            for rank, (candidate, reason) in enumerate(in_order)
        )
        return Selection(picks, shortfall, tuple(self.notes))


def rounded(amount: float) -> int:
    """To the nearest whole number, halves up; the small summand undoes binary fractions such as 0.15 * 10."""
    return int(amount + 0.5 + 1e-9)


def _utility(candidate: Candidate, reason: str) -> float:
    return candidate.score or 0.0 if reason.startswith("convincing") else 0.0
