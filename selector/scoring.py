"""Step scores and solution scores, in batches of similar length."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from selector.checkpoint import Loaded
from selector.encoding import Encoded
from selector.features import Features, folder_of, padded
from selector.masters import rounded
from selector.passes import readings
from selector.prefixes import can_share, saved_share
from selector.reading import Reading
from selector.records import REDUCTIONS, Dtype, ScoredSolution
from selector.reductions import reduced
from selector.rows import text_key

MAX_TOKENS = 8_192  # of one batch, padding counted
FEATURES = 4_096  # solutions judged together where the base's part is known already
LEAST_SAVED = 0.1  # of the tokens: below it, reading in one go is quicker
TOO_LONG = ScoredSolution(None, ())

Text = tuple[str, Sequence[str]]  # the problem, and the steps


class Scorer:
    """Scores texts by one loaded model, in float32 or, for speed, with a copy of the base's weights in bfloat16.

    `cache` keeps what the base before any training made of each text (its states in mode head alone). With
    `shares_prefixes` what solutions have in common at their beginnings goes through the base once, where that saves
    enough and the base allows it.
    """

    def __init__(
        self,
        loaded: Loaded,
        *,
        max_tokens: int = MAX_TOKENS,
        dtype: Dtype = "float32",
        cache: Path | None = None,
        shares_prefixes: bool = False,
    ) -> None:
        self.loaded = loaded if dtype == "float32" else replace(loaded, model=rounded(loaded.model))
        self.max_tokens = max_tokens
        model = self.loaded.model
        self.shares_prefixes = shares_prefixes and can_share(model.base, str(model.device))
        self.features: Features | None = None
        if model.reads_twice or (cache is not None and model.mode == "head"):
            keeps_states = not model.reads_twice
            self.features = Features(
                model if keeps_states else model.as_frozen(),
                cache and folder_of(cache, *loaded.base, dtype, keeps_states=keeps_states),
                max_tokens,
                shares_prefixes=self.shares_prefixes,
                keeps_states=keeps_states,
            )

    def score(self, texts: Sequence[Text]) -> list[ScoredSolution]:
        """Scores of the texts, in their order; `TOO_LONG` for what the base cannot read whole."""
        encoded = self.loaded.encoder.encode_all(texts)
        known = [(place, solution) for place, solution in enumerate(encoded) if solution is not None]
        results = [TOO_LONG] * len(encoded)
        for some, reading in self._readings(texts, known):
            for place, result in zip(some, self._judged(reading), strict=True):
                results[place] = result
        return results

    def _readings(self, texts: Sequence[Text], known: list[tuple[int, Encoded]]) -> Iterator[tuple[list[int], Reading]]:
        """Places of solutions, and what the base made of them."""
        keys = {place: text_key(*texts[place]) for place, _ in known}
        found = self.features.of({keys[place]: solution for place, solution in known}) if self.features else {}
        if self.features is not None and self.features.keeps_states:
            for start in range(0, len(known), FEATURES):
                places = [place for place, _ in known[start : start + FEATURES]]
                yield places, padded([found[keys[place]] for place in places], self.loaded.model.device)
            return
        encoded = [solution for _, solution in known]
        shares = self.shares_prefixes and saved_share(encoded) >= LEAST_SAVED
        told = [found[keys[place]][1] for place, _ in known] if found else None
        for places, reading in readings(
            self.loaded.model, encoded, self.max_tokens, shares_prefixes=shares, known=told
        ):
            yield [known[place][0] for place in places], reading

    def _judged(self, reading: Reading) -> list[ScoredSolution]:
        kind = self.loaded.kind
        with torch.inference_mode():
            logs, spreads = kind.step_logs(self.loaded.model, reading, self.loaded.beta)
        by_reduction = reduced(logs, reading.step_mask)
        means = by_reduction["mean_log"].tolist()
        scores = {name: by_reduction[name].exp().tolist() for name in REDUCTIONS[kind.name]}
        lengths = reading.step_mask.sum(dim=1).tolist()
        steps = logs.double().exp().tolist()
        spread_rows = spreads.tolist() if spreads is not None else None
        likelihoods = self._likelihoods(reading)
        return [
            ScoredSolution(
                score=scores[self.loaded.reduction][place],
                step_scores=tuple(steps[place][:length]),
                mean_log_score=means[place],
                step_spreads=tuple(spread_rows[place][:length]) if spread_rows else (),
                reduced={name: values[place] for name, values in scores.items()},
                likelihood=likelihoods[place],
            )
            for place, length in enumerate(lengths)
        ]

    def _likelihoods(self, reading: Reading) -> Sequence[float | None]:
        """What kind surprise would say: the base before any training has been asked for it anyway."""
        if not self.loaded.knows_likelihood:
            return [None] * len(reading.step_mask)
        sums = reading.log_probabilities[..., 1] if reading.reference is None else reading.reference
        found: list[float] = reduced(sums.float(), reading.step_mask)["mean_log"].exp().tolist()
        return found


def score(
    loaded: Loaded, texts: Sequence[Text], *, max_tokens: int = MAX_TOKENS, dtype: Dtype = "float32"
) -> list[ScoredSolution]:
    """Scores of (problem, steps) pairs, in their order."""
    return Scorer(loaded, max_tokens=max_tokens, dtype=dtype).score(texts)
