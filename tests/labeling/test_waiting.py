"""Why there is nothing to label: the sentence fits what is going on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.actions.waiting import living_workers, why_nothing
from labeling.models import Campaign
from tests import factories as make


def sentence(campaign: Campaign) -> str:
    why, seconds = why_nothing(campaign)
    assert str(why).isascii(), "it travels in a header"
    assert 1 <= seconds <= 60
    return str(why)


def test_before_any_round(campaign: Campaign) -> None:
    assert sentence(campaign) == "No round is open yet."


def test_while_others_finish_an_open_round(campaign: Campaign) -> None:
    make.make_round(campaign, 0)
    expected = "You have labeled everything that is open to you; others are still finishing round 0."
    assert sentence(campaign) == expected


def test_when_the_next_round_is_planned_and_not_open(campaign: Campaign) -> None:
    make.make_round(campaign, 0, "closed")
    make.make_round(campaign, 1, "planned")
    assert sentence(campaign) == "Round 1 is planned; a lead has to open it."


@pytest.mark.parametrize(
    ("stage", "progress", "words"),
    [("train", 0.6, "training, 60 %"), ("score", 0.8, "scoring solutions, 80 %"), ("", 0.0, "starting, 0 %")],
)
def test_while_the_selector_is_retrained(campaign: Campaign, stage: str, progress: float, words: str) -> None:
    make.make_round(campaign, 1, "closed")
    make.make_worker_sign()
    make.make_job(campaign, "retrain", "running", stage=stage, progress=progress)
    make.make_job(campaign, "plan", "requested")
    expected = f"Round 1 is complete. The selector is being retrained ({words}); the next round follows."
    assert sentence(campaign) == expected


def test_before_the_training_begins(campaign: Campaign) -> None:
    make.make_round(campaign, 1, "closed")
    make.make_worker_sign()
    make.make_job(campaign, "retrain", "requested")
    expected = "Round 1 is complete. The selector is about to be retrained; the next round follows."
    assert sentence(campaign) == expected


def test_while_the_next_round_is_planned(campaign: Campaign) -> None:
    make.make_round(campaign, 1, "closed")
    make.make_worker_sign()
    make.make_job(campaign, "plan", "running")
    assert sentence(campaign) == "Round 1 is complete. The next round is being planned."


def test_when_no_worker_is_alive(campaign: Campaign) -> None:
    make.make_round(campaign, 0, "closed")
    make.make_job(campaign, "retrain", "requested")
    make.make_worker_sign(seen_at=timezone.now() - timedelta(minutes=2))
    assert sentence(campaign) == "Round 0 is complete. No worker is alive; the next round waits for one."


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("retrain", "failed", "The last training failed"),
        ("retrain", "cancelled", "The last training was cancelled"),
        ("plan", "failed", "The last planning failed"),
    ],
)
def test_when_what_should_follow_did_not(campaign: Campaign, kind: str, state: str, words: str) -> None:
    Campaign.objects.update(auto_advance=True)
    campaign.refresh_from_db()
    make.make_round(campaign, 0, "closed")
    make.make_job(campaign, kind, state, error="canary: /a/path")
    assert sentence(campaign) == f"Round 0 is complete. {words}; a lead has to look at it."


def test_when_everything_is_labeled(campaign: Campaign) -> None:
    Campaign.objects.update(auto_advance=True)
    campaign.refresh_from_db()
    make.make_round(campaign, 3, "closed")
    make.make_job(campaign, "plan", "done")
    assert sentence(campaign) == "Round 3 is complete. Nothing is left to label."


def test_when_a_lead_goes_on_by_hand(campaign: Campaign) -> None:
    make.make_item(round=make.make_round(campaign, 0, "closed"), state="planned")
    assert sentence(campaign) == "Round 0 is closed. The next round is a lead's to plan."


@pytest.mark.django_db
def test_workers_count_while_they_sign() -> None:
    make.make_worker_sign("one")
    make.make_worker_sign("two", seen_at=timezone.now() - timedelta(seconds=40))
    assert (living_workers(30), living_workers(60)) == (1, 2)
