"""Labelers at work, and imports, while web, worker, Redis and PostgreSQL are killed at random moments."""

import asyncio
import json
import time
from collections import Counter
from typing import Any

from bench.chaos import faults
from bench.chaos.crowds import Crowd
from bench.chaos.load import Habits, Labeler
from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage
from bench.chaos.wanted import Wanted

HABITS = Habits(drops=0.1, drafts=0.3, releases=0.03, copies=2, thinks=0.1)
LABELERS = 12
IMPORTED = 3  # solutions a file
ENDED = ("done", "failed", "cancelled")
END_SECONDS = 120.0
DIED = "The worker died"  # three times in one stage: a lead may ask again, and so do we


def run(stage: Stage, count: int, seed: int = 0, pause: float = 0.2) -> Outcome:
    """So many kills over labelers at work; then everything is read back."""
    wanted = Wanted(f"kills-{seed}", LABELERS, items=100 + count * 4, rounds=4, overlap=2, lease_minutes=1)
    return asyncio.run(_run(Crowd(stage, wanted, HABITS, seed), count, pause))


async def _run(crowd: Crowd, count: int, pause: float) -> Outcome:
    stage, lead, tally, killed, ended = crowd.stage, crowd.lead, crowd.tally, Counter[str](), Counter[str]()
    stop = asyncio.Event()
    supervising = asyncio.ensure_future(faults.supervise(stage, ended))
    importing = asyncio.ensure_future(keep_importing(lead, stop))
    killing = faults.kill_at_random(stage, count, crowd.seed, pause, lambda: tally.counts["acknowledged"], killed)
    await crowd.work(lambda _: killed.total() == count, ends=0.02, beside=[killing])
    stop.set()
    files = await importing
    jobs = await end_jobs(lead)
    supervising.cancel()
    outcome = crowd.outcome("kills", killed.total(), "kills")
    outcome.seen.update({f"{name} killed": number for name, number in killed.items()})
    outcome.seen.update({f"{name} ended by itself": number for name, number in ended.items()})
    check_imports(crowd, files, jobs, outcome)
    return outcome


async def keep_importing(lead: Labeler, stop: asyncio.Event) -> int:
    """Now and then a small file, as a lead uploads it; how many were taken."""
    taken = 0
    while not stop.is_set():
        content = b"".join(json.dumps(_row(taken, number)).encode() + b"\n" for number in range(IMPORTED))
        if lead.is_one_of(await lead.upload(f"file{taken}.jsonl", content), "import", 202):
            taken += 1
        await asyncio.sleep(2)
    return taken


def _row(file: int, number: int) -> dict[str, Any]:
    name = f"import-{file}-{number}"
    text = f"How much is {file} and {number}?"
    steps = [f"{file} and {number} are added.", "That is it."]
    return {"problem_id": name, "problem": text, "solution_id": name, "steps": steps, "answer_is_correct": True}


async def end_jobs(lead: Labeler) -> Counter[str]:
    """Wait until every job has ended, asking again for those whose workers died; how many of which kind and state."""
    deadline = time.monotonic() + END_SECONDS
    while True:
        answer = await lead.insist("GET", f"campaigns/{lead.slug}/jobs/?page_size=200")
        jobs = answer.value["results"]
        for job in jobs:
            if job["state"] == "failed" and job["error"].startswith(DIED):
                lead.tally.counts["jobs asked for again"] += 1
                await lead.insist("POST", f"jobs/{job['id']}/retry/")
        if all(job["state"] in ENDED and not (job["error"] or "").startswith(DIED) for job in jobs):
            return Counter(f"{job['kind']} {job['state']}" for job in jobs)
        if time.monotonic() > deadline:
            return Counter(f"{job['kind']} {job['state']}" for job in jobs)
        await asyncio.sleep(0.3)


def check_imports(crowd: Crowd, files: int, jobs: Counter[str], outcome: Outcome) -> None:
    """Every job ended well, and every row of every uploaded file is there once."""
    outcome.seen.update({f"job {name}": number for name, number in jobs.items()})
    if bad := [f"{name}: {number}" for name, number in jobs.items() if not name.endswith(" done")]:
        outcome.broken["jobs that did not end well"] = bad
    with crowd.stage.connect() as connection:
        statement = (
            "SELECT solution.external_id FROM labeling_solution solution "
            "JOIN labeling_problem problem ON problem.id = solution.problem_id "
            "JOIN labeling_campaign campaign ON campaign.id = problem.campaign_id "
            f"WHERE campaign.slug = '{crowd.wanted.slug}' AND solution.external_id LIKE 'import-%'"
        )
        there = sorted(name for (name,) in connection.execute(statement).fetchall())
    # A file whose answer was lost may have been taken too and then sent again: its rows are the same rows.
    expected = sorted(f"import-{file}-{number}" for file in range(files) for number in range(IMPORTED))
    if there != expected:
        outcome.broken["imports not whole"] = [f"{len(there)} solutions, not {len(expected)}"]
