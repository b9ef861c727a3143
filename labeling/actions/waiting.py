"""Why there is nothing to label now, and when to ask again: for labelers, so without figures of the selector."""

from datetime import timedelta
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from labeling import code_words
from labeling.actions import screening
from labeling.models import Campaign, Job, JobKind, JobState, Labeler, Round, RoundState, WorkerSign
from labeling.stored_words import said
from labeling.wording import NO_BREAK, percent, sentences

ALIVE_SECONDS = 60
SOON, LATER, MUCH_LATER = 5, 15, 60
ACTIVE = [JobState.REQUESTED, JobState.RUNNING]

STAGES = code_words.STAGES | {"score": _("scoring solutions")}  # labelers need not know of a pool

Lazy = Any  # a text that is said in the language in force when it is read
_sentences = lazy(sentences, str)
_said = lazy(said, str)
_percent = lazy(lambda share: percent(share).replace(NO_BREAK, " "), str)  # ASCII, for the header


def why_nothing(campaign: Campaign, labeler: Labeler | None = None) -> tuple[Lazy, int]:
    """One sentence or two, and after how many seconds asking again makes sense.

    Lazy, since it is told twice: in a header for programs, in ASCII and so in English, and to the person.
    """
    if labeler is not None and labeler.paused_at is not None:
        return format_lazy(_("You are paused. {why}"), why=_said(labeler.pause_reason)), MUCH_LATER
    if labeler is not None and screening.is_required(campaign, labeler):
        return _of_screening(campaign, labeler), MUCH_LATER
    of = campaign.rounds.filter(number__gte=0)
    rounds = list(of.filter(state=RoundState.OPEN)[:1]) or list(of.order_by("-number")[:1])
    if not rounds:
        return _("No round is open yet."), LATER
    newest = rounds[0]
    if newest.state == RoundState.OPEN:
        others = _("You have labeled everything that is open to you; others are still finishing round {number}.")
        return format_lazy(others, number=newest.number), LATER
    if newest.state == RoundState.PLANNED:
        return format_lazy(_("Round {number} is planned; a lead has to open it."), number=newest.number), LATER
    what, seconds = _after(campaign)
    return _sentences(_ended(newest), what), seconds


def _of_screening(campaign: Campaign, labeler: Labeler) -> Lazy:
    """Nothing real before it is passed."""
    if not labeler.screening_attempts.exists():
        return _("Screening comes before the work, and a lead has still to prepare its solutions.")
    if screening.attempts_left(campaign, labeler):
        return _("Screening is over and was not passed. What was right, and how to try again: under Home, Screening.")
    return _(
        "Screening is over and was not passed. What was right: under Home, Screening. A lead decides what follows."
    )


def _ended(closed: Round) -> Lazy:
    is_complete = not closed.items.unfinished().exists()
    said = _("Round {number} is complete.") if is_complete else _("Round {number} is closed.")
    return format_lazy(said, number=closed.number)


def _after(campaign: Campaign) -> tuple[Lazy, int]:
    """What follows a closed round."""
    jobs = list(campaign.jobs.filter(kind__in=[JobKind.RETRAIN, JobKind.PLAN], state__in=ACTIVE).order_by("id"))
    retrain = next((job for job in jobs if job.kind == JobKind.RETRAIN), None)
    if jobs and not has_living_worker():
        return _("No worker is alive; the next round waits for one."), MUCH_LATER
    if retrain is not None:
        return _training(retrain), SOON
    if jobs:
        return _("The next round is being planned."), SOON
    if not campaign.auto_advance:
        return _("The next round is a lead's to plan."), MUCH_LATER
    return _stopped(campaign), MUCH_LATER


def _training(job: Job) -> Lazy:
    if job.state == JobState.REQUESTED:
        return _("The selector is about to be retrained; the next round follows.")
    return format_lazy(
        _("The selector is being retrained ({stage}, {percent}); the next round follows."),
        stage=STAGES.get(job.stage, job.stage or _("starting")),
        percent=_percent(job.progress),
    )


# By kind and state of the last job.
_STOPPED = {
    (JobKind.RETRAIN, JobState.FAILED): _("The last training failed; a lead has to look at it."),
    (JobKind.RETRAIN, JobState.CANCELLED): _("The last training was cancelled; a lead has to look at it."),
    (JobKind.PLAN, JobState.FAILED): _("The last planning failed; a lead has to look at it."),
    (JobKind.PLAN, JobState.CANCELLED): _("The last planning was cancelled; a lead has to look at it."),
}


def _stopped(campaign: Campaign) -> Lazy:
    """With auto_advance on, and yet nothing is under way."""
    last = campaign.jobs.filter(kind__in=[JobKind.RETRAIN, JobKind.PLAN]).order_by("-id").first()
    why = _STOPPED.get((JobKind(last.kind), JobState(last.state))) if last else None
    return why or _("Nothing is left to label.")


def has_living_worker(seconds: int = ALIVE_SECONDS) -> bool:
    """Whether any worker gave a sign of life lately."""
    return living_workers(seconds) > 0


def living_workers(seconds: int = ALIVE_SECONDS) -> int:
    """How many workers gave a sign of life lately, by the database's clock."""
    since = ExpressionWrapper(Now() - timedelta(seconds=seconds), output_field=DateTimeField())
    return WorkerSign.objects.filter(seen_at__gt=since).count()
