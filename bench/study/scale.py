"""How large a study is. Results of one scale stand beside no others."""

import hashlib
import math
from dataclasses import dataclass, replace

import numpy as np

from bench.study.base import Pretraining
from bench.study.fingerprint import of_domain


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes of one seed's base, pool and problems; samples are those of one problem."""

    name: str
    base_texts: int
    base_updates: int
    pool_problems: int
    pool_samples: int
    validation_problems: int  # thresholds, weights and sweeps are chosen on these
    test_problems: int
    samples: int  # of a problem for validation and test
    deep_problems: int  # the first of the test problems, on which large N are looked at
    deep_samples: int  # of each of them
    fresh_problems: int  # whose outcomes cost nothing
    labels: tuple[int, ...]
    seeds: int
    passes: float = 1.0  # solutions seen in training, as a share of what `_SEEN` says
    is_checked: bool = True  # whether preconditions are looked at; small scales are too small for any

    @property
    def key(self) -> str:
        """With what keys of results begin: they are of these sizes and this domain. More seeds change no result."""
        sizes = hashlib.sha256(repr(replace(self, seeds=0)).encode()).hexdigest()[:8]
        return f"{self.name}-{of_domain()}-{sizes}"

    def pretraining(self, seed: int) -> Pretraining:
        """Of that seed's base."""
        return Pretraining(seed, self.base_texts, self.base_updates)


FULL = Scale(
    name="full",
    base_texts=64_000,
    base_updates=2_400,
    pool_problems=1_500,
    pool_samples=12,
    validation_problems=150,
    test_problems=200,
    samples=64,
    deep_problems=200,
    deep_samples=512,
    fresh_problems=9_000,
    labels=(100, 300, 1_000),
    seeds=5,
)
HOUR = replace(
    FULL,
    name="hour",
    pool_problems=1_000,
    validation_problems=60,
    test_problems=150,
    deep_problems=50,
    deep_samples=256,
    fresh_problems=6_000,
)
REDUCED = Scale(  # what five minutes of two free cores make something of: its bases are a third as long in the learning
    name="reduced",
    base_texts=28_000,
    base_updates=700,
    pool_problems=400,
    pool_samples=8,
    validation_problems=30,
    test_problems=60,
    samples=32,
    deep_problems=20,
    deep_samples=32,
    fresh_problems=1_000,
    labels=(100, 300),
    seeds=2,
    is_checked=False,
)
SMALLEST = Scale(  # shows that everything works, and nothing else
    name="smallest",
    base_texts=300,
    base_updates=8,
    pool_problems=60,
    pool_samples=4,
    validation_problems=12,
    test_problems=12,
    samples=8,
    deep_problems=6,
    deep_samples=8,
    fresh_problems=60,
    labels=(12, 24),
    seeds=2,
    passes=0.02,
    is_checked=False,
)
SCALES = {scale.name: scale for scale in (FULL, HOUR, REDUCED, SMALLEST)}

_SEEN = {30: 1_000, 100: 2_000, 300: 10_000, 1_000: 20_000, 3_000: 30_000}  # solutions in training, by labels


def epochs(labels: int, scale: Scale) -> int:
    """Passes over so many labels: as many solutions in all as pilots found enough, along straight lines in the logs.

    Too many harm where labels are few: 100 in 8,000 have a step AUC of .78 on validation problems, in 2,000 of .81.
    """
    seen = math.exp(np.interp(math.log(max(1, labels)), np.log(list(_SEEN)), np.log(list(_SEEN.values()))))
    return max(1, round(seen * scale.passes / max(1, labels)))
