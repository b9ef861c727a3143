"""Campaigns as pages: list, new, settings, and the one page that says how things stand."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from labeling.models import Campaign, Event, Membership, WorkerSign
from tests import factories as make
from tests.labeling.pages import METRICS, fill_pool, scored_by, signed_in, text_of

SETTINGS = {
    "name": "Algebra", "overlap": "2", "lease_minutes": "45", "reference_answer": "hidden", "auto_advance": "on",
    "train_after": "55", "base_model": "tiny", "strategy": "uniform", "wrong_share": "70", "evaluation_share": "20",
    "scope": "problem", "round_size": "12", "bad_problem_quorum": "3",
    "mode": "candidates", "write_step_when": "all_negative", "cold_start": "orm", "problem_cap": "30",
    "undecided_by": "score", "committee": "2", "mixture": "uniform=1", "leave_out_uncertain": "on",
    "overlap_share": "50", "gold_per_round": "12", "gold_bar": "60",
    "screening": "on", "screening_size": "20", "screening_bar": "80", "screening_false_alarms": "20",
    "screening_attempts": "3", "hourly_rate": "24", "currency": "€",
}  # fmt: skip


def test_a_lead_makes_a_campaign_and_leads_it(owner: User) -> None:
    answer = signed_in(owner).post("/new-campaign/", {"name": "Geometry", "slug": "geometry"}, follow=True)
    assert Membership.objects.get(campaign__slug="geometry").role == "lead"
    assert "Nothing has been imported yet" in text_of(answer)


@pytest.mark.parametrize(
    ("slug", "told"),
    [("campaign", "a name that no other campaign has"), ("two words", "valid “slug”"), ("", "required")],
)
def test_a_bad_short_name_is_told_beside_its_field(slug: str, told: str, owner: User) -> None:
    answer = signed_in(owner).post("/new-campaign/", {"name": "Another", "slug": slug})
    assert answer.status_code == 400
    assert told in text_of(answer)
    assert Campaign.objects.count() == 1


def test_somebody_who_leads_nothing_makes_no_campaign(stranger: User) -> None:
    assert signed_in(stranger).post("/new-campaign/", {"name": "Mine", "slug": "mine"}).status_code == 403
    assert not Campaign.objects.exists()


def test_the_list_shows_what_one_leads_with_counts(campaign: Campaign, owner: User, labeler: User) -> None:
    fill_pool(campaign, problems=3, solutions=2)
    make.make_campaign("not-mine")
    page = text_of(signed_in(owner).get("/campaigns/"))
    assert '<td class="figure">3</td>' in page
    assert '<td class="figure">6</td>' in page
    assert "Not-Mine" not in page
    assert not signed_in(labeler).get("/campaigns/").context["memberships"]


def test_settings_are_kept_as_shares_and_told_as_percent(campaign: Campaign, owner: User) -> None:
    client = signed_in(owner)
    assert client.post(f"/campaigns/{campaign.slug}/settings/", SETTINGS).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.overlap, campaign.train_after, campaign.wrong_share, campaign.scope) == (2, 0.55, 0.7, "problem")
    assert (campaign.cold_start, campaign.problem_cap, campaign.leave_out_uncertain) == ("orm", 0.3, True)
    assert campaign.auto_advance
    assert 'value="55"' in text_of(client.get(f"/campaigns/{campaign.slug}/settings/"))
    assert Event.objects.filter(verb="campaign.changed", actor=owner).exists()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("overlap", "0", "greater than or equal to 1"),
        ("lease_minutes", "x", "Enter a whole number"),
        ("wrong_share", "90", "Expected at most 80\N{NO-BREAK SPACE}%"),
        ("evaluation_share", "nan", "Enter a number"),
        ("base_model", "https://models.example/x", "tiny, or a model's name or folder"),
        ("strategy", "best", "is not one of the available choices"),
        ("mixture", "uniform", "strategies with weights"),
        ("train_after", "0", "greater than or equal to 1"),
    ],
)
def test_a_bad_setting_is_told_beside_its_field_and_nothing_changes(
    field: str, value: str, told: str, campaign: Campaign, owner: User
) -> None:
    answer = signed_in(owner).post(f"/campaigns/{campaign.slug}/settings/", SETTINGS | {field: value})
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert told in text_of(answer)
    campaign.refresh_from_db()
    assert campaign.overlap == 1


def conclusion(campaign: Campaign, owner: User) -> str:
    """Heading and sentences of the campaign's page."""
    found = signed_in(owner).get(f"/campaigns/{campaign.slug}/").context["conclusion"]
    return " ".join([found.heading, *found.sentences])


def test_an_empty_campaign_says_what_comes_next(campaign: Campaign, owner: User) -> None:
    assert conclusion(campaign, owner).startswith("Nothing has been imported yet")
    fill_pool(campaign)
    assert conclusion(campaign, owner).startswith("4 solutions wait for a first round")


@pytest.mark.parametrize(
    ("cold_start", "told"),
    [
        ("uniform", "so the first round is drawn uniformly"),
        ("popular_wrong", "takes wrong answers that many solutions share: they convince without any model"),
        ("surprise", "whose steps surprise the base model least: make the first selector"),
        ("orm", "chosen by a model of final answers, which needs no label: make the first selector"),
        ("implicit", "a log-ratio of two models, which learns from final answers alone: make the first selector"),
    ],
)
def test_the_cold_start_is_told_with_its_reason_before_the_first_round(
    cold_start: str, told: str, campaign: Campaign, owner: User
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(cold_start=cold_start)
    fill_pool(campaign)
    assert told in conclusion(campaign, owner)
    is_made = cold_start in ("surprise", "orm", "implicit")
    page = text_of(signed_in(owner).get(f"/campaigns/{campaign.slug}/"))
    assert ("Make the first selector" in page) is is_made
    if is_made:
        make.make_selector(campaign, kind=cold_start)
        assert "It is chosen from the scores of selector 1." in conclusion(campaign, owner)
        page = text_of(signed_in(owner).get(f"/campaigns/{campaign.slug}/"))
        assert "A selector of people’s labels takes over when it is not worse" in page
        assert "Make the first selector" not in page


def test_an_open_round_is_told_with_its_counts(campaign: Campaign, owner: User) -> None:
    of = make.make_round(campaign)
    solutions = fill_pool(campaign)
    make.make_label(item=make.make_item(solutions[0], of, state="labeled"))
    for solution in solutions[1:]:
        make.make_item(solution, of)
    assert "Round 0 has 1 of 4 labels It closes itself with its last label" in conclusion(campaign, owner)
    campaign.auto_advance, campaign.train_after = True, 0.5
    campaign.save()
    words = conclusion(campaign, owner)
    assert "At 2 labels the first selector is trained. The next round opens by itself when all labels are in" in words
    make.make_selector(campaign, 1)
    assert "At 2 labels the selector is trained again." in conclusion(campaign, owner)


def test_training_is_offered_when_there_are_labels_even_if_all_came_with_a_file(
    campaign: Campaign, owner: User
) -> None:
    solution = fill_pool(campaign)[0]
    address = f"/campaigns/{campaign.slug}/"
    assert "Train the selector" not in text_of(signed_in(owner).get(address))
    make.make_label(solution)
    page = text_of(signed_in(owner).get(address))
    assert "Train the selector" in page
    assert f'href="{address}selectors/"' in page


def test_a_closed_round_says_what_follows(campaign: Campaign, owner: User) -> None:
    of = make.make_round(campaign, state="closed")
    make.make_label(item=make.make_item(fill_pool(campaign)[0], of, state="labeled"))
    assert "Round 0 is complete: 1 label Train the selector" in conclusion(campaign, owner)
    make.make_job(campaign, "retrain", "running", stage="train", progress=0.34)
    assert "No worker is alive" in conclusion(campaign, owner)
    WorkerSign.objects.create(name="one", seen_at=timezone.now())
    assert "being trained (training, 34\N{NO-BREAK SPACE}%). The next round follows." in conclusion(campaign, owner)


def test_a_worker_that_was_seen_long_ago_is_not_alive(campaign: Campaign, owner: User) -> None:
    WorkerSign.objects.create(name="one", seen_at=timezone.now() - timedelta(minutes=5))
    make.make_job(campaign, "grade", "requested")
    assert "No worker is alive." in text_of(signed_in(owner).get(f"/campaigns/{campaign.slug}/"))


def test_rounds_tell_how_convincing_their_wrong_answers_were(campaign: Campaign, owner: User) -> None:
    of, solutions = make.make_round(campaign), fill_pool(campaign)
    for solution, score in zip(solutions, (0.9, 0.7), strict=False):
        make.make_item(solution, of, reason="convincing_wrong", score=score)
    make.make_item(solutions[2], of, reason="convincing", score=0.1)
    page = text_of(signed_in(owner).get(f"/campaigns/{campaign.slug}/"))
    assert '<td class="figure">0.80</td>' in page
    assert "they run out" in page


def test_a_good_selector_is_told_with_its_counts(campaign: Campaign, owner: User) -> None:
    make.make_round(campaign)
    scored_by(campaign, fill_pool(campaign), evaluation_labels=34)
    told = conclusion(campaign, owner)
    assert "On 11 test problems, selector 1 is better than chance at finding right answers" in told
    assert "first choice of 4 is 80\N{NO-BREAK SPACE}% right (60\N{NO-BREAK SPACE}% to 95\N{NO-BREAK SPACE}%)" in told
    assert "Measured on 34 evaluation labels: first-error F1 0.31. Step AUC 0.66, above the 0.5 of chance." in told
    assert "no judge of mathematics" in told


@pytest.mark.parametrize(
    ("score", "words"), [(0.5, "as far as so few can tell, no better than chance"), (0.45, "is no better than chance")]
)
def test_a_selector_no_better_than_chance_is_told_so(score: float, words: str, campaign: Campaign, owner: User) -> None:
    make.make_round(campaign)
    weak = METRICS["best_of_n"] | {"4": {"score": score, "problems": 11, "interval": [0.4, 0.6]}}
    make.make_selector(campaign, metrics={"best_of_n": weak}, evaluation_labels=9)
    told = conclusion(campaign, owner)
    assert words in told
    assert "not known yet (9 of 30 evaluation labels)" in told


@pytest.mark.parametrize("metrics", [{}, {"best_of_n": None}, {"best_of_n": {"1": {}}, "step_auc": "x"}, [1]])
def test_figures_that_are_missing_or_odd_break_no_page(metrics: object, campaign: Campaign, owner: User) -> None:
    make.make_round(campaign)
    make.make_selector(campaign, metrics=metrics, evaluation_labels=40)
    assert "is not known yet" in conclusion(campaign, owner)
    assert signed_in(owner).get(f"/campaigns/{campaign.slug}/selectors/1/").status_code == 200
