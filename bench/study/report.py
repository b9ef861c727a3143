"""The figures of a study as tables and plots, put into docs/study.md between its two marks."""

import re
from collections.abc import Iterator
from pathlib import Path

from bench import machine
from bench.study import goals
from bench.study.arms import CORE
from bench.study.cells import share, table
from bench.study.charts import charts
from bench.study.preconditions import Verdict
from bench.study.results import UNIFORM, Results, figures_of
from bench.study.rivals import large_n, opponents
from bench.study.sections import arms, efficiency, factors, tries
from bench.study.store import Store
from bench.study.tasks import tasks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "study.md"
BEGIN, END = "<!-- figures: written by `python -m bench.study --write-docs` -->", "<!-- end of figures -->"


def page_of(results: Results, folder: Path) -> Path:
    """docs/study.md, unless the scale is too small to say anything: then one beside the results, made where missing."""
    if results.scale.is_checked:
        return PAGE
    page = folder / "study.md"
    if not page.exists():
        page.write_text(f"# The study, scale {results.scale.name}\n\n{BEGIN}\n{END}\n")
    return page


def write(results: Results, store: Store, page: Path) -> None:
    """The page's figures, in place of those before, and its plots beside it."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{page} has no lines {BEGIN!r} and {END!r} to write between")
    sections = [
        in_short(results),
        goals.table(results),
        setting(results, store),
        preconditions(results),
        arms(results),
        efficiency(results),
        opponents(results),
        tries(results),
        factors(results),
        large_n(results),
        left_out(results),
    ]
    text = "\n\n".join(part for part in sections if part)
    folder = page.parent / "study"
    folder.mkdir(exist_ok=True)
    for name, drawn in charts(results).items():
        if drawn:
            (folder / name).write_text(drawn)
        else:  # neither a link to nothing nor one to the plot of other results
            text = re.sub(rf"\n\n!\[[^]]*\]\(study/{re.escape(name)}\)", "", text)
            (folder / name).unlink(missing_ok=True)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def in_short(results: Results) -> str:
    """What holds of the seeds, and which ways to choose can be told from uniform distinct labels."""
    verdicts = results.verdicts
    said = [_of_preconditions(verdicts, results.scale.is_checked), *_told_apart(results)]
    return "## Figures\n\n" + "\n\n".join(part for part in said if part)


def _of_preconditions(verdicts: dict[int, Verdict], is_checked: bool) -> str:
    if not is_checked:
        return "This scale is too small for any precondition: it shows that all parts work, and nothing else."
    if not verdicts:
        return "Nothing is known yet: no seed has both runs that the preconditions look at."
    passed = [seed for seed, verdict in verdicts.items() if not verdict.missed]
    whose = ", ".join(map(str, passed)) or "none"
    said = [f"**All three preconditions hold on {len(passed)} of {len(verdicts)} seeds ({whose}).**"]
    for seed, verdict in verdicts.items():
        if verdict.missed:
            words = (
                "no labels were chosen on it" if verdict.is_far_off else "its runs are made like all others, and marked"
            )
            said.append(f"Seed {seed} misses: {'; '.join(verdict.missed)}; {words}.")
    return " ".join(said)


def _told_apart(results: Results) -> Iterator[str]:
    """By number of labels, the most first."""
    for labels in reversed(results.scale.labels):
        gains = [(arm.title, results.gain(arm.name, labels)) for arm in CORE if arm.name != UNIFORM]
        known = [(title, gain) for title, gain in gains if gain is not None and gain.low is not None]
        if not known:
            continue
        above = [title for title, gain in known if gain.is_above_0]
        below = [title for title, gain in known if gain.is_below_0]
        rest = [title for title, gain in known if not (gain.is_above_0 or gain.is_below_0)]
        wide = max(gain.high - gain.value for _, gain in known if gain.high is not None)
        seeds = sorted({gain.seeds for _, gain in known})
        yield (
            f"At {labels:,} labels, best-of-{results.n} against that of uniform distinct labels, on "
            f"{' to '.join(map(str, sorted({seeds[0], seeds[-1]})))} seeds: higher beyond chance with "
            f"{', '.join(above) or 'none'}; lower with {', '.join(below) or 'none'}; not to be told from it with "
            f"{', '.join(rest) or 'none'} (intervals up to ±{share(wide)}; one in twenty leaves 0 out by chance)."
        )


def setting(results: Results, store: Store) -> str:
    about, versions = machine.describe(), machine.versions()
    rows = store.rows().items()
    commands = {
        re.sub(r" --folder \S+", "", row["command"])  # where somebody keeps results is nobody else's business
        for key, row in rows
        if key.startswith("session/") and row.get("scale") == results.scale.key and "command" in row
    }
    made = [row for some in results.rows.values() for row in some.values()]
    spent = sum(row.get("seconds", 0.0) for row in made)
    said = [
        *(f"`{command}`" for command in sorted(commands)),
        f"scale `{results.scale.name}`, {len(made)} runs, {spent / 3600:.1f} hours of one core in them",
        f"{about['cores']} cores of {about['cpu']}, {about['memory_gib']} GiB, {about['system']}",
        f"Python {about['python']}, torch {versions.get('torch', '?')}",
    ]
    return "### How it was run\n\n" + "\n".join(f"- {line}" for line in said)


def preconditions(results: Results) -> str:
    surprise = results.label_free("surprise")
    majority, ceiling = results.label_free("majority"), results.label_free("pass")
    auc, model = figures_of(results.of("label_free", 0), "step_auc"), results.values(UNIFORM)
    ideal = figures_of(results.of("label_free", 0), "foreseen", "step_auc")
    lucky = figures_of(results.of("label_free", 0), "right_with_wrong_step")
    verdicts, rows = results.verdicts, []
    for seed in sorted(surprise):
        over = model[seed] - surprise[seed] if seed in model else None
        figures = [majority[seed], ceiling[seed], majority[seed] / ceiling[seed]]
        figures += [surprise[seed], model.get(seed), over, auc[seed], ideal.get(seed)]
        word = "" if seed not in verdicts else "misses" if verdicts[seed].missed else "passes"
        rows.append([str(seed), *map(share, figures), f"{lucky[seed]:.0%}", word])
    head = ["seed", f"majority of {results.n}", f"pass@{results.n}", "share (≤ .50)", "surprise"]
    head += [f"PRM, {results.most:,} labels", "PRM over surprise (≥ .20)", "surprise's step AUC (< .75)"]
    head += ["step AUC of whoever knows the policy", "right answers over a wrong step", ""]
    return f"### Preconditions\n\n{table(head, rows)}"


def left_out(results: Results) -> str:
    """Runs that were not made, together where they lack the same seeds."""
    missing: dict[tuple[str, int], list[int]] = {}
    for task in tasks(results.scale, range(results.scale.seeds)):
        if task.seed not in results.of(task.name, task.labels):
            missing.setdefault((task.name, task.labels), []).append(task.seed)
    alike: dict[tuple[int, tuple[int, ...]], list[str]] = {}
    for (name, labels), seeds in missing.items():
        alike.setdefault((labels, tuple(seeds)), []).append(name)
    lines = [
        f"- {f'{labels:,} labels' if labels else 'no labels'}, {_of_seeds(seeds, results)}: {', '.join(names)}"
        for (labels, seeds), names in alike.items()
    ]
    count = sum(map(len, missing.values()))
    whole = count + sum(map(len, results.rows.values()))
    why = "not reached in the time given, or not asked for"
    if results.far_off:
        why += f"; of seeds far off their preconditions ({', '.join(map(str, sorted(results.far_off)))}) none is made"
    said = f"{count} of {whole} runs were not made ({why}):\n\n" + "\n".join(lines)
    return "### Left out\n\n" + (said if missing else "Nothing: every run of this scale is in the tables.")


def _of_seeds(seeds: tuple[int, ...], results: Results) -> str:
    whose = ", ".join(map(str, seeds))
    return "any seed" if len(seeds) == results.scale.seeds else f"seed{'s' if len(seeds) > 1 else ''} {whose}"
