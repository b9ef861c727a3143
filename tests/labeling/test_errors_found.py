"""Errors among chosen labels over those that chance drew: worked out by hand, and on the campaign's page."""

import math

import pytest
from django.contrib.auth.models import User

from labeling.models import Campaign, Labeler, Round
from labeling.views.errors_found import ErrorsFound, OfProblem, Side
from labeling.views.work import Work
from tests import factories as make
from tests.labeling.pages import signed_in, text_of
from tests.labeling.test_dashboard import table


def alone(right: int, wrong: int) -> Side:
    """Labels of two steps, each of a problem of its own."""
    return Side([OfProblem(1, 2, 1)] * wrong + [OfProblem(1, 2, 0)] * right)


def test_the_ratio_and_its_interval_by_hand() -> None:
    """24 of 40 over 12 of 40. Wilson: .4460 to .7365, and .1807 to .4543."""
    found = ErrorsFound(chosen=alone(16, 24), uniform=alone(28, 12)).ratio("labels")
    down = math.hypot(math.log(0.6 / 0.4460), math.log(0.4543 / 0.3))
    up = math.hypot(math.log(0.7365 / 0.6), math.log(0.3 / 0.1807))
    assert found == pytest.approx((2.0, 2 * math.exp(-down), 2 * math.exp(up)), rel=2e-3)
    longer = Side([OfProblem(1, 4, 1)] * 24 + [OfProblem(1, 4, 0)] * 16)
    by_step = ErrorsFound(chosen=longer, uniform=alone(28, 12)).ratio("steps")
    assert by_step is not None
    assert by_step[0] == pytest.approx(1.0), "twice as many errors, and twice as much to read"


def test_labels_of_one_problem_that_end_alike_tell_less_than_as_many_others() -> None:
    """Four labels a problem that all end alike are worth one: variance times 4 (10 / 9) / (40 / 39), 4.33."""
    alike = Side([OfProblem(4, 8, 4)] * 6 + [OfProblem(4, 8, 0)] * 4)
    share, low, high = alike.rate("labels")
    assert share == 0.6
    assert (low, high) == pytest.approx((0.3034, 0.8378), rel=1e-3)  # Wilson of .6 on 9.23 cases


@pytest.mark.parametrize(("chosen", "uniform"), [(alone(9, 20), alone(20, 20)), (alone(20, 20), alone(40, 4))])
def test_too_few_labels_or_errors_on_either_side_are_no_ratio(chosen: Side, uniform: Side) -> None:
    assert ErrorsFound(chosen, uniform).ratio("labels") is None
    assert ErrorsFound(uniform, chosen).ratio("steps") is None


def add(of: Round, person: Labeler, reason: str, *, errors: int, good: int, **fields: str) -> None:
    for place in range(errors + good):
        item = make.make_item(round=of, state="labeled", reason=reason, **fields)
        make.make_label(item=item, labeler=person, ratings=[1, -1] if place < errors else [1, 1])


def test_the_page_says_not_known_yet_and_then_the_ratio(campaign: Campaign, owner: User) -> None:
    person = make.make_labeler(campaign)
    drawn = make.make_round(campaign, 0, "closed", strategy="uniform")
    add(drawn, person, "uniform", errors=10, good=30)
    add(drawn, person, "evaluation", errors=9, good=0, purpose="evaluation")
    lead, heading = signed_in(owner), "Errors found, chosen labels over chance"
    said = text_of(lead.get("/campaigns/campaign/"))
    assert heading in said
    assert "not known yet" in said
    assert "It takes 30 labels and 5 found errors on either side." in said

    chosen = make.make_round(campaign, 1, "closed", strategy="convincing_wrong", selector=make.make_selector(campaign))
    add(chosen, person, "convincing_wrong", errors=15, good=5)
    add(chosen, person, "convincing", errors=5, good=5)
    add(chosen, person, "uniform", errors=0, good=3)
    add(chosen, make.make_labeler(campaign, kind="simulated"), "convincing", errors=7, good=0)
    add(make.make_round(campaign, 2), person, "convincing", errors=6, good=0)
    said = text_of(lead.get("/campaigns/campaign/"))
    assert "It takes 30 labels" not in said
    assert "2.67 (" in said
    by_label, by_step = table(lead, "chosen")
    assert by_label["errors_per"] == "labels"
    assert [by_label[name] for name in ("chosen_errors", "chosen", "chance_errors", "chance")] == [
        "20",
        "30",
        "10",
        "40",
    ]
    assert by_step["chosen"] == "60"
    assert float(by_label["low"]) < float(by_label["ratio"]) < float(by_label["high"])


@pytest.mark.parametrize(("strategy", "count"), [("convincing_wrong", 2), ("uniform", 2), ("popular_wrong", 0)])
def test_what_a_ranking_left_to_chance_is_no_uniform_draw(campaign: Campaign, strategy: str, count: int) -> None:
    of = make.make_round(campaign, 0, "closed", strategy=strategy)
    add(of, make.make_labeler(campaign), "uniform", errors=1, good=1)
    found = ErrorsFound.of(campaign, Work.of(campaign).marks)
    assert found.uniform.total("labels") == count
