"""What the queue should do, in plain Python: a second telling of the rules, against which the real actions are held."""

from dataclasses import dataclass, field


@dataclass
class Lease:
    """One labeler's hold; `is_over` once its time ran out, though the row may not say so yet."""

    labeler: int
    number: int
    is_over: bool = False


@dataclass
class Item:
    """planned | waiting | leased | labeled."""

    place: int
    solution: int
    state: str = "waiting"
    number: int = 0
    lease: Lease | None = None
    drafts: dict[int, int] = field(default_factory=dict)  # labeler: when it was saved
    skips: dict[int, int] = field(default_factory=dict)
    label: tuple[int, str] | None = None  # labeler, ratings


class QueueModel:
    """One round; each solution wanted `overlap` times."""

    def __init__(self, solutions: int, overlap: int) -> None:
        self.items = [Item(place, place % solutions) for place in range(solutions * overlap)]
        self.is_open = True
        self.clock = 0

    def now(self) -> int:
        self.clock += 1
        return self.clock

    # --- reads

    def living(self, labeler: int) -> list[Item]:
        """What they hold, the oldest first."""
        held = [item for item in self.items if item.lease and item.lease.labeler == labeler and not item.lease.is_over]
        return sorted(held, key=lambda item: self._claimed_at[item.place])

    _claimed_at: dict[int, int] = {}

    def holds(self, item: Item, labeler: int, number: int) -> bool:
        lease = item.lease
        return lease is not None and (lease.labeler, lease.number, lease.is_over) == (labeler, number, False)

    def is_new(self, item: Item, labeler: int) -> bool:
        """Whether its solution was neither labeled by them nor is in their hands."""
        same = [other for other in self.items if other.solution == item.solution]
        return not any(
            (other.label and other.label[0] == labeler) or (other.lease and other.lease.labeler == labeler)
            for other in same
        )

    def _offered(self, labeler: int) -> list[Item]:
        return [item for item in self.items if item.state == "waiting" and self.is_new(item, labeler)]

    # --- what is done

    def claim(self, labeler: int, *, ahead: bool) -> Item | None:
        """The item that they must get."""
        for item in self.items:
            if item.lease and item.lease.labeler == labeler and item.lease.is_over:
                self.give_back(item)
        held = self.living(labeler)
        if len(held) == 2 or (held and not ahead):
            return held[-1 if ahead else 0]
        item = self._next(labeler)
        if item is not None:
            item.state, item.number = "leased", item.number + 1
            item.lease = Lease(labeler, item.number)
            self._claimed_at = self._claimed_at | {item.place: self.now()}
        return item

    def _next(self, labeler: int) -> Item | None:
        begun = [item for item in self._offered(labeler) if labeler in item.drafts and labeler not in item.skips]
        if begun:
            return max(begun, key=lambda item: item.drafts[labeler])
        fresh = [item for item in self._offered(labeler) if labeler not in item.skips]
        if not fresh:
            self.sweep()
            fresh = [item for item in self._offered(labeler) if labeler not in item.skips]
        if fresh:
            return fresh[0]
        return min(self._offered(labeler), key=lambda item: item.skips[labeler], default=None)

    def give_back(self, item: Item) -> None:
        item.state, item.lease = "waiting" if self.is_open else "planned", None

    def sweep(self) -> None:
        for item in self.items:
            if item.lease and item.lease.is_over:
                self.give_back(item)

    def label(self, item: Item, labeler: int, ratings: str) -> None:
        item.state, item.lease, item.label = "labeled", None, (labeler, ratings)
        item.drafts.pop(labeler, None)
        item.skips.clear()
        if self.is_open and not self.unfinished():
            self.is_open = False

    def unfinished(self) -> list[Item]:
        return [item for item in self.items if item.state != "labeled"]

    def close(self) -> None:
        self.is_open = False
        for item in self.items:
            if item.state == "waiting":
                item.state = "planned"

    def reopen(self) -> None:
        self.is_open = True
        for item in self.items:
            if item.state == "planned":
                item.state = "waiting"
