"""The training loop: resumable, and the same weights for the same inputs on a CPU.

A training that was killed goes on from its last checkpoint. The order of the batches and the learning rate follow from
the number of the update alone, so a checkpoint is the weights, the optimizer's moments and that number.
"""

import copy
import hashlib
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson
import torch
from torch import Tensor

from selector import checkpoint
from selector.bases import Base
from selector.batches import collate, shuffled_batches
from selector.encoding import Encoded
from selector.errors import InputError
from selector.features import Features, folder_of, padded
from selector.kinds import KINDS
from selector.masters import Masters
from selector.model import StepModel
from selector.processes import Processes
from selector.progress import Progress
from selector.reading import Reading
from selector.records import OWN_BASE, LabeledSolution, TrainingConfig, TrainingReport
from selector.rows import text_key
from selector.tensor_files import read_tensors, write_tensors

Example = tuple[Encoded, LabeledSolution]
_CLIP_NORM = 1.0
_FEATURE_TOKENS = 8_192  # of one batch through a frozen base
_LOOP = 2  # raised when the same inputs would end in other weights


def train(
    base: Base,
    solutions: Sequence[LabeledSolution],
    config: TrainingConfig,
    out: Path,
    progress: Progress,
    *,
    cache: Path | None = None,
    processes: Processes | None = None,
) -> dict[str, Any]:
    """Train on the solutions and write the model folder; returns its manifest.

    A folder that is already complete for the same inputs is left as it is; an unfinished one is gone on with. `cache`
    keeps what the base made of each text before any training (its states in mode head alone).
    Raises:
        InputError: there is nothing to train on, the folder is damaged, or the loss is no number any more.
    """
    together = processes or Processes(config.device)
    inputs = inputs_hash(base, solutions, config)
    examples, too_long = _encoded(base, solutions)
    if not examples:
        raise InputError(f"no example fits into the {base.encoder.max_tokens} tokens that {base.name} can read")
    checkpoint.prepared(out)
    finished = checkpoint.read_manifest(out)
    if finished is not None and finished.get("inputs_hash") == inputs:
        progress.report("train", 1.0, "this model is complete already")
        return finished
    together.wait()  # nobody clears the folder before all have looked
    if together.is_first:
        checkpoint.clear(out)
    model = new_model(base, config).to(together.device)
    run = _Run(model, base, examples, config, out / checkpoint.RESUME, inputs, together, cache)
    report = run.to_the_end(progress)
    facts = {"inputs_hash": inputs, "examples": len(examples), "too_long": too_long, "processes": together.count}
    manifest = checkpoint.save(out, model, base, config, report, facts) if together.is_first else {}
    together.wait()
    return manifest or checkpoint.read_manifest(out) or {}


def new_model(base: Base, config: TrainingConfig) -> StepModel:
    """The model as it starts out. The base's own weights stay untouched: only copies of them are trained."""
    kind = KINDS[config.kind]
    torch.manual_seed(config.seed)  # first weights of heads and adapters; nothing else is drawn, as dropout stays off
    return StepModel(
        copy.deepcopy(base.model) if config.mode in OWN_BASE else base.model,
        config.mode,
        classes=kind.classes,
        heads=config.heads,
        lora_rank=config.lora_rank,
        compares=kind.compares,
        reference=base.model if config.mode in OWN_BASE else None,
    )


def inputs_hash(base: Base, solutions: Sequence[LabeledSolution], config: TrainingConfig) -> str:
    """The same for trainings that end in the same weights."""
    settings = asdict(replace(config, checkpoint_seconds=0.0))
    digest = hashlib.sha256(orjson.dumps([_LOOP, checkpoint.FORMAT, base.name, base.revision, settings]))
    for solution in solutions:
        digest.update(orjson.dumps([solution.problem, solution.steps, solution.ratings, solution.outcome]))
    return digest.hexdigest()


class _Run:
    """One training under way: what changes from update to update, and how to keep it."""

    def __init__(
        self,
        model: StepModel,
        base: Base,
        examples: list[Example],
        config: TrainingConfig,
        resume: Path,
        inputs: str,
        together: Processes,
        cache: Path | None,
    ) -> None:
        self.model, self.config, self.kind = model, config, KINDS[config.kind]
        self.examples, self.together = examples, together
        self.resume, self.inputs = resume, inputs
        self.lengths = [len(encoded.ids) for encoded, _ in examples]
        self.updates = config.epochs * len(shuffled_batches(self.lengths, config.batch_size, 0, 0))
        self.masters = Masters(model, config.dtype)
        self.optimizer = torch.optim.AdamW(self._groups(), betas=(0.9, 0.98), weight_decay=config.weight_decay)
        self.losses: list[float] = []
        self.features = self._features(base, cache)
        self.keys = [text_key(solution.problem, solution.steps) for _, solution in examples]

    def _features(self, base: Base, cache: Path | None) -> Features | None:
        """What the base makes of the texts before any training; None where no head asks for it."""
        if self.model.head is None:
            return None
        keeps_states = self.config.mode == "head"
        model = self.model if keeps_states else self.model.as_frozen()
        folder = (
            folder_of(cache, base.name, base.revision, self.config.dtype, keeps_states=keeps_states) if cache else None
        )
        return Features(model, folder, _FEATURE_TOKENS, keeps_states=keeps_states)

    def to_the_end(self, progress: Progress) -> TrainingReport:
        """All updates that are left, with a checkpoint now and then."""
        started = time.monotonic()
        try:
            first = self._updates(progress)
        finally:
            self.masters.restore_exact()
        last = self.losses[-max(1, self.updates // 10) :]
        seconds = round(time.monotonic() - started, 3)
        return TrainingReport(len(self.examples), self.updates, sum(last) / len(last), seconds, first)

    def _updates(self, progress: Progress) -> int:
        """All updates that are left; the number of the first of them."""
        known = self._known_features(progress)
        first, kept = self._restore(), time.monotonic()
        for update, indices in enumerate(self._all_batches()):
            if update < first:
                continue
            self.losses.append(self._update(update, indices, known))
            progress.report("train", (update + 1) / self.updates, f"update {update + 1} of {self.updates}")
            if time.monotonic() - kept >= self.config.checkpoint_seconds and update + 1 < self.updates:
                self._keep(update + 1)
                kept = time.monotonic()
        return first

    def _known_features(self, progress: Progress) -> dict[str, tuple[Tensor, Tensor]]:
        """Each text goes through the base as it was once, identical ones together; and the scale of the evidence."""
        if self.features is None or self.model.evidence is None:
            return {}
        texts = {key: encoded for key, (encoded, _) in zip(self.keys, self.examples, strict=True)}
        known = self.features.of(
            texts, lambda done: progress.report("features", done, "what the base makes of each text")
        )
        told = [self.kind.evidence(known[key][1][None])[0] for key in self.keys]
        self.model.evidence.measure(torch.cat(told).to(self.model.device))
        return known

    def _all_batches(self) -> list[list[int]]:
        config = self.config
        epochs = (shuffled_batches(self.lengths, config.batch_size, config.seed, e) for e in range(config.epochs))
        return [batch for epoch in epochs for batch in epoch]

    def _update(self, update: int, indices: list[int], known: dict[str, tuple[Tensor, Tensor]]) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = group["highest"] * learning_rate_share(update, self.updates, self.config.warmup_share)
        own = self.together.own_share(indices)
        total, count = 0.0, 0
        if own:
            loss = self._loss(own, known)
            total, count = float(loss.total.item()), loss.judged
        whole_count = max(1.0, self.together.total(count))
        mean = self.together.total(total) / whole_count
        if not math.isfinite(mean):
            raise self._diverged(update, mean)
        self.optimizer.zero_grad()
        if own:
            (loss.total / whole_count).backward()
        weights = list(self.masters.weights.values())
        self.together.add_up(self.masters.take_gradients(), weights)
        norm = torch.nn.utils.clip_grad_norm_(weights, _CLIP_NORM)
        if not math.isfinite(float(norm)):
            raise self._diverged(update, float(norm))
        self.optimizer.step()
        self.masters.hand_out()
        return mean

    def _loss(self, indices: list[int], known: dict[str, tuple[Tensor, Tensor]]) -> Any:
        if self.kind.loss is None:
            raise InputError(f"kind {self.kind.name} is not trained")
        solutions = [self.examples[index][1] for index in indices]
        return self.kind.loss(self.model, self._reading(indices, known), solutions, self.config.beta)

    def _reading(self, indices: list[int], known: dict[str, tuple[Tensor, Tensor]]) -> Reading:
        of_base = padded([known[self.keys[index]] for index in indices], self.model.device) if known else None
        if of_base is not None and self.config.mode == "head":
            return of_base
        batch = collate([self.examples[index][0] for index in indices], str(self.model.device))
        told = None if of_base is None else of_base.log_probabilities
        return self.model.read(batch, with_tokens=self.kind.reads_tokens, known=told)

    def _diverged(self, update: int, value: float) -> InputError:
        """Nothing of it is kept: gone on with, it would end the same way."""
        if self.together.is_first:
            self.resume.unlink(missing_ok=True)
        return InputError(
            f"the loss is no number any more at update {update + 1} of {self.updates} ({value}); nothing was written. "
            f"Expected a lower --learning-rate than {self.config.learning_rate:g}, or other data"
        )

    def _groups(self) -> list[dict[str, Any]]:
        heads = [weight for name, weight in self.masters.weights.items() if _is_of_a_head(name)]
        rest = [weight for name, weight in self.masters.weights.items() if not _is_of_a_head(name)]
        rates = [(rest, self.config.learning_rate), (heads, self.config.head_learning_rate)]
        return [{"params": weights, "lr": rate, "highest": rate} for weights, rate in rates if weights]

    def _keep(self, update: int) -> None:
        if not self.together.is_first:
            return
        tensors: dict[str, Tensor] = {f"weight.{name}": weight for name, weight in self.masters.weights.items()}
        for name, weight in self.masters.weights.items():
            moments = self.optimizer.state.get(weight, {})
            tensors |= {f"{key}.{name}": moments[key] for key in ("exp_avg", "exp_avg_sq") if key in moments}
        metadata = {"inputs": self.inputs, "update": str(update), "losses": orjson.dumps(self.losses).decode()}
        write_tensors(self.resume, tensors, metadata)

    def _restore(self) -> int:
        """Take up the checkpoint of these very inputs; the number of the next update."""
        kept = read_tensors(self.resume)
        self.together.wait()  # nobody writes the next one before all have read this one
        if kept is None or kept[1].get("inputs") != self.inputs:
            return 0
        tensors, metadata = kept
        update = int(metadata["update"])
        for name, weight in self.masters.weights.items():
            with torch.no_grad():
                weight.copy_(tensors[f"weight.{name}"])
            if f"exp_avg.{name}" in tensors:
                moments = {key: tensors[f"{key}.{name}"].to(weight.device) for key in ("exp_avg", "exp_avg_sq")}
                self.optimizer.state[weight] = {"step": torch.tensor(float(update)), **moments}
        self.masters.hand_out()
        self.losses = orjson.loads(metadata["losses"])
        return update


def _is_of_a_head(name: str) -> bool:
    return name.startswith(("head.", "further_heads."))


def learning_rate_share(update: int, updates: int, warmup_share: float) -> float:
    """Share of the highest rate: a linear rise, then a half cosine down to a tenth."""
    warmup = max(1, math.ceil(warmup_share * updates))
    if update < warmup:
        return (update + 1) / warmup
    done = (update - warmup) / max(1, updates - warmup)
    return 0.1 + 0.45 * (1 + math.cos(math.pi * done))


def _encoded(base: Base, solutions: Sequence[LabeledSolution]) -> tuple[list[Example], int]:
    texts = [(solution.problem, solution.steps) for solution in solutions]
    encoded = zip(base.encoder.encode_all(texts), solutions, strict=True)
    fitting = [(ids, solution) for ids, solution in encoded if ids is not None]
    return fitting, len(texts) - len(fitting)
