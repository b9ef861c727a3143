"""Many labelers claim, give back, and let leases run out, while the sweep goes round: who holds what, and how often."""

import asyncio

from bench.chaos.crowds import Crowd
from bench.chaos.load import Habits
from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage
from bench.chaos.wanted import Wanted

HABITS = Habits(abandons=0.25, releases=0.15, drafts=0.2)
OVERLAP = 3


def run(stage: Stage, count: int, seed: int = 0, labelers: int = 50) -> Outcome:
    """So many claims, a third of which end without a label; each solution is wanted three times."""
    wanted = Wanted(f"claims-{seed}", labelers, items=count, overlap=OVERLAP, lease_minutes=1)
    crowd = Crowd(stage, wanted, HABITS, seed)
    asyncio.run(crowd.work(lambda tally: tally.counts["claims"] >= count, ends=0.15, every=0.3))
    return crowd.outcome("claims", crowd.tally.counts["claims"], "claims")
