"""Loads the demo campaigns: problems, accounts, first rounds. What is there already is kept.

The one is the demo; beside it lies a small one whose solutions grow from candidates.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from labeling.actions import guides, jobs, people, rounds
from labeling.actions.import_now import import_now
from labeling.actions.round_plans import RoundPlan
from labeling.models import Campaign, JobKind, Mode, Role, Round

FOLDER = Path(__file__).parent
SLUG = "demo"
FILES = ("gsm8k.jsonl", "math_level5.jsonl")
STEPS_SLUG, STEPS_FILE = "demo-steps", "trees.jsonl"
PEOPLE = (("lead", Role.LEAD), ("ada", Role.LABELER), ("blaise", Role.LABELER))
ROUND_SIZE = 10  # a newcomer sees the loop turn after ten solutions
STEPS_ROUND_SIZE = 12  # every tree
LEASE_MINUTES = 5  # in a round of ten, two solutions that somebody opened and left would hold all others up


def load() -> Iterator[str]:
    """Bring the demo campaigns to where a newcomer can start; says what it does, a line each."""
    campaign, made = _campaign(
        SLUG,
        name="Demo: school and competition problems",
        auto_advance=True,
        round_size=ROUND_SIZE,
        lease_minutes=LEASE_MINUTES,
    )
    yield "demo campaign: made" if made else "demo campaign: there already"
    for name in FILES:
        yield from _bring_in(campaign, name)
    if first := _first_round(campaign):
        # While somebody labels the first ten: the training that follows them then takes half as long.
        jobs.request(campaign=campaign, kind=JobKind.PRETRAIN)
        yield f"round 0: {first.items.count()} solutions, chosen uniformly; no selector exists yet"
    yield from _load_trees()


def _load_trees() -> Iterator[str]:
    """The campaign whose solutions grow; its one round holds all trees, those of the test split too."""
    campaign, _made = _campaign(
        STEPS_SLUG,
        name="Demo: solutions that grow step by step",
        mode=Mode.CANDIDATES,
        round_size=STEPS_ROUND_SIZE,
        lease_minutes=LEASE_MINUTES,
    )
    yield from _bring_in(campaign, STEPS_FILE)
    if first := _first_round(campaign):
        yield f"{STEPS_SLUG}: {first.items.count()} candidate trees"


def _campaign(slug: str, **settings: Any) -> tuple[Campaign, bool]:
    campaign, made = Campaign.objects.get_or_create(slug=slug, defaults=settings)
    if made:
        guides.begin(campaign=campaign, by=None)
    return campaign, made


def _bring_in(campaign: Campaign, name: str) -> Iterator[str]:
    if not campaign.jobs.filter(kind=JobKind.IMPORT, state="done", params__contains=name).exists():
        done = import_now(campaign=campaign, paths=[FOLDER / name], claimed_by="load_demo")
        yield f"{name}: {done.problems} problems, {done.solutions} solutions"


def _first_round(campaign: Campaign) -> Round | None:
    """The first round, planned and open; None where there are rounds already."""
    if campaign.rounds.exists():
        return None
    first = rounds.plan(campaign=campaign, wanted=RoundPlan.of(campaign), by=None)
    rounds.open_round(of=first, by=None)
    return first


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
    for of in (campaign, Campaign.objects.get(slug=STEPS_SLUG)):
        if not of.memberships.filter(account=user).exists():
            people.add_member(campaign=of, account=user, role=role, by=None)
    return account
