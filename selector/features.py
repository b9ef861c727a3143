"""What a frozen base made of each text, kept on disk: a head can be trained and used again without the base.

Where the base is trained, what it made of each text before is kept without its states: a few bytes a step.

A folder for each base (its revision and arithmetic are in its name), in it shards that are only ever added, each whole
or not there. A text is found by its own key, whichever pool it came from; what a killed process had written is used.
"""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from selector.encoding import Encoded
from selector.model import StepModel
from selector.passes import readings
from selector.reading import Reading
from selector.records import Dtype
from selector.tensor_files import write_tensors

FORMAT = 1  # raised when the same base and text would give other features
_SHARD_SECONDS = 20.0  # of work that a killed process loses at most

Feature = tuple[Tensor, Tensor]  # (S, W) states at the steps' ends, (S, 2) log-probabilities


def folder_of(cache: Path, name: str, revision: str, dtype: Dtype, *, keeps_states: bool = True) -> Path:
    """Where the features of one base lie."""
    digest = hashlib.sha256(f"{FORMAT} {name} {revision} {dtype}".encode()).hexdigest()[:24]
    return cache / ("features" if keeps_states else "log-probabilities") / f"{Path(name).name}-{digest}"


class Features:
    """The kept features of one base, those that are missing made by the model when they are asked for.

    Without `keeps_states` the states are zero wide: for whoever needs the log-probabilities alone.
    """

    def __init__(
        self,
        model: StepModel,
        folder: Path | None,
        max_tokens: int,
        *,
        shares_prefixes: bool = False,
        keeps_states: bool = True,
    ) -> None:
        self.model = model
        self.folder = folder
        self.max_tokens = max_tokens
        self.shares_prefixes = shares_prefixes
        self.keeps_states = keeps_states
        self.made = 0  # texts that went through the base
        self._places: dict[str, tuple[Path, int, int]] = {}  # shard, first row, rows
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            for shard in sorted(folder.glob("*.safetensors")):
                self._index(shard)

    def of(self, texts: dict[str, Encoded], report: Callable[[float], None] = lambda _: None) -> dict[str, Feature]:
        """The features of all these texts, by their keys."""
        known = self._read([key for key in texts if key in self._places])
        missing = {key: encoded for key, encoded in texts.items() if key not in known}
        fresh: dict[str, Feature] = {}
        since, done = time.monotonic(), 0
        unkept: dict[str, Feature] = {}
        for made in self._make(missing):
            unkept |= made
            done += len(made)
            report(done / len(missing))
            if time.monotonic() - since > _SHARD_SECONDS:
                self._keep(unkept)
                fresh, unkept, since = fresh | unkept, {}, time.monotonic()
        self._keep(unkept)
        self.made += done
        return known | fresh | unkept

    def _make(self, texts: dict[str, Encoded]) -> Iterator[dict[str, Feature]]:
        keys, encoded = list(texts), list(texts.values())
        for places, reading in readings(self.model, encoded, self.max_tokens, shares_prefixes=self.shares_prefixes):
            states = (reading.states if self.keeps_states else reading.states[..., :0]).cpu()
            tokens = reading.log_probabilities.cpu()
            lengths = reading.step_mask.sum(dim=1).tolist()
            yield {
                keys[place]: (states[row, :length].clone(), tokens[row, :length].clone())
                for row, (place, length) in enumerate(zip(places, lengths, strict=True))
            }

    def _keep(self, made: dict[str, Feature]) -> None:
        if not made or self.folder is None:
            return
        tensors = {
            "states": torch.cat([states for states, _ in made.values()]),
            "log_probabilities": torch.cat([tokens for _, tokens in made.values()]),
        }
        counts = [len(states) for states, _ in made.values()]
        name = hashlib.sha256("".join(made).encode()).hexdigest()[:16]
        shard = self.folder / f"{name}.safetensors"
        write_tensors(shard, tensors, {"keys": json.dumps(list(made)), "counts": json.dumps(counts)})
        self._index(shard)

    def _index(self, shard: Path) -> None:
        """What a shard holds; a damaged one holds nothing, and its texts are made again."""
        try:
            with safe_open(shard, framework="pt") as opened:
                about = opened.metadata() or {}
                keys, counts = json.loads(about["keys"]), json.loads(about["counts"])
        except (SafetensorError, OSError, KeyError, ValueError):
            return
        first = 0
        for key, count in zip(keys, counts, strict=True):
            self._places[key] = shard, first, count
            first += count

    def _read(self, keys: Sequence[str]) -> dict[str, Feature]:
        by_shard: dict[Path, list[str]] = defaultdict(list)
        for key in keys:
            by_shard[self._places[key][0]].append(key)
        found: dict[str, Feature] = {}
        for shard, wanted in by_shard.items():
            try:
                with safe_open(shard, framework="pt") as opened:
                    states, tokens = opened.get_tensor("states"), opened.get_tensor("log_probabilities")
            except (SafetensorError, OSError):
                continue  # taken away meanwhile, or damaged: made again
            for key in wanted:
                _, first, count = self._places[key]
                found[key] = states[first : first + count], tokens[first : first + count]
        return found


def padded(features: Sequence[Feature], device: torch.device | str = "cpu") -> Reading:
    """Features of several texts as one reading, as the base itself would have given it."""
    states = pad_sequence([states for states, _ in features], batch_first=True).to(device)
    tokens = pad_sequence([tokens for _, tokens in features], batch_first=True).to(device)
    lengths = torch.tensor([len(states) for states, _ in features], device=device)
    mask = torch.arange(states.shape[1], device=device)[None, :] < lengths[:, None]
    return Reading(states, tokens, mask)
