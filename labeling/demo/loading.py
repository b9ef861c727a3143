"""Loads the demo campaign: problems, accounts, a first round. What is there already is kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from labeling.actions import guides, people, rounds
from labeling.actions.import_now import import_now
from labeling.models import Campaign, JobKind, Role

FOLDER = Path(__file__).parent
SLUG = "demo"
FILES = ("gsm8k.jsonl", "math_level5.jsonl")
PEOPLE = (("lead", Role.LEAD), ("ada", Role.LABELER), ("blaise", Role.LABELER))
ROUND_SIZE = 10  # a newcomer sees the loop turn after ten solutions
LEASE_MINUTES = 5  # in a round of ten, two solutions that somebody opened and left would hold all others up


def load() -> Iterator[str]:
    """Bring the demo campaign to where a newcomer can start; says what it does, a line each."""
    campaign, made = Campaign.objects.get_or_create(
        slug=SLUG,
        defaults={
            "name": "Demo: school and competition problems",
            "auto_advance": True,
            "round_size": ROUND_SIZE,
            "lease_minutes": LEASE_MINUTES,
        },
    )
    if made:
        guides.begin(campaign=campaign, by=None)
    yield "demo campaign: made" if made else "demo campaign: there already"
    for name in FILES:
        if not campaign.jobs.filter(kind=JobKind.IMPORT, state="done", params__contains=name).exists():
            done = import_now(campaign=campaign, paths=[FOLDER / name], claimed_by="load_demo")
            yield f"{name}: {done.problems} problems, {done.solutions} solutions"
    if not campaign.rounds.exists():
        first = rounds.plan(campaign=campaign, wanted=rounds.RoundPlan.of(campaign), by=None)
        rounds.open_round(of=first, by=None)
        yield f"round 0: {first.items.count()} solutions, chosen uniformly; no selector exists yet"


def accounts() -> dict[str, Any]:
    """What `var/demo.json` holds, apart from the address. Passwords and tokens that still work are kept."""
    campaign = Campaign.objects.get(slug=SLUG)
    known = _known_accounts()
    return {
        "campaign": SLUG,
        "accounts": [{"role": role.value, **_account(campaign, name, role, known.get(name))} for name, role in PEOPLE],
    }


def _known_accounts() -> dict[str, dict[str, str]]:
    """The accounts that an earlier start wrote down; passwords cannot be read back from the database."""
    try:
        written = json.loads((settings.VAR_DIR / "demo.json").read_text())
        return {account["username"]: account for account in written["accounts"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _account(campaign: Campaign, name: str, role: Role, known: dict[str, str] | None) -> dict[str, str]:
    user = User.objects.filter(username=name).first()
    if user and known and user.check_password(known["password"]) and people.token_works(known["token"]):
        account = {"username": name, "password": known["password"], "token": known["token"]}
    else:
        account = people.renew_account(name) if user else people.create_account(name)
        user = User.objects.get(username=name)
    if not campaign.memberships.filter(account=user).exists():
        people.add_member(campaign=campaign, account=user, role=role, by=None)
    return account
