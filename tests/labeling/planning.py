"""What tests of rounds share: a scored pool, and plans made of it."""

from typing import Any

from django.contrib.auth.models import User

from labeling.actions import rounds
from labeling.actions.round_plans import RoundPlan
from labeling.models import Campaign, Round, Solution
from tests import factories as make


def make_pool(campaign: Campaign) -> list[Solution]:
    """Twenty solutions of twenty train problems and four of four test problems, scored by a published selector."""
    version = make.make_selector(campaign)
    solutions = []
    for index in range(24):
        problem = make.make_problem(campaign, split="test" if index >= 20 else "train")
        solution = make.make_solution(problem, answer_is_correct=index % 2 == 0)
        make.make_score(version, solution, score=(index + 1) / 30)
        solutions.append(solution)
    return solutions


def plan(campaign: Campaign, by: User | None = None, **asked: Any) -> Round:
    """The next round, planned as the campaign's settings say but for what is asked otherwise."""
    campaign.refresh_from_db()
    return rounds.plan(campaign=campaign, wanted=RoundPlan.of(campaign, **asked), by=by)


def states(of: Round) -> list[str]:
    """Of its items, in their order."""
    return list(of.items.order_by("place").values_list("state", flat=True))
