"""A number larger than any id names nothing: no address answers it with a fault of ours."""

import pytest

from tests.strangers import table
from tests.strangers.routes import Route
from tests.strangers.world import World, world_of

TOO_LARGE = str(2**63)


def with_numbers() -> list[Route]:
    """Every address with a number in it."""
    found = {address for address, _whose, _method in table.read() if "<int:" in address}
    return [Route(address) for address in sorted(found)]


@pytest.mark.django_db
def test_a_number_beyond_64_bits_names_nothing() -> None:
    world: World = world_of("lead")
    rows = {name: TOO_LARGE if isinstance(value, int) else value for name, value in world.rows["ours"].items()}
    wrong = []
    for route in with_numbers():
        address = route.address(rows)
        assert TOO_LARGE in address
        for method in route.methods:
            answer = world.person.ask(method, address, is_api=route.is_api)
            if answer.status_code >= 500 or (method == "GET" and answer.status_code == 200):
                wrong.append(f"{method} {address}: {answer.status_code}")
    assert wrong == []
