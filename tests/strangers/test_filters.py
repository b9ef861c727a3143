"""No name in a query reaches the ORM: lists take filters and orders from closed lists, and nothing else looks."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection

from tests.strangers import table
from tests.strangers.routes import QUERIES, Route
from tests.strangers.world import World, world_of

CANARY = "canary-filter"
LOOKUPS = (
    *(
        "campaign__slug",
        "problem__campaign__slug",
        "labeler__account__password__startswith",
        "account__email__contains",
    ),
    *(
        "solution__gold__accepted",
        "scores__score__gte",
        "user__password__regex",
        "pk__in",
        "id__gt",
        "slug__startswith",
    ),
)
ORDERS = ("order", "ordering", "sort", "order_by", "o")


class Asked(list[str]):
    """What the database is asked, as an `execute_wrapper` of Django's sees it."""

    def __call__(self, execute: Any, sql: Any, params: Any, *rest: Any) -> Any:
        self.append(f"{sql} {params}")
        return execute(sql, params, *rest)


def read_addresses(role: str) -> list[Route]:
    """What this role can open. The admin is left out: who is in there reads whole rows anyway."""
    found = [
        Route(address)
        for (address, whose, method), row in table.read().items()
        if (whose, method, row[role]) == ("ours", "GET", "200")
    ]
    return [route for route in found if not route.is_admin]


def opened(world: World, route: Route, query: dict[str, str]) -> tuple[Any, list[str]]:
    address = route.address(world.rows["ours"])
    asked = Asked()
    with connection.execute_wrapper(asked):
        answer = world.person.ask(
            "GET", f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", is_api=route.is_api
        )
        if answer.streaming:
            answer.getvalue()
    return answer, asked


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["labeler", "lead"])
def test_no_lookup_in_a_query_reaches_the_database(role: str) -> None:
    world = world_of(role)
    query = dict.fromkeys(LOOKUPS, CANARY) | dict.fromkeys(ORDERS, f"account__password{CANARY}")
    for route in read_addresses(role):
        answer, asked = opened(world, route, query)
        assert answer.status_code in (200, 302, 400), route.pattern
        assert not [sql for sql in asked if CANARY in sql or "password__" in sql], route.pattern
        if answer.status_code == 400 and route.is_api and route.pattern not in QUERIES:
            assert set(answer.json()["fields"]) == {*LOOKUPS, *ORDERS}


@pytest.mark.django_db
def test_every_list_of_the_api_refuses_by_name_what_is_no_filter() -> None:
    world = world_of("lead")
    lists = [route for route in read_addresses("lead") if route.is_api and is_list(world, route)]
    assert len(lists) >= 20
    for route in lists:
        answer, _asked = opened(world, route, {"campaign__slug": CANARY})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["campaign__slug"]), route.pattern


def is_list(world: World, route: Route) -> bool:
    """Rows, in pages or not, and figures made of rows: a mistyped filter would give them all."""
    answer, _asked = opened(world, route, {})
    if "json" not in answer["Content-Type"] or answer.streaming:
        return False
    said = answer.json()
    return (
        isinstance(said, list)
        or "results" in said
        or route.pattern.endswith(("/stats/", "/agreement/", "/multiplier/"))
    )
