"""What a campaign's page says first: where it stands, what comes next, how good the selector is."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Length

from labeling.actions import candidates, waiting
from labeling.charts import Part
from labeling.models import (
    Campaign,
    FinishReason,
    ItemState,
    Job,
    JobKind,
    JobState,
    Label,
    Round,
    RoundState,
    Solution,
)
from labeling.templatetags.lead import percent
from labeling.views.selector_report import SelectorReport

ACTIVE = (JobState.REQUESTED, JobState.RUNNING)
NEXT_ROUND = "The next round opens by itself when all labels are in and the pool is scored."
STAGE_WORDS = {**waiting.STAGES, "grade": "grading answers", "import": "reading the file", "plan": "choosing"}


@dataclass(frozen=True, slots=True)
class Found:
    """What some labels found."""

    labels: int = 0
    steps: int = 0
    errors: int = 0
    good: int = 0
    gave_up: int = 0
    bad_problem: int = 0

    @classmethod
    def sums(cls) -> dict[str, Any]:
        """The aggregates over labels, by field."""
        ended = {
            "errors": FinishReason.FOUND_ERROR,
            "good": FinishReason.SOLUTION,
            "gave_up": FinishReason.GIVE_UP,
            "bad_problem": FinishReason.BAD_PROBLEM,
        }
        counts = {name: Count("pk", filter=Q(finish_reason=reason)) for name, reason in ended.items()}
        return {"labels": Count("pk"), "steps": Sum(Length("ratings"), default=0), **counts}


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """One round with the states of its items and what its labels found."""

    round: Round
    items: dict[str, int]
    found: Found = field(default_factory=Found)

    @property
    def wanted(self) -> int:
        """Labels wanted: withdrawn items are not."""
        return sum(count for state, count in self.items.items() if state != ItemState.WITHDRAWN)

    @property
    def labeled(self) -> int:
        """Labels that are there."""
        return self.items.get(ItemState.LABELED, 0)

    @property
    def is_complete(self) -> bool:
        """Whether every wanted label is there."""
        return self.labeled == self.wanted

    def parts(self) -> list[Part]:
        """The items by state, for the bar."""
        left = self.items.get(ItemState.WAITING, 0) + self.items.get(ItemState.PLANNED, 0)
        return [
            Part("labeled", self.labeled, "bar-1"),
            Part("in hand", self.items.get(ItemState.LEASED, 0), "bar-3"),
            Part("waiting", left, "bar-2"),
        ]


def rounds_with_progress(campaign: Campaign) -> list[RoundProgress]:
    """All rounds, the newest first, in three queries."""
    rounds = list(campaign.rounds.select_related("selector", "campaign").order_by("-number"))
    items: dict[int, dict[str, int]] = {}
    counted = campaign.queue_items.filter(round__isnull=False).order_by().values_list("round_id", "state")
    for round_id, state, count in counted.annotate(count=Count("pk")):
        items.setdefault(round_id, {})[state] = count
    labels = Label.objects.current().filter(round__campaign=campaign).order_by().values("round_id")
    found: dict[int, Found] = {}
    for row in labels.annotate(**Found.sums()):
        sums: dict[str, Any] = dict(row)
        round_id = sums.pop("round_id")
        found[round_id] = Found(**sums)
    return [RoundProgress(one, items.get(one.pk, {}), found.get(one.pk, Found())) for one in rounds]


def all_found(campaign: Campaign) -> Found:
    """What all labels of the campaign found, imported ones included."""
    return Found(**Label.objects.current().filter(problem__campaign=campaign).aggregate(**Found.sums()))


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The heading and the sentences under it."""

    heading: str
    sentences: list[str]


def conclude(
    campaign: Campaign, newest: RoundProgress | None, jobs: list[Job], in_use: SelectorReport | None, has_worker: bool
) -> Conclusion:
    """Where the campaign stands, what comes next, and how good its selector is."""
    quality = in_use.in_words() if in_use else ["There is no selector in use yet."]
    if newest is None:
        return _before_the_first(campaign, jobs)
    state = newest.round.state
    if state == RoundState.PLANNED:
        return Conclusion(
            f"Round {newest.round.number} is planned",
            [f"It wants {newest.wanted:,} labels, and waits for a lead to open it.", *quality],
        )
    heading = _open_heading(newest) if state == RoundState.OPEN else _closed_heading(newest)
    following = _during(campaign, newest, jobs) if state == RoundState.OPEN else _after(campaign, jobs)
    if any(job.state in ACTIVE for job in jobs) and not has_worker:
        following = "No worker is alive, so nothing goes on in the background until one is started."
    return Conclusion(heading, [following, *quality])


def _before_the_first(campaign: Campaign, jobs: list[Job]) -> Conclusion:
    solutions = Solution.objects.of(campaign).distinct_texts().count()
    if solutions:
        return Conclusion(
            f"{solutions:,} solutions wait for a first round",
            ["There is no selector yet, so the first round is drawn uniformly. Plan it, look at it, open it."],
        )
    if any(job.kind == JobKind.IMPORT and job.state in ACTIVE for job in jobs):
        return Conclusion("An import is under way", ["Its problems and solutions appear all at once when it is done."])
    return Conclusion("Nothing has been imported yet", ["Bring problems and solutions in, then plan the first round."])


def _open_heading(newest: RoundProgress) -> str:
    if not newest.labeled:
        return f"Round {newest.round.number} is open: {newest.wanted:,} labels wanted"
    return f"Round {newest.round.number} has {newest.labeled:,} of {newest.wanted:,} labels"


def _closed_heading(newest: RoundProgress) -> str:
    if newest.is_complete:
        return f"Round {newest.round.number} is complete: {newest.labeled:,} labels"
    return f"Round {newest.round.number} was closed with {newest.labeled:,} of {newest.wanted:,} labels"


def _during(campaign: Campaign, newest: RoundProgress, jobs: list[Job]) -> str:
    if training := _active(jobs, JobKind.RETRAIN):
        return f"{_training_words(training)} while labeling goes on."
    if not campaign.auto_advance:
        return "It closes itself with its last label; training and the next round are yours to start."
    if newest.round.training_requested_at is None:
        happens = "the selector is trained again" if campaign.selectors.exists() else "the first selector is trained"
        return f"At {train_at(newest):,} labels {happens}. {NEXT_ROUND}"
    return f"The selector has been trained on the labels so far. {NEXT_ROUND}"


def train_at(progress: RoundProgress) -> int:
    """The number of labels at which an automatic training starts."""
    wanted = progress.round.campaign.train_after * progress.wanted
    return max(1, -int(-(wanted - 1e-9) // 1))


def _after(campaign: Campaign, jobs: list[Job]) -> str:
    if training := _active(jobs, JobKind.RETRAIN):
        return f"{_training_words(training)}; the next round follows."
    if _active(jobs, JobKind.PLAN):
        return "The next round is being planned."
    last = next((job for job in jobs if job.kind in (JobKind.RETRAIN, JobKind.PLAN)), None)
    if last is not None and last.state == JobState.FAILED:
        return f"The last {'training' if last.kind == JobKind.RETRAIN else 'planning'} failed; see the jobs below."
    if not campaign.auto_advance:
        return "Train the selector on the new labels, then plan the next round."
    if candidates.unlabeled_count(campaign) == 0:
        return "Every distinct solution is labeled: bring more in, or take the labels out."
    return "The next round is yours to plan: nothing is under way by itself."


def _active(jobs: list[Job], kind: str) -> Job | None:
    return next((job for job in jobs if job.kind == kind and job.state in ACTIVE), None)


def _training_words(job: Job) -> str:
    if job.state == JobState.REQUESTED:
        return "The selector is about to be trained"
    stage = STAGE_WORDS.get(job.stage, job.stage or "starting")
    return f"The selector is being trained ({stage}, {percent(job.progress)})"
