"""Writes constraints.txt from what is installed in .venv: `make lock`, after a dependency was tried and found good."""

from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from runner.packages import CONSTRAINTS, extra_requirements, requirements

SECTIONS = {
    "runtime": "what the product needs",
    "test": "what `make test` needs besides",
    "node": "npm, for machines that have none",
}
HEAD = """\
# Exact versions, written by `make lock`; pip reads them with -c. torch is named without its build (+cpu): whichever
# build of this version pip's settings offer is taken.
"""


def closure(wanted: list[str]) -> set[str]:
    """The names of the installed packages that these requirements need, directly or through others."""
    names: set[tuple[str, str]] = set()
    open_ends = [Requirement(text) for text in wanted]
    while open_ends:
        requirement = open_ends.pop()
        for extra in ("", *requirement.extras):
            key = (canonicalize_name(requirement.name), extra)
            if key in names:
                continue
            names.add(key)
            for text in metadata.requires(requirement.name) or ():
                needed = Requirement(text)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    open_ends.append(needed)
    return {name for name, _ in names}


def main() -> None:
    """Write one section for each group of pyproject.toml, each package in the first section that needs it."""
    lines, done = [HEAD], set[str]()
    for section, meaning in SECTIONS.items():
        names = closure(requirements() if section == "runtime" else extra_requirements(section)) - done
        done |= names
        lines.append(f"# --- {section}: {meaning}\n")
        lines += [f"{name}=={metadata.version(name).partition('+')[0]}\n" for name in sorted(names)]
    CONSTRAINTS.write_text("".join(lines))
    print(f"{CONSTRAINTS.name}: {len(done)} packages")


if __name__ == "__main__":
    main()
