"""Migrations: they make what the models say."""

import io

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_migrations_make_what_the_models_say() -> None:
    said = io.StringIO()
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, stdout=said)
    except SystemExit:
        pytest.fail(f"A model and its migrations differ:\n{said.getvalue()}")
