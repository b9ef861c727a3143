"""The page's plots, drawn from results."""

from collections.abc import Mapping
from statistics import fmean

from bench.study import plots
from bench.study.arms import CORE, TRIED
from bench.study.figures import sizes
from bench.study.results import UNIFORM, Results, Values, figures_of


def charts(results: Results) -> dict[str, str]:
    """SVG text by file name; none where nothing is known yet."""
    return {"gains.svg": _gains(results), "labels.svg": _by_labels(results), "best_of_n.svg": _by_n(results)}


def _gains(results: Results) -> str:
    """Paired differences to uniform distinct labels, with their intervals; those of two seeds would hide the others."""
    rows = []
    for arm in (*CORE[1:], *TRIED):
        for labels in results.scale.labels:
            found = results.gain(arm.name, labels)
            if found is not None and found.low is not None and found.high is not None and found.seeds > 2:
                rows.append(plots.Whisker(arm.title, f"{labels:,}", found.low, found.value, found.high))
    title = f"Best-of-{results.n} over uniform distinct labels"
    return plots.whiskers(title, rows, x=f"{title}, 95 % interval over seeds") if rows else ""


def _by_labels(results: Results) -> str:
    """Of the seeds of which every number of labels was run, so that the points of a line are of the same ones."""
    lines = {}
    for arm in CORE:
        counts = results.counts(arm.name, UNIFORM)
        curves = results.curves(arm.name, counts, "solutions", "best_of", results.n) if counts else {}
        if len(counts) > 1:
            lines[arm.title] = [
                (float(labels), fmean(curve[place][1] for curve in curves.values()))
                for place, labels in enumerate(counts)
            ]
    title = f"Best-of-{results.n} by labels"
    return plots.chart(title, lines, x="labels", y="share of problems right") if lines else ""


def _by_n(results: Results) -> str:
    """Of the seeds that every line has, so that lines can be held against each other."""
    n = [str(size) for size in sizes(results.scale.samples)]
    free = results.of("label_free", 0)
    found: dict[str, Mapping[str, Values]] = {
        "any of N right": {size: figures_of(free, "ways", "pass", size) for size in n},
        "PRM, undecided": {size: results.values("uncertain", None, "best_of", size) for size in n},
        "PRM, uniform": {size: results.values(UNIFORM, None, "best_of", size) for size in n},
        "ORM, free outcomes": {size: figures_of(results.tuned("orm_free"), "best_of", size) for size in n},
        "ORM, same solutions": {size: figures_of(results.tuned("orm_same"), "best_of", size) for size in n},
        "majority": {size: figures_of(free, "ways", "majority", size) for size in n},
        "surprise": {size: figures_of(free, "best_of", size) for size in n},
    }
    known = {name: line for name, line in found.items() if line[results.n]}
    if not known:
        return ""
    shared = set.intersection(*(set(line[results.n]) for line in known.values()))
    lines = {
        name: [(float(size), fmean(values[seed] for seed in shared)) for size, values in line.items()]
        for name, line in known.items()
        if shared
    }
    title = f"Best-of-N with {results.most:,} labels"
    return plots.chart(title, lines, x="N", y="share of problems right") if lines else ""
