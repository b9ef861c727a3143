"""Selector versions as pages, and the figures drawn on the server."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling import charts
from labeling.actions import previews
from labeling.charts import Part, Point
from labeling.models import Campaign
from tests import factories as make
from tests.labeling.pages import METRICS, fill_pool, scored_by, signed_in, text_of


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


def test_a_held_back_version_is_published_after_a_question(campaign: Campaign, lead: Client) -> None:
    scored_by(campaign, fill_pool(campaign))
    held = make.make_selector(campaign, 2, state="held_back", scored_at=make.A_MOMENT, metrics=METRICS)
    address = f"/campaigns/{campaign.slug}/selectors/2/publish/"
    assert "Put selector 2 in use?" in text_of(lead.get(address))
    assert "Selector 2 is in use" in text_of(lead.post(address, follow=True))
    held.refresh_from_db()
    assert (held.state, held.why) == ("published", "Published by owner.")
    assert lead.get(address)["Location"].endswith("/selectors/")


def test_the_earlier_version_is_used_again(campaign: Campaign, lead: Client) -> None:
    make.make_selector(campaign, 1, state="retired", scored_at=make.A_MOMENT, kind="orm")
    make.make_selector(campaign, 2)
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/selectors/"))
    assert f'action="/campaigns/{campaign.slug}/selectors/1/publish/"' in page, "one press goes back"
    assert "Go back to selector 1" in page
    assert "<small>final answers</small>" in page, "no label taught it"
    lead.post(f"/campaigns/{campaign.slug}/selectors/1/publish/")
    assert campaign.selectors.get(state="published").number == 1


def test_an_incomplete_version_is_refused_in_words(campaign: Campaign, lead: Client) -> None:
    make.make_selector(campaign, 1, state="training")
    answer = lead.post(f"/campaigns/{campaign.slug}/selectors/1/publish/", follow=True)
    assert "is not complete" in text_of(answer)


def test_figures_are_not_known_until_thirty_evaluation_labels(campaign: Campaign, lead: Client) -> None:
    make.make_selector(campaign, 1, state="retired", metrics=METRICS, evaluation_labels=29)
    about = {"snapshot_hash": "abcdef0123456789", "manifest": {"code": "0a1b2c3d4e5f", "base": {"revision": "77f"}}}
    make.make_selector(campaign, 2, metrics=METRICS, evaluation_labels=30, **about)
    assert "not known yet (29 of 30" in text_of(lead.get(f"/campaigns/{campaign.slug}/selectors/1/"))
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/selectors/2/"))
    assert "0.66 <small>0.55 to 0.75</small>" in page
    assert "0.08 <small>0.05 to 0.12</small>" in page
    assert "0.37 <small>set by other evaluation labels</small>" in page
    assert "40\N{NO-BREAK SPACE}% <small>by chance 20\N{NO-BREAK SPACE}%</small>" in page
    assert "<dd>abcdef012345</dd>" in page
    assert "<dd>0a1b2c3d4e5f</dd>" in page
    assert "<dd>77f</dd>" in page
    assert "not known yet" not in page


def test_best_of_n_is_drawn_with_majority_and_ceiling_and_a_table_behind(campaign: Campaign, lead: Client) -> None:
    make.make_selector(campaign, 1, metrics=METRICS)
    of_answers = {"best_of_n": {"4": {"score": 0.7}}}
    make.make_selector(campaign, 2, "retired", kind="orm", scored_at=make.A_MOMENT, metrics=of_answers)
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/selectors/1/"))
    figures = "selector 1 80.0 %, majority vote 50.0 %, any of N right 90.0 %, vote share 52.0 %, surprise 61.0 %"
    assert f"At N 4: {figures}, final answers 70.0 %." in page.replace("\N{NO-BREAK SPACE}", " ")
    assert '<td class="figure">60.0\N{NO-BREAK SPACE}% to 95.0\N{NO-BREAK SPACE}%</td>' in page


OF_ANSWERS = {
    "solutions": 20,
    "best_of_n": {"4": {"score": 0.62}},
    "version_over_it": {"1": {"difference": 0.0}, "4": {"difference": 0.18, "interval": [-0.02, 0.35]}},
}
STRICT = {
    "1": {"strict": 0.4, "lenient": 0.5, "problems": 30, "intervals": {"strict": [0.3, 0.5]}},
    "2": {"strict": 0.55, "lenient": 0.7, "problems": 10, "intervals": {"strict": [0.4, 0.65]}},
    "4": {"strict": 0.9, "lenient": 0.9, "problems": 9, "intervals": {"strict": [0.8, 1.0]}},
}


def test_a_model_of_the_same_final_answers_is_preferred_to_another_version(campaign: Campaign, lead: Client) -> None:
    make.make_selector(campaign, 1, metrics=METRICS | {"final_answers": OF_ANSWERS})
    of_cold_start = {"best_of_n": {"4": {"score": 0.7}}}
    make.make_selector(campaign, 2, "retired", kind="orm", scored_at=make.A_MOMENT, metrics=of_cold_start)
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/selectors/1/")).replace("\N{NO-BREAK SPACE}", " ")
    assert "final answers 62.0 %" in page
    assert "Best of 4, more than a model of final answers</dt><dd>18.0 % <small>−2.0 % to 35.0 %</small>" in page


def test_why_there_is_no_model_of_final_answers_is_told(campaign: Campaign, lead: Client) -> None:
    why = "It takes labeled solutions with a right final answer and with a wrong one."
    make.make_selector(campaign, 1, metrics=METRICS | {"final_answers": {"why": why}})
    assert f"not known: {why}" in text_of(lead.get(f"/campaigns/{campaign.slug}/selectors/1/"))


@pytest.mark.parametrize("labels", [29, 30])
def test_strict_accuracy_is_told_at_the_largest_n_of_ten(campaign: Campaign, lead: Client, labels: int) -> None:
    make.make_selector(campaign, 1, metrics=METRICS | {"strict": STRICT}, evaluation_labels=labels)
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/selectors/1/")).replace("\N{NO-BREAK SPACE}", " ")
    said = "steps, best of 2</dt><dd>55 % <small>40 % to 65 %</small> <small>in its answer 70 %; 10 problems</small>"
    assert (said in page) is (labels == 30)


def test_a_share_of_problems_that_are_all_alike_is_not_told_as_certain(campaign: Campaign, lead: Client) -> None:
    top = {"score": 1.0, "majority": 1.0, "pass": 1.0, "problems": 4, "interval": [1.0, 1.0]}
    metrics = METRICS | {"best_of_n": METRICS["best_of_n"] | {"4": top}, "intervals": {"step_auc": [0.66, 0.66]}}
    make.make_selector(campaign, 1, metrics=metrics, evaluation_labels=30)
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/selectors/1/")).replace("\N{NO-BREAK SPACE}", " ")
    assert "51.0 % to 100.0 %" in page, "Wilson of 4 of 4"
    assert "0.66 to 0.66" not in page


def test_the_two_newest_versions_stand_on_one_chart_with_tables_and_csv(campaign: Campaign, lead: Client) -> None:
    address = f"/campaigns/{campaign.slug}/"
    make.make_selector(campaign, 1, "retired", metrics=METRICS)
    assert "Best-of-N accuracy" not in text_of(lead.get(f"{address}selectors/")), "nothing to compare with"
    better = METRICS["best_of_n"] | {"4": METRICS["best_of_n"]["4"] | {"score": 0.85}}
    make.make_selector(campaign, 2, metrics={"best_of_n": better})
    make.make_selector(campaign, 3, "held_back", kind="orm", metrics=METRICS)

    page = text_of(lead.get(f"{address}selectors/")).replace("\N{NO-BREAK SPACE}", " ")
    assert "At N 4: selector 2 85.0 %, majority vote 50.0 %, selector 1 80.0 %." in page
    assert page.count('<details class="behind-chart">') == 2
    assert f"{address}download/best_of_n/" in page

    rows = b"".join(lead.get(f"{address}download/best_of_n/").streaming_content).decode().splitlines()
    assert rows[0] == "version,kind,n,score,low,high,majority,passed,popular,surprise,problems,orm"
    assert "2,prm,4,0.85,0.6,0.95,0.5,0.9,0.52,0.61,11," in rows
    assert len(rows) == 7


def test_labels_at_the_ends_of_lines_never_lie_on_one_another() -> None:
    svg = charts.best_of_n([Point(1, 0.5, 0.5, 0.5), Point(2, 0.6, 0.6, 0.6)], name="selector 1")
    ends = [float(part.split('"')[0]) for part in svg.split('<text x="522" y="')[1:]]
    assert len(ends) == 3
    assert min(abs(one - other) for one in ends for other in ends if one != other) >= 18


def test_a_line_without_a_value_at_the_end_is_left_out() -> None:
    svg = charts.best_of_n([Point(1, 0.5, 0.5, None), Point(2, 0.6, None, None)], name="selector 1")
    assert "majority" not in svg
    assert "any of N" not in svg


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_scores_at_the_ends_fall_into_the_histogram(score: float) -> None:
    bins = previews.binned([score] * 3)
    assert (sum(bins), bins[-1 if score else 0]) == (3, 3)
    svg = charts.score_histogram(
        {"count": 3, "bins": bins}, {"count": 1, "bins": previews.binned([score]), "lowest": score}
    )
    assert svg.count('class="bar-2"') == svg.count('class="bar-1"') == 1
    assert "3 in the pool, 1 chosen. The chosen have scores" in svg


def test_parts_of_a_whole_fill_it() -> None:
    svg = charts.progress([Part("labeled", 1, "bar-1"), Part("in hand", 0, "bar-3"), Part("waiting", 3, "bar-2")])
    assert 'class="bar-1" x="0" y="30" width="205"' in svg
    assert 'class="bar-2" x="205" y="30" width="615"' in svg
    assert "bar-3" not in svg


def test_calibration_is_drawn_with_its_table_where_it_was_measured(campaign: Campaign, lead: Client) -> None:
    rows = [
        {"score": 0.15, "right": 0.25, "interval": [0.1, 0.5], "steps": 8},
        {"score": 0.93, "right": 0.75, "interval": None, "steps": 4},
    ]
    make.make_selector(campaign, 1, state="retired", metrics=METRICS, evaluation_labels=30)  # of before
    make.make_selector(campaign, 2, state="retired", metrics=METRICS | {"calibration": rows}, evaluation_labels=29)
    make.make_selector(campaign, 3, metrics=METRICS | {"calibration": rows}, evaluation_labels=30)
    for address, is_there in (("selectors/1/", False), ("selectors/2/", False), ("selectors/3/", True), ("", True)):
        page = text_of(lead.get(f"/campaigns/{campaign.slug}/{address}"))
        assert ("Does selector 3 mean what it says?" in page) is is_there, address
    said = page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Steps of selector 3. score 0.15: 25 % right, score 0.93: 75 % right." in said
    assert '<td class="figure">25 %</td><td class="figure">10 % to 50 %</td><td class="figure">8</td>' in said
    table = lead.get(f"/campaigns/{campaign.slug}/download/calibration/")
    lines = b"".join(table.streaming_content).decode().splitlines()
    assert lines == ["version,kind,score,right,low,high,steps", "3,prm,0.15,0.25,0.1,0.5,8", "3,prm,0.93,0.75,,,4"]
