"""A campaign with people, a pool and open rounds, made through the project's own actions.

Run by `manage.py shell`, for nothing else here loads Django; all people of a campaign at once, since starting a command
for each takes a second.
"""

import json
import os
import random
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from bench import rows
from bench.chaos.wanted import Wanted
from labeling.actions import jobs, people, rounds
from labeling.actions.import_now import import_now
from labeling.actions.round_plans import RoundPlan
from labeling.models import Campaign, Job, JobKind

ORPHANS_SECONDS = 20.0


def make(wanted: Wanted) -> None:
    """Make it; print the tokens of the lead and of each labeler by name, and the campaign's number."""
    campaign = Campaign.objects.create(
        slug=wanted.slug,
        name=wanted.slug,
        overlap=wanted.overlap,
        lease_minutes=wanted.lease_minutes,
        evaluation_share=0.0,
        wrong_share=0.0,
    )
    with tempfile.TemporaryDirectory() as folder:
        pool = rows.pool(-(-wanted.items // wanted.overlap) * wanted.rounds)
        import_now(campaign=campaign, paths=[rows.write(Path(folder, "pool.jsonl"), pool)], claimed_by="chaos")
    tokens = {name: _member(campaign, name) for name in wanted.names}
    for _ in range(wanted.rounds):
        plan = RoundPlan.of(campaign, size=wanted.items, strategy="uniform")
        rounds.open_round(of=rounds.plan(campaign=campaign, wanted=plan, by=None), by=None)
    print(json.dumps({"campaign": campaign.pk, "tokens": tokens}))


def _member(campaign: Campaign, name: str) -> Any:
    account = User.objects.create(username=f"{campaign.slug}-{name}", password="!")
    people.add_member(campaign=campaign, account=account, role="lead" if name == "lead" else "labeler", by=None)
    return people.new_token(account)


def make_orphans(count: int, seed: int, path: str) -> None:
    """Claim jobs, one in each of so many campaigns, at moments spread over seconds; then `kill -9` of oneself."""
    chance = random.Random(seed)
    with open(path, "w", buffering=1) as said:
        for number in range(count):
            campaign = Campaign.objects.create(slug=f"orphan-{seed}-{number}", name="orphan")
            time.sleep(chance.random() * ORPHANS_SECONDS / count)
            with transaction.atomic():  # so that no worker sees it waiting
                job = Job.objects.create(campaign=campaign, kind=JobKind.PLAN)
                assert jobs.claim(job.pk, claimed_by="killed") is not None
            said.write(json.dumps({"job": job.pk, "at": time.time()}) + "\n")
    os.kill(os.getpid(), signal.SIGKILL)
