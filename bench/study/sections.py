"""What the page says of the ways to choose labels: each section a heading, words, and tables."""

from statistics import fmean

from bench.study.arms import CORE, FACTORS, TRIED, Arm
from bench.study.cells import gain, mean, plain, said, share, signed, table
from bench.study.results import COSTS, UNIFORM, Results, figures_of
from bench.study.statistics import area_between, is_unstable, labels_ratio, over_seeds, paired, slope_ratio

OVER = "over uniform distinct"
_COST_WORDS = {"solutions": "solutions", "steps_read": "steps read", "seconds": "simulated seconds"}


def arms(results: Results) -> str:
    """The core grid: best-of-N at each number of labels, and the paired differences to uniform distinct ones."""
    kept = results.without_missed()
    is_twice = kept.of(UNIFORM).keys() != results.of(UNIFORM).keys()
    counts = results.scale.labels
    head = ["arm", *(f"{labels:,} labels" for labels in counts), *(f"{OVER}, {labels:,}" for labels in counts)]
    head += [f"{OVER}, {results.most:,}, seeds that pass alone"] * is_twice
    rows = []
    for arm in _run(results):
        gains = [results.gain(arm.name, labels) for labels in counts]
        gains += [kept.gain(arm.name, results.most)] * is_twice
        cells = [mean(results.values(arm.name, labels)) for labels in counts]
        rows.append([arm.title, *cells, *("" if arm.name == UNIFORM else gain(one) for one in gains)])
    words = (
        f"Best-of-{results.n} on the test problems: mean over seeds (95 % interval, t; how many seeds). Differences "
        "are paired by seed, bold where the interval leaves 0 out. Arms of which fewer seeds were run stand beside "
        "others by their differences alone."
    )
    return (
        f"### Choosing what to label\n\n{words}\n\n{table(head, rows)}\n\n![gain over uniform labels](study/gains.svg)"
        f"\n\n{_by_seed(results)}\n\n{_other_figures(results)}\n\n![best-of-N by labels](study/labels.svg)"
    )


def _run(results: Results) -> list[Arm]:
    return [arm for arm in CORE if any(results.of(arm.name, labels) for labels in results.scale.labels)]


def _by_seed(results: Results) -> str:
    """What was found on each seed, since five of them make wide intervals."""
    uniform, verdicts = results.values(UNIFORM), results.verdicts
    marks = {seed: "\\*" if seed in verdicts and verdicts[seed].missed else "" for seed in uniform}
    rows = [["uniform over distinct texts itself", *(share(uniform[seed]) for seed in uniform)]]
    for arm in CORE[1:]:
        found = results.values(arm.name)
        if found:
            rows.append([arm.title, *(signed(found[s] - uniform[s]) if s in found else "" for s in uniform)])
    words = f"The same at {results.most:,} labels by seed (\\* misses a precondition), differences from the first row:"
    return f"{words}\n\n{table(['arm', *(f'seed {seed}{marks[seed]}' for seed in uniform)], rows)}"


def _other_figures(results: Results) -> str:
    rows = []
    for arm in _run(results):
        found = results.of(arm.name)
        if not found:
            continue
        cells = [plain(figures_of(found, name)) for name in ("strict", "first_error_f1", "step_auc", "ece")]
        gains = [results.gain(arm.name, results.most, UNIFORM, name) for name in ("first_error_f1", "step_auc")]
        picks = [fmean(figures_of(found, "picks", name).values()) for name in _PICKS]
        cells += ["" if arm.name == UNIFORM else gain(one) for one in gains]
        rows.append([arm.title, *cells, f"{picks[0]:,.0f}", f"{picks[1]:.0%}", f"{picks[2]:.0%}"])
    head = ["arm", "strict", "F1", "step AUC", "ECE", f"F1 {OVER}", f"step AUC {OVER}"]
    head += ["steps read", "wrong answers", "right over a wrong step"]
    return f"Further measures at {results.most:,} labels:\n\n{table(head, rows)}"


_PICKS = ("steps_read", "wrong_answers", "right_answer_wrong_step")


def efficiency(results: Results) -> str:
    """Three figures in three costs, of each arm over uniform distinct ones and of 80/20 over uniform samples."""
    pairs = [(arm, UNIFORM) for arm in CORE if arm.name != UNIFORM]
    pairs += [(arm, "uniform") for arm in CORE if arm.name == "convincing_wrong"]
    rows = [row for arm, over in pairs for row in _efficiency_rows(results, arm, over)]
    if not rows:
        return "### What a chosen label is worth\n\nNot known yet: it takes two numbers of labels of both arms."
    words = (
        "Ratio of slopes over the log of the cost (the paper's 2.6), cost of uniform labels over that of chosen ones "
        f"for the same best-of-{results.n} (along a straight line, cut at 10 and 0.1), and mean height between the "
        "curves; the last column is the labels factor for the same first-error F1. 95 % bootstrap intervals over seeds "
        "(with so few of them too narrow). Above 1, and above 0 for the area, chosen labels are worth more."
    )
    head = ["arm", "at labels", "cost", "ratio of slopes", "labels factor", "area", "labels factor for F1"]
    return f"### What a chosen label is worth\n\n{words}\n\n{table(head, rows)}"


def _efficiency_rows(results: Results, arm: Arm, over: str) -> list[list[str]]:
    counts = results.counts(arm.name, over)
    if len(counts) < 2:
        return []
    rows = []
    named = [f"{arm.title} over {over.replace('_', ' ')}", ", ".join(f"{n:,}" for n in counts)]
    for place, cost in enumerate(COSTS):
        by_path = {
            path: [results.curves(name, counts, cost, *path) for name in (arm.name, over)]
            for path in (("best_of", results.n), ("first_error_f1",))
        }
        best, f1 = by_path.values()
        figures = [over_seeds(figure, *best) for figure in (slope_ratio, labels_ratio, area_between)]
        figures.append(over_seeds(labels_ratio, *f1))
        rows.append([*(["", ""] if place else named), _COST_WORDS[cost], *map(said, figures)])
    return rows


def tries(results: Results) -> str:
    done = [(arm, n) for arm in TRIED for n in results.scale.labels if results.of(arm.name, n)]
    head = ["try", "labels", f"best of {results.n}", OVER, "over undecided by score", "steps read, more"]
    head.append(f"step AUC {OVER}")
    return (
        f"### Tries beyond the named strategies\n\n{table(head, [_try_row(results, *one) for one in done])}"
        if done
        else ""
    )


def _try_row(results: Results, arm: Arm, labels: int) -> list[str]:
    read = results.gain(arm.name, labels, UNIFORM, "picks", "steps_read")
    cells = [arm.title, f"{labels:,}", mean(results.values(arm.name, labels))]
    cells += [gain(results.gain(arm.name, labels, over)) for over in (UNIFORM, "uncertain")]
    cells.append(f"{read.value:+,.0f}" if read else "")
    return [*cells, gain(results.gain(arm.name, labels, UNIFORM, "step_auc"))]


def factors(results: Results) -> str:
    rows = []
    for arm in FACTORS:
        labels = (arm.labels or (results.most,))[0]
        found, values = results.of(arm.name, labels), results.values(arm.name, labels)
        if found:
            cells = [arm.title, f"{labels:,}", mean(values), gain(paired(values, results.values(UNIFORM)))]
            cells += [plain(figures_of(found, name)) for name in ("strict", "first_error_f1", "step_auc")]
            rows.append([*cells, _stable(results, arm)])
    for name in ("mean_log", "min"):
        found = results.values(UNIFORM, None, "reductions", name)
        if found:
            rows.append([f"uniform, ranked by {name} instead of product", f"{results.most:,}", mean(found)])
            rows[-1] += [gain(paired(found, results.values(UNIFORM))), "", "", "", ""]
    head = ["factor", "labels", f"best of {results.n}", f"{OVER}, {results.most:,}", "strict", "F1"]
    head += ["step AUC", "stable"]
    return f"### One factor at a time\n\n{table(head, rows)}" if rows else ""


def _stable(results: Results, arm: Arm) -> str:
    found = results.of(arm.name)
    if arm.rounds == 1 or not found:
        return ""
    error = (0.25 / results.scale.test_problems) ** 0.5
    rounds = [[*row["rounds"], row["best_of"][results.n]] for row in found.values()]
    final = [some[-1] for some in rounds]
    one_shot = list(results.values(arm.strategy).values())
    return "no" if is_unstable(final, one_shot, rounds, error) else "yes"
