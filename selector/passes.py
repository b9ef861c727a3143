"""Many solutions through a model, a few at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch

from selector.batches import batches_of_tokens, collate
from selector.encoding import Encoded
from selector.model import StepModel
from selector.prefixes import groups, read_group
from selector.reading import Reading


def readings(
    model: StepModel, solutions: Sequence[Encoded], max_tokens: int, *, shares_prefixes: bool = False
) -> Iterator[tuple[list[int], Reading]]:
    """Places of some solutions and what the model made of them, without gradients, until all were read.

    With `shares_prefixes` what solutions have in common at their beginnings is read once, in batches of similar runs;
    else batches hold solutions of similar length.
    """
    if shares_prefixes:
        for group in groups(solutions, max_tokens):
            yield group, _shared(model, [solutions[place] for place in group], max_tokens)
        return
    for indices in batches_of_tokens([len(solution.ids) for solution in solutions], max_tokens):
        batch = collate([solutions[index] for index in indices], str(model.device))
        with torch.inference_mode():
            reading = model.read(batch)
        yield indices, reading


def _shared(model: StepModel, solutions: Sequence[Encoded], max_tokens: int) -> Reading:
    reading = read_group(model.base, solutions, max_tokens, str(model.device))
    if not model.compares:
        return reading
    with model.as_it_was() as base:
        before = read_group(base, solutions, max_tokens, str(model.device))
    return replace(reading, reference=before.log_probabilities[..., 1])
