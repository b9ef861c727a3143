"""What is known of a selector version, read from its figures; what is not there is None, never an error."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labeling import charts, code_words
from labeling.accuracy import Accuracy
from labeling.charts import Point
from labeling.models import SelectorState, SelectorVersion
from labeling.views.kept_figures import Calibrated, OverAnswers, Strict, mapping, number, pair
from labeling.views.work import Found
from labeling.wording import decimal, grouped, percent, sentences

ENOUGH_EVALUATION_LABELS = 30  # under it, figures that need labels read "not known yet"


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
    threshold: float | None = None
    is_calibrated: bool = False
    last_minima: tuple[float, float] | None = None
    over_answers: OverAnswers | None = None
    strict: Strict | None = None
    calibration: Sequence[Calibrated] = ()
    picked: Found | None = None  # what people found in the rounds that it chose

    @classmethod
    def of(cls, version: SelectorVersion) -> "SelectorReport":
        """Read what the evaluation left."""
        metrics = mapping(version.metrics)
        is_known = version.evaluation_labels >= ENOUGH_EVALUATION_LABELS
        figures = {
            name: number(metrics.get(name)) if is_known else None for name in ("first_error_f1", "step_auc", "ece")
        }
        pairs = {name: pair(bounds) for name, bounds in mapping(metrics.get("intervals")).items()}
        # One without width is no knowledge: every resample was the same.
        intervals = {name: pair for name, pair in pairs.items() if pair and pair[0] < pair[1]}
        compared = mapping(metrics.get("comparison") or metrics.get("compare"))
        first_error, minima = mapping(metrics.get("first_error")), mapping(metrics.get("minima_at_last_step"))
        of_answers = mapping(metrics.get("final_answers"))
        return cls(
            version,
            _points(metrics.get("best_of_n"), mapping(of_answers.get("best_of_n"))),
            first_error_f1=figures["first_error_f1"],
            step_auc=figures["step_auc"],
            ece=figures["ece"],
            intervals=intervals,
            comparison=compared,
            threshold=number(first_error.get("threshold")) if is_known else None,
            is_calibrated=str(first_error.get("how", "")).startswith("calibrated"),
            last_minima=pair([minima.get("share"), minima.get("by_chance")]),
            over_answers=OverAnswers.of(of_answers),
            strict=Strict.of(metrics.get("strict")) if is_known else None,
            calibration=Calibrated.all_of(metrics.get("calibration")) if is_known else (),
        )

    def beside(self, orm: "SelectorReport | None") -> "SelectorReport":
        """The same with the best-of-N of a version that learned from final answers, where both have that N.

        Where a model of the same solutions' final answers was measured beside it, that one stays.
        """
        if orm is None or orm.version.pk == self.version.pk or any(point.other is not None for point in self.points):
            return self
        theirs = {point.n: point.score for point in orm.points}
        return replace(self, points=[replace(point, other=theirs.get(point.n)) for point in self.points])

    @property
    def is_known(self) -> bool:
        """Whether enough evaluation labels are there to speak of first errors."""
        return self.version.evaluation_labels >= ENOUGH_EVALUATION_LABELS

    @property
    def not_known_yet(self) -> str:
        """What stands in place of figures that need labels."""
        return _("not known yet ({part} of {all} evaluation labels)").format(
            part=self.version.evaluation_labels, all=ENOUGH_EVALUATION_LABELS
        )

    def calibration_chart(self) -> SafeString:
        """How often steps are right, over the score they were given."""
        points = [(one.score, one.right, one.low, one.high) for one in self.calibration]
        return charts.calibration(points, name=self.name)

    @property
    def name(self) -> str:
        """What it is called within a chart or sentence."""
        return _("selector {number}").format(number=self.version.number)

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
    def ece_interval(self) -> tuple[float, float] | None:
        """95 % interval of the calibration error."""
        return self.intervals.get("ece")

    @property
    def code(self) -> str:
        """Version of the code that trained it, "" where nothing was trained or it was not kept."""
        return str(mapping(self.version.manifest).get("code", ""))

    @property
    def base_revision(self) -> str:
        """The hub's commit of the base, else a hash of its weights; "" where nothing was trained."""
        return str(mapping(mapping(self.version.manifest).get("base")).get("revision", ""))

    @property
    def snapshot(self) -> str:
        """The start of its snapshot's hash."""
        return self.version.snapshot_hash[:12]

    @property
    def first_error_interval(self) -> tuple[float, float] | None:
        """95 % interval of the first-error F1."""
        return self.intervals.get("first_error_f1")

    @property
    def state_words(self) -> str:
        """Whether it is in use."""
        return str(code_words.SELECTOR_STATES[self.version.state])

    @property
    def can_be_published(self) -> bool:
        """Whether a lead may put it in use."""
        is_other = self.version.state in (SelectorState.RETIRED, SelectorState.HELD_BACK, SelectorState.EVALUATED)
        return is_other and self.version.scored_at is not None

    def in_words(self) -> list[str]:
        """How good it is, a sentence each, with counts."""
        said = [self._best_of_n_words(), self._steps_words()]
        if self.version.base_model == "tiny":
            said.append(_("It grew from the tiny base, which is no judge of mathematics."))
        return [sentence for sentence in said if sentence]

    def _best_of_n_words(self) -> str:
        top, chance, number = self.top, self.chance, self.version.number
        if top is None or chance is None:
            return _(
                "How well selector {number} finds right answers is not known yet: no test problem has several graded "
                "answers."
            ).format(number=number)
        if self.is_better_than_chance:
            verdict = ngettext(
                "On {count} test problem, selector {number} is better than chance at finding right answers:",
                "On {count} test problems, selector {number} is better than chance at finding right answers:",
                top.problems,
            )
        elif top.score > chance:  # the interval holds chance too
            verdict = ngettext(
                "On {count} test problem, selector {number} is, as far as so few can tell, no better than chance at "
                "finding right answers:",
                "On {count} test problems, selector {number} is, as far as so few can tell, no better than chance at "
                "finding right answers:",
                top.problems,
            )
        else:
            verdict = ngettext(
                "On {count} test problem, selector {number} is no better than chance at finding right answers:",
                "On {count} test problems, selector {number} is no better than chance at finding right answers:",
                top.problems,
            )
        shares = {"share": percent(top.score), "chance": percent(chance), "n": top.n}
        figures = _("its first choice of {n} is {share} right, any one {chance}.").format(**shares)
        if top.low is not None and top.high is not None:
            figures = _("its first choice of {n} is {share} right ({low} to {high}), any one {chance}.").format(
                **shares, low=percent(top.low), high=percent(top.high)
            )
        return sentences(verdict.format(count=grouped(top.problems), number=number), figures)

    def _steps_words(self) -> str:
        if self.first_error_f1 is None and self.step_auc is None:
            if self.is_known:
                return _("How well it finds first errors is not measured.")
            return _("How well it finds first errors is not known yet ({part} of {all} evaluation labels).").format(
                part=self.version.evaluation_labels, all=ENOUGH_EVALUATION_LABELS
            )
        count = self.version.evaluation_labels
        on = ngettext("Measured on {count} evaluation label:", "Measured on {count} evaluation labels:", count)
        return sentences(on.format(count=grouped(count)), self._f1_words(), self._auc_words())

    def _f1_words(self) -> str:
        if self.first_error_f1 is None:
            return ""
        return _("first-error F1 {score}.").format(score=decimal(self.first_error_f1))

    def _auc_words(self) -> str:
        if self.step_auc is None:
            return ""
        low = self.step_auc_interval[0] if self.step_auc_interval else self.step_auc
        if low > 0.5:
            return _("Step AUC {score}, above the 0.5 of chance.").format(score=decimal(self.step_auc))
        return _("Step AUC {score}, no better than the 0.5 of chance.").format(score=decimal(self.step_auc))

    @property
    def comparison_words(self) -> str:
        """How it compares with the one that was in use before it."""
        count = self.comparison.get("labels")
        is_not_worse = self.comparison.get("is_not_worse", self.comparison.get("not_worse"))
        on = _("Compared with the one in use before it on {count} labels.").format(count=count)
        if not count:
            on = _("Compared with the one in use before it on the same labels.")
        if is_not_worse is None:
            return on
        return sentences(on, _("It is not worse.") if is_not_worse else _("It is worse."))


def _points(best_of_n: Any, of_answers: Mapping[str, Any]) -> list[Point]:
    points = []
    for n, figures in mapping(best_of_n).items():
        values = mapping(figures)
        score = number(values.get("score"))
        if not str(n).isdigit() or score is None:
            continue
        problems = int(number(values.get("problems")) or 0)
        low, high = _bounds_of_mean(score, problems, pair(values.get("interval")))
        points.append(
            Point(
                n=int(n),
                score=score,
                majority=number(values.get("majority")),
                passed=number(values.get("pass")),
                popular=number(values.get("popular")),
                surprise=number(values.get("surprise")),
                other=number(mapping(of_answers.get(n)).get("score")),
                low=low,
                high=high,
                problems=problems,
            )
        )
    return sorted(points, key=lambda point: point.n)


def best_of_n_table(versions: Iterable[SelectorVersion]) -> tuple[Sequence[str], list[Sequence[object]]]:
    """Best-of-N of all versions at every N, to take along."""
    figures = ("n", "score", "low", "high", "majority", "passed", "popular", "surprise", "problems", "other")
    lines: list[Sequence[object]] = [
        [version.number, version.kind, *(getattr(point, name) for name in figures)]
        for version in versions
        for point in SelectorReport.of(version).points
    ]
    return ("version", "kind", *figures[:-1], "orm"), lines


def versions_table(reports: Iterable[SelectorReport]) -> tuple[Sequence[str], list[Sequence[object]]]:
    """The versions side by side, the oldest first, to take along."""
    names = ("first_error_f1", "step_auc", "ece")
    bounds = [f"{name}_{end}" for name in names for end in ("", "low", "high")]
    columns = [
        *("version", "kind", "state", "training_labels", "evaluation_labels"), *(name.rstrip("_") for name in bounds),
        *("n", "best_of_n", "majority", "any_of_n", "picks", "picks_right", "picks_low", "picks_high"),
    ]  # fmt: skip
    lines: list[Sequence[object]] = []
    for one in sorted(reports, key=lambda report: report.version.number):
        version, top, picks = one.version, one.top, one.picked.picks_share if one.picked else None
        figures = [(getattr(one, name), *(one.intervals.get(name) or (None, None))) for name in names]
        known = (picks.count, picks.right, picks.low, picks.high) if picks and picks.count else (0, None, None, None)
        lines.append([
            *(version.number, version.kind, version.state, version.training_labels, version.evaluation_labels),
            *(value if figure[0] is not None else None for figure in figures for value in figure),
            *((top.n, top.score, top.majority, top.passed) if top else (None,) * 4), *known,
        ])  # fmt: skip
    return columns, lines


def calibration_table(versions: Iterable[SelectorVersion]) -> tuple[Sequence[str], list[Sequence[object]]]:
    """Calibration of all versions, to take along."""
    figures = ("score", "right", "low", "high", "steps")
    lines: list[Sequence[object]] = [
        [version.number, version.kind, *(getattr(one, name) for name in figures)]
        for version in versions
        for one in SelectorReport.of(version).calibration
    ]
    return ("version", "kind", *figures), lines


def _bounds_of_mean(
    score: float, problems: int, bounds: tuple[float, float] | None
) -> tuple[float | None, float | None]:
    """Its bounds. Where all problems are alike, a bootstrap over them has no width and claims to be certain.

    If all are right or all wrong, they are a plain share, with Wilson's interval; else nothing is known.
    """
    if bounds is not None and bounds[0] < bounds[1]:
        return bounds
    if bounds is None or not problems or score not in (0.0, 1.0):
        return None, None
    plain = Accuracy(round(score * problems), problems)
    return plain.low, plain.high


def of_final_answers(versions: QuerySet[SelectorVersion]) -> SelectorReport | None:
    """The newest complete version that learned from final answers alone."""
    version = versions.filter(kind="orm", scored_at__isnull=False).order_by("-number").first()
    return SelectorReport.of(version) if version else None
