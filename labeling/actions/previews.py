"""What a plan would choose, in numbers: at once from a small pool, as a job from one that takes long to read."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from labeling.actions import jobs, rounds
from labeling.actions.convincing import BINS
from labeling.actions.errors import Conflict
from labeling.actions.pool_size import solution_count
from labeling.actions.round_plans import RoundPlan
from labeling.models import Campaign, Job, JobKind, JobState, Mode, Problem, QueueItem
from selector.records import Candidate

AT_ONCE = 20_000  # solutions that are read while somebody waits: about a second
EXAMPLES = 10
OF_EACH_OTHER_REASON = 2


def takes_long(campaign: Campaign, wanted: RoundPlan) -> bool:
    """Whether the pool is too large to be read in a request; candidate trees never are that many."""
    return wanted.mode == Mode.SOLUTION and solution_count(campaign) > AT_ONCE


def made(campaign: Campaign, wanted: RoundPlan, seen: Callable[[int], object] = lambda _count: None) -> dict[str, Any]:
    """How many labels of how many problems and why, scores in the pool and of the chosen, ten examples.

    Plain values, so that a job can keep them. Raises Conflict when there is nothing left to label.
    """
    planned, items, pool = rounds.preview_with_pool(campaign, wanted, seen)
    items.sort(key=lambda item: (item.rank, item.place))
    chosen = {item.subject_id for item in items}
    scores = [item.score for item in items if item.reason == "convincing_wrong" and item.score is not None]
    wrong = [one.score for one in pool if _is_open_wrong(one) and one.score is not None]
    problem_of = {int(one.solution_id): int(one.problem_id) for one in pool if int(one.solution_id) in chosen}
    return {
        "selector": planned.selector_id,
        "wanted": len(items),
        "by_reason": dict(Counter(item.reason for item in items)),
        "problems": len(set(problem_of.values())),
        "by_subject": _by_subject(campaign, [problem_of[item.subject_id] for item in items]),
        "pool": {"count": len(wrong), "bins": binned(wrong)} if planned.selector_id else None,
        "chosen": {"count": len(scores), "bins": binned(scores), "lowest": min(scores, default=None)},
        "examples": [(one.subject_id, one.rank, one.reason, one.score) for one in _first_of_each(items)],
        **{name: getattr(planned, name) for name in ("notes", "kept_out", "shortfall")},
    }


def _by_subject(campaign: Campaign, problems: Sequence[int]) -> list[tuple[str, int, int]]:
    """Each subject with how many problems and labels of it, the largest first; nothing where no subject is known."""
    known = Problem.objects.filter(campaign=campaign).exclude(subject=None)
    subjects = dict(known.values_list("pk", "subject"))
    labels = Counter(subjects.get(problem) or "" for problem in problems)
    of_each = Counter(subjects.get(problem) or "" for problem in set(problems))
    ordered = sorted(labels.items(), key=lambda one: (-one[1], one[0]))
    return [(name, of_each[name], count) for name, count in ordered] if set(labels) != {""} else []


def _is_open_wrong(one: Candidate) -> bool:
    return one.verdict == "wrong" and one.split == "train" and not one.is_labeled


def binned(scores: Sequence[float]) -> list[int]:
    """How many lie in each part of 0 to 1."""
    bins = [0] * BINS
    for score in scores:
        bins[min(BINS - 1, int(score * BINS))] += 1
    return bins


def _first_of_each(items: Sequence[QueueItem]) -> list[QueueItem]:
    """The first ten, with the first two of every further reason among them."""
    of_reason: dict[str, list[QueueItem]] = {}
    seen: set[int] = set()
    for item in items:
        if item.subject_id not in seen:  # with overlap a solution comes several times
            seen.add(item.subject_id)
            of_reason.setdefault(item.reason, []).append(item)
    if not of_reason:
        return []
    first, *others = of_reason.values()
    further = [item for group in others for item in group[:OF_EACH_OTHER_REASON]]
    return [*first[: max(1, EXAMPLES - len(further))], *further]


# --- as a job


def request(*, campaign: Campaign, wanted: RoundPlan, by: User) -> Job:
    """Ask for it in the background; what waits already makes room for what is asked now."""
    params = {"plan": asdict(wanted)}
    job = jobs.request(campaign=campaign, kind=JobKind.PREVIEW, params=params, by=by)
    if job.params != params:
        Job.objects.filter(pk=job.pk, state=JobState.REQUESTED).update(params=params)
        job.refresh_from_db()
    return job


def latest(campaign: Campaign, wanted: RoundPlan) -> Job | None:
    """The newest job that was asked for this very plan, whatever became of it."""
    newest = campaign.jobs.filter(kind=JobKind.PREVIEW).exclude(state=JobState.CANCELLED).order_by("-id")[:20]
    return next((job for job in newest if job.params.get("plan") == asdict(wanted)), None)


def request_plan(*, campaign: Campaign, wanted: RoundPlan, opens: bool, by: User) -> Job:
    """Plan the round in the background, and open it. Raises Conflict while another planning waits."""
    params = {"plan": asdict(wanted), "by": by.pk, "opens": opens}
    job = jobs.request(campaign=campaign, kind=JobKind.PLAN, params=params, by=by)
    if job.params != params:
        raise Conflict(_("Another planning waits already; look at what comes of it first."))
    return job
