"""Step scores and solution scores, in batches of similar length."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from selector import implicit
from selector.batches import Batch, batches_of_tokens, collate
from selector.checkpoint import Loaded
from selector.encoding import Encoded
from selector.model import OutcomeClass, arithmetic, step_log_scores
from selector.records import ScoredSolution

MAX_TOKENS = 8_192  # of one batch, padding counted
TOO_LONG = ScoredSolution(None, ())


@dataclass(frozen=True, slots=True)
class _Scores:
    """Per batch, in float32: (B,) what ranks, as a score between 0 and 1, and (B, S) natural logs of step scores."""

    solutions: Tensor
    steps: Tensor


def score(
    loaded: Loaded,
    solutions: Sequence[tuple[str, Sequence[str]]],
    *,
    max_tokens: int = MAX_TOKENS,
    dtype: Literal["float32", "bfloat16"] = "float32",
) -> list[ScoredSolution]:
    """Scores of (problem, steps) pairs, in their order; `TOO_LONG` for what the base cannot read whole."""
    encoded = [loaded.encoder.encode(problem, steps) for problem, steps in solutions]
    known = [(place, solution) for place, solution in enumerate(encoded) if solution is not None]
    results = [TOO_LONG] * len(encoded)
    for indices in batches_of_tokens([len(solution.ids) for _, solution in known], max_tokens):
        chosen = [known[index] for index in indices]
        with arithmetic(str(_device(loaded)), dtype):
            scored = _score_batch(loaded, [solution for _, solution in chosen])
        for (place, _), result in zip(chosen, scored, strict=True):
            results[place] = result
    return results


def _score_batch(loaded: Loaded, solutions: list[Encoded]) -> list[ScoredSolution]:
    batch = collate(solutions, str(_device(loaded)))
    kinds = {"prm": _prm, "orm": _orm, "implicit": _implicit}
    with torch.inference_mode():
        scores = kinds[loaded.kind](loaded, batch)
        lengths = batch.step_mask.sum(dim=1)
        means = scores.steps.masked_fill(~batch.step_mask, 0.0).sum(dim=1) / lengths
    steps = scores.steps.exp().tolist()
    rows = zip(scores.solutions.tolist(), steps, lengths.tolist(), means.tolist(), strict=True)
    return [ScoredSolution(ranks, tuple(row[:length]), mean) for ranks, row, length, mean in rows]


def _device(loaded: Loaded) -> torch.device:
    return next(loaded.model.parameters()).device


def _prm(loaded: Loaded, batch: Batch) -> _Scores:
    """The product of the step scores, taken over logs."""
    steps = step_log_scores(loaded.model(batch))
    return _Scores(steps.masked_fill(~batch.step_mask, 0.0).sum(dim=1).exp(), steps)


def _orm(loaded: Loaded, batch: Batch) -> _Scores:
    """The last token's probability of a right answer; a step's is that at its end."""
    tokens = loaded.model(batch).float().log_softmax(dim=-1)[..., OutcomeClass.RIGHT]
    steps = tokens.gather(1, batch.step_ends)
    last = steps.gather(1, batch.step_mask.sum(dim=1, keepdim=True) - 1)
    return _Scores(last[:, 0].exp(), steps)


def _implicit(loaded: Loaded, batch: Batch) -> _Scores:
    """The lowest step's reward through a sigmoid: it ranks within a problem and is no probability."""
    reference = implicit.reference_log_probabilities(loaded.reference, batch)
    beta = float(loaded.manifest["config"]["beta"])
    rewards = implicit.step_rewards(loaded.model.base, batch, reference, beta).float()
    return _Scores(implicit.lowest_reward(rewards, batch.step_mask).sigmoid(), rewards.sigmoid().log())
