"""What needs no worker process: how far a job is, the publish rule, and what a failed training leaves behind."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from labeling.actions import jobs
from labeling.models import Campaign, JobKind
from tests import factories as make
from workers import pipeline
from workers.child import Stage
from workers.retraining import publish_rule, tiny_epochs


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
def test_a_base_that_cannot_be_loaded_fails_with_one_line_and_leaves_neither_version_nor_snapshot(
    campaign: Campaign, settings: Settings, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MODELS_DIR = tmp_path
    Campaign.objects.filter(pk=campaign.pk).update(base_model="/no/such/folder")
    problem = make.make_problem(campaign, split="train")
    make.make_label(make.make_solution(problem))
    requested = jobs.request(campaign=campaign, kind=JobKind.RETRAIN)
    job = jobs.claim(requested.pk, claimed_by="test")
    assert job is not None

    with django_capture_on_commit_callbacks(execute=True):
        pipeline.run(job)

    job.refresh_from_db()
    assert job.state == "failed"
    assert job.error.startswith("base '/no/such/folder': expected")
    assert "\n" not in job.error
    assert not campaign.selectors.exists()
    assert not list(tmp_path.rglob("*.jsonl")), "a retry takes the rows as they are then"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["surprise", "orm"])
def test_a_cold_start_needs_no_label_and_gives_every_solution_its_likelihood(
    kind: str, campaign: Campaign, settings: Settings, tmp_path: Path
) -> None:
    settings.MODELS_DIR = settings.CACHE_DIR = tmp_path
    settings.TINY_PRETRAIN_STEPS = 2
    campaign.cold_start = kind
    campaign.save()
    for split in ("train", "test"):
        problem = make.make_problem(campaign, split=split)
        for is_right in (True, False):
            make.make_solution(problem, answer_is_correct=is_right)
    requested = jobs.request(campaign=campaign, kind=JobKind.RETRAIN)
    job = jobs.claim(requested.pk, claimed_by="test")
    assert job is not None

    pipeline.run(job)

    version = campaign.selectors.get()
    assert (version.kind, version.state, version.training_labels) == (kind, "published", 0)
    assert version.scores.filter(likelihood__gt=0, spread=None).count() == 4
    assert "surprise" in version.metrics["best_of_n"]["2"]
    learned_from = (tmp_path / version.folder / "training.jsonl").read_bytes() if kind == "orm" else b""
    assert learned_from.count(b"\n") == (2 if kind == "orm" else 0), "outcomes of the train split alone"
