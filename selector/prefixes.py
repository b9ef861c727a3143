"""Solutions that begin alike read together: what they share (the problem, and often the first steps) goes through once.

The solutions of a problem form a tree of token runs that no two branches share. It is read level by level; a run is
given its ancestors' keys and values instead of their tokens. The same numbers come out, but for rounding.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import DynamicCache

from selector.batches import batches_of_tokens, collate
from selector.encoding import Encoded
from selector.reading import Reading, of_steps, read, token_log_probabilities

LEAST_SHARED = 16  # tokens: a shorter run is cheaper to read again than to hand on

KeysAndValues = list[tuple[Tensor, Tensor]]  # of each layer: (heads, tokens so far, width of a head)


@dataclass(slots=True)
class Run:
    """Tokens that follow the parent's; `states` and `token_values` are what was read of them."""

    ids: tuple[int, ...]
    parent: "Run | None"
    start: int  # place of its first token in the whole text
    level: int
    has_children: bool = False
    before: KeysAndValues = field(default_factory=list)  # its ancestors' and its own, where it has children
    states: Tensor | None = None  # (tokens, width)
    token_values: Tensor | None = None  # (tokens,) log-probabilities


def tree(texts: Sequence[tuple[int, ...]], least: int = LEAST_SHARED) -> tuple[list[Run], list[Run]]:
    """All runs of the texts, parents before children, and for each text the run that it ends with."""
    order = sorted(range(len(texts)), key=lambda place: texts[place])
    runs: list[Run] = []
    last: dict[int, Run] = {}

    def grow(places: Sequence[int], depth: int, parent: Run | None) -> None:
        first = texts[places[0]]
        common = _common_length(first, texts[places[-1]])  # of the first and last in order, so of all
        is_shared = len(places) > 1 and common - depth >= least
        if is_shared or len(places) == 1 or len(texts[places[-1]]) == common:
            end = common if len(places) > 1 else len(first)
            parent = _added(runs, first[depth:end], parent, depth)
            depth = end
            for place in places:
                if len(texts[place]) == end:
                    last[place] = parent
        branches: dict[int, list[int]] = {}
        for place in places:
            if place not in last:
                # one that ends within what is shared, and shares too little, stands alone
                branches.setdefault(texts[place][common] if len(texts[place]) > common else -1 - place, []).append(
                    place
                )
        for branch in branches.values():
            grow(branch, depth, parent)

    if order:
        grow(order, 0, None)
    return runs, [last[place] for place in range(len(texts))]


def _added(runs: list[Run], ids: tuple[int, ...], parent: Run | None, start: int) -> Run:
    if parent is not None:
        parent.has_children = True
    run = Run(ids, parent, start, 0 if parent is None else parent.level + 1)
    runs.append(run)
    return run


def _common_length(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))


def saved_share(solutions: Sequence[Encoded]) -> float:
    """Share of the tokens that need not be read, of solutions in any order."""
    runs, _ = tree([solution.ids for solution in solutions])
    tokens = sum(len(solution.ids) for solution in solutions)
    return (tokens - sum(len(run.ids) for run in runs)) / max(1, tokens)


def read_group(base: Any, solutions: Sequence[Encoded], max_tokens: int, device: str) -> Reading:
    """What the base makes of some solutions, in their order; no gradients."""
    runs, last = tree([solution.ids for solution in solutions])
    by_level: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        by_level[run.level].append(run)
    with torch.inference_mode():
        for level in sorted(by_level):
            for indices in batches_of_tokens([len(run.ids) for run in by_level[level]], max_tokens):
                _read_runs(base, [by_level[level][index] for index in indices], device)
        return _reading(solutions, last, device)


def can_share(base: Any, device: str) -> bool:
    """Whether keys and values can be handed on in this architecture: tried on two texts that begin alike."""
    ids = [tuple(range(2, 2 + 2 * LEAST_SHARED)), (*range(2, 2 + LEAST_SHARED), 3, 4)]
    texts = [Encoded(some, (len(some) - 1,), 1) for some in ids]
    try:
        shared = read_group(base, texts, 4 * LEAST_SHARED, device)
        with torch.inference_mode():
            direct = read(base, collate(texts, device))
    except (TypeError, ValueError, AttributeError, RuntimeError):
        return False
    return bool(torch.allclose(shared.states.float(), direct.states.float(), rtol=0.05, atol=0.05))


def groups(solutions: Sequence[Encoded], max_tokens: int) -> Iterator[list[int]]:
    """Places of neighbors in the order of their tokens: what is alike comes together, and memory stays bounded."""
    group: list[int] = []
    tokens = 0
    for place in sorted(range(len(solutions)), key=lambda place: solutions[place].ids):
        if group and tokens + len(solutions[place].ids) > 4 * max_tokens:
            yield group
            group, tokens = [], 0
        group.append(place)
        tokens += len(solutions[place].ids)
    if group:
        yield group


def _read_runs(base: Any, runs: list[Run], device: str) -> None:
    """One pass over runs of one level."""
    ids = pad_sequence([torch.tensor(run.ids) for run in runs], batch_first=True).to(device)
    lengths = torch.tensor([run.start for run in runs], device=device)
    places = torch.arange(ids.shape[1], device=device)
    given: dict[str, Any] = {}
    width = 0
    if runs[0].parent is not None:
        cache, width = _handed_on(runs)
        behind = torch.arange(width, device=device)[None, :] < lengths[:, None]
        given = {
            "past_key_values": cache,
            "attention_mask": torch.cat([behind, torch.ones_like(ids, dtype=torch.bool)], dim=1).long(),
            "position_ids": lengths[:, None] + places,
        }
    output = base.base_model(input_ids=ids, use_cache=True, **given)
    states = output.last_hidden_state
    values = token_log_probabilities(base, states, ids)
    values[:, 0] = _first_values(base, runs, ids[:, 0])
    for place, run in enumerate(runs):
        own = len(run.ids)
        run.states, run.token_values = states[place, :own], values[place, :own]
        if run.has_children:
            for layer in output.past_key_values.layers:
                both = [
                    torch.cat([part[place, :, : run.start], part[place, :, width : width + own]], dim=1)
                    for part in (layer.keys, layer.values)
                ]
                run.before.append((both[0], both[1]))


def _handed_on(runs: list[Run]) -> tuple[DynamicCache, int]:
    """The parents' keys and values, padded to the longest, and how long that is."""
    parents = {id(run.parent): run.parent for run in runs if run.parent is not None}
    place_of = {name: place for place, name in enumerate(parents)}
    rows = torch.tensor([place_of[id(run.parent)] for run in runs])
    width = max(run.start for run in runs)
    cache = DynamicCache()
    for layer in range(len(next(iter(parents.values())).before)):
        padded = [
            pad_sequence([parent.before[layer][part].transpose(0, 1) for parent in parents.values()], batch_first=True)
            for part in (0, 1)
        ]
        keys, values = (part.transpose(1, 2)[rows.to(part.device)] for part in padded)
        cache.update(keys, values, layer)
    return cache, width


def _first_values(base: Any, runs: list[Run], first: Tensor) -> Tensor:
    """Log-probability of each run's first token behind its parent's last; 0 where there is nothing before it."""
    if runs[0].parent is None:
        return torch.zeros(len(runs), device=first.device)
    before = torch.stack([run.parent.states[-1] for run in runs if run.parent and run.parent.states is not None])
    return token_log_probabilities(base, before[:, None].expand(-1, 2, -1), first[:, None].expand(-1, 2))[:, 1]


def _reading(solutions: Sequence[Encoded], last: list[Run], device: str) -> Reading:
    """The runs of each solution put together again."""
    batch = collate(solutions, device)
    values, states = [], []
    for solution, run in zip(solutions, last, strict=True):
        path = _path(run)
        values.append(torch.cat([part.token_values for part in path if part.token_values is not None]))
        states.append(_at(path, solution.step_ends))
    tokens = pad_sequence(values, batch_first=True)
    return Reading(
        states=pad_sequence(states, batch_first=True),
        log_probabilities=of_steps(tokens, batch),
        step_mask=batch.step_mask,
    )


def _path(run: Run) -> list[Run]:
    path = [run]
    while path[-1].parent is not None:
        path.append(path[-1].parent)
    return path[::-1]


def _at(path: list[Run], places: Sequence[int]) -> Tensor:
    """(places, width) the states at these places of the whole text, which rise."""
    parts = []
    for run in path:
        inside = [place - run.start for place in places if run.start <= place < run.start + len(run.ids)]
        if inside and run.states is not None:
            parts.append(run.states[inside])
    return torch.cat(parts)
