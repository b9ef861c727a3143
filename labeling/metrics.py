"""Figures for Prometheus: read from the rows when asked for, and how long taking a label takes, as it happens.

Rows are the truth for all processes, so what they say needs no counting in any of them. `make serve` has several web
processes; what each measures they share through files (PROMETHEUS_MULTIPROC_DIR, set by the runner).
"""

import os
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max
from django.db.models.functions import Now
from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from labeling.models import Job, JobState, QueueItem, WorkerSign
from labeling.models.queue import IS_UNFINISHED

SUBMIT_SECONDS = Histogram(
    "plumbline_label_submit_seconds",
    "How long the server took to take a label, from the request to its answer",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


class Rows(Collector):
    """Five short queries. What has ended in the queue is not counted: that would read all of it."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures of now, by the database's clock."""
        yield from (_queue(), _leases(), _jobs(), _heartbeats(), _workers())


def exposition() -> bytes:
    """Everything, in Prometheus's own form."""
    shared = "PROMETHEUS_MULTIPROC_DIR" in os.environ
    registry = CollectorRegistry()
    if shared:
        MultiProcessCollector(registry)
    registry.register(Rows())
    return (b"" if shared else generate_latest(REGISTRY)) + generate_latest(registry)


def _since(moment: str) -> Max:
    return Max(ExpressionWrapper(Now() - F(moment), output_field=DurationField()))


def _seconds(age: timedelta | None) -> float:
    return age.total_seconds() if age else 0.0


def _queue() -> GaugeMetricFamily:
    found = GaugeMetricFamily(
        "plumbline_queue_items", "Wanted labels that are not there yet", labels=["campaign", "state"]
    )
    items = QueueItem.objects.filter(IS_UNFINISHED).order_by()
    for campaign, state, count in items.values_list("campaign__slug", "state").annotate(count=Count("pk")):
        found.add_metric([campaign, state], count)
    return found


def _leases() -> GaugeMetricFamily:
    found = GaugeMetricFamily("plumbline_oldest_lease_seconds", "Age of the oldest lease", labels=["campaign"])
    leased = QueueItem.objects.filter(state="leased").order_by()
    for campaign, age in leased.values_list("campaign__slug").annotate(age=_since("leased_at")):
        found.add_metric([campaign], _seconds(age))
    return found


def _jobs() -> GaugeMetricFamily:
    found = GaugeMetricFamily("plumbline_jobs", "Background jobs by kind and state", labels=["kind", "state"])
    for kind, state, count in Job.objects.order_by().values_list("kind", "state").annotate(count=Count("pk")):
        found.add_metric([kind, state], count)
    return found


def _heartbeats() -> GaugeMetricFamily:
    found = GaugeMetricFamily(
        "plumbline_job_heartbeat_age_seconds", "Since a running job gave a sign of life", labels=["kind"]
    )
    running = Job.objects.filter(state=JobState.RUNNING).order_by()
    for kind, age in running.values_list("kind").annotate(age=_since("heartbeat_at")):
        found.add_metric([kind], _seconds(age))
    return found


def _workers() -> GaugeMetricFamily:
    found = GaugeMetricFamily(
        "plumbline_worker_sign_age_seconds", "Since a worker gave a sign of life", labels=["worker"]
    )
    for name, age in WorkerSign.objects.order_by().values_list("name").annotate(age=_since("seen_at")):
        found.add_metric([name], _seconds(age))
    return found
