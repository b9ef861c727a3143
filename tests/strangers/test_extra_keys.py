"""What a body holds beside what its address takes is never written: refused by name, or without effect."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from labeling.forms import PlanForm, SettingsForm
from labeling.models import Draft
from tests.strangers import table
from tests.strangers.bodies import said_in
from tests.strangers.routes import SAFE, Route
from tests.strangers.world import ROLES, World, world_of

CANARY = "canary-extra"
# What labelers send may hold more: a program's own marks are kept in a draft, and left out of a label.
MAY_HOLD_MORE = ("items/", "me/drafts/", "me/labels/", "me/screening/", "/next/")
# Fields of forms that a body of ours leaves out, and which columns have as a name, too.
ASKED = {
    "login/": {"username", "password"},
    "me/settings/": {"language", "time_zone", "character_keys"},
    "me/tokens/": {"days", "campaign", "read_only"},
    "campaigns/<slug:slug>/invitations/": {"email"},
    "campaigns/<slug:slug>/settings/": set(SettingsForm.base_fields),
    "campaigns/<slug:slug>/rounds/plan/": set(PlanForm.base_fields),
    "campaigns/<slug:slug>/data/": {"labeler"},
    "campaigns/<slug:slug>/decisions/solutions/<int:pk>/": {"reference_answer"},
    "campaigns/<slug:slug>/solutions/<int:pk>/gold/": {"explanation"},
}


def columns() -> set[str]:
    """What all tables call their columns, in rows and in relations: what an attacker would try."""
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    names = {field.name for field in fields} | {getattr(field, "attname", field.name) for field in fields}
    return names | {"pk", "password", "is_superuser", "is_staff", "role", "campaign", "account", "by"}


def writing_addresses(role: str, *, is_api: bool) -> Iterator[tuple[str, Route]]:
    """Every method and address by which this role changes something."""
    for (address, whose, method), row in table.read().items():
        route = Route(address)
        is_writing = method not in SAFE and whose == "ours" and row[role][0] in "23"
        if is_writing and not route.is_admin and route.is_api == is_api:
            yield method, route


def rows_with(text: str) -> list[str]:
    """The tables that hold it somewhere; drafts are a program's own words."""
    found = [model for model in apps.get_models() if model is not Draft and model._meta.managed]
    return [model.__name__ for model in found if text in json.dumps(list(model.objects.values()), default=str)]


def sent(world: World, method: str, route: Route, said: dict[str, Any]) -> Any:
    if route.is_api and "file" not in said:
        body = {"data": json.dumps(said), "content_type": "application/json"}
    else:
        body = {"data": encode_multipart(BOUNDARY, said), "content_type": MULTIPART_CONTENT}
    return world.person.ask(method, route.address(world.rows["ours"]), is_api=route.is_api, **body)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["labeler", "lead"])
def test_the_api_refuses_by_name_what_it_does_not_know_and_writes_none_of_it(role: str) -> None:
    world = world_of(role)
    for method, route in writing_addresses(role, is_api=True):
        if method == "DELETE":
            continue  # takes no body
        said = said_in(route, method, world.rows["ours"])
        extra = dict.fromkeys(columns() - set(said), CANARY)
        with transaction.atomic():
            answer = sent(world, method, route, extra | said)
            assert rows_with(CANARY) == [], f"{method} {route.pattern}"
            transaction.set_rollback(True)
        if any(part in route.pattern for part in MAY_HOLD_MORE):
            assert answer.status_code in (200, 201, 204, 400), f"{method} {route.pattern}: {answer.content!r}"
            continue
        told = answer.json()
        assert answer.status_code == 400, f"{method} {route.pattern} takes {told}"
        known = {"slug", "name", "settings"} | set(told["fields"])
        assert {"is_superuser", "campaign_id", "id"} <= known, f"{method} {route.pattern}: {told['message'][:200]}"


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["labeler", "lead"])
def test_forms_write_none_of_what_they_do_not_ask_for(role: str) -> None:
    world = world_of(role)
    written, said_by_table = {}, table.read()
    for method, route in writing_addresses(role, is_api=False):
        said = said_in(route, method, world.rows["ours"])
        extra = dict.fromkeys(columns() - set(said) - ASKED.get(route.pattern, set()), CANARY)
        with transaction.atomic():
            answer = sent(world, method, route, extra | said)
            found = rows_with(CANARY)
            transaction.set_rollback(True)
        if found or str(answer.status_code) != said_by_table[route.pattern, "ours", method][role]:
            written[f"{method} {route.pattern}"] = found or answer.status_code
    assert written == {}, "also where the form was not taken as it is without them: then nothing was tried"


@pytest.mark.parametrize("role", ["labeler", "lead"])
def test_there_is_something_to_ask(role: str) -> None:
    assert role in ROLES
    assert len(list(writing_addresses(role, is_api=True))) >= 10
