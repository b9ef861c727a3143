"""How much gold a round gives to each labeler: ten to twenty, at places that nobody can foresee."""

import random
import re
from collections.abc import Sequence

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from labeling.actions import gold_draw, labels, people, requeue
from labeling.models import Campaign, Labeler, Round
from tests import factories as make
from tests.labeling.pages import fill_pool, signed_in, text_of
from tests.labeling.working import make_items, work

pytestmark = pytest.mark.django_db

RUNS = 60


@pytest.fixture(autouse=True)
def chance(monkeypatch: pytest.MonkeyPatch) -> random.Random:
    """The same draws each time: what is measured here is how often, not luck."""
    made = random.Random(5)
    monkeypatch.setattr(gold_draw, "CHANCE", made)
    return made


def a_round(chance: random.Random, campaign: Campaign, items: int, speeds: Sequence[float]) -> list[list[int]]:
    """One round, played through: which of each labeler's labels were gold. Whoever is quicker comes more often."""
    of = Round(campaign=campaign, size=items, counted_items=items, counted_labels=0)
    due = [gold_draw.gap(campaign, of, given=0) for _ in speeds]
    labels, found = [0 for _ in speeds], [[] for _ in speeds]  # type: tuple[list[int], list[list[int]]]
    while of.counted_labels < items:
        [who] = chance.choices(range(len(speeds)), speeds)
        labels[who] += 1
        if due[who] <= 0 and len(found[who]) < campaign.gold_per_round:
            found[who].append(labels[who])
            due[who] = gold_draw.gap(campaign, of, given=len(found[who]))
        else:
            of.counted_labels += 1
        due[who] -= 1
    return found


def labelers(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(gold_draw, "_people", lambda _campaign: count)


@pytest.mark.parametrize(
    ("items", "speeds", "at_least"),
    [
        (1000, [1] * 10, 0.99),
        (400, [1, 1, 2, 4], 0.99),  # the slow ones label half of an even share
        (200, [1, 1, 2, 4], 0.9),
        (100, [1] * 4, 0.98),
        (100, [1] * 5, 0.93),
        (60, [1] * 4, 0.75),
        (20, [1], 0.99),
    ],
)
def test_nearly_every_labeler_gets_ten_to_twenty(
    items: int,
    speeds: list[float],
    at_least: float,
    campaign: Campaign,
    chance: random.Random,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    labelers(monkeypatch, len(speeds))
    counts = [len(one) for _ in range(RUNS) for one in a_round(chance, campaign, items, speeds)]
    share = sum(10 <= count <= 20 for count in counts) / len(counts)
    print(f"{items} items, {len(speeds)} labelers: 10 to 20 for {share:.1%}, {min(counts)} to {max(counts)}")  # noqa: T201
    assert share >= at_least
    assert max(counts) <= campaign.gold_per_round


def test_no_place_is_likelier_than_its_neighbours_and_both_halves_have_some(
    campaign: Campaign, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelers(monkeypatch, 1)
    found = [place for _ in range(300) for [given] in [a_round(chance, campaign, 100, [1])] for place in given]
    often = [found.count(place) / 300 for place in range(3, 100)]
    assert max(often) < 0.4
    assert sum(place > 60 for place in found) / 300 > 2


def test_a_smaller_setting_holds(campaign: Campaign, chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    labelers(monkeypatch, 2)
    campaign.gold_per_round = 3
    counts = [len(one) for _ in range(RUNS) for one in a_round(chance, campaign, 100, [1, 1])]
    assert (set(counts) <= {2, 3}, max(counts)) == (True, 3)


def make_stock(campaign: Campaign, count: int) -> None:
    for _ in range(count):
        make.make_gold(make.make_solution(make.make_problem(campaign)))


@pytest.fixture
def lead(campaign: Campaign, owner: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {people.new_token(owner)}")
    return client


@pytest.fixture
def lead_page(owner: User) -> Client:
    return signed_in(owner)


@pytest.mark.parametrize(
    ("items", "stock", "each", "words"),
    [
        (200, 20, 15, "Gold besides: about 15 for each of 2 labelers."),
        (30, 20, 12, "Gold besides: about 12 for each of 2 labelers."),
        (12, 20, 6, "That is less than 10: the round is too small for it."),
        (200, 7, 7, "That is less than 10: no more is left that everybody is new to. Make more gold."),
    ],
)
def test_a_plan_says_how_much_gold_comes_and_why_it_is_little(
    items: int, stock: int, each: int, words: str, campaign: Campaign, lead: APIClient, lead_page: Client
) -> None:
    for name in ("ada", "ben"):
        make.make_membership(campaign, make.make_account(name), "labeler")
    make_stock(campaign, stock)
    fill_pool(campaign, problems=items, solutions=1)
    asked = {"size": items, "strategy": "uniform", "evaluation_share": 0}
    seen = lead.post(f"/api/v1/campaigns/{campaign.slug}/rounds/", asked | {"preview": True}).json()
    assert (len(seen["picks"]), seen["gold"]) == (items, {"labelers": 2, "each": each, "new": stock})
    assert words in text_of(lead_page.get(f"/campaigns/{campaign.slug}/rounds/plan/", asked))


def test_who_gets_no_work_is_not_counted_among_those_who_share_it(campaign: Campaign, labeler: User) -> None:
    """Else the one who works alone would get all their gold in the first third of a round."""
    make_stock(campaign, 1)
    make.make_membership(campaign, make.make_account(is_active=False))
    paused = make.make_labeler(campaign, paused_at=make.A_MOMENT, pause_reason="Slow.")
    make.make_membership(campaign, paused.account)

    found = gold_draw.foreseen(campaign, 100)

    assert found is not None
    assert found.labelers == 1


def test_what_somebody_has_had_is_not_new_to_everybody(campaign: Campaign) -> None:
    ada = make.make_labeler(campaign)
    make_stock(campaign, 12)
    for one in gold_draw.in_stream(campaign)[:5]:
        make.make_item(one.solution, make.make_round(campaign, one.pk), "labeled", purpose="gold", reserved_for=ada)
    found = gold_draw.foreseen(campaign, 500)
    assert found is not None
    assert (found.new, found.each, found.is_little) == (7, 7, True)


def test_drawing_for_more_labelers_costs_no_query_more(campaign: Campaign) -> None:
    make_stock(campaign, 1)

    def queries() -> int:
        make.make_labeler(campaign)
        with CaptureQueriesContext(connection) as asked:
            gold_draw.draw_for_all(campaign, anew=True)
        return len(asked)

    assert queries() == queries() == queries()


def test_without_gold_nothing_is_foreseen(campaign: Campaign, lead: APIClient) -> None:
    fill_pool(campaign)
    asked = {"size": 2, "preview": True}
    assert "gold" not in lead.post(f"/api/v1/campaigns/{campaign.slug}/rounds/", asked).json()
    assert Labeler.objects.filter(until_gold__isnull=False).count() == 0


def test_how_many_solutions_wait_does_not_tell_gold_to_who_works_alone(campaign: Campaign, labeler: User) -> None:
    """Gold takes the place of work that still waits: counted to the last one, the count would stand still at gold."""
    make_stock(campaign, 3)
    of, person = make.make_round(campaign), make.make_labeler(campaign, labeler)
    make_items(of, 40)
    client = signed_in(labeler)

    def said() -> str:
        found = re.search(r"<p>(\D*(\d+)\D* wait)", text_of(client.get("/")))
        assert found
        return found[1]

    for until_gold in (None, 0, None, 0, None):
        before = said()
        Labeler.objects.filter(pk=person.pk).update(until_gold=until_gold)
        person.refresh_from_db()
        label = work(campaign, person)
        assert label.item
        assert (label.item.purpose == "gold") == (until_gold == 0)
        assert said() == before == "20 or more solutions wait"


def test_what_is_sent_back_does_not_tell_which_labels_were_gold(campaign: Campaign, owner: User) -> None:
    """Only work goes back; were gold alone still open to revision, it would be known for what it was."""
    make_stock(campaign, 1)
    make_items(make.make_round(campaign), 2)
    ada = make.make_labeler(campaign)
    made = [work(campaign, ada)]
    Labeler.objects.filter(pk=ada.pk).update(until_gold=0)
    ada.refresh_from_db()
    made.append(work(campaign, ada))
    assert [label.item.purpose for label in made if label.item] == ["round", "gold"]
    assert {labels.why_not_revised(label) for label in made} == {None}

    sent_back = requeue.requeue(labeler=ada, since=ada.created_at, by=owner)
    for label in made:
        label.refresh_from_db()
    (told,) = {labels.why_not_revised(label) for label in made}
    assert told is not None
    assert "sent this solution to somebody else" in told
    requeue.undo(requeue=sent_back, by=owner)
    for label in made:
        label.refresh_from_db()
    assert {labels.why_not_revised(label) for label in made} == {None}
