"""Faults put into a copy of the code on purpose, one at a time: a check that misses one is no check."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.chaos.store import Store
from bench.site import ROOT

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "var", "__pycache__", ".mypy_cache", ".ruff_cache")
LINKED = (".venv", "node_modules")
QUEUE, LABELS = "labeling/actions/queue.py", "labeling/actions/labels.py"
JOBS, ROUNDS = "labeling/actions/jobs.py", "labeling/actions/rounds.py"
ROWS, DRAFTS = "labeling/models/queue.py", "labeling/actions/drafts.py"
MACHINE = "tests/chaos/test_queue_machine.py"
OF_JOBS, OF_CONSTRAINTS = "tests/labeling/test_jobs.py", "tests/labeling/test_constraints.py"
AT_ONCE, OF_LEASES = "tests/labeling/test_concurrency.py", "tests/labeling/test_leases.py"
HELD = "pk=item, state=ItemState.LEASED, leased_by=labeler, lease_number=lease, leased_until__gt=Now()"
LAST_MIGRATION = sorted(path.stem for path in (ROOT / "labeling" / "migrations").glob("0*.py"))[-1]


@dataclass(frozen=True, slots=True)
class Mutation:
    """`old` becomes `new` in one file; `check` must fail then. Without `old` a file with that content is added."""

    name: str
    file: str
    old: str
    new: str
    check: str
    database: str = "sqlite"


def _dropped(model: str, constraint: str, check: str = OF_CONSTRAINTS) -> Mutation:
    content = (
        "from django.db import migrations\n\n\n"
        "class Migration(migrations.Migration):\n"
        f'    dependencies = [("labeling", "{LAST_MIGRATION}")]\n'
        f'    operations = [migrations.RemoveConstraint("{model}", "{constraint}")]\n'
    )
    return Mutation(f"constraint {constraint} dropped", "labeling/migrations/9999_mutation.py", "", content, check)


MUTATIONS = (
    Mutation("no fence: any lease number will do", QUEUE, HELD, HELD.replace(" lease_number=lease,", ""), MACHINE),
    Mutation("a lease that ran out still holds", QUEUE, HELD, HELD.replace(", leased_until__gt=Now()", ""), MACHINE),
    Mutation("a lease is anybody's", QUEUE, HELD, HELD.replace(" leased_by=labeler,", ""), MACHINE),
    Mutation(
        "`>=` for `>`: a lease lives at its end", QUEUE, HELD, HELD.replace("__gt", "__gte"), OF_LEASES, "postgresql"
    ),
    Mutation(
        "`<` for `<=`: nor is it over then",
        ROWS,
        "leased_until__lte=Now())\n\n    def unf",
        "leased_until__lt=Now())\n\n    def unf",
        OF_LEASES,
    ),
    Mutation(
        "what is leased can be claimed", QUEUE, "filter(pk=item, state=ItemState.WAITING)", "filter(pk=item)", AT_ONCE
    ),
    Mutation(
        "the sweep takes living leases",
        QUEUE,
        "expired = QueueItem.objects.expired()",
        "expired = QueueItem.objects.filter(state=ItemState.LEASED)",
        MACHINE,
    ),
    Mutation(
        "items of a closed round go back to the queue",
        QUEUE,
        "ItemState.WAITING if is_open else ItemState.PLANNED",
        "ItemState.WAITING",
        MACHINE,
    ),
    Mutation("three leases at once", QUEUE, "if len(held) >= MAX_LEASES or", "if len(held) > MAX_LEASES or", MACHINE),
    Mutation(
        "a solution comes to whoever has labeled it",
        ROWS,
        'is_labeled=labels.filter(solution=OuterRef("solution")),',
        "",
        MACHINE,
    ),
    Mutation(
        "a solution comes to whoever holds it",
        ROWS,
        'is_held=leases.filter(solution=OuterRef("solution")),',
        "",
        MACHINE,
    ),
    Mutation(
        "a label without its lease",
        LABELS,
        "if not queue.end_with_label(item=item, labeler=labeler, lease=lease):",
        "if not queue.end_with_label(item=item, labeler=labeler, lease=lease) and not lease:",
        MACHINE,
    ),
    Mutation(
        "a repeated submission is not known",
        LABELS,
        "label = Label.objects.filter(submission_id=submission_id).first()",
        "label = None",
        MACHINE,
    ),
    Mutation(
        "other content under the same submission_id", LABELS, " or label.submission_hash != content_hash", "", MACHINE
    ),
    Mutation(
        "a draft under a lost lease",
        DRAFTS,
        "if not queue.renew(item=item, labeler=labeler, lease=lease):",
        "if not queue.renew(item=item, labeler=labeler, lease=lease) and not lease:",
        MACHINE,
    ),
    Mutation(
        "a round closes while items are in hand",
        ROWS,
        "return self.filter(IS_UNFINISHED).wanted()",
        'return self.filter(state="waiting").wanted()',
        MACHINE,
    ),
    Mutation(
        "a closed round leaves its items in the queue",
        ROUNDS,
        "of.items.filter(state=ItemState.WAITING).update(state=ItemState.PLANNED)",
        "pass",
        MACHINE,
    ),
    Mutation("a job's claim has no new fence", JOBS, 'fence=F("fence") + 1,', "", OF_JOBS),
    Mutation("a job's fence is not asked for", JOBS, "fence=job.fence, ", "", OF_JOBS),
    Mutation("a living job is taken over", JOBS, "leased_until__lte=Now())", "leased_until__gte=Now())", OF_JOBS),
    Mutation(
        "a worker that lost its job goes on",
        JOBS,
        "    if not _mine(job).update(**changes):",
        "    if not _mine(job).update(**changes) and not job.pk:",
        OF_JOBS,
    ),
    Mutation(
        "whoever sends the sweep is not replaced",
        "workers/tasks.py",
        "{SignsOfLife, KeepsBeat}",
        "{SignsOfLife}",
        "tests/workers/test_beat.py",
    ),
    _dropped("label", "label_one_current_per_item"),
    _dropped("label", "label_one_current_per_labeler_and_solution"),
    _dropped("queueitem", "queue_item_one_lease_per_slot"),
    _dropped("queueitem", "queue_item_lease_iff_leased"),
)


def run(store: Store, until: float) -> None:
    """Those that were not tried yet; each result is kept as soon as it is known."""
    for mutation in MUTATIONS:
        if mutation.name in store.mutations or time.monotonic() > until:
            continue
        store.mutations[mutation.name] = found = _tried(mutation)
        store.write()
        print(f"{mutation.name}: {'caught by ' + found['by'] if found['caught'] else 'NOT CAUGHT'}", flush=True)


def _tried(mutation: Mutation) -> dict[str, Any]:
    """Whether the check failed over a copy of the code with this fault in it, and which test it was."""
    with tempfile.TemporaryDirectory(prefix="plumbline-mutation-") as folder:
        copy = Path(shutil.copytree(ROOT, Path(folder, "code"), ignore=LEFT_OUT, symlinks=True))
        for name in LINKED:
            if not (copy / name).exists():
                (copy / name).symlink_to((ROOT / name).resolve())
        _put_in(mutation, copy)
        command = ["-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--database", mutation.database]
        done = subprocess.run(
            [sys.executable, *command, mutation.check],
            cwd=copy,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
        )
    failed = [
        line.removeprefix("FAILED ").partition(" - ")[0]  # a parameter may hold a space
        for line in done.stdout.splitlines()
        if line.startswith("FAILED ")
    ]
    if done.returncode not in (0, 1) or (done.returncode == 1 and not failed):
        raise RuntimeError(f"{mutation.name}: the tests could not run:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    return {"caught": bool(failed), "by": failed[0] if failed else ""}


def _put_in(mutation: Mutation, copy: Path) -> None:
    path = copy / mutation.file
    if not mutation.old:
        path.write_text(mutation.new)
        return
    text = path.read_text()
    if text.count(mutation.old) != 1:
        raise ValueError(f"{mutation.name}: {mutation.file} has {text.count(mutation.old)} times {mutation.old!r}")
    path.write_text(text.replace(mutation.old, mutation.new))
