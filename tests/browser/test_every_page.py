"""Every page that is not a desk: nothing that axe finds, in light and in dark; no scrolling sideways on a phone, and
nothing that moves when formulas are set."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from labeling.actions import invitations
from labeling.agreement_report import report
from labeling.models import Campaign, Labeler, Ruling, Solution
from tests import factories as make
from tests.browser.axe import expect_no_violations
from tests.conftest import BrowserErrors
from tests.labeling.pages import fill_pool, scored_by

OpenPage = Callable[[User | None], Page]

FORMULAS = ["We add: $\\frac{2}{3} + 2 = x$.", "\\[ \\sum_{n=1}^{9} n^2 = 285 \\]", "So \\(x\\) is it."]
LEADS = [
    "", "settings/", "rounds/", "rounds/plan/", "rounds/0/", "rounds/0/close/", "problems/", "problems/{problem}/",
    "solutions/", "solutions/{solution}/", "trees/{tree}/", "decisions/", "decisions/disputes/{dispute}/",
    "decisions/problems/{problem}/", "members/", "members/{member}/remove/", "agreement/", "data/", "jobs/",
    "jobs/{job}/", "jobs/{job}/cancel/", "selectors/", "selectors/1/", "selectors/2/publish/", "guide/", "guide/1/",
    "guide/edit/", "history/",
    "gold/", "invitations/", "labels/", "labelers/", "labelers/{person}/",
    "bulk/exclude/?q=x", "changes/", "changes/{change}/", "decisions/solutions/{solution}/",
    "rulings/", "rulings/{ruling}/",
    "screening/", "multiplier/",
]  # fmt: skip
OF_ACCOUNTS = [
    "/me/two-factor/",
    "/me/tokens/",
    "/campaigns/campaign/leave/",
    "/accounts/",
    "/accounts/history/",
    "/accounts/{account}/deactivate/",
]
OWN = ["home", "campaigns", "campaign-new", "practice", "my-work", "my-settings", "my-password"]
WITH_FORMULAS = ["problems/{problem}/", "solutions/{solution}/", "trees/{tree}/", "rounds/plan/", "rounds/0/"]

# How far things moved, and which scripts of the formulas the first paint did not wait for.
WATCH_MOVES = """
window.moved = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) window.moved += entry.value; })
  .observe({ type: "layout-shift", buffered: true });
"""
PAINTED_BEFORE_SET = r"""() => {
    const painted = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    const scripts = performance.getEntriesByType("resource").filter(one => /(katex\.min|lead)\.\w+\.js/.test(one.name));
    return scripts.map(one => one.responseEnd > painted ? one.name : "in time");
}"""


# Tables that can be wider than the page: none without a shadow for what is beside, a name, and a way for keys.
POOR_TABLES = """() => [...document.querySelectorAll('.wide')].filter(one => {
    const by = document.getElementById(one.getAttribute('aria-labelledby'));
    const name = one.getAttribute('aria-label') || by?.textContent;
    return one.tabIndex !== 0 || !name || !getComputedStyle(one).backgroundAttachment.includes('local');
}).map(one => one.innerText)"""
# Formulas that begin on a line that is shown and end below it.
CUT_FORMULAS = """() => [...document.querySelectorAll('.clip')].flatMap(text => {
    const end = text.getBoundingClientRect().bottom;
    const places = [...text.querySelectorAll('.katex-base')].map(one => one.getBoundingClientRect());
    return places.filter(({ top, bottom }) => top < end - 1 && bottom > end + 1).map(({ bottom }) => bottom - end);
})"""


Address = Callable[[str], str]


@pytest.fixture
def address(campaign: Campaign, owner: User, labeler: User) -> Address:
    """Fills the numbers of real rows into an address below the campaign's; there is some of everything."""
    text = "Find $x$ in \\[ \\frac{x}{3} = 2 \\]"
    solutions = [make.make_solution(make.make_problem(campaign, text=text), FORMULAS) for _ in range(3)]
    scored_by(campaign, solutions + fill_pool(campaign))
    make.make_selector(campaign, 2, state="held_back", scored_at=make.A_MOMENT)
    make.make_guide(campaign)
    item = make.make_item(solutions[0], make.make_round(campaign, 0), state="labeled")
    label = make.make_label(item=item, ratings=[1, 1, 1])
    make.make_event(campaign)
    make.make_multiplier(campaign)
    person = quality(campaign, labeler, solutions[1])
    tree = make.make_candidate_tree(solutions[1].problem, [{"text": FORMULAS[0], "next": [{"text": FORMULAS[1]}]}])
    numbers = {
        "problem": solutions[0].problem_id,
        "solution": solutions[0].pk,
        "tree": tree.pk,
        "dispute": make.make_dispute(label).pk,
        "job": make.make_job(campaign, "grade", "requested").pk,
        "change": make.make_bulk_change(campaign, before={str(solutions[2].problem_id): "active"}).pk,
        "person": person.pk,
        "ruling": Ruling.objects.get(about="first_error").pk,
        "member": campaign.memberships.get(account=labeler).pk,
    }
    return lambda path: path if path.startswith("/") else f"/campaigns/{campaign.slug}/" + path.format(**numbers)


def quality(campaign: Campaign, labeler: User, solution: Solution) -> Labeler:
    """A paused labeler with gold that went wrong and a screening that was passed; somebody who differs; a ruling."""
    Campaign.objects.filter(pk=campaign.pk).update(screening="on", hourly_rate=24, currency="€")
    person = make.make_labeler(campaign, labeler, paused_at=make.A_MOMENT, pause_reason="Please call.")
    make.make_attempt(person, ended_at=make.A_MOMENT, passed=True)
    gold = make.make_gold(make.make_solution(make.make_problem(campaign)))
    spread = {"count": 3, "low": 0.2, "median": 0.6, "high": 0.8}
    kept = {"chosen": spread, "next": spread, "left": {"count": 40, "bins": [1] * 40}}
    of = make.make_round(campaign, 1, convincing=kept)
    make.make_label(
        item=make.make_item(gold.solution, of, "labeled", purpose="gold", reserved_for=person), labeler=person
    )
    for ratings in ([1, -1], [-1]):
        who = person if ratings == [-1] else make.make_labeler(campaign)
        item, at = make.make_item(solution, of, "labeled"), timezone.now() - timedelta(days=len(ratings))
        make.make_label(
            item=item, labeler=who, ratings=ratings, flagged=[0], submitted_at=at, step_times_ms=[9_000] * len(ratings)
        )
    make.make_ruling(solution.problem, outcome="active", reason="It stays.")
    final = make.make_label(solution, make.make_labeler(campaign, kind="final"), [1, -1])
    decided = {"about": "first_error", "solution": solution, "label": final, "outcome": final.ratings}
    make.make_ruling(solution.problem, reason="So $x$ is wrong.", **decided)
    apart = [(solution.pk, person.pk, "+-"), (solution.pk, 0, "-")]
    labels = [*apart, *((other, who, "++") for other in (10**6, 10**6 + 1) for who in (person.pk, 0, 10**6))]
    names = ("solution", "labeler", "ratings", "round", "subject")
    figures = report((dict(zip(names, (*label, 1, "Algebra"), strict=True)) for label in labels), lambda *_: None)
    make.make_agreement(campaign, figures, labels=8, last_label=8)
    return person


def look(page: Page, where: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect_no_violations(page, where)
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360, where
    assert page.evaluate(POOR_TABLES) == [], where
    page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.timeout(300)
def test_no_page_has_a_barrier_or_scrolls_sideways(
    address: Address, campaign: Campaign, owner: User, open_page: OpenPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()  # a page that is not there is told with its status
    owner.is_superuser = True
    owner.save()
    make.make_invitation(campaign, email="ada.with.a.long.name@mathematics.example.org")
    page = open_page(owner)
    for path in (*LEADS, *map(reverse, OWN), "/nowhere/", *OF_ACCOUNTS):
        page.goto(address(path).format(account=owner.pk))
        look(page, path)


def test_no_page_without_a_way_on_has_a_barrier(
    address: Address, campaign: Campaign, stranger: User, open_page: OpenPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    make.make_membership(campaign, stranger, role="reviewer")
    page = open_page(stranger)
    page.goto(address("settings/"))
    expect(page).to_have_title(re.compile("^Not yours to open"))
    look(page, "403")
    page.route(
        "**/broken/",
        lambda route: route.fulfill(status=500, body=render_to_string("500.html"), content_type="text/html"),
    )
    page.goto("/broken/")
    look(page, "500")
    page.context.clear_cookies()
    for code in (invitations.code_of(make.make_invitation(campaign)), "none"):
        page.goto(f"/join/{code}/")
        look(page, "invitation")
    page.goto("/")
    look(page, "sign-in")
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "sign-in refused")


def test_formulas_are_set_before_anything_is_painted(address: Address, owner: User, open_page: OpenPage) -> None:
    page = open_page(owner)
    page.add_init_script(WATCH_MOVES)
    for path in WITH_FORMULAS:
        page.goto(address(path))
        expect(page.locator(".katex").first).to_be_visible()
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        page.evaluate("document.fonts.ready")
        assert page.evaluate(PAINTED_BEFORE_SET) == ["in time", "in time"], path
        assert page.evaluate("window.moved") < 0.001, path


def test_no_formula_of_a_list_is_cut(campaign: Campaign, owner: User, open_page: OpenPage) -> None:
    problem = make.make_problem(campaign, text="Now what is $\\frac{a^2 \\sqrt[3]{b}}{\\frac{a}{b}}$, " * 5)
    make.make_item(make.make_solution(problem, FORMULAS), make.make_round(campaign, 0))
    page = open_page(owner)
    for path in ("rounds/0/", "problems/", "solutions/"):
        page.goto(f"/campaigns/{campaign.slug}/{path}")
        text = page.locator(".clip").first
        expect(text.locator(".katex").first).to_be_visible()
        assert page.evaluate(CUT_FORMULAS) == [], path
        expect(text).to_have_attribute("data-clipped", "")


def test_an_id_as_files_have_them_stands_on_one_line_beside_its_label(
    open_page: OpenPage, campaign: Campaign, owner: User
) -> None:
    problem = make.make_problem(campaign, text="How many eggs are there in the basket, if each hen lays two? " * 4)
    make.make_label(make.make_solution(problem, external_id="gsm8k-test-0/6b_finetuning"))
    page = open_page(owner)
    page.goto("/campaigns/campaign/labels/")
    link = page.get_by_role("link", name="gsm8k-test-0/6b_finetuning")
    assert link.evaluate("one => one.getClientRects().length") == 1
