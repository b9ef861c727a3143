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


def test_it_says_what_a_request_may_be_and_that_it_may_be_refused() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    listed = schema["paths"]["/api/v1/campaigns/{slug}/labels/"]["get"]
    assert {"200", "400", "401", "403", "404"} <= set(listed["responses"])
    limits = {one["name"]: one["schema"] for one in listed["parameters"]}["page_size"]
    assert (limits["minimum"], limits["maximum"]) == (1, 1000)
    assert "409" in schema["paths"]["/api/v1/campaigns/"]["post"]["responses"]
    bodies = schema["components"]["schemas"]
    assert bodies["UploadRequest"]["properties"]["file"]["format"] == "binary"
    assert bodies["NewCampaignRequest"]["properties"]["name"]["minLength"] == 1
