"""What the study should reach, beside what it found."""

from dataclasses import dataclass

from bench.study import cells
from bench.study.arms import ARMS
from bench.study.results import UNIFORM, Results, Values, difference, figures_of
from bench.study.statistics import Mean


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure with its bounds; `must` None: to be reported, whatever it is. `by`: what has to reach the bound."""

    title: str
    found: Values
    must: float | None
    aim: str
    by: str = "mean"  # or "low" (of the interval), or "every" seed

    def row(self, seeds: int) -> list[str]:
        """Of the table; a verdict on fewer seeds than that is one so far."""
        mean = Mean.of(list(self.found.values()))
        if mean is None:
            return [self.title, self._bound(), self.aim, "not known yet", ""]
        reached = {"mean": mean.value, "low": mean.low, "every": min(self.found.values())}[self.by]
        verdict = "" if self.must is None else "not known yet" if reached is None else self._verdict(reached)
        verdict += " so far" if verdict in ("met", "MISSED") and mean.seeds < seeds else ""
        return [self.title, self._bound(), self.aim, cells.gain(mean).strip("*"), verdict]

    def _bound(self) -> str:
        if self.must is None:
            return "reported"
        if self.by == "low":
            return "interval above 0"
        return f"{self.must:+.2f}".replace("0.", ".") + (", every seed" if self.by == "every" else "")

    def _verdict(self, reached: float) -> str:
        is_met = reached > 0 if self.by == "low" else reached >= (self.must or 0.0)
        return "met" if is_met else "MISSED"


def goals(results: Results) -> list[Goal]:
    prm, n, most = results.values(UNIFORM), results.n, results.most
    same, free = (figures_of(results.tuned(kind), "best_of", n) for kind in ("orm_same", "orm_free"))
    prm_4, same_4 = (figures_of(found, "best_of", "4") for found in (results.of(UNIFORM), results.tuned("orm_same")))
    samples_80_20 = difference(results.values("convincing_wrong"), results.values("uniform"))
    iterated = difference(results.values("uncertain_iterated"), results.values("uncertain"))
    long = figures_of(results.of("uniform_more", 3_000), "first_error_f1")
    both = results.values("with_outcomes")
    deep = _deep(results, "256")
    return [
        Goal("PRM over majority", difference(prm, results.label_free("majority")), 0.25, "+.40"),
        Goal("PRM over surprise", difference(prm, results.label_free("surprise")), 0.15, "+.28", "every"),
        Goal("PRM over a tuned ORM on the same solutions", difference(prm, same), 0.10, "+.20"),
        Goal(
            f"that gap at {n}, less the gap at 4", difference(difference(prm, same), difference(prm_4, same_4)), 0.0, ""
        ),
        Goal("PRM over a tuned ORM on free outcomes", difference(prm, free), None, "above 0 on 5 seeds"),
        Goal("PRM and free outcomes together over the better one", _over_better(both, prm, free), None, "+.03"),
        *(
            Goal(
                f"{ARMS[name].title} over uniform distinct", _pairs(results, name, most), 0.0, "labels factor 2", "low"
            )
            for name in ("uncertain", "committee", "mixture")
        ),
        Goal("80/20 over uniform over samples", samples_80_20, None, "2.6 times"),
        Goal("undecided in 3 rounds over one shot", iterated, 0.0, "+.02"),
        Goal("best-of-256 over best-of-64", deep, -0.01, "+.03"),
        Goal(f"first-error F1, {most:,} labels", figures_of(results.of(UNIFORM), "first_error_f1"), 0.82, ".88"),
        Goal("first-error F1, 3,000 labels", long, 0.87, ".92"),
    ]


def table(results: Results) -> str:
    """All goals, reached or not; beside them what the seeds say that miss no precondition."""
    kept = results.without_missed()
    is_twice = kept.of(UNIFORM).keys() != results.of(UNIFORM).keys()
    head = ["measure", "must", "aim", "found", "", *["found on the seeds that pass alone"] * is_twice]
    rows = [
        [*goal.row(results.scale.seeds), *[alone.row(0)[3]] * is_twice]
        for goal, alone in zip(goals(results), goals(kept), strict=True)
    ]
    words = f"Best-of-{results.n} with {results.most:,} labels where not said, mean over seeds (95 % interval, t)."
    return f"### Goals\n\n{words}\n\n{cells.table(head, rows)}"


def _pairs(results: Results, name: str, labels: int) -> Values:
    return difference(results.values(name, labels), results.values(UNIFORM, labels))


def _over_better(both: Values, prm: Values, free: Values) -> Values:
    return {seed: both[seed] - max(prm[seed], free[seed]) for seed in both.keys() & prm.keys() & free.keys()}


def _deep(results: Results, n: str) -> Values:
    found = results.of(UNIFORM)
    return difference(figures_of(found, "deep", n), figures_of(found, "deep", "64"))
