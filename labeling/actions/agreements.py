"""Agreement as background work: which labels are compared, when it is asked for, and what is kept."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from labeling.actions import events, jobs
from labeling.models import (
    CHECKS,
    AgreementReport,
    Campaign,
    Gold,
    GoldSource,
    GoldUse,
    Job,
    JobKind,
    Label,
    LabelerKind,
    ProblemState,
    Purpose,
    Round,
)

FirstErrors = list[int | None]  # None: no error


def comparable(campaign: Campaign) -> QuerySet[Label]:
    """Current labels with a verdict, but those that say nothing of how people agree in the campaign's data.

    Left out are a lead's decisions, labels of excluded problems, newcomers' of screening, and what gold was imported
    from: it is the judge there.
    """
    labels = Label.objects.current().with_verdict_on_steps().filter(problem__campaign=campaign, solution__isnull=False)
    labels = labels.exclude(labeler__kind=LabelerKind.ADJUDICATOR).exclude(problem__state=ProblemState.EXCLUDED)
    key = Gold.objects.filter(source=GoldSource.IMPORTED, label=OuterRef("pk")).exclude(use=GoldUse.RETIRED)
    return labels.filter(Q(item__isnull=True) | ~Q(item__purpose=Purpose.SCREENING), ~Exists(key))


def last_label(campaign: Campaign) -> int:
    """The number of the newest of them, 0 where there is none."""
    return comparable(campaign).aggregate(last=Max("pk"))["last"] or 0


def compared(campaign: Campaign, last: int) -> QuerySet[Label]:
    """Those up to this number whose solution somebody else labeled too; `is_check` where it was given as gold."""
    labels = comparable(campaign).filter(pk__lte=last)
    others = labels.filter(solution=OuterRef("solution")).exclude(labeler=OuterRef("labeler"))
    return labels.filter(Exists(others)).annotate(is_check=Q(item__isnull=False, item__purpose__in=CHECKS))


def known(campaign: Campaign) -> Iterator[tuple[int, str, FirstErrors]]:
    """Solutions of which is known what is right, who says it, and the first errors that are: a decision before gold."""
    final = Label.objects.current().with_verdict_on_steps().filter(problem__campaign=campaign)
    decided: set[int | None] = set()
    for label in final.filter(labeler__kind=LabelerKind.ADJUDICATOR, solution__isnull=False).iterator():
        decided.add(label.solution_id)
        yield label.solution_id or 0, "decision", [label.first_error_index]
    in_use = Gold.objects.exclude(use=GoldUse.RETIRED).filter(solution__problem__campaign=campaign)
    for one in in_use.iterator():
        if one.solution_id not in decided:
            yield one.solution_id, "gold", [*one.first_errors, *([None] if one.may_have_none else [])]


def since(report: AgreementReport) -> int:
    """How many labels came in after those that the report knows of."""
    return comparable(report.campaign).filter(pk__gt=report.last_label).count()


def request(*, campaign: Campaign, by: User) -> Job:
    """Ask for the figures anew; asked while that waits, the same job."""
    with transaction.atomic():
        job = jobs.request(campaign=campaign, kind=JobKind.AGREEMENT, by=by)
        events.record(campaign=campaign, actor=by, verb="agreement.requested", subject=f"job {job.pk}")
    return job


def after_round(closed: Round) -> None:
    """A round that closes brings labels to compare, where its solutions have several or somebody looked before."""
    if closed.overlap > 1 or AgreementReport.objects.filter(campaign=closed.campaign_id).exists():
        jobs.request(campaign=closed.campaign, kind=JobKind.AGREEMENT)


def keep(*, job: Job, figures: dict[str, Any], labels: int, last: int, at: datetime) -> None:
    """The report of this job in place of the one before, and the job's end: both, or neither.

    What the labels of each solution add up to is kept apart from the figures, which pages read.
    """
    consensus = figures.get("consensus") or {}
    verdicts = [list(one.values()) for one in consensus.pop("verdicts", [])]
    with transaction.atomic():
        jobs.heartbeat(job, message="")
        fields = {"job": job, "figures": figures, "labels": labels, "last_label": last, "computed_at": at}
        fields["verdicts"] = verdicts
        AgreementReport.objects.update_or_create(campaign=job.campaign, defaults=fields)
        jobs.finish(job, result={"pairs": figures["all"]["pairs"]})
