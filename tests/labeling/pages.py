"""What the tests of the lead's pages share: clients signed in as somebody, and a small pool."""

from html import unescape

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from labeling.models import Campaign, SelectorVersion, Solution
from tests import factories as make

METRICS = {
    "best_of_n": {
        "1": {"score": 0.45, "majority": 0.45, "pass": 0.45, "problems": 11, "interval": [0.3, 0.6]},
        "4": {
            "score": 0.8,
            "majority": 0.5,
            "pass": 0.9,
            "popular": 0.52,
            "surprise": 0.61,
            "problems": 11,
            "interval": [0.6, 0.95],
        },
    },
    "first_error_f1": 0.31,
    "step_auc": 0.66,
    "ece": 0.08,
    "first_error": {"threshold": 0.37, "how": "calibrated on the labels of every other problem"},
    "minima_at_last_step": {"share": 0.4, "by_chance": 0.2},
    "intervals": {"step_auc": [0.55, 0.75], "ece": [0.05, 0.12]},
}


def signed_in(account: User) -> Client:
    """A browser without scripts, signed in as this account."""
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(answer: HttpResponse) -> str:
    """The page as a person reads its source."""
    return unescape(answer.content.decode())


def fill_pool(campaign: Campaign, problems: int = 2, solutions: int = 2) -> list[Solution]:
    """Problems with wrong solutions; every text is its own."""
    made = [make.make_problem(campaign) for _ in range(problems)]
    return [make.make_solution(problem) for problem in made for _ in range(solutions)]


def scored_by(campaign: Campaign, solutions: list[Solution], number: int = 1, **fields: object) -> SelectorVersion:
    """A version in use that scored these solutions, the first one highest."""
    version = make.make_selector(campaign, number, metrics=METRICS, **fields)
    for place, solution in enumerate(solutions):
        make.make_score(version, solution, 0.9 - place / 100)
    return version
