"""The figures of a study as tables and plots, put into docs/study.md between its two marks."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from bench import machine
from bench.study import goals, plots
from bench.study.arms import CORE, FACTORS, TRIED, Arm
from bench.study.opponents import SWEEP
from bench.study.results import COSTS, UNIFORM, Results, figures_of
from bench.study.statistics import Mean, area_between, is_unstable, labels_ratio, over_seeds, paired, slope_ratio
from bench.study.store import Row, Store
from bench.study.tasks import tasks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "study.md"
BEGIN, END = "<!-- figures: written by `python -m bench.study --write-docs` -->", "<!-- end of figures -->"
_COST_WORDS = {"solutions": "per solution", "steps_read": "per step read", "seconds": "per simulated second"}


def write(results: Results, store: Store, command: str, page: Path = PAGE) -> None:
    """The page's figures, in place of those before, and its plots beside it."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{page} has no lines {BEGIN!r} and {END!r} to write between")
    sections = [
        setting(results, store, command),
        preconditions(results),
        arms(results),
        efficiency(results),
        opponents(results),
        tries(results),
        factors(results),
        large_n(results),
        goals.table(results),
        left_out(results, stopped_seeds(results, store)),
    ]
    page.write_text(f"{before}{BEGIN}\n\n" + "\n\n".join(part for part in sections if part) + f"\n\n{END}{after}")
    folder = page.parent / "study"
    folder.mkdir(exist_ok=True)
    for name, text in charts(results).items():
        (folder / name).write_text(text)


def setting(results: Results, store: Store, command: str) -> str:
    about, versions = machine.describe(), machine.versions()
    rows = store.rows().items()
    sessions = [row for key, row in rows if key.startswith("session/")]
    stopped = [row["why"] for key, row in rows if key.startswith(f"stopped/{results.scale.key}/")]
    spent = sum(row.get("seconds", 0.0) for rows in results.rows.values() for row in rows.values())
    said = [
        f"`{command}`, scale `{results.scale.name}`, {len(sessions)} finished sessions, "
        f"{spent / 60:.0f} minutes of one core in runs (a machine shared with other work: times are upper bounds)",
        f"{about['cores']} cores of {about['cpu']}, {about['memory_gib']} GiB, {about['system']}",
        f"Python {about['python']}, torch {versions.get('torch', '?')}",
        *(f"**Stopped, as its preconditions do not hold: {why}**" for why in stopped),
    ]
    return "## Figures\n\n" + "\n".join(f"- {line}" for line in said)


def preconditions(results: Results) -> str:
    surprise = results.label_free("surprise")
    majority, ceiling = results.label_free("majority"), results.label_free("pass")
    auc, model = figures_of(results.of("label_free", 0), "step_auc"), results.values(UNIFORM)
    ideal = figures_of(results.of("label_free", 0), "foreseen", "step_auc")
    lucky = figures_of(results.of("label_free", 0), "right_with_wrong_step")
    rows = []
    for seed in sorted(surprise):
        figures = [
            majority[seed],
            ceiling[seed],
            majority[seed] / ceiling[seed],
            surprise[seed],
            model.get(seed),
            auc[seed],
            ideal.get(seed),
        ]
        rows.append([str(seed), *map(_two, figures), f"{lucky[seed]:.0%}"])
    head = ["seed", f"majority of {results.n}", f"pass@{results.n}", "share (≤ .50)", "surprise"]
    head += [f"PRM, {results.most:,} labels (≥ surprise + .20)", "surprise step AUC (< .75)"]
    head += ["the same of whoever knows the policy", "right over a wrong step"]
    return f"### Preconditions\n\n{_table(head, rows)}"


def arms(results: Results) -> str:
    """The core grid: best-of-N at each number of labels, and the paired difference to uniform distinct ones."""
    head = ["arm", *(f"{labels:,} labels" for labels in results.scale.labels)]
    head += [f"over {UNIFORM}, {labels:,}" for labels in results.scale.labels[-2:]]
    head += ["strict", "F1", "step AUC", "ECE", "steps read", "wrong answers"]
    rows = [_arm_row(results, arm) for arm in CORE if any(results.of(arm.name, n) for n in results.scale.labels)]
    words = (
        f"Best-of-{results.n} on the test problems, mean over seeds with its 95 % interval (t), and how many seeds; "
        f"differences are paired by seed. The last six columns are at {results.most:,} labels."
    )
    return f"### Choosing what to label\n\n{words}\n\n{_table(head, rows)}\n\n![best-of-N by labels](study/labels.svg)"


def _arm_row(results: Results, arm: Arm) -> list[str]:
    cells = [arm.title, *(_mean(results.values(arm.name, labels)) for labels in results.scale.labels)]
    gains = (results.gain(arm.name, labels) for labels in results.scale.labels[-2:])
    cells += ["" if arm.name == UNIFORM else _signed(gain) for gain in gains]
    most = results.of(arm.name)
    cells += [_plain(figures_of(most, name)) for name in ("strict", "first_error_f1", "step_auc", "ece")]
    read, wrong = figures_of(most, "picks", "steps_read"), figures_of(most, "picks", "wrong_answers")
    return [*cells, f"{fmean(read.values()):,.0f}" if read else "", f"{fmean(wrong.values()):.0%}" if wrong else ""]


def efficiency(results: Results) -> str:
    """Three figures in three costs, of each arm over uniform distinct ones and of 80/20 over uniform samples."""
    pairs = [(arm, UNIFORM) for arm in CORE if arm.name != UNIFORM]
    pairs += [(arm, "uniform") for arm in CORE if arm.name == "convincing_wrong"]
    rows = []
    for arm, over in pairs:
        for cost in COSTS:
            chosen, uniform = results.curves(arm.name, cost), results.curves(over, cost)
            counts = {len(curve) for curve in (*chosen.values(), *uniform.values())}
            if not chosen or not uniform or counts != {len(results.scale.labels)}:
                continue
            figures = [over_seeds(figure, chosen, uniform) for figure in (slope_ratio, labels_ratio, area_between)]
            rows.append([f"{arm.title} over {over}", _COST_WORDS[cost], *map(_said, figures)])
    if not rows:
        return "### What a chosen label is worth\n\nNot known yet: it takes all numbers of labels of both arms."
    words = (
        "Ratio of slopes (the paper's 2.6), cost of uniform labels over that of chosen ones for the same best-of-N "
        "(cut at 10 and 0.1), and area between the curves; 95 % bootstrap intervals over seeds. Above 1, and above 0 "
        "for the area, chosen labels are worth more."
    )
    head = ["arm", "cost", "ratio of slopes", "labels factor", "area"]
    return f"### What a chosen label is worth\n\n{words}\n\n{_table(head, rows)}"


def opponents(results: Results) -> str:
    names = [name for name in ("4", "16", results.n) if int(name) <= results.scale.samples]
    rows = [
        [title, *(_mean(results.label_free(way, n)) for n in names), "", _label_free_strict(results, way), ""]
        for way, title in (("majority",) * 2, ("popular",) * 2, ("surprise",) * 2, ("pass", "any of N right"))
    ]
    models: dict[str, Mapping[int, Row]] = {f"PRM, {results.most:,} labels": results.of(UNIFORM)}
    models["ORM, the same solutions, tuned"] = results.tuned("orm_same")
    models["ORM, free outcomes, tuned"] = results.tuned("orm_free")
    models |= {f"　{s.name}: {_words(s)}": results.of(s.name) for s in SWEEP}
    models |= {
        "PRM and ORM of free outcomes": results.of("with_outcomes"),
        "PRM and surprise": results.of("with_surprise"),
        "two PRMs (uniform, undecided)": results.of("ensemble"),
    }
    for title, found in models.items():
        if found:
            curves = [_mean(figures_of(dict(found), "best_of", n)) for n in names]
            over = (
                ""
                if title.startswith("PRM,")
                else _signed(paired(figures_of(dict(found), "best_of", results.n), results.values(UNIFORM)))
            )
            rows.append(
                [title, *curves, over, *(_plain(figures_of(dict(found), name)) for name in ("strict", "step_auc"))]
            )
    head = ["", *(f"best of {n}" for n in names), f"over the PRM, best of {results.n}", "strict", "step AUC"]
    words = (
        "A tuned ORM is, on each seed, the setting that was best on that seed's validation problems; weights of sums "
        "are chosen there, too. Test problems choose nothing."
    )
    return f"### Opponents\n\n{words}\n\n{_table(head, rows)}\n\n![best-of-N by N](study/best_of_n.svg)"


def _label_free_strict(results: Results, way: str) -> str:
    """Right in answer and steps: of those that need no label, surprise alone ranks single solutions."""
    return _plain(figures_of(results.of("label_free", 0), "strict")) if way == "surprise" else ""


def _words(setting: object) -> str:
    s = setting
    whose = "the labeled ones" if s.problems is None else f"{s.problems:,} × {s.samples}"  # type: ignore[attr-defined]
    return f"{whose}, {s.epochs} passes, {s.learning_rate:g}"  # type: ignore[attr-defined]


def tries(results: Results) -> str:
    done = [(arm, n) for arm in TRIED for n in results.scale.labels if results.of(arm.name, n)]
    head = ["try", "labels", f"best of {results.n}", f"over {UNIFORM}", "over undecided", "steps read, more"]
    head.append(f"step AUC over {UNIFORM}")
    table = _table(head, [_try_row(results, arm, labels) for arm, labels in done])
    return f"### Tries beyond the named strategies\n\n{table}" if done else ""


def _try_row(results: Results, arm: Arm, labels: int) -> list[str]:
    read = results.gain(arm.name, labels, UNIFORM, "picks", "steps_read")
    cells = [arm.title, f"{labels:,}", _mean(results.values(arm.name, labels))]
    cells += [_signed(results.gain(arm.name, labels, over)) for over in (UNIFORM, "uncertain")]
    cells.append(f"{read.value:+,.0f}" if read else "")
    return [*cells, _signed(results.gain(arm.name, labels, UNIFORM, "step_auc"))]


def factors(results: Results) -> str:
    rows = []
    for arm in FACTORS:
        labels = (arm.labels or (results.most,))[0]
        found, values = results.of(arm.name, labels), results.values(arm.name, labels)
        if found:
            cells = [arm.title, f"{labels:,}", _mean(values), _signed(paired(values, results.values(UNIFORM)))]
            cells += [_plain(figures_of(found, name)) for name in ("strict", "first_error_f1", "step_auc")]
            rows.append([*cells, _stable(results, arm)])
    for name in ("mean_log", "min"):
        found = results.values(UNIFORM, None, "reductions", name)
        if found:
            rows.append([f"uniform, ranked by {name} instead of product", f"{results.most:,}", _mean(found)])
            rows[-1] += [_signed(paired(found, results.values(UNIFORM))), "", "", "", ""]
    head = ["factor", "labels", f"best of {results.n}", f"over {UNIFORM}, {results.most:,}", "strict", "F1"]
    head += ["step AUC", "stable"]
    return f"### One factor at a time\n\n{_table(head, rows)}" if rows else ""


def _stable(results: Results, arm: Arm) -> str:
    found = results.of(arm.name)
    if arm.rounds == 1 or not found:
        return ""
    error = (0.25 / results.scale.test_problems) ** 0.5
    rounds = [[*row["rounds"], row["best_of"][results.n]] for row in found.values()]
    final = [some[-1] for some in rounds]
    one_shot = list(results.values(arm.strategy).values())
    return "no" if is_unstable(final, one_shot, rounds, error) else "yes"


def large_n(results: Results) -> str:
    rows = []
    for name in (UNIFORM, "uncertain", "orm_free-a"):
        found = results.of(name)
        deep = {n for row in found.values() for n in row.get("deep", {})}
        sizes = sorted((int(n) for n in deep if int(n) >= 64), key=int)
        if len(sizes) > 1:
            rows.append([name, *(_mean(figures_of(found, "deep", str(n))) for n in sizes)])
    if not rows:
        return ""
    free = results.of("label_free", 0)
    rows += [[way, *(_mean(figures_of(free, "deep_ways", way, str(n))) for n in sizes)] for way in ("majority", "pass")]
    return f"### Large N\n\n{_table(['', *(f'best of {n}' for n in sizes)], rows)}"


def stopped_seeds(results: Results, store: Store) -> set[int]:
    """Those whose process stopped, as the preconditions did not hold for one of its seeds."""
    rows = store.rows().items()
    found = [row.get("seeds", []) for key, row in rows if key.startswith(f"stopped/{results.scale.key}/")]
    return {seed for seeds in found for seed in seeds}


def left_out(results: Results, stopped: Collection[int] = ()) -> str:
    """Runs that were not made: of stopped seeds no budget would have reached them."""
    missing: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for task in tasks(results.scale, range(results.scale.seeds)):
        if task.seed not in results.of(task.name, task.labels):
            name = f"{task.name}, {task.labels:,} labels" if task.labels else task.name
            missing[task.seed in stopped][name] += 1
    why = {
        True: "Runs that were not made, since the preconditions do not hold and the study stopped",
        False: "Runs that were not reached in the time given, or not asked for",
    }
    said = [
        f"{why[is_stopped]}, {sum(counts.values())} in all: "
        + "; ".join(f"{name} ({count} of {results.scale.seeds} seeds)" for name, count in counts.items())
        + "."
        for is_stopped, counts in missing.items()
        if counts
    ]
    return "### Left out\n\n" + ("\n\n".join(said) or "Nothing: every run of this scale is in the tables.")


def charts(results: Results) -> dict[str, str]:
    by_n: dict[str, list[tuple[float, float]]] = {}
    names = {"PRM, uniform": UNIFORM, "PRM, undecided": "uncertain"}
    for title, name in names.items():
        by_n[title] = _over_n(results.of(name), "best_of")
    by_n["ORM, same solutions"] = _over_n(results.tuned("orm_same"), "best_of")
    by_n["ORM, free outcomes"] = _over_n(results.tuned("orm_free"), "best_of")
    by_n["surprise"] = _over_n(results.of("label_free", 0), "best_of")
    for way in ("majority", "pass"):
        by_n[way] = _over_n(results.of("label_free", 0), "ways", way)
    by_labels = {
        arm.title: [
            (float(labels), fmean(found.values()))
            for labels in results.scale.labels
            if (found := results.values(arm.name, labels))
        ]
        for arm in CORE
    }
    made = {}
    for file, title, lines, x in (
        ("best_of_n.svg", f"Best-of-N with {results.most:,} labels", by_n, "N"),
        ("labels.svg", f"Best-of-{results.n} by labels", by_labels, "labels"),
    ):
        kept = {name: points for name, points in lines.items() if points}
        if kept:
            made[file] = plots.chart(title, kept, x=x, y="share of problems right")
    return made


def _over_n(found: Mapping[int, Row], *path: str) -> list[tuple[float, float]]:
    curves = []
    for row in found.values():
        value = row
        for part in path:
            value = value[part]
        curves.append(value)
    return [(float(n), fmean(curve[n] for curve in curves)) for n in sorted(curves[0], key=int)] if curves else []


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))


def _two(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".replace("0.", ".", 1)


def _plain(values: Mapping[int, float]) -> str:
    return _two(fmean(values.values())) if values else ""


def _mean(values: Mapping[int, float]) -> str:
    return _said(Mean.of(list(values.values())))


def _said(mean: Mean | None) -> str:
    if mean is None:
        return ""
    if mean.low is None or mean.high is None:
        return f"{mean.value:.3f} (1 seed)"
    return f"{mean.value:.3f} ({mean.low:.3f} to {mean.high:.3f}; {mean.seeds})"


def _signed(mean: Mean | None) -> str:
    if mean is None:
        return ""
    if mean.low is None or mean.high is None:
        return f"{mean.value:+.3f} (1 seed)"
    text = f"{mean.value:+.3f} ({mean.low:+.3f} to {mean.high:+.3f}; {mean.seeds})"
    return f"**{text}**" if mean.is_above_0 else text
