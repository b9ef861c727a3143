"""Rounds as pages: preview, plan, open, close, open again, and what is in one."""

import csv
import io
import re
from html import unescape
from urllib.parse import quote_plus

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.models import DEFAULT_MIXTURE, Campaign, QueueItem, Round
from selector import strategies
from tests import factories as make
from tests.labeling.pages import fill_pool, scored_by, signed_in, text_of


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


def plan_of(campaign: Campaign) -> str:
    return f"/campaigns/{campaign.slug}/rounds/plan/"


WANTED = {
    "size": "4",
    "strategy": "convincing_wrong",
    "wrong_share": "50",
    "evaluation_share": "0",
    "scope": "problem",
    "seed": "7",
}
LOOKED_AT = {
    "previewed": "strategy=convincing_wrong&size=4&seed=7&wrong_share=0.5&evaluation_share=0.0&scope=problem"
    "&overlap=1&overlap_share=1.0&mode=solution&problem_cap=0.2&leave_out_uncertain=False&undecided_by=committee"
    f"&mixture={quote_plus(DEFAULT_MIXTURE)}&exclude="
}


def test_a_preview_shows_the_choice_and_changes_nothing(campaign: Campaign, lead: Client) -> None:
    solutions = fill_pool(campaign, problems=6)
    scored_by(campaign, solutions)
    answer = lead.get(plan_of(campaign), WANTED)
    preview = answer.context["preview"]
    assert (preview.wanted, preview.problem_count, preview.wrong_count) == (4, 4, 12)
    assert preview.by_reason == {"convincing_wrong": 2, "convincing": 2}
    said = text_of(answer)
    assert "12 in the pool, 2 chosen. The chosen have scores from 0.88 up." in said
    assert '<td class="figure">0.875</td><td class="figure">0.900</td><td class="figure">' in said
    (link,) = re.findall(r'href="(/campaigns/campaign/rounds/plan/download/[^"]*)"', answer.content.decode())
    table = lead.get(unescape(link))
    head, *rows = csv.reader(io.StringIO(b"".join(table.streaming_content).decode()))
    assert head == ["from", "to", "wrong_answers", "chosen"]
    assert [sum(int(row[at]) for row in rows) for at in (2, 3)] == [12, 2]
    assert lead.get(f"{plan_of(campaign)}download/?size=0").status_code == 404
    campaign.selectors.all().update(state="retired")
    assert lead.get(f"{plan_of(campaign)}download/").status_code == 404, "nothing has a score"
    assert not Round.objects.exists()


def test_guard_rails_of_one_round_are_tried_and_kept(campaign: Campaign, lead: Client) -> None:
    fill_pool(campaign)
    page = text_of(lead.get(plan_of(campaign)))
    assert '<details class="behind-chart of-solutions">' in page  # the campaign's: folded away
    asked = {"problem_cap": "60", "leave_out_uncertain": "True", "mixture": "uniform=1"}
    page = text_of(lead.get(plan_of(campaign), WANTED | asked))
    assert '<details class="behind-chart of-solutions" open>' in page
    looked_at = lead.get(plan_of(campaign), WANTED | asked).context["form"].in_short()
    lead.post(plan_of(campaign), WANTED | asked | {"previewed": looked_at})
    assert Round.objects.get().rails == {
        "problem_cap": 0.6,
        "leave_out_uncertain": True,
        "undecided_by": "committee",
        "mixture": "uniform=1",
        "exclude": "",
    }


def test_a_mixture_of_nothing_known_is_told_beside_its_field(campaign: Campaign, lead: Client) -> None:
    fill_pool(campaign)
    page = lead.get(plan_of(campaign), WANTED | {"mixture": "astrology=1"})
    assert "strategies with weights" in str(page.context["form"].errors["mixture"])


def test_every_registered_strategy_is_offered_and_previewed(campaign: Campaign, lead: Client) -> None:
    scored_by(campaign, fill_pool(campaign, problems=6))
    for strategy in strategies.STRATEGIES.values():
        page = text_of(lead.get(plan_of(campaign), WANTED | {"strategy": strategy.name}))
        assert strategy.help in page
        assert f'value="{strategy.name}" checked' in page
        assert not any(f"{reason.replace('_', ' ')}<" in page for reason in strategy.reasons if "_" in reason)


def test_without_a_selector_the_preview_says_that_it_draws_uniformly(campaign: Campaign, lead: Client) -> None:
    fill_pool(campaign)
    page = text_of(lead.get(plan_of(campaign)))
    assert "There is no selector yet" in page
    assert "drawn uniformly" in page


def test_a_shortfall_is_told(campaign: Campaign, lead: Client) -> None:
    fill_pool(campaign)
    page = text_of(lead.get(plan_of(campaign), WANTED | {"size": "10"}))
    assert "Not enough in the pool:" in page
    assert "labels in all (6)" in page


def test_what_was_previewed_is_what_is_planned(campaign: Campaign, lead: Client) -> None:
    scored_by(campaign, fill_pool(campaign, problems=6))
    previewed = {one.subject.pk for one in lead.get(plan_of(campaign), WANTED).context["preview"].examples}
    answer = lead.post(plan_of(campaign), WANTED | LOOKED_AT, follow=True)
    made = Round.objects.get()
    assert set(made.items.values_list("solution_id", flat=True)) == previewed
    assert (made.state, made.scope, made.seed, made.wrong_share) == ("planned", "problem", 7, 0.5)
    assert "Round 0 is planned" in text_of(answer)


def test_a_second_click_plans_nothing_more(campaign: Campaign, lead: Client) -> None:
    fill_pool(campaign, problems=6)
    for _ in range(2):
        answer = lead.post(plan_of(campaign), WANTED | LOOKED_AT | {"number": "0"}, follow=True)
    assert Round.objects.count() == 1
    assert "Round 0 is planned already" in text_of(answer)


def test_planned_and_opened_at_once(campaign: Campaign, lead: Client) -> None:
    fill_pool(campaign)
    lead.post(plan_of(campaign), WANTED | LOOKED_AT | {"open": "1"})
    assert Round.objects.get().state == "open"
    assert QueueItem.objects.waiting().count() == 4


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("size", "0", "greater than or equal to 1"),
        ("size", "many", "Enter a whole number"),
        ("wrong_share", "101", "less than or equal to 100"),
        ("evaluation_share", "60", "Expected at most 40\N{NO-BREAK SPACE}%"),
        ("scope", "galaxy", "not one of the available choices"),
        ("strategy", "best", "not one of the available choices"),
    ],
)
def test_a_plan_that_does_not_fit_is_told_and_plans_nothing(
    field: str, value: str, told: str, campaign: Campaign, lead: Client
) -> None:
    fill_pool(campaign)
    for answer in (
        lead.get(plan_of(campaign), WANTED | {field: value}),
        lead.post(plan_of(campaign), WANTED | {field: value}),
    ):
        assert answer.status_code == 400
        assert told in text_of(answer)
    assert not Round.objects.exists()


def test_with_nothing_left_the_page_says_so(campaign: Campaign, lead: Client) -> None:
    make.make_label(make.make_solution(make.make_problem(campaign)))
    answer = lead.get(plan_of(campaign))
    assert answer.status_code == 200
    assert "There is nothing left to label" in text_of(answer)
    assert lead.post(plan_of(campaign), WANTED | LOOKED_AT).status_code == 200
    assert not Round.objects.exists()


def test_where_nothing_was_imported_the_page_says_that_and_leads_to_the_data(campaign: Campaign, lead: Client) -> None:
    page = text_of(lead.get(plan_of(campaign)))
    assert "nothing has been imported yet" in page
    assert f'<a href="/campaigns/{campaign.slug}/data/">Bring problems' in page
    assert "is labeled" not in page


@pytest.mark.parametrize("button", [{}, {"open": "1"}])
def test_settings_changed_after_the_preview_are_shown_before_anything_is_kept(
    button: dict[str, str], campaign: Campaign, lead: Client
) -> None:
    fill_pool(campaign, problems=6)
    answer = lead.post(plan_of(campaign), WANTED | LOOKED_AT | {"size": "3"} | button, follow=True)
    assert not Round.objects.exists()
    assert answer.context["preview"].wanted == 3
    assert "nothing was kept" in text_of(answer)
    shown = answer.context["form"].in_short()
    lead.post(plan_of(campaign), WANTED | {"size": "3", "previewed": shown} | button)
    assert Round.objects.get().size == 3


def test_looking_once_more_keeps_nothing_and_blames_nobody(campaign: Campaign, lead: Client) -> None:
    fill_pool(campaign, problems=6)
    answer = lead.post(plan_of(campaign), WANTED | LOOKED_AT | {"show": "1"}, follow=True)
    assert not Round.objects.exists()
    assert "nothing was kept" not in text_of(answer)


def test_for_htmx_only_the_piece_and_the_heading_come(campaign: Campaign, lead: Client) -> None:
    fill_pool(campaign)
    piece = text_of(lead.get(plan_of(campaign), WANTED, HTTP_HX_REQUEST="true"))
    assert "<html" not in piece
    assert 'id="preview"' in piece
    assert 'id="plan-top" hx-swap-oob="true"' in piece


@pytest.mark.parametrize(
    ("state", "to", "after"), [("planned", "open", "open"), ("open", "close", "closed"), ("closed", "reopen", "open")]
)
def test_a_turn_is_asked_first_and_then_made(state: str, to: str, after: str, campaign: Campaign, lead: Client) -> None:
    of = make.make_round(campaign, state=state)
    make.make_item(fill_pool(campaign)[0], of, state="waiting" if state == "open" else "planned")
    address = f"/campaigns/{campaign.slug}/rounds/0/{to}/"
    assert "Leave it as it is" in text_of(lead.get(address))
    of.refresh_from_db()
    assert of.state == state
    lead.post(address)
    of.refresh_from_db()
    assert of.state == after


@pytest.mark.parametrize("goes_on", [True, False])
def test_the_question_before_closing_says_what_follows_by_itself(
    goes_on: bool, campaign: Campaign, lead: Client
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(auto_advance=goes_on)
    make.make_item(fill_pool(campaign)[0], make.make_round(campaign))
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/rounds/0/close/"))
    assert ("closing starts the training" in page) == goes_on


def test_a_turn_that_does_not_fit_is_refused_in_words(campaign: Campaign, lead: Client) -> None:
    make.make_round(campaign, state="planned")
    answer = lead.post(f"/campaigns/{campaign.slug}/rounds/0/close/", follow=True)
    assert "Round 0 cannot be closed: it is not open." in text_of(answer)
    assert lead.get(f"/campaigns/{campaign.slug}/rounds/0/paint/").status_code == 404
    assert lead.get(f"/campaigns/{campaign.slug}/rounds/8/").status_code == 404


def test_a_round_shows_its_items_with_reasons_and_labels(campaign: Campaign, lead: Client) -> None:
    of = make.make_round(campaign)
    solutions = fill_pool(campaign)
    done = make.make_item(solutions[0], of, state="labeled", score=0.87, reason="convincing_wrong")
    make.make_label(item=done, labeler=make.make_labeler(campaign, make.make_account("ada")))
    make.make_item(solutions[1], of, reason="evaluation", rank=1)
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/rounds/0/"))
    for words in (
        "wrong answer, among the most convincing",
        "0.87",
        "ada: first error at step 2",
        "uniformly from the test split",
    ):
        assert words in page
    waiting = lead.get(f"/campaigns/{campaign.slug}/rounds/0/?state=waiting").context["rows"].object_list
    assert [item.solution for item in waiting] == [solutions[1]]
