"""What a round leaves out by what is known of it, written as `subject=Geometry, level=5, generator=gpt-4`."""

from collections.abc import Iterator

from django.db.models import Q

COLUMNS = {"subject": "problem__subject", "level": "problem__level", "generator": "generator"}
OF_TREES = ("subject", "level")  # nobody says what generated a tree


def parse(text: str) -> dict[str, list[str]]:
    """The values by name. A part without `=` goes on with the value before it, which held a comma.

    Raises:
        ValueError: it is written otherwise, or names something else.
    """
    found: dict[str, list[str]] = {}
    for name, value in _parts(text):
        if name not in COLUMNS or not value:
            raise ValueError(f"{name}={value}")
        found.setdefault(name, []).append(value)
    return found


def _parts(text: str) -> Iterator[tuple[str, str]]:
    waiting = ""
    for part in text.split(",") if text.strip() else ():
        if waiting and "=" in part:
            yield _split(waiting)
            waiting = part
        else:
            waiting = f"{waiting},{part}" if waiting else part
    if waiting:
        yield _split(waiting)


def _split(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name.strip(), value.strip()


def left_out(text: str, *, of_trees: bool = False) -> Q:
    """A condition on solutions, or on candidate trees, that these values meet; none where nothing is left out."""
    condition = Q(pk__in=[])
    for name, values in parse(text).items():
        if not of_trees or name in OF_TREES:
            condition |= Q(**{f"{COLUMNS[name]}__in": values})
    return condition
