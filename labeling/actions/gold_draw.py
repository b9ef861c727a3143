"""When each labeler's next gold comes: drawn anew after each, so that no place tells the next one."""

import random
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from labeling.models import (
    Campaign,
    Gold,
    GoldUse,
    Labeler,
    Membership,
    ProblemState,
    Purpose,
    QueueItem,
    Role,
    Round,
    RoundState,
)

CHANCE = random.SystemRandom()  # on purpose not repeatable: whoever knew the seed would know the gold
FEWEST = 10  # in a round, for each labeler: fewer say little of anybody
SPARE = 2  # aimed at beyond that, so that chance rarely gives fewer
LEAST_MEAN = 2.0  # closer together, and more than half of all work would be gold
EARLY = 0.5  # the part of a labeler's share in which most of it comes, so that whoever is slower gets enough


def in_stream(campaign: Campaign) -> QuerySet[Gold]:
    """What may be given in rounds."""
    return Gold.objects.filter(
        solution__problem__campaign=campaign, solution__problem__state=ProblemState.ACTIVE, use=GoldUse.STREAM
    )


def draw_for_all(campaign: Campaign, *, anew: bool = False) -> None:
    """Draw when each labeler's next gold comes; `anew`, as for a new round, for those too who have one drawn."""
    if not campaign.gold_per_round or not in_stream(campaign).exists():
        return
    people = Labeler.objects.who_label_here().filter(campaign=campaign)
    wanted = list(people if anew else people.filter(until_gold__isnull=True))
    of = campaign.rounds.filter(state=RoundState.OPEN, number__gte=0).order_by("-number").first()
    mean = _mean(campaign, of)
    for labeler in wanted:
        labeler.until_gold = _drawn(mean)
    Labeler.objects.bulk_update(wanted, ["until_gold"], batch_size=500)


def gap(campaign: Campaign, of: Round | None, *, given: int) -> int:
    """How many labels until the next gold, for whoever got so much in the round so far."""
    return _drawn(_mean(campaign, of, given=given))


def _drawn(mean: float) -> int:
    """From 1 to twice the mean, so that the next place says nothing of the one after it."""
    return CHANCE.randint(1, max(1, round(2 * mean) - 1))


def _mean(campaign: Campaign, of: Round | None, *, given: int = 0) -> float:
    """What is still to come, spread over the labels that are still to come from one of so many people, were all equally
    quick. They are not, so FEWEST (of a smaller setting two thirds) are to come early.
    """
    items = (of.counted_items or of.size) if of else campaign.round_size
    share = items / _people(campaign)
    left = share - (of.counted_labels * share / items if of else 0)
    wanted = aimed_at(campaign, share) - given
    soon = min(FEWEST, campaign.gold_per_round * 2 // 3)
    if given < soon:
        wanted, left = min(wanted, soon + SPARE - given), left - (1 - EARLY) * share
    return max(LEAST_MEAN, left / max(wanted, 1) + 1)


def aimed_at(campaign: Campaign, share: float) -> float:
    """How much gold is to come to a labeler to whom so much else comes in a round: the setting, but in a small round
    not much more than half of what else comes to them, nor much less than FEWEST.
    """
    return min(campaign.gold_per_round, max(FEWEST + SPARE, share / 2))


def _people(campaign: Campaign) -> int:
    """Who labels: counting those too who get no work would give the others all their gold early in a round."""
    paused = Labeler.objects.filter(campaign=campaign, account=OuterRef("account"), paused_at__isnull=False)
    members = Membership.objects.filter(campaign=campaign, role=Role.LABELER, account__is_active=True)
    return max(1, members.filter(~Exists(paused)).count())


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How much gold a round will give: about `each` to so many labelers. Of gold `new` are left that none has had."""

    labelers: int
    each: int
    new: int

    @property
    def is_little(self) -> bool:
        """Whether it is too little to say much of a labeler."""
        return self.each < FEWEST


def foreseen(campaign: Campaign, items: int) -> Foreseen | None:
    """How much gold each labeler gets in a round of so many items; None where the campaign gives none."""
    there = in_stream(campaign).count()
    if not campaign.gold_per_round or not there:
        return None
    people = _people(campaign)
    share = items / people
    given = QueueItem.objects.filter(campaign=campaign, purpose=Purpose.GOLD, solution__gold__use=GoldUse.STREAM)
    seen = given.order_by().values("reserved_for").annotate(n=Count("pk")).values_list("n", flat=True)
    new = max(0, there - max(seen, default=0))
    each = min(aimed_at(campaign, share), share / (LEAST_MEAN - 1))
    return Foreseen(people, min(round(each), new), new)
