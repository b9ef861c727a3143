"""Many solutions through a model, a few at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from selector.batches import batches_of_tokens, collate
from selector.encoding import Encoded
from selector.model import StepModel
from selector.prefixes import groups, read_group
from selector.reading import Reading


def readings(
    model: StepModel,
    solutions: Sequence[Encoded],
    max_tokens: int,
    *,
    shares_prefixes: bool = False,
    known: Sequence[Tensor] | None = None,
) -> Iterator[tuple[list[int], Reading]]:
    """Places of some solutions and what the model made of them, without gradients, until all were read.

    `known` are (S, 2) of each solution's log-probabilities, where the base as it was has been asked already. With
    `shares_prefixes` what solutions have in common at their beginnings is read once, in batches of similar runs; else
    batches hold solutions of similar length.
    """
    if shares_prefixes:
        for group in groups(solutions, max_tokens):
            told = known and [known[place] for place in group]
            yield group, _shared(model, [solutions[place] for place in group], max_tokens, told)
        return
    for indices in batches_of_tokens([len(solution.ids) for solution in solutions], max_tokens):
        batch = collate([solutions[index] for index in indices], str(model.device))
        of_base = (
            pad_sequence([known[index] for index in indices], batch_first=True).to(model.device) if known else None
        )
        with torch.inference_mode():
            reading = model.read(batch, known=of_base)
        yield indices, reading


def _shared(model: StepModel, solutions: Sequence[Encoded], max_tokens: int, known: Sequence[Tensor] | None) -> Reading:
    reading = read_group(model.base, solutions, max_tokens, str(model.device))
    if model.reference is None:
        return reading
    if known:
        return replace(reading, log_probabilities=pad_sequence(list(known), batch_first=True).to(model.device))
    before = read_group(model.as_it_was, solutions, max_tokens, str(model.device)).log_probabilities
    if model.compares:
        return replace(reading, reference=before[..., 1])
    return replace(reading, log_probabilities=before)
