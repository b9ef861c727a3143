"""Job and WorkerSign: background work as rows, and the workers' signs of life."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from labeling.models.campaigns import Campaign
from labeling.models.fields import JSONText


class JobKind(models.TextChoices):
    """What a job does."""

    IMPORT = "import"
    GRADE = "grade"
    PRETRAIN = "pretrain"
    RETRAIN = "retrain"
    PLAN = "plan"
    AGREEMENT = "agreement"
    PREVIEW = "preview"
    MULTIPLIER = "multiplier"


class JobState(models.TextChoices):
    """requested -> running -> done | failed | cancelled; a lost claim goes back to requested."""

    REQUESTED = "requested"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(models.Model):
    """One piece of background work: its claim, heartbeat, progress and end.

    requested -> running (claimed under a fresh fence) -> done | failed | cancelled. Whoever writes for a running job
    names its fence; a claim whose lease ran out goes back to requested, and the old claimant's fence no longer fits.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=10, choices=JobKind)
    params = JSONText(default=dict)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.REQUESTED)
    stage = models.CharField(max_length=30, blank=True)
    progress = models.FloatField(default=0.0)
    message = models.TextField(blank=True)
    error = models.TextField(blank=True)
    result = JSONText(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    claimed_by = models.CharField(max_length=200, blank=True)
    leased_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    stage_before = ""  # no column: the stage that the attempt before this claim was in

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", leased_until__isnull=False)
                | (~Q(state="running") & Q(leased_until__isnull=True)),
                name="job_lease_iff_running",
            ),
            models.CheckConstraint(condition=Q(kind__in=JobKind.values), name="job_kind_known"),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False, state__in=["done", "failed", "cancelled"])
                | (Q(finished_at__isnull=True) & ~Q(state__in=["done", "failed", "cancelled"])),
                name="job_ended_iff_it_says_when",
            ),
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=1), name="job_progress_a_share"),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(error=""), name="job_failed_says_why"),
            # Imports one after the other, so that two files never race for one identity; one training at a time.
            models.UniqueConstraint(
                fields=["campaign", "kind"], condition=Q(state="running"), name="job_one_running_per_kind"
            ),
            models.UniqueConstraint(
                fields=["campaign", "kind"],
                condition=Q(state="requested") & ~Q(kind="import"),
                name="job_one_waiting_per_kind",
            ),
        ]
        indexes = [models.Index(fields=["state", "leased_until"], name="job_by_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"


class WorkerSign(models.Model):
    """A worker's last sign of life. Liveness is the age of this row, not a process id."""

    name = models.CharField(max_length=200, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
