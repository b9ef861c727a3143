"""Lists of labels and labelers: what is found, in which order, and how far a list is counted."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from labeling.actions.pool_size import solution_count
from labeling.models import Campaign, Label, Labeler
from labeling.views import pool
from tests import factories as make
from tests.labeling.pages import fill_pool, scored_by, signed_in, text_of


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


def found(client: Client, campaign: Campaign, what: str, query: str = "") -> list[int]:
    answer = client.get(f"/campaigns/{campaign.slug}/{what}/{query}")
    assert answer.status_code == 200
    return [row.pk for row in answer.context["rows"].object_list]


@pytest.fixture
def ada(campaign: Campaign) -> Labeler:
    return make.make_labeler(campaign, make.make_account("ada"))


def test_labels_are_found_by_whose_they_are_how_they_ended_and_what_for(
    campaign: Campaign, lead: Client, ada: Labeler
) -> None:
    eggs, other = (make.make_solution(make.make_problem(campaign, text=text)) for text in ("How many eggs?", "Why?"))
    zero = make.make_round(campaign, 0)
    good = make.make_label(item=make.make_item(eggs, zero, state="labeled"), labeler=ada, ratings=[1, 1, 1])
    gold = make.make_label(item=make.make_item(other, zero, state="labeled", purpose="gold"))
    gave_up = make.make_label(other, ratings=[], finish_reason="give_up", reason="Too long for me.", flagged=[0])
    imported = make.make_label(
        other, labeler=make.make_labeler(campaign, kind="external"), origin="first_error", total_time_ms=0
    )
    make.make_label()  # of another campaign
    assert found(lead, campaign, "labels") == [imported.pk, gave_up.pk, gold.pk, good.pk]
    assert found(lead, campaign, "labels", "?labeler=AD") == [good.pk]
    assert found(lead, campaign, "labels", f"?labeler={ada.uuid}") == [good.pk]
    assert found(lead, campaign, "labels", "?finish_reason=give_up") == [gave_up.pk]
    assert found(lead, campaign, "labels", "?round=0") == [gold.pk, good.pk]
    assert found(lead, campaign, "labels", "?purpose=gold") == [gold.pk]
    assert found(lead, campaign, "labels", "?origin=first_error") == [imported.pk]
    assert found(lead, campaign, "labels", "?q=EGGS") == [good.pk]
    assert found(lead, campaign, "labels", "?q=too+long") == [gave_up.pk]
    assert found(lead, campaign, "labels", "?state=unsure") == [gave_up.pk]
    assert found(lead, campaign, "labels", "?finish_reason=perhaps&purpose=gold") == [gold.pk]


def test_labels_that_do_not_count_are_found_when_asked_for(campaign: Campaign, lead: Client, ada: Labeler) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    first = make.make_label(solution, ada, is_current=False)
    second = make.make_label(solution, ada, revises=first, revision_reason="A slip.")
    back = make.make_label(solution, requeue=make.make_requeue(ada))
    assert found(lead, campaign, "labels") == [second.pk]
    assert found(lead, campaign, "labels", "?state=revised") == [first.pk]
    assert found(lead, campaign, "labels", "?state=sent_back") == [back.pk]


def test_labels_are_found_by_day(campaign: Campaign, lead: Client) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    days = [make.make_label(solution, submitted_at=datetime(2026, 5, day, 23, 59, tzinfo=UTC)).pk for day in (1, 2, 3)]
    assert found(lead, campaign, "labels", "?after=2026-05-02&before=2026-05-02") == [days[1]]
    assert found(lead, campaign, "labels", "?after=2026-05-02&order=came") == days[1:]


def test_labels_are_sorted_by_the_time_they_took(campaign: Campaign, lead: Client) -> None:
    times = {time: make.make_label(make.make_solution(make.make_problem(campaign)), total_time_ms=time).pk
             for time in (2_000, 3_000, 1_000)}  # fmt: skip
    assert found(lead, campaign, "labels", "?order=-time") == [times[time] for time in (3_000, 2_000, 1_000)]
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/labels/?order=-time&round="))
    assert 'aria-sort="descending"><a class="order" href="?order=time&amp;round="' in page.replace(
        "&", "&amp;"
    ).replace("&amp;amp;", "&amp;")
    assert '<input type="hidden" name="order" value="-time"' in page  # a further look keeps it


def test_labelers_are_found_and_sorted(campaign: Campaign, lead: Client, ada: Labeler) -> None:
    make.make_membership(campaign, ada.account)
    former = make.make_labeler(campaign, make.make_account("bob"))
    elsewhere = make.make_labeler(campaign, kind="external", name="Carol")
    paused = make.make_labeler(campaign, make.make_account("dan"), paused_at=make.A_MOMENT, pause_reason="Slow.")
    make.make_labeler(campaign, kind="final")
    for labeler, count in ((ada, 1), (elsewhere, 2)):
        for _ in range(count):
            make.make_label(make.make_solution(make.make_problem(campaign)), labeler)
    others = set(found(lead, campaign, "labelers")) - {ada.pk, former.pk, elsewhere.pk, paused.pk}
    assert not Labeler.objects.filter(pk__in=others, kind="final").exists()
    assert found(lead, campaign, "labelers", "?order=-labels")[:2] == [elsewhere.pk, ada.pk]
    assert found(lead, campaign, "labelers", "?q=car") == [elsewhere.pk]
    assert found(lead, campaign, "labelers", f"?q={former.uuid}") == [former.pk]
    assert found(lead, campaign, "labelers", "?kind=external") == [elsewhere.pk]
    assert found(lead, campaign, "labelers", "?state=paused") == [paused.pk]
    assert former.pk in found(lead, campaign, "labelers", "?state=left")
    assert ada.pk in found(lead, campaign, "labelers", "?state=working")
    User.objects.filter(pk=ada.account_id).update(is_active=False)
    assert ada.pk in found(lead, campaign, "labelers", "?state=left"), "deactivated"


def test_solutions_are_sorted_by_score(campaign: Campaign, lead: Client) -> None:
    first, second, third = fill_pool(campaign, problems=1, solutions=3)
    version = scored_by(campaign, [second, third])
    make.make_score(version, first, None)
    assert found(lead, campaign, "solutions", "?order=-score") == [second.pk, third.pk]
    assert found(lead, campaign, "solutions", "?order=score") == [third.pk, second.pk]
    assert found(lead, campaign, "solutions", "?order=-came") == [third.pk, second.pk, first.pk]
    campaign.selectors.update(state="retired")
    assert found(lead, campaign, "solutions", "?order=-score") == [first.pk, second.pk, third.pk]


def test_problems_are_sorted_by_labels_and_solutions(campaign: Campaign, lead: Client) -> None:
    few, many = make.make_problem(campaign), make.make_problem(campaign)
    make.make_label(make.make_solution(few))
    for _ in range(2):
        make.make_solution(many)
    assert found(lead, campaign, "problems", "?order=-labels") == [few.pk, many.pk]
    assert found(lead, campaign, "problems", "?order=-solutions") == [many.pk, few.pk]
    assert "Order “odd”" in text_of(lead.get(f"/campaigns/{campaign.slug}/problems/?order=odd"))


def test_the_pool_is_found_by_subject_level_and_generator(campaign: Campaign, lead: Client) -> None:
    circle = make.make_problem(campaign, subject="Geometry", level="Level 5")
    sums = make.make_problem(campaign, subject="Prealgebra", level="Level 1")
    make.make_problem(campaign)
    drawn = make.make_solution(circle, generator="gpt-4")
    added = make.make_solution(sums, generator="llama")
    assert found(lead, campaign, "problems", "?subject=geometry") == [circle.pk]
    assert found(lead, campaign, "problems", "?level=5") == [circle.pk]
    assert found(lead, campaign, "problems", "?subject=algebra&level=Level") == [sums.pk]
    assert found(lead, campaign, "solutions", "?subject=Geo") == [drawn.pk]
    assert found(lead, campaign, "solutions", "?level=1") == [added.pk]
    assert found(lead, campaign, "solutions", "?generator=GPT") == [drawn.pk]
    assert found(lead, campaign, "solutions", "?generator=gpt&subject=algebra") == []
    assert '<a href="?subject=Geometry">' in lead.get(f"/campaigns/{campaign.slug}/problems/").content.decode()


def test_lists_open_with_what_they_hold(campaign: Campaign, lead: Client) -> None:
    def heading(what: str) -> str:
        page = text_of(lead.get(f"/campaigns/{campaign.slug}/{what}"))
        return " ".join(page.partition("<h1>")[2].partition("</h1>")[0].split())

    assert [heading(f"{what}/") for what in ("problems", "solutions", "labels", "rulings", "rounds", "data")] == [
        "Nothing has been imported yet",
        "Nothing has been imported yet",
        "Nobody has labeled anything yet",
        "No ruling yet",
        "No round yet",
        "Nothing has been imported yet",
    ]
    solution = fill_pool(campaign, problems=2, solutions=2)[0]
    make.make_label(item=make.make_item(solution, make.make_round(campaign, 0), "labeled"))
    make.make_ruling(solution.problem, reason="No figure.")
    assert [heading(f"{what}/") for what in ("problems", "solutions", "labels", "rulings", "rounds", "data")] == [
        "2 problems",
        "4 solutions",
        "1 label",
        "1 ruling",
        "Round 0 is open: 1 of 1 label",
        "2 problems, 4 solutions",
    ]
    assert heading("solutions/?labeled=yes") == "Found: 1 solution"
    assert heading("labels/?purpose=gold") == heading("rulings/?q=triangle") == "Nothing found"
    assert heading("labelers/") == "1 labeler"


def test_what_a_subject_finds_is_excluded_at_once(campaign: Campaign, lead: Client) -> None:
    circle, sums = (make.make_problem(campaign, subject=subject) for subject in ("Geometry", "Prealgebra"))
    here = f"/campaigns/{campaign.slug}/bulk/exclude/?subject=Geometry"
    assert "Exclude 1 problem?" in text_of(lead.get(here))
    lead.post(here, {"count": 1})
    for problem, state in ((circle, "excluded"), (sums, "active")):
        problem.refresh_from_db()
        assert problem.state == state


def test_a_long_list_is_counted_no_further_than_it_is_read(
    campaign: Campaign, lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_pool(campaign, problems=2, solutions=2)
    monkeypatch.setattr(pool, "COUNTED", 3)
    assert "more than 3 solutions" in text_of(lead.get(f"/campaigns/{campaign.slug}/solutions/?verdict=wrong"))
    assert "more than" not in text_of(lead.get(f"/campaigns/{campaign.slug}/solutions/"))  # known without counting


def test_the_pool_is_as_large_as_its_imports_say(campaign: Campaign) -> None:
    fill_pool(campaign)  # its job says nothing: its rows are counted
    make.make_job(campaign, result={"solutions": 7})
    make.make_job(campaign, result={"solutions": 5}, params={"dry_run": True})
    make.make_job(campaign, result={"solutions": 3}, state="running")
    make.make_job(make.make_campaign(), result={"solutions": 2})
    with CaptureQueriesContext(connection) as asked:
        assert solution_count(campaign) == 4 + 7
    assert len(asked) == 2
    assert Label.objects.count() == 0
