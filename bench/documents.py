"""The figures of a run as text, for the terminal; for docs/benchmark.md those of each measure as it was last taken."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.figures import Figure, markdown_table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmark.md"
BEGIN, END = "<!-- figures: written by `python -m bench --write-docs` -->", "<!-- end of figures -->"
BUSY = 0.1


def setting(run: dict[str, Any]) -> str:
    """Machine, versions, and what was going on beside the run."""
    said = [f"{run['at']}{', quick sizes: no measure of speed' if run['quick'] else ''}", *surroundings(run)]
    said += [f"{measure['name']}: {busy}" for measure in run["measures"] if (busy := company(measure))]
    return "\n".join(said)


def surroundings(run: dict[str, Any]) -> list[str]:
    """The machine, and what ran on it."""
    machine = run["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in run["versions"].items())
    return [
        f"{machine['cores']} cores of {machine['cpu']}, {machine['memory_gib']} GiB, {machine['system']}",
        f"Python {machine['python']}, {versions}",
    ]


def company(measure: dict[str, Any]) -> str:
    """How busy the machine was with other things just before; nothing where it was not."""
    busy = measure["busy_before"]
    return f"All cores were busy with other things to {busy:.0%} just before" if busy > BUSY else ""


def summary(run: dict[str, Any]) -> str:
    """How many goals are met, which are not, and which measures could not be taken."""
    with_goal = [figure for measure in run["measures"] for figure in measure["figures"] if figure.goal is not None]
    missed = [figure.name for figure in with_goal if figure.verdict != "met"]
    lines = [f"{len(with_goal) - len(missed)} of {len(with_goal)} goals met."]
    lines += [f"Missed: {name}" for name in missed]
    lines += [
        f"Not measured: {measure['name']} ({measure['error']})" for measure in run["measures"] if "error" in measure
    ]
    return "\n".join(lines)


def newest(folder: Path, names: Iterable[str]) -> dict[str, Any]:
    """One run made of each measure as it was last taken in full size, each with where it was taken, as `run`."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("2*.json")):  # named by their time
        run = json.loads(path.read_text())
        if run["quick"]:
            continue
        for measure in run["measures"]:
            figures = [Figure.from_dict(figure) for figure in measure["figures"]]
            found[measure["name"]] = {"at": run["at"], **measure, "figures": figures, "run": run}
    return {"measures": [found[name] for name in names if name in found]}


def write(run: dict[str, Any]) -> None:
    """Put the figures into the page, in place of those before."""
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or END not in text:
        raise ValueError(f"{PAGE} has no lines {BEGIN!r} and {END!r} to write between")
    PAGE.write_text(f"{before}{BEGIN}\n{_body(run)}\n{END}{after}")


def _body(run: dict[str, Any]) -> str:
    """Where all were taken on one machine with the same versions, that is said once."""
    places = {
        measure["name"]: "\n".join(f"- {line}" for line in surroundings(measure["run"])) for measure in run["measures"]
    }
    is_one = len(set(places.values())) == 1
    parts = [*([next(iter(places.values()))] if is_one else []), "\n\n".join(summary(run).splitlines())]
    for measure in run["measures"]:
        taken = ". ".join(
            filter(None, [f"Taken {measure['at']}, code {measure['run'].get('code', 'unknown')}", company(measure)])
        )
        parts += [f"### {measure['title']}", taken + ".", *([] if is_one else [places[measure["name"]]])]
        parts.append(markdown_table(measure["figures"]))
        commands = dict.fromkeys(figure.command for figure in measure["figures"] if figure.command)
        parts.append("\n".join(f"- `{command}`" for command in commands))
    return "\n" + "\n\n".join(part for part in parts if part) + "\n"
