"""What a campaign's page says first: where it stands, what comes next, how good the selector is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labeling import code_words
from labeling.actions import candidates
from labeling.charts import Part
from labeling.models import (
    Campaign,
    ItemState,
    Job,
    JobKind,
    JobState,
    Mode,
    Round,
    RoundState,
    SelectorVersion,
    Solution,
)
from labeling.views import cold_start
from labeling.views.selector_report import SelectorReport
from labeling.views.work import Found, Work
from labeling.wording import grouped, percent, sentences

ACTIVE = (JobState.REQUESTED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """One round with the states of its items and what its labels found."""

    round: Round
    items: dict[str, int]
    found: Found = field(default_factory=Found)
    convincing: float | None = None  # mean score of its convincing wrong answers: where it sinks, they run out

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
            Part(str(code_words.ITEM_STATES["labeled"]), self.labeled, "bar-1"),
            Part(str(code_words.ITEM_STATES["leased"]), self.items.get(ItemState.LEASED, 0), "bar-3"),
            Part(str(code_words.ITEM_STATES["waiting"]), left, "bar-2"),
        ]


def rounds_with_progress(campaign: Campaign, work: Work) -> list[RoundProgress]:
    """All rounds, the newest first, in two queries."""
    rounds = list(campaign.rounds.filter(number__gte=0).select_related("selector", "campaign").order_by("-number"))
    items: dict[int, dict[str, int]] = {}
    scored: dict[int, tuple[float, int]] = {}
    counted = campaign.queue_items.wanted().filter(round__isnull=False).order_by().values_list("round_id", "state")
    fools = Q(reason="convincing_wrong", score__isnull=False)
    sums = {"all": Count("pk"), "scores": Sum("score", filter=fools, default=0.0), "n": Count("pk", filter=fools)}
    for round_id, state, count, scores, n in counted.annotate(**sums):
        items.setdefault(round_id, {})[state] = count
        before = scored.get(round_id, (0.0, 0))
        scored[round_id] = before[0] + scores, before[1] + n
    means = {round_id: total / n for round_id, (total, n) in scored.items() if n}
    found = work.by_round()
    return [RoundProgress(one, items.get(one.pk, {}), found.get(one.pk, Found()), means.get(one.pk)) for one in rounds]


def progress_table(rounds: list[RoundProgress]) -> tuple[Sequence[str], list[Sequence[object]]]:
    """The items of each round by state, to take along."""
    lines: list[Sequence[object]] = [
        [one.round.number, one.round.state, one.wanted, *(one.items.get(state, 0) for state in ItemState.values)]
        for one in rounds
    ]
    return ("round", "state", "wanted", *ItemState.values), lines


def in_hand(rounds: list[RoundProgress]) -> RoundProgress | None:
    """What a page speaks of first: the newest round that people label, else the newest there is."""
    return next((one for one in rounds if one.round.state == RoundState.OPEN), rounds[0] if rounds else None)


def planned(rounds: list[RoundProgress]) -> RoundProgress | None:
    """The newest round, where it waits to be opened."""
    return rounds[0] if rounds and rounds[0].round.state == RoundState.PLANNED else None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The heading and the sentences under it."""

    heading: str
    sentences: list[str]


def conclude(
    campaign: Campaign,
    rounds: list[RoundProgress],
    jobs: list[Job],
    in_use: SelectorReport | None,
    has_worker: bool,
) -> Conclusion:
    """Where the campaign stands, what comes next, and how good its selector is."""
    quality = in_use.in_words() if in_use else [_("There is no selector in use yet.")]
    newest, next_one = in_hand(rounds), planned(rounds)
    if newest is None:
        return _before_the_first(campaign, jobs, in_use.version if in_use else None)
    state = newest.round.state
    if state == RoundState.PLANNED:
        return _planned(newest, quality)
    heading = _open_heading(newest) if state == RoundState.OPEN else _closed_heading(newest)
    following = _during(campaign, newest, jobs) if state == RoundState.OPEN else _after(campaign, jobs)
    if any(job.state in ACTIVE for job in jobs) and not has_worker:
        following = _("No worker is alive, so nothing goes on in the background until one is started.")
    waits = [_next_waits(next_one)] if next_one and next_one is not newest else []
    return Conclusion(heading, [following, *waits, *quality])


def _next_waits(next_one: RoundProgress) -> str:
    waits = ngettext(
        "Round {number} is planned with {count} label, and waits for a lead to open it.",
        "Round {number} is planned with {count} labels, and waits for a lead to open it.",
        next_one.wanted,
    )
    return waits.format(number=next_one.round.number, count=grouped(next_one.wanted))


def _before_the_first(campaign: Campaign, jobs: list[Job], version: SelectorVersion | None) -> Conclusion:
    solutions = Solution.objects.of(campaign).distinct_texts().count()
    trees = 0 if solutions and campaign.mode == Mode.SOLUTION else candidates.trees_of(campaign).count()
    if trees:
        waiting = ngettext(
            "{count} candidate tree waits for a first round", "{count} candidate trees wait for a first round", trees
        )
        return Conclusion(
            waiting.format(count=grouped(trees)), [_("They are drawn uniformly. Plan the round, look at it, open it.")]
        )
    if solutions:
        waiting = ngettext(
            "{count} solution waits for a first round", "{count} solutions wait for a first round", solutions
        )
        if training := _active(jobs, JobKind.RETRAIN):
            following = _("The first round can be planned from its scores.")
            return Conclusion(waiting.format(count=grouped(solutions)), [_training_words(training, following)])
        return Conclusion(waiting.format(count=grouped(solutions)), cold_start.first_round(campaign, version))
    if any(job.kind == JobKind.IMPORT and job.state in ACTIVE for job in jobs):
        return Conclusion(
            _("An import is under way"), [_("Its problems and solutions appear all at once when it is done.")]
        )
    return Conclusion(
        _("Nothing has been imported yet"), [_("Bring problems and solutions in, then plan the first round.")]
    )


def _planned(newest: RoundProgress, quality: list[str]) -> Conclusion:
    wants = ngettext(
        "It wants {count} label, and waits for a lead to open it.",
        "It wants {count} labels, and waits for a lead to open it.",
        newest.wanted,
    )
    return Conclusion(
        _("Round {number} is planned").format(number=newest.round.number),
        [wants.format(count=grouped(newest.wanted)), *quality],
    )


def _open_heading(newest: RoundProgress) -> str:
    number, wanted = newest.round.number, newest.wanted
    if not newest.labeled:
        opened = ngettext(
            "Round {number} is open: {count} label wanted", "Round {number} is open: {count} labels wanted", wanted
        )
        return opened.format(number=number, count=grouped(wanted))
    has = ngettext("Round {number} has {part} of {all} label", "Round {number} has {part} of {all} labels", wanted)
    return has.format(number=number, part=grouped(newest.labeled), all=grouped(wanted))


def _closed_heading(newest: RoundProgress) -> str:
    number, wanted = newest.round.number, newest.wanted
    if newest.is_complete:
        complete = ngettext(
            "Round {number} is complete: {count} label", "Round {number} is complete: {count} labels", wanted
        )
        return complete.format(number=number, count=grouped(wanted))
    closed = ngettext(
        "Round {number} was closed with {part} of {all} label",
        "Round {number} was closed with {part} of {all} labels",
        wanted,
    )
    return closed.format(number=number, part=grouped(newest.labeled), all=grouped(wanted))


def _during(campaign: Campaign, newest: RoundProgress, jobs: list[Job]) -> str:
    next_round = _("The next round opens by itself when all labels are in and the pool is scored.")
    if training := _active(jobs, JobKind.RETRAIN):
        return _training_words(training, _("Labeling goes on meanwhile."))
    if not campaign.auto_advance:
        return _("It closes itself with its last label; training and the next round are yours to start.")
    if newest.round.training_requested_at is not None:
        return sentences(_("The selector has been trained on the labels so far."), next_round)
    count = train_at(newest)
    if campaign.selectors.exists():
        happens = ngettext(
            "At {count} label the selector is trained again.", "At {count} labels the selector is trained again.", count
        )
    else:
        happens = ngettext(
            "At {count} label the first selector is trained.", "At {count} labels the first selector is trained.", count
        )
    return sentences(happens.format(count=grouped(count)), next_round)


def train_at(progress: RoundProgress) -> int:
    """The number of labels at which an automatic training starts."""
    wanted = progress.round.campaign.train_after * progress.wanted
    return max(1, -int(-(wanted - 1e-9) // 1))


def _after(campaign: Campaign, jobs: list[Job]) -> str:
    if training := _active(jobs, JobKind.RETRAIN):
        return _training_words(training, _("The next round follows."))
    if _active(jobs, JobKind.PLAN):
        return _("The next round is being planned.")
    last = next((job for job in jobs if job.kind in (JobKind.RETRAIN, JobKind.PLAN)), None)
    if last is not None and last.state == JobState.FAILED:
        if last.kind == JobKind.RETRAIN:
            return _("The last training failed; see the jobs below.")
        return _("The last planning failed; see the jobs below.")
    if not campaign.auto_advance:
        return _("Train the selector on the new labels, then plan the next round.")
    if candidates.unlabeled_count(campaign) == 0:
        return _("No further solution can be wanted: bring more in, or take the labels out.")
    return _("The next round is yours to plan: nothing is under way by itself.")


def _active(jobs: list[Job], kind: str) -> Job | None:
    return next((job for job in jobs if job.kind == kind and job.state in ACTIVE), None)


def _training_words(job: Job, following: str) -> str:
    if job.state == JobState.REQUESTED:
        return sentences(_("The selector is about to be trained."), following)
    stage = code_words.STAGES.get(job.stage, job.stage or _("starting"))
    said = _("The selector is being trained ({stage}, {percent}).").format(stage=stage, percent=percent(job.progress))
    return sentences(said, following)
