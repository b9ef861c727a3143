"""A lead's pages as they are opened, and what one costs; who may open which is in tests/strangers/access_table.csv."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import CharField, JSONField, TextField
from django.test import Client
from django.test.utils import CaptureQueriesContext

from labeling.models import Campaign, Job
from tests import factories as make
from tests.labeling import prose
from tests.labeling.marked import marked_messages, without_messages
from tests.labeling.pages import fill_pool, scored_by, signed_in

READ_BY_REVIEWERS = [
    "", "rounds/", "rounds/0/", "problems/", "problems/{problem}/", "solutions/", "solutions/{solution}/", "decisions/",
    "members/", "gold/", "labels/", "labelers/", "labelers/{person}/", "rulings/", "changes/", "changes/{change}/",
    "decisions/solutions/{solution}/",
    "data/", "jobs/", "jobs/{job}/", "selectors/", "selectors/1/", "guide/", "guide/1/",
    "history/",
]  # fmt: skip
LEADS_ALONE = [
    "settings/", "rounds/plan/", "rounds/0/close/", "decisions/disputes/{dispute}/", "decisions/problems/{problem}/",
    "members/{member}/remove/", "export/?format=prm800k",
    "export/card/?format=prm800k", "jobs/{waiting}/cancel/", "selectors/2/publish/",
    "guide/edit/", "invitations/", "bulk/exclude/?pk={problem}",
]  # fmt: skip
Address = Callable[[str], str]


@pytest.fixture
def address(campaign: Campaign, owner: User, labeler: User) -> Address:
    """Fills the numbers of real rows into an address below the campaign's."""
    solutions = fill_pool(campaign)
    scored_by(campaign, solutions)
    make.make_selector(campaign, 2, state="held_back", scored_at=make.A_MOMENT)
    make.make_guide(campaign)
    item = make.make_item(solutions[0], make.make_round(campaign, 0), state="labeled")
    label = make.make_label(item=item, ratings=[1, 1, 1])
    numbers = {
        "problem": solutions[0].problem_id,
        "solution": solutions[0].pk,
        "dispute": make.make_dispute(label).pk,
        "job": make.make_job(campaign).pk,
        "waiting": make.make_job(campaign, "grade", "requested").pk,
        "person": make.make_labeler(campaign, labeler).pk,
        "member": campaign.memberships.get(account=labeler).pk,
        "change": make.make_bulk_change(campaign).pk,
        "invitation": make.make_invitation(campaign).pk,
    }
    return lambda path: f"/campaigns/{campaign.slug}/" + path.format(**numbers)


@pytest.mark.parametrize("path", READ_BY_REVIEWERS)
def test_a_reviewer_reads(path: str, address: Address, campaign: Campaign, stranger: User) -> None:
    make.make_membership(campaign, stranger, role="reviewer")
    answer = signed_in(stranger).get(address(path))
    assert answer.status_code == 200
    assert "Decide</a>" not in answer.content.decode()


def test_whoever_is_not_signed_in_comes_to_the_form(address: Address) -> None:
    assert Client().get(address("rounds/"))["Location"] == "/?next=/campaigns/campaign/rounds/"


def test_a_piece_asked_for_after_signing_out_sends_the_whole_page_to_the_form(address: Address) -> None:
    answer = Client().get(address("jobs/"), HTTP_HX_REQUEST="true")
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


@pytest.mark.parametrize(
    ("path", "page"), [("retrain/", ""), ("members/{member}/role/", "members/"), ("jobs/{job}/retry/", "jobs/{job}/")]
)
def test_opening_what_only_a_button_does_changes_nothing_and_leads_to_its_page(
    path: str, page: str, address: Address, owner: User
) -> None:
    before = list(Job.objects.order_by("pk").values("pk", "state"))
    assert signed_in(owner).get(address(path))["Location"] == address(page)
    assert list(Job.objects.order_by("pk").values("pk", "state")) == before


def test_a_cancelling_that_has_nothing_to_cancel_leads_to_the_job(address: Address, owner: User) -> None:
    assert signed_in(owner).get(address("jobs/{job}/cancel/"))["Location"] == address("jobs/{job}/")


def test_opening_the_address_of_signing_out_leads_to_the_start_still_signed_in(owner: User) -> None:
    client = signed_in(owner)
    assert client.get("/logout/")["Location"] == "/"
    assert client.get("/campaigns/").status_code == 200
    client.post("/logout/")
    assert client.get("/campaigns/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "",
        "rounds/",
        "rounds/0/",
        "problems/",
        "solutions/",
        "labels/",
        "labelers/",
        "decisions/",
        "members/",
        "jobs/",
        "selectors/",
        "guide/",
    ],
)
def test_a_page_asks_the_database_as_often_for_many_rows_as_for_few(path: str, campaign: Campaign, owner: User) -> None:
    _rows(campaign, 1, problems=2)
    few = _queries(owner, f"/campaigns/{campaign.slug}/{path}")
    _rows(campaign, 2, problems=6)
    assert _queries(owner, f"/campaigns/{campaign.slug}/{path}") == few


def _rows(campaign: Campaign, number: int, problems: int) -> None:
    """Some of everything: solutions, a round, labels, disputes, held problems, members, jobs, a version."""
    solutions = fill_pool(campaign, problems=problems)
    campaign.selectors.update(state="retired")
    scored_by(campaign, solutions, number)
    of = campaign.rounds.filter(number=0).first() or make.make_round(campaign, 0)
    make.make_round(campaign, number, state="closed")
    for solution in solutions:
        make.make_guide_reading(make.make_guide(campaign))
        label = make.make_label(item=make.make_item(solution, of, state="labeled"), ratings=[1, 1, 1])
        make.make_dispute(label)
        make.make_membership(campaign)
    for solution in solutions[:problems]:
        solution.problem.state = "held"
        solution.problem.save()


def _queries(account: User, address: str) -> int:
    client = signed_in(account)
    client.get(address)  # whatever is asked for once in a process is asked for now
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def words_in_rows() -> set[str]:
    """Every word of every row, and of names the initials: the content of a page."""
    texts = [
        str(value)
        for model in apps.get_models()
        for row in model.objects.all()
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField | JSONField) and (value := field.value_from_object(row))
    ]
    return set(prose.WORD.findall(" ".join([*texts, *(text[:2].upper() for text in texts)])))


@pytest.mark.parametrize("path", READ_BY_REVIEWERS + LEADS_ALONE)
def test_a_page_says_nothing_that_went_past_gettext(path: str, address: Address, owner: User) -> None:
    make.make_worker_sign()
    client = signed_in(owner)
    with marked_messages():
        answer = client.get(address(path))
    assert answer.status_code == 200
    content = words_in_rows()
    if "html" in answer.headers["Content-Type"]:
        assert prose.in_page(without_messages(answer.content.decode()), content) == []
