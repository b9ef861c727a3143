"""One file per noun family, re-exported here."""

from labeling.models.agreement import AgreementReport
from labeling.models.bulk import BulkChange, BulkKind
from labeling.models.campaigns import (
    DEFAULT_MIXTURE,
    MADE_WITHOUT_LABELS,
    READERS,
    Campaign,
    ColdStart,
    Labeler,
    LabelerKind,
    Membership,
    Mode,
    ReferenceAnswer,
    Role,
    Scope,
    SwitchedOn,
    UndecidedBy,
    WriteStepWhen,
)
from labeling.models.events import Event, EventSeal
from labeling.models.gold import BITS, Gold, GoldSource, GoldUse, Requeue, digit_of, signs_of
from labeling.models.guides import MAX_GUIDE, MAX_NOTE, GuideReading, GuideVersion
from labeling.models.invitations import Invitation, InvitationState
from labeling.models.jobs import Job, JobKind, JobState, WorkerSign
from labeling.models.labels import HAS_VERDICT, RATINGS, SIGNS, Dispute, DisputeState, FinishReason, Label, Origin
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
from labeling.models.queue import CHECKS, MAX_LEASES, UNFINISHED, Draft, ItemState, Purpose, QueueItem, Skip
from labeling.models.rounds import Round, RoundPool, RoundState
from labeling.models.rulings import Ruling, RulingAbout
from labeling.models.screening import ScreeningAttempt
from labeling.models.selectors import SelectorState, SelectorVersion, SolutionScore
from labeling.models.tokens import TokenTerms

__all__ = [
    "BITS",
    "CHECKS",
    "DEFAULT_MIXTURE",
    "HAS_VERDICT",
    "MADE_WITHOUT_LABELS",
    "MAX_CHARACTERS",
    "MAX_GUIDE",
    "MAX_LEASES",
    "MAX_NOTE",
    "MAX_STEPS",
    "RATINGS",
    "READERS",
    "SIGNS",
    "UNFINISHED",
    "AgreementReport",
    "BulkChange",
    "BulkKind",
    "Campaign",
    "CandidateTree",
    "ColdStart",
    "Dispute",
    "DisputeState",
    "Draft",
    "Event",
    "EventSeal",
    "FinishReason",
    "Gold",
    "GoldSource",
    "GoldUse",
    "Grade",
    "GuideReading",
    "GuideVersion",
    "Invitation",
    "InvitationState",
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
    "Requeue",
    "Role",
    "Round",
    "RoundPool",
    "RoundState",
    "Ruling",
    "RulingAbout",
    "Scope",
    "ScreeningAttempt",
    "SelectorState",
    "SelectorVersion",
    "Skip",
    "Solution",
    "SolutionScore",
    "Split",
    "SwitchedOn",
    "Theme",
    "TokenTerms",
    "UndecidedBy",
    "VerdictChoice",
    "WorkerSign",
    "WriteStepWhen",
    "digit_of",
    "signs_of",
]
