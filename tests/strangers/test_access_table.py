"""Every address, with every method, asked by everybody, against `access_table.csv`.

A new address fails here until it has its row. Write the table anew with

    REWRITE_ACCESS_TABLE=1 python -m pytest -n 0 --database postgresql tests/strangers/test_access_table.py

and read the difference: whoever reviews it reads who is let in.
"""

import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.template.backends.django import Template
from drf_spectacular.generators import SchemaGenerator

from labeling.actions import health
from tests.strangers import table
from tests.strangers.bodies import body_of
from tests.strangers.routes import SAFE, Route, routes
from tests.strangers.table import NO_METHOD, NOT_ASKED, OUTSIDE, Cells, Key
from tests.strangers.world import ROLES, World, world_of

UNSAID = {"OPTIONS"}  # Django REST framework names it, though nothing here answers it
IS_REWRITTEN = "REWRITE_ACCESS_TABLE" in os.environ
REWRITTEN: dict[Key, Cells] = {}  # filled role by role
REFUSED = ("sign-in", "401", "403", "404", NO_METHOD)


@pytest.fixture(autouse=True)
def no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is let in is decided before anything is said: to write pages and schema would take most of the time."""
    monkeypatch.setattr(Template, "render", lambda *_, **__: "")
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *_, **__: {})
    monkeypatch.setattr(health, "broker", lambda: health.OK)


class Writes(list[str]):
    """Statements that changed rows, as an `execute_wrapper` of Django's sees them."""

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        if str(sql).startswith(("INSERT", "UPDATE", "DELETE")) and context["cursor"].rowcount:
            self.append(str(sql))
        return result


def ask(world: World, route: Route, whose: str, method: str) -> tuple[str, set[str]]:
    """The cell, and the methods that the answer names where this one is not there.

    Nothing that was posted is left; and whoever is refused wrote nothing.
    """
    rows, writes = world.rows[whose], Writes()
    with connection.execute_wrapper(writes), nullcontext() if method in SAFE else transaction.atomic():
        answer = world.person.ask(method, route.address(rows), is_api=route.is_api, **body_of(route, method, rows))
        if method not in SAFE:
            transaction.set_rollback(True)
            _remove_uploads()
    cell = str(answer.status_code)
    if cell == "302" and answer["Location"].startswith(("/?next=", "/login/?next=", "/admin/login/?next=")):
        cell = "sign-in"
    named = set(answer.headers.get("Allow", "").split(", "))
    return (f"{cell} after writing" if cell in REFUSED and writes else cell), named & set(route.methods)


def _remove_uploads() -> None:
    """Files know of no transaction, and SQLite gives the number of a job that was taken back to the next one."""
    for folder in Path(settings.MEDIA_ROOT).glob("campaign-*"):
        shutil.rmtree(folder)


def is_asked(key: Key, role: str) -> bool:
    """Whether another campaign's rows are of interest: to who is in neither they are as this one's."""
    return key[1] == "ours" or role not in OUTSIDE


def in_turn(cells: dict[Key, Cells], role: str) -> Iterator[Key]:
    """Of the methods that share a row each role asks one, another one than the role before it."""
    for keys in table.together(cells):
        turn = zlib.crc32(keys[0][0].encode()) + ROLES.index(role)
        if is_asked(keys[0], role):
            yield keys[turn % len(keys)]


def test_every_address_and_method_has_its_row_and_every_row_its_address() -> None:
    said = table.read()
    there_are, have_rows = set(table.keys_of(routes())), set(said)
    not_wanted = {(key[0], "theirs", key[2]) for key, row in said.items() if table.is_no_method(row)}
    assert sorted(there_are - have_rows - not_wanted) == [], "without a row: see the head of this file"
    assert sorted(have_rows - there_are) == [], "rows of addresses that are no more"


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_each_address_answers_each_role_as_the_table_says(role: str) -> None:
    world = world_of(role)
    if IS_REWRITTEN:
        _rewrite(world, role)
        return
    said = table.read()
    methods = table.methods_of(said, role)
    differences = []
    for key in in_turn(said, role):
        found, named = ask(world, Route(key[0]), *key[1:])
        if found != said[key][role]:
            differences.append(f"{' '.join(key)}: the table says {said[key][role]}, {role} gets {found}")
        elif found == NO_METHOD and key[1] == "ours" and named - UNSAID != methods[key[:2]] - UNSAID:
            differences.append(f"{key[0]}: the table has {methods[key[:2]]}, {role} is told of {named}")
    assert differences == []


def _rewrite(world: World, role: str) -> None:
    """This role's column, every method asked; with the last one the file."""
    for key in table.keys_of(routes()):
        cell = ask(world, Route(key[0]), *key[1:])[0] if is_asked(key, role) else NOT_ASKED
        REWRITTEN.setdefault(key, {})[role] = cell
    if role == ROLES[-1]:
        table.write(REWRITTEN)


# --- what must hold whatever the table says: whoever writes it anew writes no hole into it


def done_by(role: str, *, whose: str = "ours", within: str = "") -> list[str]:
    """Where this role is let in: addresses (of this kind) with a method."""
    return [
        f"{method} {address}"
        for (address, of, method), row in table.read().items()
        if of == whose and within in address and row[role] not in (*REFUSED, NOT_ASKED)
    ]


PUBLIC = {"", "login/", "login/code/", "logout/", "admin/login/", "admin/logout/", "healthz"}
PUBLIC |= {"join/<str:code>/", "new-password/<uidb64>/<token>/"}  # whose codes are the permission


@pytest.mark.parametrize("role", ["nobody", "deactivated", "revoked"])
def test_who_is_not_signed_in_or_no_more_finds_only_the_doors(role: str) -> None:
    assert {entry.split(" ")[1] for entry in done_by(role)} <= PUBLIC


@pytest.mark.parametrize("role", ["labeler_elsewhere", "lead_elsewhere", "admin"])
def test_a_campaign_is_not_there_for_who_is_not_in_it(role: str) -> None:
    assert done_by(role, within="campaigns/<slug:slug>/") == []
    cells = {row[role] for (address, _, _), row in table.read().items() if "<slug:slug>" in address}
    assert cells <= {"404", NO_METHOD, NOT_ASKED}


@pytest.mark.parametrize("role", ["labeler", "colleague", "reviewer", "lead"])
def test_nobody_reaches_rows_of_another_campaign_through_their_own(role: str) -> None:
    found = [entry for entry in done_by(role, whose="theirs") if not leads_back(entry)]
    assert found == []


def leads_back(entry: str) -> bool:
    """Two kinds of address look up nothing that is theirs: a button's, opened, and a filter that finds no row."""
    return (entry.startswith(("GET ", "HEAD ")) and entry.endswith(BUTTONS)) or "/bulk/" in entry


BUTTONS = ("/role/", "/revoke/", "/retry/", "/undo/", "/gold/", "/<slug:to>/")


def test_what_is_a_labelers_own_is_nobody_elses() -> None:
    own = ("items/<", "me/drafts/<", "me/labels/<", "me/tokens/<", "me/work/drafts/<", "me/work/labels/<")
    for role in ROLES:
        found = [entry for part in own for entry in done_by(role, within=part)]
        assert bool(found) == (role == "labeler"), f"{role}: {found}"


def test_a_labeler_does_nothing_that_is_a_leads_or_a_reviewers_and_a_reviewer_changes_nothing() -> None:
    shared = ("label/", "leave/", "guide/", "guide/panel/", "screening/", "next/")  # of every member
    ours = {role: done_by(role, within="campaigns/<slug:slug>/") for role in ("labeler", "reviewer")}
    for role, entries in ours.items():  # one's own place may be left
        ours[role] = [entry for entry in entries if entry != "DELETE api/v1/me/campaigns/<slug:slug>/"]
    for entry in ours["labeler"]:
        assert entry.endswith(tuple(f"/<slug:slug>/{end}" for end in shared)), entry
    for entry in ours["reviewer"]:
        assert entry.startswith(("GET ", "HEAD ")) or entry.endswith(("/leave/", "/screening/", "/next/")), entry


def test_no_answer_is_a_fault_of_ours() -> None:
    assert not [key for key, row in table.read().items() if any(cell.startswith("5") for cell in row.values())]
