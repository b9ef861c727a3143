"""The training loop: resumable, and the same weights for the same inputs on a CPU.

A training that was killed goes on from its last checkpoint. The order of the batches and the learning rate follow from
the number of the update alone, so a checkpoint is the weights, the optimizer's moments and that number.
"""

import copy
import hashlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson
import torch
from torch import Tensor

from selector import checkpoint, implicit
from selector.bases import Base
from selector.batches import Batch, collate, shuffled_batches
from selector.encoding import Encoded
from selector.errors import InputError
from selector.model import StepModel, arithmetic, orm_loss, prm_loss, step_targets
from selector.progress import Progress
from selector.records import LabeledSolution, TrainingConfig, TrainingReport

Example = tuple[Encoded, LabeledSolution]
_CLIP_NORM = 1.0


def train(
    base: Base, solutions: Sequence[LabeledSolution], config: TrainingConfig, out: Path, progress: Progress
) -> dict[str, Any]:
    """Train on the solutions and write the model folder; returns its manifest.

    A folder that is already complete for the same inputs is left as it is; an unfinished one is gone on with.
    Raises:
        InputError: there is nothing to train on, or the folder is damaged.
    """
    inputs = inputs_hash(base, solutions, config)
    checkpoint.prepared(out)
    finished = checkpoint.read_manifest(out)
    if finished is not None and finished.get("inputs_hash") == inputs:
        progress.report("train", 1.0, "this model is complete already")
        return finished
    examples, too_long = _encoded(base, solutions)
    if not examples:
        raise InputError(f"no example fits into the {base.encoder.max_tokens} tokens that {base.name} can read")
    checkpoint.clear(out)
    torch.manual_seed(config.seed)  # the head's first weights; nothing else is drawn, since dropout stays off
    own = copy.deepcopy(base.model) if config.mode == "full" else base.model
    model = StepModel(own, config.kind, config.mode).to(config.device)
    run = _Run(model, base, examples, config, out / checkpoint.RESUME, inputs)
    report = run.to_the_end(progress)
    facts = {"inputs_hash": inputs, "examples": len(examples), "too_long": too_long}
    return checkpoint.save(out, model, base, config, report, facts)


def inputs_hash(base: Base, solutions: Sequence[LabeledSolution], config: TrainingConfig) -> str:
    """The same for trainings that end in the same weights."""
    settings = asdict(replace(config, checkpoint_seconds=0.0))
    digest = hashlib.sha256(orjson.dumps([checkpoint.FORMAT, base.name, base.revision, settings]))
    for solution in solutions:
        digest.update(orjson.dumps([solution.problem, solution.steps, solution.ratings, solution.outcome]))
    return digest.hexdigest()


class _Run:
    """One training under way: what changes from update to update, and how to keep it."""

    def __init__(
        self, model: StepModel, base: Base, examples: list[Example], config: TrainingConfig, resume: Path, inputs: str
    ) -> None:
        self.model, self.reference, self.config = model, base.model.to(config.device), config
        self.examples = examples
        self.resume, self.inputs = resume, inputs
        self.lengths = [len(encoded.ids) for encoded, _ in examples]
        self.updates = config.epochs * len(shuffled_batches(self.lengths, config.batch_size, 0, 0))
        self.named = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
        self.optimizer = torch.optim.AdamW(self._groups(), betas=(0.9, 0.98), weight_decay=config.weight_decay)
        self.losses: list[float] = []
        self.features: dict[int, tuple[Tensor, Tensor]] = {}

    def to_the_end(self, progress: Progress) -> TrainingReport:
        """All updates that are left, with a checkpoint now and then."""
        started = kept = time.monotonic()
        first = self._restore()
        for update, indices in enumerate(self._all_batches()):
            if update < first:
                continue
            self.losses.append(self._update(update, indices))
            progress.report("train", (update + 1) / self.updates, f"update {update + 1} of {self.updates}")
            if time.monotonic() - kept >= self.config.checkpoint_seconds and update + 1 < self.updates:
                self._keep(update + 1)
                kept = time.monotonic()
        last = self.losses[-max(1, self.updates // 10) :]
        seconds = round(time.monotonic() - started, 3)
        return TrainingReport(len(self.examples), self.updates, sum(last) / len(last), seconds, first)

    def _all_batches(self) -> list[list[int]]:
        config = self.config
        epochs = (shuffled_batches(self.lengths, config.batch_size, config.seed, e) for e in range(config.epochs))
        return [batch for epoch in epochs for batch in epoch]

    def _update(self, update: int, indices: list[int]) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = group["highest"] * learning_rate_share(update, self.updates, self.config.warmup_share)
        chosen = [self.examples[index] for index in indices]
        batch = collate([encoded for encoded, _ in chosen], self.config.device)
        with arithmetic(self.config.device, self.config.dtype):
            loss = self._loss(batch, indices, [solution for _, solution in chosen])
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(self.named.values()), _CLIP_NORM)
        self.optimizer.step()
        return float(loss.item())

    def _loss(self, batch: Batch, indices: list[int], solutions: list[LabeledSolution]) -> Tensor:
        if self.config.kind == "prm":
            targets = step_targets([solution.ratings for solution in solutions], batch.step_ends.shape[1])
            return prm_loss(self._logits(batch, indices), targets.to(batch.ids.device))
        outcomes = torch.tensor([bool(solution.outcome) for solution in solutions], device=batch.ids.device)
        if self.config.kind == "orm":
            return orm_loss(self._logits(batch, indices), outcomes, batch)
        reference = implicit.reference_log_probabilities(self.reference, batch)
        return implicit.outcome_loss(
            implicit.step_rewards(self.model.base, batch, reference, self.config.beta), outcomes
        )

    def _logits(self, batch: Batch, indices: list[int]) -> Tensor:
        """Of the whole model; in head mode each solution goes through the language model once and is remembered."""
        if self.config.mode == "full" or self.config.kind == "orm":
            return self.model(batch)
        if any(index not in self.features for index in indices):
            states, tokens = self.model.features(batch)
            for place, index in enumerate(indices):
                steps = len(self.examples[index][0].step_ends)
                self.features[index] = states[place, :steps], tokens[place, :steps]
        pad = torch.nn.utils.rnn.pad_sequence
        remembered = [self.features[index] for index in indices]
        return self.model.head(*(pad([f[part] for f in remembered], batch_first=True) for part in (0, 1)))

    def _groups(self) -> list[dict[str, Any]]:
        head = [weight for name, weight in self.named.items() if name.startswith("head.")]
        rest = [weight for name, weight in self.named.items() if not name.startswith("head.")]
        rates = [(rest, self.config.learning_rate), (head, self.config.head_learning_rate)]
        return [{"params": weights, "lr": rate, "highest": rate} for weights, rate in rates if weights]

    def _keep(self, update: int) -> None:
        tensors: dict[str, Tensor] = {f"weight.{name}": weight for name, weight in self.named.items()}
        for name, weight in self.named.items():
            moments = self.optimizer.state.get(weight, {})
            tensors |= {f"{key}.{name}": moments[key] for key in ("exp_avg", "exp_avg_sq") if key in moments}
        metadata = {"inputs": self.inputs, "update": str(update), "losses": orjson.dumps(self.losses).decode()}
        checkpoint.write_tensors(self.resume, tensors, metadata)

    def _restore(self) -> int:
        """Take up the checkpoint of these very inputs; the number of the next update."""
        kept = checkpoint.read_tensors(self.resume)
        if kept is None or kept[1].get("inputs") != self.inputs:
            return 0
        tensors, metadata = kept
        update = int(metadata["update"])
        for name, weight in self.named.items():
            with torch.no_grad():
                weight.copy_(tensors[f"weight.{name}"])
            if f"exp_avg.{name}" in tensors:
                moments = {key: tensors[f"{key}.{name}"].to(weight.device) for key in ("exp_avg", "exp_avg_sq")}
                self.optimizer.state[weight] = {"step": torch.tensor(float(update)), **moments}
        self.losses = orjson.loads(metadata["losses"])
        return update


def learning_rate_share(update: int, updates: int, warmup_share: float) -> float:
    """Share of the highest rate: a linear rise, then a half cosine down to a tenth."""
    warmup = max(1, math.ceil(warmup_share * updates))
    if update < warmup:
        return (update + 1) / warmup
    done = (update - warmup) / max(1, updates - warmup)
    return 0.1 + 0.45 * (1 + math.cos(math.pi * done))


def _encoded(base: Base, solutions: Sequence[LabeledSolution]) -> tuple[list[Example], int]:
    encode: Callable[..., Encoded | None] = base.encoder.encode
    encoded = [(encode(solution.problem, solution.steps), solution) for solution in solutions]
    fitting = [(ids, solution) for ids, solution in encoded if ids is not None]
    return fitting, len(encoded) - len(fitting)
