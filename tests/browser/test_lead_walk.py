"""The lead's walk: a campaign, a file, a plan with its preview, an open round; and the pages with formulas."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from labeling.actions import jobs
from labeling.models import Campaign, Job, JobKind, QueueItem, Solution
from tests import factories as make
from workers import pipeline

DATA = Path(__file__).resolve().parents[1] / "data"
OpenPage = Callable[[User | None], Page]


def import_now() -> None:
    """Do the waiting import in this process, as a worker does, in the site's own folder."""
    claimed = jobs.claim(Job.objects.get(kind=JobKind.IMPORT).pk, claimed_by="test")
    assert claimed is not None
    pipeline.run(claimed)


def test_from_a_new_campaign_to_an_open_round(owner: User, open_page: OpenPage) -> None:
    page = open_page(owner)
    page.goto("/campaigns/")
    page.get_by_role("link", name="New campaign").click()
    page.get_by_label("Name", exact=True).fill("Level five")
    page.get_by_label("Short name").fill("level-five")
    page.get_by_role("button", name="Make the campaign").click()
    expect(page.get_by_role("heading", name="Nothing has been imported yet")).to_be_visible()

    page.get_by_role("link", name="Bring data in").click()
    page.get_by_label("File", exact=True).set_input_files(DATA / "math_l5_small.jsonl")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="The import waits for a worker")).to_be_visible()
    import_now()
    expect(page.get_by_role("heading", name="The import is done")).to_be_visible()  # by itself: htmx asks again
    expect(page.get_by_text("No row was refused.")).to_be_visible()

    page.get_by_role("link", name="To the campaign").click()
    page.get_by_role("link", name="Plan the first round").click()
    expect(page.get_by_text("There is no selector yet, so nothing has a score")).to_be_visible()
    page.wait_for_load_state()  # text is there before the scripts that listen to the form
    page.get_by_label("Labels wanted").fill("3")
    page.get_by_label("Seed").click()  # leaving the field is enough: the preview follows
    expect(page.get_by_text("This choice wants 3 labels")).to_be_visible()
    expect(page.locator("#preview .katex").first).to_be_visible()
    assert not QueueItem.objects.exists()

    page.get_by_role("button", name="Open round 0").click()
    expect(page.get_by_role("heading", name="Round 0 is open: 0 of 3 labels")).to_be_visible()
    assert QueueItem.objects.waiting().count() == 3


def test_a_preview_that_does_not_fit_says_so_and_offers_nothing(
    campaign: Campaign, owner: User, open_page: OpenPage
) -> None:
    for _ in range(4):
        make.make_solution(make.make_problem(campaign))
    page = open_page(owner)
    page.goto(f"/campaigns/{campaign.slug}/rounds/plan/")
    page.get_by_label("Wrong-answer share").fill("95")
    page.get_by_label("Seed").click()
    expect(page.get_by_role("alert")).to_contain_text("Expected at most 90 %")
    expect(page.get_by_role("button", name="Open round 0")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_solution_is_typeset_and_no_page_scrolls_sideways(
    width: int, campaign: Campaign, owner: User, open_page: OpenPage
) -> None:
    steps = ["We add: $2 + 2 = 4$.", "\\[ " + "4 + ".join(["x^2 "] * 40) + " \\]", "Refused: $\\frac{1$ stays."]
    solution = make.make_solution(make.make_problem(campaign), steps)
    version = make.make_selector(campaign)
    make.make_score(version, solution, 0.7)
    make.make_label(item=make.make_item(solution, make.make_round(campaign), state="labeled"))
    page = open_page(owner)
    page.set_viewport_size({"width": width, "height": 800})
    for path in (
        "",
        "rounds/0/",
        "solutions/",
        f"solutions/{solution.pk}/",
        f"problems/{solution.problem_id}/",
        "data/",
    ):
        page.goto(f"/campaigns/{campaign.slug}/{path}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    page.goto(f"/campaigns/{campaign.slug}/solutions/{solution.pk}/")
    expect(page.locator(".ledger .katex").first).to_be_visible()
    expect(page.locator(".ledger .refused")).to_have_text("$\\frac{1$")


def test_without_scripts_everything_is_there(campaign: Campaign, owner: User, open_page: OpenPage) -> None:
    solution = make.make_solution(make.make_problem(campaign, text="What is $2 + 2$?"))
    page = open_page(owner)
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"/campaigns/{campaign.slug}/rounds/plan/")
    page.get_by_label("Labels wanted").fill("1")
    page.get_by_role("button", name="Show what this chooses").click()
    expect(page.get_by_text("This choice wants 1 label. Its solutions are of 1 problem.")).to_be_visible()
    expect(page.get_by_role("link", name="What is $2 + 2$?")).to_be_visible()
    page.get_by_role("button", name="Keep as planned").click()
    expect(page.get_by_role("heading", name="Round 0 is planned")).to_be_visible()
    page.get_by_role("link", name="Open round 0").click()
    page.get_by_role("button", name="Open round 0").click()
    expect(page.get_by_role("heading", name="Round 0 is open: 0 of 1 label")).to_be_visible()
    assert Solution.objects.get().pk == solution.pk
