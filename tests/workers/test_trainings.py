"""Jobs that train, done here: the selector is a process of its own as always, but one for all of these tests."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from pytest_django import Settings

from labeling.actions import jobs
from labeling.models import Campaign, Job, JobKind
from tests import factories as make
from tests.labeling.test_multiplier import drawn
from workers import child, final_answers, multiplier, pipeline, retraining, snapshots
from workers.child import Selector

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("trainings")]
SESSION = ["selector.session"]


@pytest.fixture(scope="module")
def session() -> Iterator[Popen[str]]:
    """Loading torch takes longer than what these tests train; each command is a fork of the session in any case."""
    with child._started(SESSION) as process:
        yield process


@pytest.fixture(autouse=True)
def one_session(session: Popen[str], monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = child._started
    shared = contextlib.nullcontext(session)
    monkeypatch.setattr(child, "_started", lambda command: shared if command == SESSION else fresh(command))


def run_here(campaign: Campaign, kind: str) -> Job:
    """Asks for this work and does it, in this process."""
    job = jobs.claim(jobs.request(campaign=campaign, kind=kind).pk, claimed_by="test")
    assert job is not None
    pipeline.run(job)
    job.refresh_from_db()
    return job


def done(campaign: Campaign, kind: str) -> None:
    job = run_here(campaign, kind)
    assert job.state == "done", job.error


def test_a_base_that_cannot_be_loaded_fails_with_one_line_and_leaves_neither_version_nor_snapshot(
    campaign: Campaign, settings: Settings, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MODELS_DIR = tmp_path
    Campaign.objects.filter(pk=campaign.pk).update(base_model="/no/such/folder")
    problem = make.make_problem(campaign, split="train")
    make.make_label(make.make_solution(problem))

    with django_capture_on_commit_callbacks(execute=True):
        job = run_here(campaign, JobKind.RETRAIN)

    assert job.state == "failed"
    assert job.error.startswith("base '/no/such/folder': expected")
    assert "\n" not in job.error
    assert not campaign.selectors.exists()
    assert not list(tmp_path.rglob("*.jsonl")), "a retry takes the rows as they are then"


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

    done(campaign, JobKind.RETRAIN)

    version = campaign.selectors.get()
    assert (version.kind, version.state, version.training_labels) == (kind, "published", 0)
    assert version.scores.filter(likelihood__gt=0, spread=None).count() == 6
    assert "surprise" in version.metrics["best_of_n"]["2"]
    learned_from = (tmp_path / version.folder / "training.jsonl").read_bytes() if kind != "surprise" else b""
    assert learned_from.count(b"\n") == (0 if kind == "surprise" else 2), "outcomes of what may be trained on alone"


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


@pytest.fixture
def supplied(campaign: Campaign) -> Campaign:
    """A campaign whose multiplier can be measured."""
    first, person = make.make_round(campaign, 0, "closed", strategy="uniform"), make.make_labeler(campaign)
    drawn(first, person, "uniform", 40)
    drawn(first, person, "evaluation", 30, split="test", purpose="evaluation")
    later = make.make_round(campaign, 1, "closed", strategy="uncertain", selector=make.make_selector(campaign))
    drawn(later, person, "uncertain", 41)
    return campaign


def test_the_job_measures_and_leaves_nothing_but_its_figures(
    supplied: Campaign, settings: Settings, tmp_path: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    settings.CACHE_DIR, settings.TINY_PRETRAIN_STEPS, settings.MULTIPLIER_SEEDS = tmp_path, 2, 1
    (tmp_path / f"{multiplier.FOLDER}{make.make_job(supplied, kind='multiplier', state='cancelled').pk}").mkdir()
    versions = list(supplied.selectors.values())
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        job = run_here(supplied, JobKind.MULTIPLIER)
    assert job.state == "done", job.error
    found = job.result["multiplier"]
    counts = ("trainings", "uniform", "chosen", "trained_on", "problems")
    assert [found[name] for name in counts] == [6, 40, 41, 40, 30]
    assert found["evaluation_labels"] == 30
    assert found["measures"]["step_auc"]["curves"]["chosen"][-1]["labels"] == 40
    assert not list(tmp_path.glob(f"{multiplier.FOLDER}*")), "its own folder, and what the cancelled one left"
    assert list(supplied.selectors.values()) == versions, "nothing is published"


def test_a_job_without_enough_labels_fails_in_words_and_a_retry_takes_the_rows_as_they_are_then(
    campaign: Campaign, settings: Settings, tmp_path: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    settings.CACHE_DIR, settings.TINY_PRETRAIN_STEPS = tmp_path, 2
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        job = run_here(campaign, JobKind.MULTIPLIER)
    assert job.state == "failed"
    assert "expected at least 40 labels of either way" in job.error
    assert not list(tmp_path.rglob("rows-*.jsonl"))
