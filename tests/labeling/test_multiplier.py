"""What a chosen label is worth in a campaign: which labels are compared, asking for it, and what is shown of it."""

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.actions import multiplier
from labeling.actions.errors import Conflict
from labeling.actions.multiplier import Supply
from labeling.models import Campaign, Job, Labeler, Round
from tests import factories as make
from tests.labeling.pages import signed_in, text_of

ADDRESS = "/campaigns/campaign/multiplier/"
API = "/api/v1/campaigns/campaign/multiplier/"


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def person(campaign: Campaign) -> Labeler:
    return make.make_labeler(campaign)


def drawn(of: Round, person: Labeler, reason: str, labels: int, *, split: str = "train", **fields: str) -> None:
    """Labels of solutions of their own, every other one with an error."""
    for place in range(labels):
        problem = make.make_problem(of.campaign, split=split)
        solution = make.make_solution(problem, answer_is_correct=place % 2 == 0)
        item = make.make_item(solution, of, "labeled", reason=reason, **fields)
        make.make_label(item=item, labeler=person, ratings=[1, 1, 1] if place % 2 else [1, -1])


def test_the_first_label_of_each_solution_in_closed_rounds_counts(campaign: Campaign, person: Labeler) -> None:
    first = make.make_round(campaign, 0, "closed", strategy="uniform")
    drawn(first, person, "uniform", 4)
    drawn(first, person, "evaluation", 3, split="test", purpose="evaluation")
    again = make.make_item(first.items.filter(reason="uniform").first().solution, first, "labeled", reason="uniform")
    make.make_label(item=again, labeler=make.make_labeler(campaign), ratings=[-1])
    version = make.make_selector(campaign)
    later = make.make_round(campaign, 1, "closed", strategy="convincing_wrong", selector=version)
    drawn(later, person, "convincing_wrong", 2)
    drawn(later, person, "uniform", 1)
    drawn(later, make.make_labeler(campaign, kind="simulated"), "convincing", 1)
    drawn(make.make_round(campaign, 2, strategy="convincing_wrong", selector=version), person, "convincing_wrong", 1)
    assert Supply.of(campaign) == Supply(uniform=4, chosen=2, evaluation=3)
    assert not multiplier.labels(campaign, "uniform").filter(ratings="-").exists(), "the second opinion is left out"


@pytest.mark.parametrize(
    ("uniform", "chosen", "evaluation", "is_enough"),
    [(40, 40, 30, True), (39, 90, 90, False), (90, 39, 90, False), (90, 90, 29, False)],
)
def test_it_takes_forty_labels_of_either_way_and_thirty_of_evaluation(
    uniform: int, chosen: int, evaluation: int, is_enough: bool
) -> None:
    supply = Supply(uniform, chosen, evaluation)
    assert supply.is_enough is is_enough
    assert (supply.lacking == "") is is_enough
    assert supply.trainings == 18


def test_with_too_few_labels_the_page_says_what_is_missing_and_asking_changes_nothing(
    campaign: Campaign, lead: Client, owner: User
) -> None:
    said = text_of(lead.get(ADDRESS))
    assert "What a chosen label is worth in training is not known yet" in said
    assert "It takes 40 labels that chance drew in round 0" in said
    assert "Measure what chosen labels are worth" not in said
    assert "cannot be told yet" in text_of(lead.post(f"{ADDRESS}measure/", follow=True))
    assert lead.get(API).status_code == 404
    refused = lead.post(API, content_type="application/json")
    assert refused.status_code == 409
    assert "there are 0, 0 and 0" in refused.json()["message"]
    with pytest.raises(Conflict):
        multiplier.request(campaign=campaign, by=owner)
    assert not Job.objects.filter(kind="multiplier").exists()
    assert not campaign.events.filter(verb="multiplier.requested").exists()
    assert lead.get(f"{ADDRESS}download/curves/").status_code == 404


@pytest.fixture
def supplied(campaign: Campaign, person: Labeler) -> Campaign:
    first = make.make_round(campaign, 0, "closed", strategy="uniform")
    drawn(first, person, "uniform", 40)
    drawn(first, person, "evaluation", 30, split="test", purpose="evaluation")
    later = make.make_round(campaign, 1, "closed", strategy="uncertain", selector=make.make_selector(campaign))
    drawn(later, person, "uncertain", 41)
    return campaign


def test_a_lead_reads_the_cost_and_asks_once(supplied: Campaign, lead: Client, owner: User, stranger: User) -> None:
    make.make_membership(supplied, stranger, role="reviewer")
    assert signed_in(stranger).post(f"{ADDRESS}measure/").status_code == 403
    said = text_of(lead.get(ADDRESS))
    assert "It costs 18 trainings in the background, on 40 labels at most" in said
    assert ">Measure what chosen labels are worth</button>" in said
    for _ in range(2):
        answer = lead.post(f"{ADDRESS}measure/")
    job = supplied.jobs.get(kind="multiplier")
    assert answer["Location"].endswith(f"/jobs/{job.pk}/")
    assert (job.state, job.requested_by) == ("requested", owner)
    assert lead.post(API, content_type="application/json").json()["id"] == job.pk
    assert "The worth of chosen labels waits for a worker" in text_of(lead.get(ADDRESS))


def table(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_what_was_found_is_shown_with_chart_table_history_and_files(campaign: Campaign, lead: Client) -> None:
    older, newest = make.make_multiplier(campaign, None), make.make_multiplier(campaign, 1.5)
    make.make_job(campaign, kind="multiplier", state="failed", error="It did not work.")
    said = text_of(lead.get(ADDRESS))
    assert "<h1>By step AUC a chosen label is worth 1.50 uniform ones (0.75 to 3.00).</h1>" in said
    assert "1.50 (0.75 to 3.00)" in said
    assert "Step AUC with 40 labels: chosen 40.0" in said
    assert "It did not work." in said, "the last one failed"
    assert f"/jobs/{older.pk}/" in said, "its history"
    lines = table(lead, f"{ADDRESS}download/")
    assert len(lines) == 6
    assert (lines[1]["job"], lines[1]["measure"], lines[1]["multiplier"]) == (str(newest.pk), "step_auc", "1.5")
    assert lines[4]["multiplier"] == ""
    assert lines[0]["why"] == "It takes 10 test problems."
    assert len(table(lead, f"{ADDRESS}download/curves/")) == 6
    found = lead.get(API).json()
    assert (found["job"], found["figures"]["measures"]["step_auc"]["multiplier"]) == (newest.pk, 1.5)


def test_a_multiplier_at_the_end_of_what_was_tried_says_so(campaign: Campaign, lead: Client) -> None:
    make.make_multiplier(campaign, 4.0)
    assert "4 or more (2.00 to 4 or more)" in text_of(lead.get(ADDRESS))


def test_the_campaigns_page_says_not_known_yet_and_then_the_multiplier(
    campaign: Campaign, lead: Client, person: Labeler
) -> None:
    drawn(make.make_round(campaign, 0, "closed", strategy="uniform"), person, "uniform", 1)
    heading = "Uniform labels that a chosen one is worth"
    said = text_of(lead.get("/campaigns/campaign/"))
    assert heading in said
    assert "In training: not known yet." in said
    assert table(lead, "/campaigns/campaign/download/worth/") == []
    make.make_multiplier(campaign)
    said = text_of(lead.get("/campaigns/campaign/"))
    assert "Step AUC: 1.50 (0.75 to 3.00)" in said
    assert "Best of 4: not known yet" in said
    assert f'href="{ADDRESS}">More</a>' in said
    assert len(table(lead, "/campaigns/campaign/download/worth/")) == 3
