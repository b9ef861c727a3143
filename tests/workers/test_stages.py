"""What needs no other process: how far a job is, the publish rule, what a training that cannot begin leaves behind."""

import errno
from pathlib import Path

import pytest
from pytest_django import Settings

from labeling.actions import jobs
from labeling.models import Campaign, JobKind
from selector.examples import tiny_epochs
from tests import factories as make
from workers import pipeline, snapshots
from workers.child import Stage
from workers.retraining import publish_rule


def test_progress_never_goes_backwards_from_pretraining_to_training() -> None:
    stage = Stage("train", 0.1, 0.7, first="pretrain")
    told = [("pretrain", 0.0), ("pretrain", 1.0), ("train", 0.0), ("train", 1.0)]
    progress = [stage.progress(done, part) for part, done in told]
    assert progress == sorted(progress)
    assert (progress[0], progress[-1]) == (pytest.approx(0.1), pytest.approx(0.7))


def test_a_stage_of_one_part_fills_its_share_of_the_job() -> None:
    assert Stage("score", 0.6, 0.8).progress(0.5) == pytest.approx(0.7)


@pytest.mark.parametrize(("labels", "epochs"), [(1, 10), (100, 10), (200, 5), (1_000, 2), (50_000, 2)])
def test_tiny_sees_few_labels_often_and_many_twice(labels: int, epochs: int) -> None:
    assert tiny_epochs(labels) == epochs


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("labels", "comparison", "publishes"),
    [
        (29, {"is_not_worse": False, "difference": -1.0, "labels": 29}, True),
        (30, {"is_not_worse": False, "difference": -1.0, "labels": 30, "interval": [-1.5, -0.5]}, False),
        (30, {"is_not_worse": True, "difference": -0.1, "labels": 30, "interval": [-0.3, 0.1]}, True),
        (30, {"is_not_worse": None, "why": "no label that both scored"}, True),
        (30, {"is_not_worse": None, "broken": "model x: damaged"}, False),
    ],
)
def test_from_thirty_evaluation_labels_on_a_worse_version_is_held_back(
    campaign: Campaign, labels: int, comparison: dict[str, object], publishes: bool
) -> None:
    before = make.make_selector(campaign, number=1)
    metrics = {"comparison": comparison}
    new = make.make_selector(campaign, number=2, state="evaluated", evaluation_labels=labels, metrics=metrics)
    assert publish_rule(new, before)[0] is publishes


@pytest.mark.django_db
def test_the_first_version_is_published_whatever_it_is_worth(campaign: Campaign) -> None:
    new = make.make_selector(campaign, number=1, state="evaluated")
    assert publish_rule(new, None) == (True, "There was no version in use.")


@pytest.mark.django_db
def test_a_training_without_labels_fails_with_words_and_leaves_no_version(campaign: Campaign) -> None:
    requested = jobs.request(campaign=campaign, kind=JobKind.RETRAIN)
    job = jobs.claim(requested.pk, claimed_by="test")
    assert job is not None

    pipeline.run(job)

    job.refresh_from_db()
    assert job.state == "failed"
    assert "no label to train on" in job.error
    assert not campaign.selectors.exists()


@pytest.mark.django_db
def test_an_empty_pool_and_a_full_disk_fail_with_words_and_leave_no_version(
    campaign: Campaign, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MODELS_DIR = tmp_path
    Campaign.objects.filter(pk=campaign.pk).update(cold_start="surprise")
    assert "The pool is empty" in failure(campaign)

    def full(path: Path, lines: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    make.make_label(make.make_solution(make.make_problem(campaign, split="train")))
    monkeypatch.setattr(snapshots, "write_once", full)
    assert failure(campaign).endswith("pool.jsonl: No space left on device")
    assert not campaign.selectors.exists()


def failure(campaign: Campaign) -> str:
    """The error of a training that is asked for now."""
    job = jobs.claim(jobs.request(campaign=campaign, kind=JobKind.RETRAIN).pk, claimed_by="test")
    assert job is not None
    pipeline.run(job)
    job.refresh_from_db()
    assert job.state == "failed"
    return job.error
