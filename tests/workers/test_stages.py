"""What needs no worker process: how far a job is, the publish rule, and what a failed training leaves behind."""

import errno
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from labeling.actions import jobs
from labeling.models import Campaign, JobKind
from selector.examples import tiny_epochs
from tests import factories as make
from workers import final_answers, pipeline, retraining, snapshots
from workers.child import Selector, Stage
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
def test_a_base_made_ahead_is_found_by_the_training_that_follows(
    campaign: Campaign, settings: Settings, tmp_path: Path
) -> None:
    settings.MODELS_DIR = settings.CACHE_DIR = tmp_path
    settings.TINY_PRETRAIN_STEPS = 2
    make.make_label(make.make_solution(make.make_problem(campaign, split="train")))

    done(campaign, JobKind.PRETRAIN)

    assert not list(tmp_path.glob("plumbline-pretrain-*")), "nothing is left of the way"
    (base,) = tmp_path.glob("tiny-*")
    made_at = (base / "manifest.json").stat().st_mtime_ns
    done(campaign, JobKind.RETRAIN)
    assert list(tmp_path.glob("tiny-*")) == [base]
    assert (base / "manifest.json").stat().st_mtime_ns == made_at


def done(campaign: Campaign, kind: str) -> None:
    """Asks for this work and does it, here."""
    job = jobs.claim(jobs.request(campaign=campaign, kind=kind).pk, claimed_by="test")
    assert job is not None
    pipeline.run(job)
    job.refresh_from_db()
    assert job.state == "done", job.error


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["surprise", "orm", "implicit"])
def test_a_cold_start_needs_no_label_and_gives_every_solution_its_likelihood(
    kind: str, campaign: Campaign, settings: Settings, tmp_path: Path
) -> None:
    settings.MODELS_DIR = settings.CACHE_DIR = tmp_path
    settings.TINY_PRETRAIN_STEPS = 2
    campaign.cold_start = kind
    campaign.save()
    for split, state in (("train", "active"), ("test", "active"), ("train", "excluded")):
        problem = make.make_problem(campaign, split=split, state=state)
        for is_right in (True, False):
            make.make_solution(problem, answer_is_correct=is_right)
    requested = jobs.request(campaign=campaign, kind=JobKind.RETRAIN)
    job = jobs.claim(requested.pk, claimed_by="test")
    assert job is not None

    pipeline.run(job)

    version = campaign.selectors.get()
    assert (version.kind, version.state, version.training_labels) == (kind, "published", 0)
    assert version.scores.filter(likelihood__gt=0, spread=None).count() == 6
    assert "surprise" in version.metrics["best_of_n"]["2"]
    learned_from = (tmp_path / version.folder / "training.jsonl").read_bytes() if kind != "surprise" else b""
    assert learned_from.count(b"\n") == (0 if kind == "surprise" else 2), "outcomes of what may be trained on alone"


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


@pytest.mark.django_db
def test_a_damaged_model_in_use_holds_the_next_version_back_with_the_reason(
    campaign: Campaign, settings: Settings, tmp_path: Path
) -> None:
    """The real command says so of the folder; the new version's own evaluation is not what this is about."""
    settings.MODELS_DIR = tmp_path
    make.make_label(make.make_solution(make.make_problem(campaign, split="test")))
    before = make.make_selector(campaign, 1)
    job = jobs.claim(jobs.request(campaign=campaign, kind=JobKind.RETRAIN).pk, claimed_by="test")
    assert job is not None
    version = make.make_selector(campaign, 2, "training", job=job)
    folder = tmp_path / version.folder
    snapshots.write_once(folder / "scores.jsonl", [])
    snapshots.write_once(folder / "pool-test.jsonl", snapshots.pool_lines(campaign, split="test"))
    (tmp_path / before.folder / "model").mkdir(parents=True)

    with Selector(job) as selector:
        retraining._evaluate(job, version, folder, selector)

    publishes, why = retraining.publish_rule(version, before)
    assert (publishes, version.evaluation_labels) == (False, 1)
    assert why.startswith("Version 1, the one in use, cannot be read any more")


@pytest.mark.django_db
@pytest.mark.parametrize(("wanted", "answers"), [(True, (True, False)), (True, (False, False)), (False, (True, False))])
def test_a_version_stands_beside_a_model_of_the_same_solutions_final_answers(
    wanted: bool, answers: tuple[bool, bool], campaign: Campaign, settings: Settings, tmp_path: Path
) -> None:
    settings.MODELS_DIR = settings.CACHE_DIR = tmp_path
    settings.TINY_PRETRAIN_STEPS = 2
    campaign.comparison_orm = wanted
    campaign.save()
    for is_right in answers:
        problem = make.make_problem(campaign, split="train")
        make.make_label(make.make_solution(problem, answer_is_correct=is_right), ratings=[1, -1])
        make.make_solution(problem, answer_is_correct=not is_right)  # nobody labeled it: it teaches neither
    for _ in range(2):
        problem = make.make_problem(campaign, split="test")
        for is_right in (True, False):
            make.make_label(make.make_solution(problem, answer_is_correct=is_right), ratings=[1, 1, 1])

    done(campaign, JobKind.RETRAIN)

    version = campaign.selectors.get()
    assert version.metrics["strict"]["2"]["problems"] == 2
    beside = version.metrics["final_answers"]
    folder = tmp_path / version.folder
    assert not (folder / "final-answers").exists(), "the model itself is of no use any more"
    if not wanted:
        assert beside is None
        assert not (folder / final_answers.ANSWERS).exists()
    elif answers[0] == answers[1]:
        assert beside == {"why": final_answers.OF_ONE_KIND}
    else:
        assert beside["solutions"] == 2, "test-split and unlabeled solutions are no part of it"
        assert set(beside["best_of_n"]) == {"1", "2"}
        over = beside["version_over_it"]["2"]
        assert over["new"] == version.metrics["best_of_n"]["2"]["score"]
        assert over["old"] == beside["best_of_n"]["2"]["score"]
