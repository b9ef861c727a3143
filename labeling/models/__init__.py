"""One file per noun family, re-exported here."""

from labeling.models.campaigns import (
    DEFAULT_MIXTURE,
    Campaign,
    ColdStart,
    Labeler,
    LabelerKind,
    Membership,
    Mode,
    ReferenceAnswer,
    Role,
    Scope,
    UndecidedBy,
    WriteStepWhen,
)
from labeling.models.events import Event
from labeling.models.guides import MAX_GUIDE, MAX_NOTE, GuideReading, GuideVersion
from labeling.models.jobs import Job, JobKind, JobState, WorkerSign
from labeling.models.labels import RATINGS, SIGNS, Dispute, DisputeState, FinishReason, Label, Origin
from labeling.models.people import Preferences, Theme
from labeling.models.practice import PracticeResult
from labeling.models.problems import (
    MAX_CHARACTERS,
    MAX_STEPS,
    CandidateTree,
    Grade,
    Problem,
    ProblemState,
    Reference,
    Solution,
    Split,
    VerdictChoice,
)
from labeling.models.queue import MAX_LEASES, UNFINISHED, Draft, ItemState, Purpose, QueueItem, Skip
from labeling.models.rounds import Round, RoundState
from labeling.models.selectors import SelectorState, SelectorVersion, SolutionScore

__all__ = [
    "DEFAULT_MIXTURE",
    "MAX_CHARACTERS",
    "MAX_GUIDE",
    "MAX_LEASES",
    "MAX_NOTE",
    "MAX_STEPS",
    "RATINGS",
    "SIGNS",
    "UNFINISHED",
    "Campaign",
    "CandidateTree",
    "ColdStart",
    "Dispute",
    "DisputeState",
    "Draft",
    "Event",
    "FinishReason",
    "Grade",
    "GuideReading",
    "GuideVersion",
    "ItemState",
    "Job",
    "JobKind",
    "JobState",
    "Label",
    "Labeler",
    "LabelerKind",
    "Membership",
    "Mode",
    "Origin",
    "PracticeResult",
    "Preferences",
    "Problem",
    "ProblemState",
    "Purpose",
    "QueueItem",
    "Reference",
    "ReferenceAnswer",
    "Role",
    "Round",
    "RoundState",
    "Scope",
    "SelectorState",
    "SelectorVersion",
    "Skip",
    "Solution",
    "SolutionScore",
    "Split",
    "Theme",
    "UndecidedBy",
    "VerdictChoice",
    "WorkerSign",
    "WriteStepWhen",
]
