"""What happened to a solution in the queue and as gold, as its story tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from labeling.actions import requeue
from labeling.code_words import PURPOSES
from labeling.models import (
    CHECKS,
    Event,
    Gold,
    ItemState,
    Label,
    Labeler,
    Purpose,
    QueueItem,
    Skip,
    Solution,
)
from labeling.templatetags.codes import gold_use, ratings_of_gold, right_of_gold, why_chosen
from labeling.templatetags.lead import name_of
from labeling.wording import listed


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: when, what in bold, what follows it."""

    at: datetime | None
    what: str
    words: str
    quote: str = ""


def by_whom(words: str, who: User | None) -> str:
    """What was done (if there is a word for it) and who did it; the system is not named."""
    if who is None:
        return words
    told = _("{decision} by {name}") if words else pgettext("who did it", "by {name}")
    return told.format(decision=words, name=who.get_username())


def in_the_queue(solution: Solution, labels: Sequence[Label]) -> list[Happening]:
    """Why it was chosen, who had it in hand and when, and who gave it back; what was labeled, the labels tell."""
    items = list(QueueItem.objects.filter(solution=solution).select_related("round"))
    numbers = {who for item in items for who, _began_at in _leases(item)}
    people = Labeler.objects.filter(pk__in=numbers).select_related("account").in_bulk()
    labeled = {(label.item_id, label.labeler_id) for label in labels}
    skips = Skip.objects.filter(item__solution=solution).select_related("labeler__account")
    chosen = [one for one in items if one.round_id and one.purpose not in CHECKS and one.reason != requeue.REASON]
    once = {(one.round_id, one.rank, one.reason): one for one in chosen}  # with overlap there are several
    return [
        *[_chosen(item) for item in once.values()],
        *[told for item in items for told in _in_hand(item, people, labeled)],
        *[_given_back(skip) for skip in skips],
    ]


def _chosen(item: QueueItem) -> Happening:
    words = _("for round {number}, rank {rank}: {reason}").format(
        number=item.round.number if item.round else "", rank=item.rank + 1, reason=why_chosen(item.reason)
    )
    return Happening(item.round.planned_at if item.round else None, _("Chosen"), words)


def _given_back(skip: Skip) -> Happening:
    by = pgettext("who did it", "by {name}").format(name=name_of(skip.labeler))
    return Happening(skip.skipped_at, _("Given back"), by)


def _leases(item: QueueItem) -> list[tuple[int, datetime | None]]:
    """All there were; of the living one the row itself says when it began."""
    leases = item.leases()
    if item.leased_by_id is None:
        return leases
    return [*leases[:-1], (item.leased_by_id, item.leased_at)]


def _in_hand(item: QueueItem, people: dict[int, Labeler], labeled: set[tuple[int | None, int]]) -> list[Happening]:
    told, leases = [], _leases(item)
    for number, (who, began_at) in enumerate(leases, 1):
        is_last = number == len(leases)
        marks: list[Any] = [PURPOSES[item.purpose]] if item.purpose != Purpose.ROUND else []
        if is_last and item.state == ItemState.LEASED:
            marks.append(_("until now"))
        elif not (is_last and (item.pk, who) in labeled):
            marks.append(_("went back to the queue"))
        name = name_of(people[who]) if who in people else ""
        told.append(Happening(began_at, _("In hand"), f"{name} ({listed(marks)})" if marks else name))
    return told


GOLD = {
    "gold.made": gettext_lazy("Made gold"),
    "gold.changed": gettext_lazy("Gold changed"),
    "gold.retired": gettext_lazy("Gold retired"),
}


def as_gold(solution: Solution) -> list[Happening]:
    """When it became gold, what was right of it then and later, and when it was given to nobody any more."""
    made = Gold.objects.filter(solution=solution).select_related("created_by").first()
    if made is None:
        return []
    of = {"campaign": solution.problem.campaign_id, "subject": f"solution {solution.pk}"}
    events = list(Event.objects.filter(verb__in=GOLD, **of).select_related("actor").order_by("pk"))
    told = [Happening(event.created_at, str(GOLD[event.verb]), by_whom(_said(event), event.actor)) for event in events]
    if not any(event.verb == "gold.made" for event in events):
        told.append(Happening(made.created_at, str(GOLD["gold.made"]), by_whom(_right(made), made.created_by)))
    return told


def _said(event: Event) -> str:
    return _right(Gold(**event.after)) if event.after else ""


def _right(gold: Gold) -> str:
    words = _("{use}. First error: {right} ({ratings})")
    return words.format(use=gold_use(gold.use), right=right_of_gold(gold), ratings=ratings_of_gold(gold))
