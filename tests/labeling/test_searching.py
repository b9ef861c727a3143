"""A text in a large pool: what is searched at once, and how a look goes on."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from labeling.models import Campaign, Solution
from labeling.views import found, searching
from tests import factories as make
from tests.labeling.imports import flat, import_rows
from tests.labeling.pages import fill_pool, signed_in, text_of


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


def listed(lead: Client, query: str) -> list[int]:
    answer = lead.get(f"/campaigns/campaign/solutions/{query}")
    assert answer.status_code == 200
    return [row.pk for row in answer.context["rows"].object_list]


def further(lead: Client, query: str) -> str | None:
    """Where the page leads on to."""
    page = lead.get(f"/campaigns/campaign/solutions/{query}").content.decode()
    link = re.search(r'<a href="(\?[^"]*)">Search further', page)
    return link[1].replace("&amp;", "&") if link else None


@pytest.fixture
def pool(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> list[Solution]:
    """Five solutions, of which one look goes through two; the second and the last say “pears”."""
    monkeypatch.setattr(searching, "SEARCHED", 2)
    steps = (["Apples."], ["Two PEARS."], ["Plums."], ["Plums."], ["pears"])
    return [make.make_solution(make.make_problem(campaign), steps=one) for one in steps]


def test_steps_are_searched_a_piece_at_a_time_and_the_page_says_so(lead: Client, pool: list[Solution]) -> None:
    page = text_of(lead.get("/campaigns/campaign/solutions/?q=pears"))
    assert "Solutions whose steps and answers were searched: 2. Problems and ids were all searched." in page
    found_by, query = [], "?q=pears"
    for _look in pool:
        found_by.append(listed(lead, query))
        onwards = further(lead, query)
        if onwards is None:
            break
        query = onwards
    assert found_by == [[pool[1].pk], [], [pool[4].pk]]
    assert "None is left to search." in text_of(lead.get(f"/campaigns/campaign/solutions/{query}"))


def test_a_look_goes_the_way_the_list_is_sorted(lead: Client, pool: list[Solution]) -> None:
    assert listed(lead, "?q=pears&order=-came") == [pool[4].pk]
    onwards = further(lead, "?q=pears&order=-came")
    assert onwards is not None
    assert listed(lead, onwards) == [pool[1].pk]


def test_a_look_goes_through_what_the_filter_leaves(lead: Client, pool: list[Solution]) -> None:
    make.make_label(pool[4])
    assert listed(lead, "?q=pears&labeled=yes") == [pool[4].pk]
    assert further(lead, "?q=pears&labeled=yes") is None


@pytest.mark.parametrize("named", [searching.NAMED, 0])
def test_problems_are_searched_wherever_they_are(
    lead: Client, campaign: Campaign, pool: list[Solution], named: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "NAMED", named)
    last = make.make_solution(make.make_problem(campaign, text="How many pears?", external_id="fruit/7"))
    assert listed(lead, "?q=how+many+PEARS") == [last.pk]
    assert listed(lead, "?q=fruit/7") == [last.pk]


def test_a_solution_is_found_by_its_whole_id_wherever_it_is(
    lead: Client, campaign: Campaign, pool: list[Solution], tmp_path: Path
) -> None:
    import_rows(campaign, tmp_path, flat(solution_id="s3"))
    given = Solution.objects.get(external_id="s3")
    nameless = make.make_solution(make.make_problem(campaign), external_id=None)
    for one in (given, nameless):
        label = make.make_label(one)
        assert listed(lead, f"?q={one.public_id}") == [one.pk]
        assert [found.pk for found in lead.get(f"/campaigns/campaign/labels/?q={one.public_id}").context["rows"]] == [
            label.pk
        ]


def test_a_part_of_a_step_that_is_not_there_costs_one_piece(lead: Client, pool: list[Solution]) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert listed(lead, "?q=cherries") == []
    through_steps = [one["sql"] for one in asked if '"steps" LIKE' in one["sql"] or 'steps"::text) LIKE' in one["sql"]]
    assert [one.rpartition("LIMIT ")[2] for one in through_steps] == ["3"]


def test_what_is_no_place_to_go_on_from_is_passed_over(lead: Client, pool: list[Solution]) -> None:
    for place in ("x", "-1", "9" * 40, ""):
        assert listed(lead, f"?q=pears&from={place}") == [pool[1].pk]


def test_generators_are_found_by_part_of_their_names(
    lead: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob, eve = (
        make.make_solution(make.make_problem(campaign), generator=name) for name in ("Ada-1", "bob", "adamant")
    )
    make.make_solution(make.make_problem(campaign), generator=None)
    for most in (500, 2):
        monkeypatch.setattr(found, "MOST_GENERATORS", most)
        assert listed(lead, "?generator=ADA") == [ada.pk, eve.pk]
        assert listed(lead, "?generator=bob") == [bob.pk]
        assert listed(lead, "?generator=carol") == []


def test_uncertain_verdicts_are_found_by_their_grades(lead: Client, campaign: Campaign) -> None:
    sure, doubted, earlier = fill_pool(campaign, problems=1, solutions=3)
    make.make_grade(doubted, verdict="uncertain")
    make.make_grade(earlier, verdict="uncertain", is_current=False)
    assert listed(lead, "?verdict=uncertain") == [doubted.pk]
    assert sure.pk in listed(lead, "?verdict=wrong") + listed(lead, "?verdict=correct")
