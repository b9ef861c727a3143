"""A crowd at work in a campaign of its own, with leases that run out meanwhile, and what was found afterwards."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from bench.chaos import checker, faults
from bench.chaos.load import Habits, Labeler, Tally, crowd
from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage
from bench.chaos.wanted import Wanted


class Crowd:
    """The labelers of a fresh campaign, and their lead."""

    def __init__(self, stage: Stage, wanted: Wanted, habits: Habits, seed: int) -> None:
        self.stage, self.wanted, self.seed = stage, wanted, seed
        self.started = time.monotonic()
        self.tokens = stage.seed(wanted)["tokens"]
        self.people, self.tally = crowd(stage.url, wanted.slug, self.tokens, stage.said, habits, seed)
        lead = self.tokens["lead"]
        self.lead = Labeler("lead", wanted.slug, stage.url, lead, stage.folder, habits, seed, self.tally)
        self.forced = stage.folder / f"{wanted.slug}.forced"

    async def work(
        self,
        until: Callable[[Tally], bool],
        *,
        ends: float = 0.0,
        every: float = 0.5,
        beside: Iterable[Coroutine[Any, Any, Any]] = (),
    ) -> None:
        """All label until the tally says that it is enough, while `ends` of the leases run out `every` so often.

        What goes on `beside` them is stopped with them; an error in it ends the run.
        """
        stop = asyncio.Event()
        ending = faults.let_leases_run_out(self.stage, ends, every, self.seed, self.forced)
        others = [asyncio.ensure_future(one) for one in (ending, *beside)]
        work = asyncio.gather(*(one.work(stop) for one in self.people))
        while not until(self.tally) and not work.done():
            _raise_errors(others)
            await asyncio.sleep(0.02)
        stop.set()
        await work
        _raise_errors(others)
        for other in others:
            other.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await other

    def outcome(self, experiment: str, count: int, unit: str) -> Outcome:
        """What the checker finds, and answers that the contract does not name."""
        self.lead.wire.close()
        found = checker.check(self.stage, self.wanted.slug, checker.forced_ends(self.forced))
        found.broken["answers that the contract does not name"] += self.tally.unexpected
        broken = {name: examples for name, examples in found.broken.items() if examples}
        seconds = time.monotonic() - self.started
        return Outcome(experiment, self.stage.kind, unit, count, broken, found.seen + self.tally.counts, seconds)


def _raise_errors(tasks: list["asyncio.Future[Any]"]) -> None:
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()) is not None:
            raise error
