"""Every distinct text as likely as every other, however often it was sampled."""

from dataclasses import replace

from selector.strategies import uniform
from selector.strategies.draft import Draft


def fill(draft: Draft) -> None:
    draft.pool = replace(draft.pool, train_samples=draft.pool.train)
    uniform.fill(draft)
