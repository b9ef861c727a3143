"""What is known of a selector version, read from its figures; what is not there is None, never an error."""

import math
from dataclasses import dataclass
from typing import Any

from labeling.charts import Point
from labeling.models import SelectorState, SelectorVersion

ENOUGH_EVALUATION_LABELS = 30  # under it, figures that need labels read "not known yet"
NO_BREAK = "\N{NO-BREAK SPACE}"
STATE_WORDS = {
    SelectorState.TRAINING: "being made",
    SelectorState.EVALUATED: "measured, not published yet",
    SelectorState.PUBLISHED: "in use",
    SelectorState.RETIRED: "was in use",
    SelectorState.HELD_BACK: "held back",
}


@dataclass(frozen=True, slots=True)
class SelectorReport:
    """One version with its figures; those that need labels are None until enough evaluation labels are there."""

    version: SelectorVersion
    points: list[Point]
    first_error_f1: float | None
    step_auc: float | None
    ece: float | None
    intervals: dict[str, tuple[float, float]]
    comparison: dict[str, Any]

    @classmethod
    def of(cls, version: SelectorVersion) -> "SelectorReport":
        """Read what the evaluation left."""
        metrics = _mapping(version.metrics)
        is_known = version.evaluation_labels >= ENOUGH_EVALUATION_LABELS
        figures = {
            name: _number(metrics.get(name)) if is_known else None for name in ("first_error_f1", "step_auc", "ece")
        }
        intervals = {name: found for name, pair in _mapping(metrics.get("intervals")).items() if (found := _pair(pair))}
        compared = _mapping(metrics.get("comparison") or metrics.get("compare"))
        return cls(version, _points(metrics.get("best_of_n")), **figures, intervals=intervals, comparison=compared)

    @property
    def is_known(self) -> bool:
        """Whether enough evaluation labels are there to speak of first errors."""
        return self.version.evaluation_labels >= ENOUGH_EVALUATION_LABELS

    @property
    def not_known_yet(self) -> str:
        """What stands in place of figures that need labels."""
        return f"not known yet ({self.version.evaluation_labels} of {ENOUGH_EVALUATION_LABELS} evaluation labels)"

    @property
    def top(self) -> Point | None:
        """Best-of-N at the largest N, where there is more than one solution to choose from."""
        return self.points[-1] if self.points and self.points[-1].n > 1 else None

    @property
    def chance(self) -> float | None:
        """What taking any solution gives: best-of-1."""
        return self.points[0].score if self.points and self.points[0].n == 1 else None

    @property
    def is_better_than_chance(self) -> bool | None:
        """Whether even the low end of the interval lies above chance; None where that cannot be said."""
        top, chance = self.top, self.chance
        if top is None or chance is None:
            return None
        return top.low is not None and top.low > chance

    @property
    def step_auc_interval(self) -> tuple[float, float] | None:
        """95 % interval of the step AUC."""
        return self.intervals.get("step_auc")

    @property
    def first_error_interval(self) -> tuple[float, float] | None:
        """95 % interval of the first-error F1."""
        return self.intervals.get("first_error_f1")

    @property
    def state_words(self) -> str:
        """Whether it is in use."""
        return STATE_WORDS[SelectorState(self.version.state)]

    @property
    def can_be_published(self) -> bool:
        """Whether a lead may put it in use."""
        is_other = self.version.state in (SelectorState.RETIRED, SelectorState.HELD_BACK, SelectorState.EVALUATED)
        return is_other and self.version.scored_at is not None

    def in_words(self) -> list[str]:
        """How good it is, a sentence each, with counts."""
        said = [self._best_of_n_words(), self._steps_words()]
        if self.version.base_model == "tiny":
            said.append("It grew from the tiny base, which is no judge of mathematics.")
        return [sentence for sentence in said if sentence]

    def _best_of_n_words(self) -> str:
        name, top, chance = f"Selector {self.version.number}", self.top, self.chance
        if top is None or chance is None:
            missing = "no test problem has several graded answers"
            return f"How well {name.lower()} finds right answers is not known yet: {missing}."
        cases = f"{top.problems} test problem{'' if top.problems == 1 else 's'}"
        if self.is_better_than_chance:
            verdict = "better than chance"
        elif top.score > chance:
            verdict = "as far as so few can tell no better than chance"  # the interval holds chance too
        else:
            verdict = "no better than chance"
        interval = "" if top.low is None or top.high is None else f" ({top.low * 100:.0f} to {_percent(top.high)})"
        return (
            f"On {cases}, {name.lower()} is {verdict} at finding right answers: "
            f"its first choice of {top.n} is {_percent(top.score)} right{interval}, any one {_percent(chance)}."
        )

    def _steps_words(self) -> str:
        if self.first_error_f1 is None and self.step_auc is None:
            return f"How well it finds first errors is {'not measured' if self.is_known else self.not_known_yet}."
        said = []
        if self.first_error_f1 is not None:
            said.append(f"first-error F1 {self.first_error_f1:.2f}")
        if self.step_auc is not None:
            interval = self.step_auc_interval
            low = interval[0] if interval else self.step_auc
            said.append(f"step AUC {self.step_auc:.2f}, {'above' if low > 0.5 else 'no better than'} the 0.5 of chance")
        return f"On {self.version.evaluation_labels} evaluation labels: {'; '.join(said)}."


def _points(best_of_n: Any) -> list[Point]:
    points = []
    for n, figures in _mapping(best_of_n).items():
        values = _mapping(figures)
        score = _number(values.get("score"))
        if not str(n).isdigit() or score is None:
            continue
        low, high = _pair(values.get("interval")) or (None, None)
        points.append(
            Point(
                n=int(n),
                score=score,
                majority=_number(values.get("majority")),
                passed=_number(values.get("pass")),
                low=low,
                high=high,
                problems=int(_number(values.get("problems")) or 0),
            )
        )
    return sorted(points, key=lambda point: point.n)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


def _pair(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    low, high = map(_number, value)
    return None if low is None or high is None else (low, high)


def _percent(share: float) -> str:
    return f"{share * 100:.0f}{NO_BREAK}%"
