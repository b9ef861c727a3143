"""Keeping who did what, so that nobody can change it unseen."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from labeling.models import Campaign, Event, EventSeal

CHUNK = 2_000
ATTEMPTS = 20


def record(
    *,
    campaign: Campaign | None,
    actor: User | None,
    verb: str,
    subject: object = None,
    about: User | None = None,
    before: Any = None,
    after: Any = None,
) -> None:
    """Append one event; without an actor it was the system. What was done to a person says `about` whom, not a name."""
    said = f"account {about.pk}" if subject is None and about is not None else str(subject)[:120]
    Event.objects.create(
        campaign=campaign, actor=actor, verb=verb, subject=said, about=about, before=before, after=after
    )
    transaction.on_commit(partial(seal, campaign.pk if campaign else 0), robust=True)


def seal(chain: int) -> int:
    """Link the events of this chain that are committed and have no link yet; how many.

    Each place is taken once: whoever meets another there waits for them and looks again.
    """
    for _attempt in range(ATTEMPTS):
        with suppress(IntegrityError), transaction.atomic():
            return _seal(chain)
    return 0  # the next one finds them


def _seal(chain: int) -> int:
    last = EventSeal.objects.filter(chain=chain).order_by("-position").first()
    position, hash = (last.position, last.hash) if last else (0, "")
    made = []
    for event in Event.objects.filter(campaign=chain or None, seal=None).order_by("pk"):
        position += 1
        hash = EventSeal.hash_of(event, chain=chain, position=position, last=hash)
        made.append(EventSeal(event=event, chain=chain, position=position, hash=hash))
    EventSeal.objects.bulk_create(made)
    return len(made)


def seal_all() -> int:
    """Link what a process that died at the wrong moment left; how many. Usually none."""
    waiting = Event.objects.filter(seal=None).order_by().values_list("campaign", flat=True).distinct()
    return sum(seal(campaign or 0) for campaign in list(waiting))


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain as it was found: its length, its last hash, and what is wrong at the first place that is."""

    number: int
    length: int
    last: str
    broken: str = ""


def chains() -> Iterator[Chain]:
    """Every chain, gone through from its beginning."""
    links = EventSeal.objects.select_related("event").order_by("chain", "position")
    for number, of in groupby(links.iterator(chunk_size=CHUNK), key=lambda link: link.chain):
        yield _followed(number, of)


def _followed(number: int, links: Iterator[EventSeal]) -> Chain:
    last, position = "", 0
    for position, link in enumerate(links, 1):
        event = link.event
        told = f"event {event.pk} ({event.verb}, {event.created_at:%Y-%m-%d %H:%M:%S})"
        if link.position != position:
            return Chain(number, position, last, f"place {position} is missing, before {told}")
        if (event.campaign_id or 0) != number:
            return Chain(number, position, last, f"{told} is of another campaign now")
        if link.hash != EventSeal.hash_of(event, chain=number, position=position, last=last):
            return Chain(number, position, last, f"{told} is not what it was")
        last = link.hash
    return Chain(number, position, last)


def is_linked(hash: str) -> bool:
    """Whether a hash that was noted down earlier is in a chain still: one that was cut off behind it is shorter now."""
    return EventSeal.objects.filter(hash=hash).exists()
