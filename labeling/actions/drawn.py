"""Which of people's labels chance drew from the whole pool, and which a strategy chose."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from labeling.models import Campaign, Label, LabelerKind, Mode, Origin, Purpose
from selector import strategies
from selector.trials import Way

_CHANCE = ("uniform", "uniform_distinct")  # strategies, and the reasons of their picks
# Without a selector these, too, draw from the whole pool by chance; others so only what they cannot rank.
_CHANCE_AT_FIRST = [name for name, strategy in strategies.STRATEGIES.items() if "votes" not in strategy.needs]


def in_rounds(labels: QuerySet[Label], campaign: Campaign, rounds: Iterable[Any]) -> QuerySet[Label]:
    """Those that people gave to the solutions which these rounds wanted."""
    return labels.filter(
        round__in=rounds,
        labeler__campaign=campaign,
        labeler__kind=LabelerKind.PERSON,
        origin=Origin.HERE,
        mode=Mode.SOLUTION,
        item__purpose=Purpose.ROUND,
    )


def by(way: Way) -> Q:
    """Labels of solutions that chance drew in round 0; those of solutions that some strategy chose."""
    if way == "uniform":
        from_all = Q(round__strategy__in=_CHANCE) | Q(round__selector=None, round__strategy__in=_CHANCE_AT_FIRST)
        return from_all & Q(item__reason__in=_CHANCE, round__number=0)
    return Q(item__reason__in=sorted(strategies.words_of_reasons().keys() - {"evaluation", *_CHANCE}))
