"""Practice over the API: for everybody with an account, judged by the same action as the page's."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from labeling.models import PracticeResult
from tests.api.conftest import ClientOf

PRACTICE = "/api/v1/me/practice/"


@pytest.fixture
def newcomer(client_of: ClientOf, stranger: User) -> APIClient:
    """Somebody who is in no campaign yet."""
    return client_of(stranger)


def test_a_newcomer_practices_from_the_first_exercise_to_the_last(newcomer: APIClient, labeler: User) -> None:
    standing = newcomer.get(PRACTICE).json()
    assert (standing["total"], standing["done"], standing["next"]) == (7, 0, "minimum")
    name: str | None = standing["next"]
    for done in range(1, 8):
        offered = newcomer.get(f"{PRACTICE}{name}/").json()
        assert set(offered) == {"name", "number", "title", "problem", "steps", "answer"}
        answer = newcomer.post(f"{PRACTICE}{name}/", {"ratings": [-1]})
        assert answer.status_code == 200
        assert (answer.json()["done"], answer.json()["outcome"]) == (done, "too_early")
        name = answer.json()["next"]
    assert name is None
    assert newcomer.get(PRACTICE).json()["done"] == 7
    assert PracticeResult.objects.filter(account=labeler).count() == 0


@pytest.mark.parametrize(
    ("name", "ratings", "said"),
    [
        ("diagonals", [0, 1, -1], "You found the first error: step 3."),
        ("diagonals", [0, -1], "Step 2 is right. The first error is step 3."),
        ("diagonals", [0, 1, 1, -1], "The first error is step 3, before the one that you marked."),
        ("diagonals", [0, 1, 1, 1, 1, 1, 1], "There is an error: step 3."),
        ("circle", [1, 1, 0, 1, 1], "Every step is right, as you said."),
        ("circle", [1, 1, -1], "Step 3 is right, and so are all the others."),
    ],
)
def test_the_judgement_is_said_in_sentences(newcomer: APIClient, name: str, ratings: list[int], said: str) -> None:
    answer = newcomer.post(f"{PRACTICE}{name}/", {"ratings": ratings}).json()
    assert answer["said"] == said
    assert answer["lesson"]
    assert all(step["said"] and step["why"] for step in answer["steps"])
    assert answer["steps"][0]["said"].startswith("Neutral, as" if name == "diagonals" else "Positive, as")


@pytest.mark.parametrize(
    ("name", "body", "status", "field"),
    [
        ("diagonals", {"ratings": [0, 1]}, 400, "ratings"),
        ("diagonals", {"ratings": [0, 2]}, 400, "ratings"),
        ("diagonals", {"ratings": [-1, 0]}, 400, "ratings"),
        ("diagonals", {"ratings": "0+-"}, 400, "ratings"),
        ("diagonals", {"ratings": [0] * 1000}, 400, "ratings"),
        ("diagonals", {}, 400, "ratings"),
        ("diagonals", {"ratings": [-1], "item": 1}, 400, "item"),
        ("square", {"ratings": [-1]}, 404, None),
    ],
)
def test_what_cannot_be_judged_is_refused_by_name(
    newcomer: APIClient, name: str, body: Any, status: int, field: str | None
) -> None:
    answer = newcomer.post(f"{PRACTICE}{name}/", body)
    assert answer.status_code == status
    assert list(answer.json().get("fields", {})) == ([field] if field else [])
    assert not PracticeResult.objects.exists()


@pytest.mark.django_db
def test_practice_is_for_accounts_alone() -> None:
    assert [APIClient().get(path).status_code for path in (PRACTICE, f"{PRACTICE}circle/")] == [401, 401]
