"""What a chosen label is worth in training, as background work: on which labels, and when it can be asked for."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from labeling.actions import drawn, events, jobs
from labeling.actions.errors import Conflict
from labeling.models import Campaign, Job, JobKind, JobState, Label, RoundState
from selector.trials import LEAST_JUDGED, LEAST_LABELS, Way, trials


def labels(campaign: Campaign, way: Way) -> QuerySet[Label]:
    """Training labels that were drawn this way in closed rounds, the first of each solution.

    Open rounds are left out: their first labels are those that the strategy wanted most.
    """
    closed = campaign.rounds.filter(state=RoundState.CLOSED).values("pk")
    found = drawn.in_rounds(Label.objects.for_training(), campaign, closed).filter(drawn.by(way))
    earlier = found.filter(solution=OuterRef("solution"), pk__lt=OuterRef("pk"))
    return found.filter(~Exists(earlier))


def evaluation_labels(campaign: Campaign) -> QuerySet[Label]:
    """What all of its trainings are measured on."""
    return Label.objects.for_evaluation().filter(problem__campaign=campaign)


@dataclass(frozen=True, slots=True)
class Supply:
    """How many labels there are to learn it from."""

    uniform: int
    chosen: int
    evaluation: int

    @classmethod
    def of(cls, campaign: Campaign) -> "Supply":
        """Counted now."""
        return cls(
            labels(campaign, "uniform").count(),
            labels(campaign, "chosen").count(),
            evaluation_labels(campaign).count(),
        )

    @property
    def trained_on(self) -> int:
        """Labels of either way in the largest trainings."""
        return min(self.uniform, self.chosen)

    @property
    def trainings(self) -> int:
        """How many trainings it takes."""
        return len(trials(self.trained_on, settings.MULTIPLIER_SEEDS))

    @property
    def is_enough(self) -> bool:
        """Whether a measurement can tell anything."""
        return self.trained_on >= LEAST_LABELS and self.evaluation >= LEAST_JUDGED

    @property
    def lacking(self) -> str:
        """What is missing, in words; "" where nothing is."""
        if self.is_enough:
            return ""
        return _(
            "It takes {least} labels that chance drew in round 0 and as many chosen ones, in closed rounds, and "
            "{judged} evaluation labels; there are {uniform}, {chosen} and {evaluation}."
        ).format(
            least=LEAST_LABELS,
            judged=LEAST_JUDGED,
            uniform=self.uniform,
            chosen=self.chosen,
            evaluation=self.evaluation,
        )


def request(*, campaign: Campaign, by: User) -> Job:
    """Ask for a measurement; asked while one waits, that one. Raises Conflict where there are too few labels."""
    if lacking := Supply.of(campaign).lacking:
        raise Conflict(_("What a chosen label is worth cannot be told yet. {why}").format(why=lacking))
    with transaction.atomic():
        job = jobs.request(campaign=campaign, kind=JobKind.MULTIPLIER, by=by)
        events.record(campaign=campaign, actor=by, verb="multiplier.requested", subject=f"job {job.pk}")
    return job


def measured(campaign: Campaign) -> QuerySet[Job]:
    """The jobs that measured it, the newest first: what they found stays with them."""
    return campaign.jobs.filter(kind=JobKind.MULTIPLIER, state=JobState.DONE).order_by("-id")
