"""What was tried so far, in var/chaos/: written after each part, so that a run can stop anywhere and go on."""

import json
from pathlib import Path
from typing import Any

from bench.chaos.outcome import Outcome

FOLDER = Path(__file__).resolve().parents[2] / "var" / "chaos"


class Store:
    """The outcomes of one size of run, and which of the mutations were caught."""

    def __init__(self, size: str, *, again: bool = False) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.size, self.path = size, FOLDER / f"{size}.json"
        if again:
            self.path.unlink(missing_ok=True)
        self._read()

    def _read(self) -> None:
        kept = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.outcomes = {name: Outcome.of(stored) for name, stored in kept.get("outcomes", {}).items()}
        self.mutations: dict[str, Any] = kept.get("mutations", {})

    def get(self, experiment: str, database: str) -> Outcome | None:
        return self.outcomes.get(f"{experiment} {database}")

    def tried(self, experiment: str, database: str) -> int:
        found = self.get(experiment, database)
        return found.count if found else 0

    def add(self, outcome: Outcome) -> None:
        """Beside what another run may have added meanwhile."""
        self._read()
        key = f"{outcome.experiment} {outcome.database}"
        if key in self.outcomes:
            self.outcomes[key].add(outcome)
        else:
            self.outcomes[key] = outcome
        self.write()

    def write(self) -> None:
        """In one rename: killed meanwhile, the file is the old one."""
        kept = {"outcomes": {key: one.as_dict() for key, one in self.outcomes.items()}, "mutations": self.mutations}
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(kept, indent=1))
        beside.replace(self.path)

    @property
    def is_whole(self) -> bool:
        caught = all(one["caught"] for one in self.mutations.values())
        return caught and all(outcome.is_whole for outcome in self.outcomes.values())
