"""The figures of a run as text: for the terminal, and for docs/benchmark.md."""

from pathlib import Path
from typing import Any

from bench.figures import Figure, markdown_table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmark.md"
BEGIN, END = "<!-- figures: written by `python -m bench --write-docs` -->", "<!-- end of figures -->"
BUSY = 0.1


def setting(run: dict[str, Any]) -> str:
    """Machine, versions, and what was going on beside the run."""
    machine = run["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in run["versions"].items())
    said = [
        f"{run['at']}{', quick sizes: no measure of speed' if run['quick'] else ''}",
        f"{machine['cores']} cores of {machine['cpu']}, {machine['memory_gib']} GiB, {machine['system']}",
        f"Python {machine['python']}, {versions}",
    ]
    busy = [
        f"{measure['name']} {measure['busy_before']:.0%}"
        for measure in run["measures"]
        if measure["busy_before"] > BUSY
    ]
    if busy:
        said.append(f"The machine was busy with other things before: {', '.join(busy)} of all cores")
    return "\n".join(said)


def summary(run: dict[str, Any]) -> str:
    """How many goals are met, which are not, and which measures could not be taken."""
    with_goal = [figure for figure in figures(run) if figure.goal is not None]
    missed = [figure.name for figure in with_goal if figure.verdict != "met"]
    lines = [f"{len(with_goal) - len(missed)} of {len(with_goal)} goals met."]
    lines += [f"Missed: {name}" for name in missed]
    lines += [
        f"Not measured: {measure['name']} ({measure['error']})" for measure in run["measures"] if "error" in measure
    ]
    return "\n".join(lines)


def figures(run: dict[str, Any]) -> list[Figure]:
    return [figure for measure in run["measures"] for figure in measure["figures"]]


def write(run: dict[str, Any]) -> None:
    """Put the run's figures into the page, in place of those before."""
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or END not in text:
        raise ValueError(f"{PAGE} has no lines {BEGIN!r} and {END!r} to write between")
    PAGE.write_text(f"{before}{BEGIN}\n{_body(run)}\n{END}{after}")


def _body(run: dict[str, Any]) -> str:
    parts = ["\n".join(f"- {line}" for line in setting(run).splitlines()), "\n\n".join(summary(run).splitlines())]
    for measure in run["measures"]:
        parts.append(f"### {measure['title']}\n\n{markdown_table(measure['figures'])}")
        commands = dict.fromkeys(figure.command for figure in measure["figures"] if figure.command)
        parts.append("\n".join(f"- `{command}`" for command in commands))
    return "\n" + "\n\n".join(parts) + "\n"
