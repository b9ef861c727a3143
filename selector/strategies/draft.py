"""A round while it is being filled."""

from collections import Counter

from selector.records import Candidate, Pick, Selection
from selector.strategies.plan import Entry, Plan, Share, by_chance
from selector.strategies.pool import Pool, Text, text_of
from selector.strategies.rounding import rounded
from selector.strategies.settings import Settings


class Draft:
    """Picks so far: never a text twice, never more of a problem than its cap, never more than `size` altogether."""

    def __init__(self, pool: Pool, size: int, settings: Settings) -> None:
        self.pool = pool
        self.size = size
        self.settings = settings
        self.evaluation = min(size, rounded(settings.evaluation_share * size))
        self.notes: list[str] = []
        self._chosen: list[tuple[Entry, str]] = []
        self._texts: set[Text] = set()
        self._capped: set[Text] = set()
        self._of_problem: Counter[str] = Counter()

    @property
    def missing(self) -> int:
        """How many picks the round still lacks."""
        return self.size - len(self._chosen)

    def fill(self, plan: Plan) -> Selection:
        """Each share's places, then the evaluation items, then what is left; caps give way where places stay empty.

        Before a cap gives way, more evaluation items are taken than their share; the rest is then short by as many.
        """
        self.notes += plan.notes
        evaluation = Share("evaluation", self._evaluation_entries(), self.evaluation)
        fixed = [*(share for share in plan.shares if share.wanted is not None), evaluation]
        left_over = [share for share in plan.shares if share.wanted is None]
        lacking = [share.wanted or 0 for share in fixed]
        rest = max(0, self.size - sum(lacking))
        for is_capped in (True, False):
            before = self.missing
            for place, share in enumerate(fixed):
                lacking[place] -= self._take(share, lacking[place], is_capped=is_capped)
            for share in [*left_over, evaluation]:
                taken = self._take(share, self.missing, is_capped=is_capped)
                if share is evaluation:
                    lacking[-1] = max(0, lacking[-1] - taken)
                else:
                    rest = max(0, rest - taken)
            if not is_capped and self.missing < before:
                self.notes.append(self._relaxed_cap())
        shortfall = Counter({"evaluation": 0})
        for share, count in zip(fixed, lacking, strict=True):
            shortfall[share.reason] += count
        for share in left_over[:1]:
            shortfall[share.reason] += max(0, rest - self.missing)
        return self._selection({"evaluation": shortfall.pop("evaluation"), **shortfall})

    def _evaluation_entries(self) -> list[Entry]:
        """Uniform from the test split; none where no share of the round is for evaluation."""
        return by_chance(self.pool.test, self.settings, "evaluation") if self.settings.evaluation_share > 0 else []

    def _take(self, share: Share, count: int, *, is_capped: bool) -> int:
        """Up to `count` of the entries, first come first taken; how many that were."""
        taken, places = 0, min(count, self.missing)
        for entry in share.entries:
            if taken >= places:
                break
            text, problem = self._text(entry.candidate), entry.candidate.problem_id
            if text in self._texts:
                continue
            if is_capped and self._of_problem[problem] >= self.pool.caps[problem]:
                self._capped.add(text)
                continue
            self._texts.add(text)
            self._of_problem[problem] += 1
            self._chosen.append((entry, share.reason))
            taken += 1
        return taken

    def _text(self, candidate: Candidate) -> Text:
        if self.settings.takes_copies:
            return candidate.problem_id, candidate.solution_id
        return text_of(candidate)

    def _relaxed_cap(self) -> str:
        return (
            "Too few problems are left: from some problems more than "
            f"max(1, {self.settings.problem_cap * 100:g} % of their distinct solutions) were chosen."
        )

    def _selection(self, lacking: dict[str, int]) -> Selection:
        """The picks ranked: the strategy's own in the order they were taken, evaluation items behind them."""
        shortfall = {reason: count for reason, count in lacking.items() if count > 0}
        if self.missing:
            shortfall["size"] = self.missing
        in_order = sorted(self._chosen, key=lambda chosen: chosen[1] == "evaluation")
        kept_out = self.pool.kept_out | {"cap": len(self._capped - self._texts)}
        return Selection(
            tuple(_pick(entry, rank, reason) for rank, (entry, reason) in enumerate(in_order)),
            shortfall,
            tuple(self.notes),
            {rail: count for rail, count in kept_out.items() if count},
        )


def _pick(entry: Entry, rank: int, reason: str) -> Pick:
    candidate = entry.candidate
    return Pick(candidate.solution_id, rank, reason, candidate.score, entry.utility, dict(entry.parts))
