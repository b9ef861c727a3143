"""Why there is nothing to label now, and when to ask again: for labelers, so without figures of the selector."""

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

from labeling.models import UNFINISHED, Campaign, Job, JobKind, JobState, Round, RoundState, WorkerSign

ALIVE_SECONDS = 60
SOON, LATER, MUCH_LATER = 5, 15, 60
STAGES = {
    "snapshot": "collecting labels",
    "train": "training",
    "score": "scoring solutions",
    "evaluate": "measuring",
    "publish": "comparing",
}
ACTIVE = [JobState.REQUESTED, JobState.RUNNING]


def why_nothing(campaign: Campaign) -> tuple[str, int]:
    """One sentence or two in ASCII (it travels in a header), and after how many seconds asking again makes sense."""
    rounds = list(campaign.rounds.filter(state=RoundState.OPEN)[:1]) or list(campaign.rounds.order_by("-number")[:1])
    if not rounds:
        return "No round is open yet.", LATER
    newest = rounds[0]
    if newest.state == RoundState.OPEN:
        return (
            f"You have labeled everything that is open to you; others are still finishing round {newest.number}.",
            LATER,
        )
    if newest.state == RoundState.PLANNED:
        return f"Round {newest.number} is planned; a lead has to open it.", LATER
    what, seconds = _after(campaign)
    return f"{_ended(newest)} {what}", seconds


def _ended(closed: Round) -> str:
    is_complete = not closed.items.filter(state__in=UNFINISHED).exists()
    return f"Round {closed.number} is {'complete' if is_complete else 'closed'}."


def _after(campaign: Campaign) -> tuple[str, int]:
    """What follows a closed round."""
    jobs = list(campaign.jobs.filter(kind__in=[JobKind.RETRAIN, JobKind.PLAN], state__in=ACTIVE).order_by("id"))
    retrain = next((job for job in jobs if job.kind == JobKind.RETRAIN), None)
    if jobs and not has_living_worker():
        return "No worker is alive; the next round waits for one.", MUCH_LATER
    if retrain is not None:
        return f"{_training(retrain)}; the next round follows.", SOON
    if jobs:
        return "The next round is being planned.", SOON
    if not campaign.auto_advance:
        return "The next round is a lead's to plan.", MUCH_LATER
    return _stopped(campaign)


def _training(job: Job) -> str:
    if job.state == JobState.REQUESTED:
        return "The selector is about to be retrained"
    stage = STAGES.get(job.stage, job.stage or "starting")
    return f"The selector is being retrained ({stage}, {100 * job.progress:.0f} %)"


def _stopped(campaign: Campaign) -> tuple[str, int]:
    """With auto_advance on, and yet nothing is under way."""
    last = campaign.jobs.filter(kind__in=[JobKind.RETRAIN, JobKind.PLAN]).order_by("-id").first()
    if last is not None and last.state in (JobState.FAILED, JobState.CANCELLED):
        what = "training" if last.kind == JobKind.RETRAIN else "planning"
        how = "failed" if last.state == JobState.FAILED else "was cancelled"
        return f"The last {what} {how}; a lead has to look at it.", MUCH_LATER
    return "Nothing is left to label.", MUCH_LATER


def has_living_worker(seconds: int = ALIVE_SECONDS) -> bool:
    """Whether any worker gave a sign of life lately."""
    return living_workers(seconds) > 0


def living_workers(seconds: int = ALIVE_SECONDS) -> int:
    """How many workers gave a sign of life lately, by the database's clock."""
    since = ExpressionWrapper(Now() - timedelta(seconds=seconds), output_field=DateTimeField())
    return WorkerSign.objects.filter(seen_at__gt=since).count()
