"""Migrations: they make what the models say, and go back and forth over rows."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from labeling.actions import events
from labeling.actions.backups import making, restoring
from labeling.actions.backups.engines import engine
from labeling.actions.backups.tables import Table
from labeling.models import Campaign, QueueItem
from tests import factories as make

ONE_EARLIER, EARLIER = (
    "0029_pretraining_as_a_job",
    "0027_lists_and_changes_to_many",
)  # each step takes seconds: Django makes all models anew for it


@pytest.mark.django_db
def test_migrations_make_what_the_models_say() -> None:
    said = io.StringIO()
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, stdout=said)
    except SystemExit:
        pytest.fail(f"A model and its migrations differ:\n{said.getvalue()}")


@pytest.fixture
def forward_again() -> Iterator[None]:
    """Whatever happens in a test, the next one finds the tables of now."""
    yield
    migrate(None)


def migrate(to: str | None) -> None:
    """To this migration of ours, or to the newest."""
    executor = MigrationExecutor(connection)
    executor.migrate([("labeling", to)] if to else executor.loader.graph.leaf_nodes("labeling"))


def fill(campaign: Campaign) -> None:
    """Rows of each family that was there before."""
    problem = make.make_problem(campaign)
    for answer in ("2", "3"):
        make.make_earlier_reference(problem, answer, created_by=make.make_account(), reason=f"not {answer}")
    round_ = make.make_round(campaign)
    version = make.make_selector(campaign, state="held_back")
    for _ in range(3):
        solution = make.make_solution(problem)
        make.make_grade(solution)
        make.make_score(version, solution)
        label = make.make_label(item=make.make_item(solution, round_, state="labeled"))
    sent_back = make.make_item(make.make_solution(problem), round_, state="withdrawn")
    person = make.make_labeler(campaign)
    make.make_label(item=sent_back, labeler=person, requeue=make.make_requeue(person))
    make.make_dispute(label)
    make.make_draft(make.make_item(solution, round_, state="leased"), label.labeler)
    person = make.make_account()
    events.record(campaign=campaign, actor=person, verb="round.open", subject="round 0", after={"b": [1, None]})
    events.record(campaign=campaign, actor=None, verb="member.added", about=person, after="labeler")
    events.record(campaign=None, actor=None, verb="account.deactivated", about=person)


@pytest.mark.django_db(transaction=True)
def test_a_filled_database_goes_back_and_forward_again(campaign: Campaign, forward_again: None) -> None:
    fill(campaign)
    before = rows()

    migrate(EARLIER)
    assert len(MigrationRecorder(connection).applied_migrations()) < before["django_migrations"].rows
    assert not QueueItem.objects.filter(state="withdrawn").exists(), "what was sent back was labeled then"
    migrate(None)

    assert {name for name, table in rows().items() if table != before[name]} == {"django_migrations"}  # their times


@pytest.mark.django_db(transaction=True)
def test_the_backup_of_an_earlier_version_is_restored(
    campaign: Campaign, forward_again: None, settings: Settings, tmp_path: Path
) -> None:
    """Into tables of now: they go back for it, and forward again."""
    settings.MODELS_DIR, settings.MEDIA_ROOT, settings.EXPORTS_DIR = (tmp_path / name for name in "abc")
    fill(campaign)
    before = rows()
    migrate(ONE_EARLIER)
    making.make(path=tmp_path / "backup", key="")
    migrate(None)
    call_command("flush", interactive=False, verbosity=0)

    restoring.restore(path=tmp_path / "backup", key="")

    assert {name for name, table in rows().items() if table != before[name]} == {"django_migrations"}


def rows() -> dict[str, Table]:
    """Every table with the hash of its rows."""
    return engine().tables()
