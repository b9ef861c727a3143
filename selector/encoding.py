"""Steps to token ids, with the place of each step's last token."""

from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class Encoded:
    """One solution as tokens: the problem, then each step; `step_ends[i]` is the position of step i's last token.

    Each step ends with a line end, so that a blank step has a token too and every step is read at the same sign.
    """

    ids: tuple[int, ...]
    step_ends: tuple[int, ...]
    prompt_tokens: int


class Encoder:
    """Encodes for one base; `max_tokens` is how much the base can read."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_tokens: int) -> None:
        self.tokenizer = tokenizer
        self.max_tokens = max_tokens
        start = tokenizer.bos_token_id
        if start is None:
            start = tokenizer.eos_token_id
        self._start = [start if isinstance(start, int) else 0]

    def encode(self, problem: str, steps: Sequence[str]) -> Encoded | None:
        """The solution as tokens; None where it is longer than the base can read: nothing is ever cut."""
        return self.encode_all([(problem, steps)])[0]

    def encode_all(self, texts: Sequence[tuple[str, Sequence[str]]]) -> list[Encoded | None]:
        """Many at once: a problem or a step that comes again is taken apart once."""
        pieces = [[f"{problem.strip()}\n\n", *(f"{step.strip()}\n" for step in steps)] for problem, steps in texts]
        distinct = list(dict.fromkeys(piece for some in pieces for piece in some))
        if not distinct:
            return []
        taken_apart = self.tokenizer(distinct, add_special_tokens=False, return_attention_mask=False)["input_ids"]
        ids_of = dict(zip(distinct, taken_apart, strict=True))
        return [self._joined([ids_of[piece] for piece in some]) for some in pieces]

    def _joined(self, pieces: list[list[int]]) -> Encoded | None:
        ids = [*self._start, *pieces[0]]
        prompt_tokens = len(ids)
        ends = []
        for piece in pieces[1:]:
            ids += piece
            ends.append(len(ids) - 1)
        if len(ids) > self.max_tokens:
            return None
        return Encoded(tuple(ids), tuple(ends), prompt_tokens)
