"""Screening: newcomers judge gold before any real work, by a rule on errors found and on false alarms."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from labeling.actions import campaigns, gold, problems, queue, screening, waiting
from labeling.actions.errors import Conflict
from labeling.models import Campaign, Dispute, Event, Gold, Labeler, QueueItem, Round
from tests import factories as make
from tests.labeling.pages import signed_in, text_of
from tests.labeling.test_exporting import exported
from tests.labeling.working import a_pass, make_items, take, work

pytestmark = pytest.mark.django_db
GOOD, BAD = [1, -1], [1, 1, 1]


@pytest.fixture
def ada(campaign: Campaign, owner: User, labeler: User) -> Labeler:
    """A newcomer; screening of four solutions, of which two such sets are there; real work waits."""
    for index in range(8):
        solution = make.make_solution(make.make_problem(campaign))
        sets = ["0+", "-"] if index % 2 else ["0+"] * 3
        gold.make(solution=solution, by=owner, sets=sets, use="screening", explanation="Two and two are four.")
    make_items(make.make_round(campaign), 3)
    wanted = {"screening": "on", "screening_size": 4, "screening_bar": 0.75, "screening_false_alarms": 0.25}
    campaigns.change(campaign=campaign, by=owner, wanted=wanted)
    return make.make_labeler(campaign, labeler)


def answer(campaign: Campaign, ada: Labeler, *, rightly: bool, count: int = 4) -> list[int]:
    """Work through an attempt; the solutions that came."""
    came = []
    for _ in range(count):
        item = QueueItem.objects.get(pk=take(campaign, ada).pk)
        assert item.purpose == "screening"
        has_error = not item.solution.gold.may_have_none  # type: ignore[union-attr]
        came.append(work(campaign, ada, a_pass(GOOD if has_error == rightly else BAD)).solution_id)
    return came  # type: ignore[return-value]


def test_real_work_comes_after_passing_and_all_of_it_is_marked_in_exports(campaign: Campaign, ada: Labeler) -> None:
    answer(campaign, ada, rightly=True)
    ada.refresh_from_db()
    attempt = ada.screening_attempts.get()
    assert attempt.passed
    assert (attempt.found, attempt.with_error, attempt.false_alarms, attempt.without_error) == (
        attempt.with_error, 4 - attempt.without_error, 0, attempt.without_error,
    )  # fmt: skip
    assert take(campaign, ada).round.number == 0  # type: ignore[union-attr]
    rows = exported(campaign, "prm800k")
    assert [(row["is_initial_screening_question"], row["generation"]) for row in rows] == [(True, -1)] * 4
    assert Round.objects.get(number=-1).state == "open"


def test_an_attempt_asks_about_errors_and_about_false_alarms(campaign: Campaign, owner: User, labeler: User) -> None:
    wanted = {"screening": "on", "screening_size": 4, "screening_bar": 0.75, "screening_false_alarms": 0.25}
    campaigns.change(campaign=campaign, by=owner, wanted=wanted)
    ada = make.make_labeler(campaign, labeler)

    def add(sets: list[str], count: int) -> None:
        for _ in range(count):
            solution = make.make_solution(make.make_problem(campaign))
            gold.make(solution=solution, by=owner, sets=sets, use="screening")

    add(["0+"] * 3, 9)
    assert screening.next_items(campaign, ada) == []  # nobody could be right about an error
    assert not ada.screening_attempts.exists()
    add(["0+", "-"], 1)
    came = QueueItem.objects.filter(pk__in=screening.next_items(campaign, ada))
    assert sum(not item.solution.gold.may_have_none for item in came) == 1  # type: ignore[union-attr]
    assert len(came) == 4


def test_who_does_not_pass_is_told_what_was_right_and_may_try_with_other_solutions(
    campaign: Campaign, ada: Labeler, labeler: User
) -> None:
    browser = signed_in(labeler)
    here = f"/campaigns/{campaign.slug}/screening/"
    assert "You judge 4 solutions" in text_of(browser.get(here))
    first = answer(campaign, ada, rightly=False)
    assert queue.lease_next(campaign=campaign, labeler=ada) is None  # no real work
    assert "was not passed" in str(waiting.why_nothing(campaign, ada)[0])
    page = text_of(browser.get(here))
    assert "You did not pass the screening" in page
    assert page.count("Two and two are four.") == 4
    assert page.count("<summary data-line>") == 4  # the arrows come to each solution's steps
    assert not Dispute.objects.exists()  # of solutions said to be good: newcomers decide nothing

    browser.post(here)
    second = answer(campaign, ada, rightly=False)
    assert not set(first) & set(second)
    assert browser.post(here, follow=True).redirect_chain[-1][0] == here  # no third attempt
    with pytest.raises(Conflict):
        screening.retake(labeler=Labeler.objects.get(pk=ada.pk))


def keep_four(campaign: Campaign) -> None:
    """Leave two solutions with an error, and two without."""
    fourth = gold.of(campaign).order_by("pk")[3]
    gold.of(campaign).filter(pk__gt=fourth.pk).update(use="retired")


def test_false_alarms_alone_are_enough_not_to_pass(campaign: Campaign, ada: Labeler) -> None:
    keep_four(campaign)
    for _ in range(4):
        work(campaign, ada, a_pass(GOOD))  # whoever sees an error everywhere finds all that there are
    attempt = ada.screening_attempts.get()
    assert (attempt.found, attempt.with_error, attempt.false_alarms, attempt.without_error) == (2, 2, 2, 2)
    assert attempt.passed is False


def test_a_lead_grants_an_attempt_or_lets_somebody_in(
    campaign: Campaign,
    ada: Labeler,
    lead: APIClient,
    worker_bee: APIClient,
    owner: User,
) -> None:
    keep_four(campaign)
    mine = f"/api/v1/me/screening/{campaign.slug}/"
    answer(campaign, ada, rightly=False)
    assert worker_bee.get(mine).json() == {
        "is_required": True, "attempt": 1, "passed": False, "size": 4, "with_error": 2, "found": 0, "without_error": 2,
        "false_alarms": 2, "attempts_left": 1,
    }  # fmt: skip
    refused = worker_bee.post(mine)
    assert (refused.status_code, "not enough" in refused.json()["message"]) == (409, True)  # never the same ones again
    assert "0 of 2" in text_of(signed_in(owner).get(f"/campaigns/{campaign.slug}/gold/"))
    quality = f"/api/v1/campaigns/{campaign.slug}/quality/{ada.pk}/"
    assert lead.post(f"{quality}further-attempt/").status_code == 200
    assert worker_bee.get(mine).json()["attempts_left"] == 2
    asked = signed_in(owner).get(f"/campaigns/{campaign.slug}/labelers/{ada.pk}/let-in/")
    assert "It cannot be undone; you can pause them." in text_of(asked)
    assert not Event.objects.filter(verb="screening.let_in").exists()
    assert lead.post(f"{quality}let-in/").status_code == 200
    assert worker_bee.post(f"/api/v1/campaigns/{campaign.slug}/next/").status_code == 200
    assert Event.objects.filter(verb="screening.let_in", actor=owner).exists()


def test_without_screening_a_claim_asks_nothing_of_it(campaign: Campaign) -> None:
    make_items(make.make_round(campaign), 1)
    bob = make.make_labeler(campaign)
    with CaptureQueriesContext(connection) as asked:
        take(campaign, bob)
    assert not [query for query in asked.captured_queries if "screening" in query["sql"].lower().split("from")[-1]]


def test_too_small_a_set_keeps_newcomers_waiting(campaign: Campaign, ada: Labeler, owner: User) -> None:
    campaigns.change(campaign=campaign, by=owner, wanted={"screening_size": 9})
    assert queue.lease_next(campaign=campaign, labeler=ada) is None
    assert "a lead has still to prepare" in str(waiting.why_nothing(campaign, ada)[0])


def test_home_sends_a_newcomer_to_the_screening(campaign: Campaign, ada: Labeler, labeler: User) -> None:
    Labeler.objects.filter(pk=ada.pk).update(screened_at=None)
    QueueItem.objects.all().delete()  # no round is open, and no attempt has begun
    browser = signed_in(labeler)

    home = text_of(browser.get("/"))

    assert "Screening comes before the work, 0 labeled by you today" in home
    assert f'<a class="button" data-kind="primary" href="/campaigns/{campaign.slug}/screening/"' in home
    assert home.count('data-kind="primary"') == 1
    answer(campaign, ada, rightly=True)
    assert "Nothing waits just now" in text_of(browser.get("/"))


@pytest.mark.parametrize("is_right", [True, False])
def test_an_attempt_ends_without_what_left_the_queue(
    campaign: Campaign, ada: Labeler, owner: User, is_right: bool
) -> None:
    keep_four(campaign)
    first = answer(campaign, ada, rightly=is_right, count=1)
    left = QueueItem.objects.filter(purpose="screening", state="waiting").select_related("solution__problem")
    kind = Gold.objects.get(solution=first[0]).may_have_none
    same = [item for item in left if item.solution.gold.may_have_none == kind]  # type: ignore[union-attr]
    other = [item for item in left if item not in same]
    for item in (*same, other[0]):
        problems.decide(problem=item.solution.problem, state="excluded", by=owner)  # type: ignore[union-attr]
    answer(campaign, ada, rightly=is_right, count=1)

    attempt = ada.screening_attempts.get()
    assert (attempt.with_error, attempt.without_error, attempt.passed) == (1, 1, is_right)
    assert Round.objects.get(number=-1).state == "open"


def test_an_attempt_of_which_nothing_is_left_is_over_and_not_passed(
    campaign: Campaign, ada: Labeler, owner: User
) -> None:
    keep_four(campaign)
    answer(campaign, ada, rightly=True, count=1)
    for item in QueueItem.objects.filter(purpose="screening", state="waiting").select_related("solution__problem"):
        problems.decide(problem=item.solution.problem, state="excluded", by=owner)  # type: ignore[union-attr]

    assert queue.lease_next(campaign=campaign, labeler=ada) is None

    attempt = ada.screening_attempts.get()
    assert attempt.passed is False, "nobody was asked about both kinds"
    assert "was not passed" in str(waiting.why_nothing(campaign, ada)[0])


def test_who_passed_by_what_was_left_gets_work_at_once(campaign: Campaign, ada: Labeler, owner: User) -> None:
    keep_four(campaign)
    answer(campaign, ada, rightly=True, count=3)
    last = QueueItem.objects.select_related("solution__problem").get(purpose="screening", state="waiting")
    problems.decide(problem=last.solution.problem, state="excluded", by=owner)  # type: ignore[union-attr]

    assert take(campaign, ada).round.number == 0  # type: ignore[union-attr]
