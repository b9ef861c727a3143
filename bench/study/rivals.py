"""What the page says of those that the arms are held against, and of many samples."""

from collections.abc import Mapping

from bench.study.cells import gain, mean, plain, table
from bench.study.opponents import SWEEP, Outcomes
from bench.study.results import UNIFORM, Results, Values, figures_of
from bench.study.scale import Scale
from bench.study.statistics import paired
from bench.study.store import Row

_WITHOUT_MODEL = {
    "majority": "majority vote",
    "popular": "vote share of the answer",
    "surprise": "surprise: the base's own likelihood",
    "pass": "any of N right: the ceiling",
}


def opponents(results: Results) -> str:
    names = [name for name in ("4", "16", results.n) if int(name) <= results.scale.samples]
    rows = []
    for way, title in _WITHOUT_MODEL.items():
        by_n = {n: results.label_free(way, n) for n in names}
        strict = figures_of(results.of("label_free", 0), "strict") if way == "surprise" else {}  # it alone ranks steps
        rows.append([title, *_compared(results, by_n), plain(strict), ""])
    for title, found in _models(results).items():
        if found:
            by_n = {n: figures_of(found, "best_of", n) for n in names}
            rows.append([title, *_compared(results, by_n), *(plain(figures_of(found, name)) for name in _FURTHER)])
    prm = f"PRM, {results.most:,} labels"
    head = ["", *(f"best of {n}" for n in names), f"over the {prm}: best of {results.n}", "strict", "step AUC"]
    words = (
        "The PRM is the one of uniform distinct labels. A tuned ORM is, on each seed, the setting that was best on "
        "that seed's validation problems; weights of sums are chosen there, too. Test problems choose nothing. Strict: "
        "right in answer and steps."
    )
    return f"### Opponents\n\n{words}\n\n{table(head, rows)}\n\n![best-of-N by N](study/best_of_n.svg)"


_FURTHER = ("strict", "step_auc")


def _compared(results: Results, by_n: Mapping[str, Values]) -> list[str]:
    """Best-of-N for each N, and what the last of them is over the PRM."""
    found, prm = by_n[results.n], results.values(UNIFORM)
    return [*map(mean, by_n.values()), "" if found == prm else gain(paired(found, prm))]


def _models(results: Results) -> dict[str, dict[int, Row]]:
    return {
        f"PRM, {results.most:,} labels": results.of(UNIFORM),
        "ORM, the same solutions, tuned": results.tuned("orm_same"),
        "ORM, free outcomes, tuned": results.tuned("orm_free"),
        **{f"　{setting.name}: {_words(setting, results.scale)}": results.of(setting.name) for setting in SWEEP},
        "PRM and ORM of free outcomes": results.of("with_outcomes"),
        "PRM and surprise": results.of("with_surprise"),
        "two PRMs (uniform, undecided)": results.of("ensemble"),
    }


def _words(setting: Outcomes, scale: Scale) -> str:
    count = setting.fresh(scale)
    whose = "the labeled ones" if count is None else f"{count:,} problems × {setting.samples}"
    return f"{whose}, {setting.epochs} passes, {setting.learning_rate:g}"


def large_n(results: Results) -> str:
    """Best-of-N beyond the samples of other tables, on the first of the test problems."""
    free = results.of("label_free", 0)
    sizes = sorted({int(n) for row in free.values() for n in row["deep_ways"]["pass"] if int(n) >= 16})
    by_title = {
        title: (found, "deep")
        for title, name in (("PRM, uniform", UNIFORM), ("PRM, undecided by score", "uncertain"), ("ORM", "orm_free-a"))
        if (found := results.of(name))
    }
    rows = [[title, *(mean(figures_of(*at, str(n))) for n in sizes)] for title, at in by_title.items()]
    rows += [
        [_WITHOUT_MODEL[way], *(mean(figures_of(free, "deep_ways", way, str(n))) for n in sizes)]
        for way in ("majority", "pass")
    ]
    if not sizes or sizes[-1] <= results.scale.samples:
        return ""
    words = f"On the first {results.scale.deep_problems} test problems of each seed, so beside no other table."
    return f"### Large N\n\n{words}\n\n{table(['', *(f'best of {n}' for n in sizes)], rows)}"
