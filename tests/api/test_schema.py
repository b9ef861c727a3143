"""The API's own description."""

import pytest
from django.contrib.auth.models import User
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from tests.api.conftest import ClientOf


def test_schema_is_valid_and_is_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    GENERATOR_STATS.reset()
    validate_schema(SchemaGenerator().get_schema(request=None, public=True))
    assert not GENERATOR_STATS, capsys.readouterr().err


@pytest.mark.django_db
def test_schema_is_there_for_somebody_without_any_campaign(client_of: ClientOf, stranger: User) -> None:
    answer = client_of(stranger).get("/api/v1/schema/")
    assert answer.status_code == 200
    paths = answer.json()["paths"]
    assert "/api/v1/campaigns/{slug}/next/" in paths
    assert all(path.endswith("/") for path in paths)


@pytest.mark.django_db
def test_schema_is_not_for_who_is_not_signed_in() -> None:
    assert APIClient().get("/api/v1/schema/").status_code == 401
