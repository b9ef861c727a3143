"""What campaign an experiment wants."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """As many rounds as asked, all open, each of `items` items over `items / overlap` solutions."""

    slug: str
    labelers: int
    items: int
    rounds: int = 1
    overlap: int = 1
    lease_minutes: int = 30

    @property
    def names(self) -> list[str]:
        return ["lead", *(f"labeler{number:03}" for number in range(self.labelers))]
