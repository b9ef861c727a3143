"""What a chosen label is worth in training: what the last measurement found, those before, and asking for one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from labeling import charts, work_charts
from labeling.actions import multiplier
from labeling.actions.errors import ActionError
from labeling.charts import Point
from labeling.models import Campaign, Job, JobKind, Membership
from labeling.stored_words import said
from labeling.views.lead_pages import account, for_readers, only_posted, page, refused
from labeling.views.overview import ACTIVE
from labeling.views.tables import csv_file
from labeling.wording import decimal
from labeling.work_charts import Row
from selector.trials import FARTHEST, MEASURES, WAYS

NAMES = {
    "first_error_f1": gettext_lazy("First-error F1"),
    "step_auc": gettext_lazy("Step AUC"),
    "best_of_n": gettext_lazy("Best of N"),
}
COUNTS = ("trainings", "seeds", "trained_on", "uniform", "chosen", "evaluation_labels", "problems")
MULTIPLIERS = ("measured_at", "job", *COUNTS, "measure", "multiplier", "low", "high", "why")
CURVES = ("measure", "way", "labels", "value", "low", "high")
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure with its multiplier, None where it is not known yet, and the curves it was read from."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    why: str
    curves: dict[str, list[dict[str, Any]]]
    n: int | None

    @classmethod
    def of(cls, name: str, kept: dict[str, Any]) -> "Measure":
        """Read from a job's figures."""
        figures = {key: kept[key] for key in ("low", "high", "why", "curves")}
        return cls(name=name, value=kept["multiplier"], n=kept.get("n"), **figures)

    @property
    def title(self) -> str:
        """What it is called."""
        return _("Best of {n}").format(n=self.n) if self.n and self.n > 1 else str(NAMES[self.name])

    @property
    def words(self) -> str:
        """How many uniform labels one chosen is worth, with its interval."""
        if self.value is None or self.low is None or self.high is None:
            return _("not known yet")
        value, low, high = (_most(one) for one in (self.value, self.low, self.high))
        return _("{value} ({low} to {high})").format(value=value, low=low, high=high)

    @property
    def why_words(self) -> str:
        """Why it is not known."""
        return said(self.why)

    def row(self) -> Row:
        """As a line of a chart."""
        return Row(self.title, self.words, self.value, self.low, self.high)

    @property
    def points(self) -> list[Point]:
        """Chosen labels' figure with its bounds at each number of labels, and beside it that of uniform ones."""
        pairs = zip(*(self.curves.get(way, []) for way in ("chosen", "uniform")), strict=True)
        return [
            Point(chosen["labels"], chosen["value"], other=uniform["value"], low=chosen["low"], high=chosen["high"])
            for chosen, uniform in pairs
            if chosen["value"] is not None and uniform["value"] is not None
        ]

    def chart(self) -> SafeString | str:
        """The curves, where there are any."""
        return charts.learning(self.points, name=self.title) if len(self.points) > 1 else ""

    def lines(self) -> Iterator[Sequence[object]]:
        """The curves, to take along."""
        for way in WAYS:
            for point in self.curves.get(way, []):
                yield self.name, way, point["labels"], point["value"], point["low"], point["high"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one job found, and its conclusion."""

    job: Job
    figures: dict[str, Any]
    why: str

    @classmethod
    def of(cls, job: Job) -> "Measurement":
        """Read from what the job left."""
        result = job.result or {}
        return cls(job, result["multiplier"], said(result["why"]))

    @property
    def at(self) -> datetime | None:
        """When it was done."""
        return self.job.finished_at

    @property
    def measures(self) -> list[Measure]:
        """All of them, the one that speaks of first errors first."""
        return [Measure.of(name, self.figures["measures"][name]) for name in MEASURES]

    def lines(self) -> Iterator[Sequence[object]]:
        """Its multipliers, to take along."""
        told = [self.at and self.at.isoformat(), self.job.pk, *(self.figures[name] for name in COUNTS)]
        for one in self.measures:
            yield *told, one.name, one.value, one.low, one.high, one.why

    def chart(self) -> SafeString:
        """The multipliers under one another, with a mark where a chosen label is worth one uniform one."""
        ends = ("0", decimal(FARTHEST / 2, 0), decimal(FARTHEST, 0))
        return work_charts.rows([one.row() for one in self.measures], most=FARTHEST, ends=ends, mark=1.0)


def latest(campaign: Campaign) -> Measurement | None:
    """The newest measurement."""
    job = multiplier.measured(campaign).first()
    return Measurement.of(job) if job else None


@require_safe
@for_readers
def multiplier_page(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The newest measurement, what another one would cost, and those before."""
    of = membership.campaign
    found = [Measurement.of(job) for job in multiplier.measured(of)[:SHOWN]]
    last = of.jobs.filter(kind=JobKind.MULTIPLIER).order_by("-id").first()
    context = {
        "found": found[0] if found else None,
        "history": found,
        "job": last if last and last.state != "done" else None,
        "is_active": last is not None and last.state in ACTIVE,
        "supply": multiplier.Supply.of(of),
        "training": of.selectors.filter(kind="prm").exclude(manifest={}).first(),
    }
    return page(request, "multiplier.html", membership, context)


@only_posted("multiplier")
def measure(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """Ask for a measurement."""
    of = membership.campaign
    try:
        job = multiplier.request(campaign=of, by=account(request))
    except ActionError as error:
        return refused(request, error, "multiplier", of.slug)
    return redirect("job", of.slug, job.pk)


@require_safe
@for_readers
def download(_request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """The multipliers of all measurements, the newest first, as CSV."""
    of = membership.campaign
    found = (Measurement.of(job) for job in multiplier.measured(of).iterator(chunk_size=SHOWN))
    return csv_file(f"{of.slug}-multiplier", MULTIPLIERS, (line for one in found for line in one.lines()))


@require_safe
@for_readers
def curves_download(_request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """The curves of the newest measurement, as CSV."""
    of = membership.campaign
    newest = latest(of)
    if newest is None:
        raise Http404("What a chosen label is worth was not measured yet.")
    return csv_file(f"{of.slug}-multiplier-curves", CURVES, (line for one in newest.measures for line in one.lines()))


def _most(value: float) -> str:
    """A multiplier; at the end of what was looked at, that it may be more, or less."""
    if value >= FARTHEST:
        return _("{value} or more").format(value=decimal(FARTHEST, 0))
    if value <= 1 / FARTHEST:
        return _("{value} or less").format(value=decimal(1 / FARTHEST))
    return decimal(value)
