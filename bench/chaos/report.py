"""What is known, as a table: for the terminal, and for docs/reliability.md."""

from collections import Counter
from pathlib import Path

from bench.chaos.experiments import EXPERIMENTS
from bench.chaos.mutations import MUTATIONS
from bench.chaos.outcome import Outcome
from bench.chaos.store import Store

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: written by `python -m bench.chaos --write-docs` -->", "<!-- end of figures -->"
HEADINGS = ("experiment", "database", "tried", "of", "broken", "95 %: at most", "minutes", "what went on")


def table(store: Store) -> str:
    """One row for each experiment and database that was tried."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + " --- |" * len(HEADINGS)]
    for experiment in EXPERIMENTS:
        planned = experiment.long if store.size == "long" else experiment.short
        found = [store.get(experiment.name, database) for database in experiment.databases]
        lines += ["| " + " | ".join(_cells(outcome, planned)) + " |" for outcome in found if outcome is not None]
    return "\n".join(lines)


def _cells(outcome: Outcome, planned: int) -> list[str]:
    bound = f"{300 / outcome.count:.2g} %" if outcome.is_whole and outcome.count > 3 else "-"
    seen = ", ".join(f"{name} {count:,}" for name, count in _chosen(outcome.seen))
    tried = f"{outcome.count:,} {outcome.unit}"
    minutes = f"{outcome.seconds / 60:.1f}"
    return [outcome.experiment, outcome.database, tried, f"{planned:,}", str(outcome.failures), bound, minutes, seen]


def _chosen(seen: Counter[str]) -> list[tuple[str, int]]:
    """What says most about how much was tried: not single answers by their status."""
    kept = [(name, count) for name, count in sorted(seen.items()) if not name[-3:].isdigit() and count]
    return [entry for entry in kept if entry[0] not in ("items", "answers", "submissions")]


def write() -> None:
    """Put what the short and the long runs have found into the page, in place of what stood there."""
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{PAGE} has no lines {BEGIN!r} and {END!r} to write between")
    stores = [Store("short"), Store("long")]
    body = "\n\n".join(f"### {store.size.title()} run\n\n{table(store)}" for store in stores if store.outcomes)
    mutated = Store("mutations")
    body += f"\n\n### Faults put in on purpose\n\n{_mutations(mutated)}" if mutated.mutations else ""
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}")


def _mutations(store: Store) -> str:
    lines = ["| fault | caught by |", "| --- | --- |"]
    tried = [
        (mutation.name, store.mutations[mutation.name]) for mutation in MUTATIONS if mutation.name in store.mutations
    ]
    lines += [f"| {name} | {'`' + one['by'] + '`' if one['caught'] else '**NOT CAUGHT**'} |" for name, one in tried]
    return "\n".join(lines)
