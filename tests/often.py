"""How often a test tries: a few times in `make test`, as often as told in an experiment of `make chaos`."""

import json
import os
from collections.abc import Mapping

is_long = "CHAOS_EXAMPLES" in os.environ


def examples(short: int) -> int:
    """How many to try; `short` in `make test`."""
    return int(os.environ.get("CHAOS_EXAMPLES", short))


def seed() -> int:
    """The same in every run of `make test`, another one in each part of an experiment."""
    return int(os.environ.get("CHAOS_SEED", 0))


def tell(seen: Mapping[str, int]) -> None:
    """Figures for the experiment's report, where this runs in one."""
    if path := os.environ.get("CHAOS_TOLD"):
        with open(path, "a") as told:
            told.write(json.dumps(dict(seen)) + "\n")
