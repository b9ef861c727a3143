"""Plain values that cross the border between rows and tensors.

Frozen, slotted, and free of torch and Django, so that either side can import them.
"""

from dataclasses import dataclass, field
from typing import Literal

Rating = Literal[-1, 0, 1]
Verdict = Literal["correct", "wrong", "uncertain", "unknown"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One solution that could be labeled next: what a strategy sees of it.

    `score` is the solution score in [0, 1] of the selector version in use, None where no version scored it.
    `text_key` is the same for solutions of one problem with identical steps.
    Of `samples` solutions of its problem `votes` give the same answer, itself counted (0 and 0: not counted).
    `likelihood` is its score by a label-free model of kind surprise. `spread` is how far the heads of a committee
    disagree at most, up to the first error they predict, and `doubt` how near their mean comes there to undecided, 0.5.
    `is_too_long`: that version could not read it, its base's context being shorter; a label of it could train nothing.
    """

    solution_id: str
    problem_id: str
    verdict: Verdict
    score: float | None = None
    answer: str | None = None
    split: Literal["train", "test"] = "train"
    text_key: str = ""
    is_labeled: bool = False
    votes: int = 0
    samples: int = 0
    likelihood: float | None = None
    spread: float | None = None
    doubt: float | None = None
    is_too_long: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """One chosen solution: its place in the round (0 is first), and why it was chosen.

    `utility` is what the strategy ranked it by (0 where chance chose), `parts` the named values that made it.
    """

    solution_id: str
    rank: int
    reason: str
    score: float | None
    utility: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Selection:
    """The picks of one round, and for each share that the pool could not fill how many were missing.

    `kept_out` counts what each guard rail kept out: `labeled` and `copies` (samples), `too_long` and
    `uncertain_answer` (distinct solutions), and `cap` (those that would have been chosen).
    """

    picks: tuple[Pick, ...]
    shortfall: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    kept_out: dict[str, int] = field(default_factory=dict)


KindName = Literal["prm", "orm", "implicit", "popular", "surprise"]
TrainedKind = Literal["prm", "orm", "implicit"]
Mode = Literal["full", "last_block", "lora", "head"]
OWN_BASE: tuple[Mode, ...] = ("full", "last_block")  # train weights of a copy of the base
Reduction = Literal["product", "mean_log", "min", "last"]
Dtype = Literal["float32", "bfloat16"]
REDUCTIONS: dict[KindName, tuple[Reduction, ...]] = {  # what may rank solutions, the default first
    "prm": ("product", "mean_log", "min"),
    "orm": ("last",),
    "implicit": ("min", "product", "mean_log"),
    "surprise": ("mean_log", "product", "min"),
}


@dataclass(frozen=True, slots=True)
class LabeledSolution:
    """One training example: steps in order, and what is known of each.

    `ratings` has one entry for each step, None where nothing is known (such steps carry no loss). `outcome` is
    whether the final answer is right, for kinds that learn from outcomes alone.
    """

    problem: str
    steps: tuple[str, ...]
    ratings: tuple[Rating | None, ...] = ()
    outcome: bool | None = None


@dataclass(frozen=True, slots=True)
class ScoredSolution:
    """What a selector version says of one solution; None and () where it is too long for the base.

    `score` ranks: the step scores under the version's reduction. `step_spreads` is how far the heads of a committee
    disagree on each step, () without one. `reduced` holds the scores by every reduction that the kind knows, and
    `mean_log_score` the mean of the logs of the step scores, which ranks long solutions better. `likelihood` is how
    likely the base itself finds the steps, where that was asked.
    """

    score: float | None
    step_scores: tuple[float, ...]
    mean_log_score: float | None = None
    step_spreads: tuple[float, ...] = ()
    reduced: dict[Reduction, float] = field(default_factory=dict)
    likelihood: float | None = None


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How to train; the same configuration, base and examples give the same weights on a CPU.

    Raises:
        ValueError: values that contradict each other or are out of range.
    """

    kind: TrainedKind = "prm"
    mode: Mode = "full"
    seed: int = 0
    epochs: int = 2  # passes over the examples
    batch_size: int = 16  # solutions
    learning_rate: float = 5e-4  # of the base's weights, at its highest
    head_learning_rate: float = 1e-3  # of the head's weights, at its highest
    weight_decay: float = 0.01
    warmup_share: float = 0.1  # of all updates
    beta: float = 0.05  # implicit only: scale of the log-ratio
    heads: int = 1  # of a committee, each with its own first weights; prm and orm only
    lora_rank: int = 8  # mode lora only: width of the adapters
    reduction: Reduction | None = None  # what ranks solutions; None: what the kind does by default
    checkpoint_seconds: float = 15.0  # between two checkpoints of an unfinished training
    device: str = "cpu"
    dtype: Dtype = "float32"  # of the arithmetic; the weights that are updated are float32

    def __post_init__(self) -> None:
        if self.kind == "implicit" and self.mode == "head":
            raise ValueError("kind implicit compares two language models, so it needs mode full or lora")
        if self.kind == "implicit" and self.heads > 1:
            raise ValueError("kind implicit has no head, so there is no committee of them")
        known = REDUCTIONS[self.kind]
        if self.reduction is not None and self.reduction not in known:
            raise ValueError(f"reduction: kind {self.kind} knows {', '.join(known)}, not {self.reduction}")
        for name in ("epochs", "batch_size", "heads", "lora_rank"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected at least 1, not {getattr(self, name)}")
        if min(self.learning_rate, self.head_learning_rate, self.beta) <= 0:
            raise ValueError("learning_rate, head_learning_rate and beta: expected numbers above 0")

    @property
    def ranks_by(self) -> Reduction:
        return self.reduction or REDUCTIONS[self.kind][0]


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a training did: `loss` is the mean over its last tenth of updates."""

    examples: int
    updates: int
    loss: float
    seconds: float
    resumed_at: int = 0
