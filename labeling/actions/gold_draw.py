"""When each labeler's next gold comes: drawn anew after each, so that no place tells the next one."""

import random

from django.db.models import QuerySet

from labeling.models import (
    Campaign,
    Gold,
    GoldUse,
    Labeler,
    Membership,
    ProblemState,
    Role,
    Round,
    RoundState,
)

CHANCE = random.SystemRandom()  # on purpose not repeatable: whoever knew the seed would know the gold
LEAST_MEAN = 3.0  # closer together, and half of all work would be gold


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
    for labeler in wanted:
        labeler.until_gold = gap(campaign, of)
    Labeler.objects.bulk_update(wanted, ["until_gold"], batch_size=500)


def gap(campaign: Campaign, of: Round | None) -> int:
    """How many labels until the next gold: from 1 to twice the mean, so that the next place says nothing of the one
    after it.

    The mean spreads a round's gold over what one person is likely to label of it, were all equally quick.
    """
    people = Membership.objects.filter(campaign=campaign, role=Role.LABELER).count()
    items = (of.counted_items or of.size) if of else campaign.round_size
    mean = max(LEAST_MEAN, items / max(people, 1) / campaign.gold_per_round) if campaign.gold_per_round else LEAST_MEAN
    return CHANCE.randint(1, max(1, round(2 * mean) - 1))
