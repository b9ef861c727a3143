"""Previews of large pools, made in the background; and a round chosen again from its record."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.actions import jobs, previews, reproducing, rounds
from labeling.actions.round_plans import RoundPlan
from labeling.models import Campaign, Job, QueueItem, Round
from tests import factories as make
from tests.labeling.pages import fill_pool, scored_by, signed_in, text_of
from workers import pipeline


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def large(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """A scored pool that is too large to be read in a request."""
    scored_by(campaign, fill_pool(campaign, problems=3))
    monkeypatch.setattr(previews, "AT_ONCE", 5)
    monkeypatch.setattr(rounds, "TOLD_EVERY", 2)
    return campaign


def work(kind: str) -> Job:
    """Do the job of this kind that waits, as a worker does."""
    job = jobs.claim(Job.objects.get(kind=kind, state="requested").pk, claimed_by="here")
    assert job is not None
    pipeline.run(job)
    return Job.objects.get(pk=job.pk)


def sent(page: Client, campaign: Campaign, **more: str) -> dict[str, str]:
    """The form as the page shows it."""
    form = page.get(f"/campaigns/{campaign.slug}/rounds/plan/").context["form"]
    return {name: str(form[name].value()) for name in form.fields} | more


def test_a_large_pool_is_read_only_when_asked_and_in_the_background(large: Campaign, lead: Client) -> None:
    address = f"/campaigns/{large.slug}/rounds/plan/"
    assert "The pool is large" in text_of(lead.get(address))
    assert not Job.objects.filter(kind="preview").exists()
    there = lead.post(address, sent(lead, large, size="4", show="1"))["Location"]
    assert "The preview waits for a worker" in text_of(lead.get(there))
    job = work("preview")
    assert (job.state, job.message) == ("done", "6 of 6 solutions")
    page = text_of(lead.get(there))
    for words in (
        "This choice wants <b>4 labels</b>",
        "As the pool was on",
        "6 unlabeled solutions with a wrong answer",
    ):
        assert words in page
    assert "The pool is large" in text_of(lead.get(f"{address}?size=3"))  # other settings were not asked for


def test_both_ways_of_a_preview_tell_the_same(large: Campaign, lead: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"/campaigns/{large.slug}/rounds/plan/"
    there = lead.post(address, sent(lead, large, size="4", show="1"))["Location"]
    work("preview")
    by_job = lead.get(there).context["preview"]
    monkeypatch.setattr(previews, "AT_ONCE", 1_000)
    at_once = lead.get(there).context["preview"]
    assert (by_job.wanted, by_job.by_reason, by_job.problem_count, by_job.chart, by_job.wrong_count) == (
        at_once.wanted, at_once.by_reason, at_once.problem_count, at_once.chart, at_once.wrong_count,
    )  # fmt: skip
    assert [(one.subject, one.item.rank) for one in by_job.examples] == [
        (one.subject, one.item.rank) for one in at_once.examples
    ]


def test_what_waits_makes_room_for_what_is_asked_now(large: Campaign, owner: User) -> None:
    for size in (2, 3):
        previews.request(campaign=large, wanted=RoundPlan.of(large, size=size), by=owner)
    assert [job.params["plan"]["size"] for job in Job.objects.filter(kind="preview")] == [3]


def test_a_round_of_a_large_pool_is_planned_and_opened_in_the_background(large: Campaign, lead: Client) -> None:
    address = f"/campaigns/{large.slug}/rounds/plan/"
    there = lead.post(address, sent(lead, large, size="4", show="1"))["Location"]
    work("preview")
    form = lead.get(there).context["form"]
    body = {name: str(form[name].value()) for name in form.fields}
    lead.post(address, body | {"previewed": form.in_short(), "number": "0", "open": "1"})
    again = lead.post(address, body | {"previewed": form.in_short(), "number": "0"}, follow=True)
    assert "Another planning waits already" in text_of(again)
    assert work("plan").result == {"round": 0, "why": "Round 0 is open."}
    of = Round.objects.get(campaign=large)
    assert (of.state, of.items.count(), of.planned_by.username) == ("open", 4, "owner")  # type: ignore[union-attr]


def test_a_round_is_chosen_again_by_a_button(campaign: Campaign, lead: Client, owner: User) -> None:
    scored_by(campaign, fill_pool(campaign, problems=3))
    of = rounds.plan(campaign=campaign, wanted=RoundPlan.of(campaign, size=4), by=owner)
    address = f"/campaigns/{campaign.slug}/rounds/{of.number}/again/"
    assert lead.get(address)["Location"] == f"/campaigns/{campaign.slug}/rounds/{of.number}/"
    assert "the same labels (4), out of 6 candidates" in text_of(lead.post(address, follow=True))
    QueueItem.objects.filter(pk=of.items.first().pk).update(rank=77)  # type: ignore[union-attr]
    page = text_of(lead.post(address, follow=True))
    assert "not the same. In the round alone: 1. Chosen now alone: 1." in page
    bare = make.make_round(campaign, 7, state="planned")
    answer = lead.post(f"/campaigns/{campaign.slug}/rounds/{bare.number}/again/", follow=True)
    assert "no record of what it was chosen from" in text_of(answer)


def test_a_round_of_a_large_pool_is_chosen_again_in_the_background(
    campaign: Campaign, lead: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored_by(campaign, fill_pool(campaign, problems=3))
    of = rounds.plan(campaign=campaign, wanted=RoundPlan.of(campaign, size=4), by=owner)
    monkeypatch.setattr(reproducing, "AT_ONCE", 1)
    lead.post(f"/campaigns/{campaign.slug}/rounds/{of.number}/again/")
    job = work("preview")
    assert "the same labels (4)" in job.result["why"]
    assert "the same labels (4)" in text_of(lead.get(f"/campaigns/{campaign.slug}/jobs/{job.pk}/"))
