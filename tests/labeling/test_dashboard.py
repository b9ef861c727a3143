"""What a campaign's page says of its work: forecast, cost, labelers, hints, each with chart, table and CSV."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labeling.actions import adjudication, convincing
from labeling.agreement_report import report
from labeling.forecast import forecast
from labeling.models import Campaign, Labeler, Round, SelectorVersion
from labeling.views.work import Found, Work
from selector.records import Candidate, Pick
from tests import factories as make
from tests.labeling.pages import scored_by, signed_in, text_of

TODAY = date(2026, 11, 20)
ADDRESS = "/campaigns/campaign/"


def days(*counts: int) -> dict[date, int]:
    """So many labels on each of the days up to yesterday."""
    return {TODAY - timedelta(days=back): count for back, count in enumerate(reversed(counts), start=1)}


def test_a_forecast_follows_from_whole_days_and_says_how_sure_it_is() -> None:
    """10, 20, 30 a day: mean 20, standard error 10/√3, t 4.303: the slowest day has none."""
    opened = TODAY - timedelta(days=4)
    wide = forecast(days(10, 20, 30), left=100, opened=opened, today=TODAY)
    assert wide is not None
    assert (wide.on, wide.earliest, wide.latest) == (date(2026, 11, 25), date(2026, 11, 23), None)
    steady = forecast(days(20, 20, 20, 20), left=100, opened=TODAY - timedelta(days=5), today=TODAY)
    assert steady is not None
    assert steady.earliest == steady.on == steady.latest == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("counts", "left", "opened_before"), [((9, 9), 10, 3), ((9, 9, 9), 0, 4), ((0, 0, 0), 10, 4), ((1, 0, 0), 9_999, 4)]
)
def test_too_few_days_no_labels_or_an_end_years_ahead_is_no_forecast(
    counts: tuple[int, ...], left: int, opened_before: int
) -> None:
    assert forecast(days(*counts), left=left, opened=TODAY - timedelta(days=opened_before), today=TODAY) is None


def test_cost_is_paid_time_over_errors_with_the_interval_of_their_share() -> None:
    """10 labels of a minute, 2 of gold: 12 minutes at 30 an hour are 6, for 5 errors 1.20; Wilson: .2366 to .7634."""
    found = Found(labels=10, timed=10, timed_errors=5, seconds=600, further_seconds=120)
    assert found.cost_of_error(30) == pytest.approx((1.2, 0.6 / 0.7634, 0.6 / 0.2366), rel=1e-3)
    assert found.cost_of_error(None) is None
    assert Found(timed=3, seconds=9).cost_of_error(30) is None
    twice = Found(labels=20, timed=20, timed_errors=10, seconds=600, further_seconds=120, repeats=10, repeated_errors=5)
    assert twice.cost_of_error(30) == found.cost_of_error(30), "an error that two people found is one"
    each = Found(timed=2, seconds=180, squares=60**2 + 120**2).minutes_each
    assert each == pytest.approx((1.5, 1.5 - 0.98, 1.5 + 0.98), rel=1e-3)


def test_planning_keeps_how_convincing_the_chosen_and_the_left_are() -> None:
    table = [Candidate(str(n), "p", "wrong", score=n / 10) for n in range(10)]
    table += [Candidate("right", "p", "correct", score=0.99), Candidate("test", "p", "wrong", score=0.99, split="test")]
    table += [Candidate("labeled", "p", "wrong", score=0.99, is_labeled=True), Candidate("unscored", "p", "wrong")]
    picks = [Pick(name, rank, "convincing_wrong", None) for rank, name in enumerate(("9", "8", "7"))]

    kept = convincing.kept(table, picks, size=3)

    assert kept["chosen"] == {"count": 3, "low": 0.7, "median": 0.8, "high": 0.9}
    assert kept["next"] == {"count": 3, "low": 0.4, "median": 0.5, "high": 0.6}
    assert (kept["left"]["count"], sum(kept["left"]["bins"])) == (7, 7)
    assert convincing.kept([Candidate("a", "p", "wrong")], [], size=3) == {}


@pytest.fixture
def worked(campaign: Campaign, labeler: User) -> Round:
    """Round 1 under way for five days, 3 labels a day, one of gold; round 2 planned; the selector chose both."""
    Campaign.objects.filter(pk=campaign.pk).update(hourly_rate=24, currency="€")
    person = make.make_labeler(campaign, labeler)
    solution = make.make_solution(make.make_problem(campaign))
    version = scored_by(campaign, [solution])
    spread = {"count": 5, "low": 0.3, "median": 0.44, "high": 0.6}
    kept = {"chosen": spread, "next": spread, "left": {"count": 40, "bins": [1] * 40}}
    now = timezone.now()
    of = make.make_round(campaign, 1, selector=version, opened_at=now - timedelta(days=6), convincing=kept)
    for back in range(1, 6):
        for ratings in ([1, -1], [1, 1, 1], [-1]):
            add_label(of, person, ratings, now - timedelta(days=back))
    for _ in range(3):
        make.make_item(round=of)
    gold = make.make_gold(make.make_solution(make.make_problem(campaign)))
    item = make.make_item(gold.solution, of, "labeled", purpose="gold", reserved_for=person)
    make.make_label(item=item, labeler=person, total_time_ms=60_000, submitted_at=now)
    make.make_item(round=make.make_round(campaign, 2, "planned"), state="planned")
    return of


def add_label(of: Round, person: Labeler, ratings: list[int], at: object) -> None:
    make.make_label(
        item=make.make_item(round=of, state="labeled"), labeler=person, ratings=ratings, submitted_at=at,
        total_time_ms=60_000, step_times_ms=[20_000] * len(ratings),
    )  # fmt: skip


def test_a_selector_that_is_no_better_than_chance_does_not_tell_whether_another_round_pays(
    worked: Round, owner: User
) -> None:
    SelectorVersion.objects.update(metrics={})

    assert (
        "Whether another round pays cannot be told by scores that are not known to be better than chance."
        in text_of(signed_in(owner).get(ADDRESS))
    )


def table(client: Client, name: str) -> list[dict[str, str]]:
    answer = client.get(f"{ADDRESS}download/{name}/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_page_speaks_of_the_open_round_and_of_what_its_work_shows(
    worked: Round, owner: User, labeler: User
) -> None:
    lead = signed_in(owner)
    page = lead.get(ADDRESS)
    said = text_of(page)
    assert "<h1>Round 1 has 15 of 18 labels</h1>" in said
    assert "Round 2 is planned with 1 label, and waits for a lead to open it." in said
    assert "Open round 2</a>" in said
    day = timezone.localdate() + timedelta(days=1)
    assert f"it should be full on {day.day} {day:%b} (between" in said
    assert "A found error costs €\N{NO-BREAK SPACE}0.64" in said, "16 minutes, gold counted in, for 10 errors"
    assert "hardly convince any more (median score 0.44 of the next 5)" in said
    for heading in (
        "Labels, day by day",
        "Cost of a found error",
        "How convincing the queue still is",
        "Time a step takes",
    ):
        assert heading in said
    assert "0 of 1" not in said
    assert "1 of 1" in said, "the labeler's gold"
    Campaign.objects.update(hourly_rate=None)
    assert "cost" not in text_of(lead.get(ADDRESS)).lower().replace("what it costs", "")

    assert [row["labels"] for row in table(lead, "days")] == ["3"] * 5
    assert (
        table(lead, "labelers")[0] | {"labeler": "labeler", "errors": "10", "gold_labels": "1"}
        == table(lead, "labelers")[0]
    )
    assert {row["step"]: row["median"] for row in table(lead, "steps")} == {"1": "20.0", "2": "20.0", "3": "20.0"}
    assert [row["cost_of_error"] for row in table(lead, "rounds")] == ["", ""]
    assert sum(int(row["solutions"]) for row in table(lead, "left")) == 40
    assert table(lead, "convincing")[-1] == {
        "round": "next", "wrong_answers": "5", "low": "0.3", "median": "0.44", "high": "0.6",
    }  # fmt: skip
    assert table(lead, "mix")[0]["found_error"] == "2"
    assert [list(row.values())[1:] for row in table(lead, "ratings")] == [["2", "4", "0"]] * 5
    assert "How steps are rated, day by day" in said
    assert lead.get(f"{ADDRESS}download/agreement/").status_code == 404, "not computed"
    for account in (labeler, make.make_account()):
        assert signed_in(account).get(f"{ADDRESS}download/days/").status_code == 404


def test_the_page_asks_as_often_for_many_labels_as_for_few(
    worked: Round, campaign: Campaign, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        other = make.make_labeler(campaign)
        for back in range(4):
            add_label(worked, other, [1, -1], timezone.now() - timedelta(days=back))
    lead = signed_in(owner)
    with django_assert_max_num_queries(29):
        lead.get(ADDRESS)
    assert sum(found.labels for found in Work.of(campaign).by_labeler().values()) == 35


def test_an_interval_that_is_not_known_is_left_out(campaign: Campaign, owner: User) -> None:
    people = [make.make_labeler(campaign) for _ in range(2)]
    rows = [
        {"solution": 1, "labeler": one.pk, "ratings": signs, "round": None, "subject": ""}
        for one, signs in zip(people, ("+0", "++"), strict=True)
    ]
    make.make_agreement(campaign, report(rows, lambda *_: None))
    said = text_of(signed_in(owner).get(ADDRESS))
    assert "Alpha, steps both rated" in said
    assert "( to )" not in said


def test_who_has_left_is_not_told_to_be_at_work(campaign: Campaign, owner: User, labeler: User) -> None:
    who = make.make_labeler(campaign, labeler)
    gold = make.make_gold(make.make_solution(make.make_problem(campaign)))
    of = make.make_round(campaign)
    make.make_label(item=make.make_item(gold.solution, of, "labeled", purpose="gold", reserved_for=who), labeler=who)
    make.make_label(item=make.make_item(round=of, state="labeled"), labeler=who)
    lead = signed_in(owner)
    pages = (ADDRESS, f"{ADDRESS}gold/")
    assert all("at work" in text_of(lead.get(page)) for page in pages)
    assert table(lead, "labelers")[0]["state"] == "working"

    campaign.memberships.get(account=labeler).delete()

    for page in pages:
        said = text_of(lead.get(page))
        assert "no longer here" in said
        assert "at work" not in said
    assert table(lead, "labelers")[0]["state"] == "left"


def test_what_a_lead_decided_is_nobodys_work(worked: Round, campaign: Campaign, owner: User) -> None:
    lead = signed_in(owner)
    before = table(lead, "labelers")
    solution = make.make_solution(make.make_problem(campaign))

    adjudication.decide(solution=solution, ratings=[1, -1], reason="It is 4.", by=owner)

    assert table(lead, "labelers") == before
    assert Work.of(campaign).all().errors == 10


def test_a_rounds_progress_is_a_table_too_and_gold_is_none_of_its_labels(worked: Round, owner: User) -> None:
    lead = signed_in(owner)
    states = {"planned": "0", "waiting": "3", "leased": "0", "labeled": "15", "withdrawn": "0"}
    assert table(lead, "progress")[1] == {"round": "1", "state": "open", "wanted": "18"} | states
    assert "In 10 of 15 labels people found an error." in text_of(lead.get(f"{ADDRESS}rounds/1/"))


def test_picks_that_people_found_right_are_those_that_the_selector_chose(
    campaign: Campaign, labeler: User, owner: User
) -> None:
    """One of three; neither evaluation, nor what chance drew, nor a label without a verdict is a pick."""
    version = scored_by(campaign, [make.make_solution(make.make_problem(campaign))], evaluation_labels=3)
    of, person = make.make_round(campaign, 0, selector=version), make.make_labeler(campaign, labeler)
    for reason, ratings in (
        *(("convincing_wrong", ratings) for ratings in ([1, -1], [1, 1, 1], [-1])),
        *((reason, [1, 1, 1]) for reason in ("evaluation", "uniform")),
    ):
        purpose = "evaluation" if reason == "evaluation" else "round"
        item = make.make_item(round=of, state="labeled", reason=reason, purpose=purpose)
        make.make_label(item=item, labeler=person, ratings=ratings)
    item = make.make_item(round=of, state="labeled", reason="convincing_wrong")
    make.make_label(item=item, labeler=person, ratings=[1], finish_reason="give_up", reason="Too long.")

    lead = signed_in(owner)
    assert "33\N{NO-BREAK SPACE}% <small>of 3</small>" in text_of(lead.get(ADDRESS))
    (row,) = table(lead, "selectors")
    assert {name: row[name] for name in ("version", "state", "picks", "picks_right", "n", "best_of_n")} == {
        "version": "1", "state": "published", "picks": "3", "picks_right": "1", "n": "4", "best_of_n": "0.8",
    }  # fmt: skip
    assert row["first_error_f1"] == "", "not known yet: of 3 evaluation labels"


def test_evaluation_labels_are_none_of_the_chosen_ones(campaign: Campaign, labeler: User, owner: User) -> None:
    """Ten of 20 by chance; 19 of 20 chosen, beside 40 of evaluation without an error: 32 % of all would be fewer."""
    version = scored_by(campaign, [make.make_solution(make.make_problem(campaign))])
    person = make.make_labeler(campaign, labeler)
    drawn, chosen = make.make_round(campaign, 0, "closed"), make.make_round(campaign, 1, "closed", selector=version)
    for of, reason, errors, good in (
        (drawn, "uniform", 10, 10), (chosen, "convincing_wrong", 19, 1), (chosen, "evaluation", 0, 40),
    ):  # fmt: skip
        purpose = "evaluation" if reason == "evaluation" else "round"
        for ratings in [[-1]] * errors + [[1, 1, 1]] * good:
            item = make.make_item(round=of, state="labeled", reason=reason, purpose=purpose)
            make.make_label(item=item, labeler=person, ratings=ratings)
    said = text_of(signed_in(owner).get(ADDRESS)).replace("\N{NO-BREAK SPACE}", " ")
    assert "found an error in 95 % of the labels of chosen solutions, in 50 % where no selector chose." in said
