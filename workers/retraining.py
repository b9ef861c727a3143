"""The retrain job: snapshot -> train -> score -> evaluate -> publish. Each stage can be killed and run again.

The pool is scored before a version is published: a version in use always has its scores.
"""

from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from labeling.actions import jobs, rounds, selectors
from labeling.models import (
    MADE_WITHOUT_LABELS,
    Campaign,
    Job,
    Label,
    SelectorState,
    SelectorVersion,
    Solution,
    SolutionScore,
)
from selector.committee import disagreement
from selector.examples import tiny_epochs
from workers import final_answers, pretraining, snapshots
from workers.child import CommandFailed, Selector, Stage

SNAPSHOT = Stage("snapshot", 0.0, 0.02)
TRAIN = Stage("train", 0.02, 0.65, first="pretrain")
SCORE = Stage("score", 0.65, 0.85)
EVALUATE = Stage("evaluate", 0.85, 0.9)
PUBLISH = Stage("publish", 0.97, 1.0)
ENOUGH_EVALUATION_LABELS = 30
DAMAGED = "model "  # how the selector begins what it says of a model folder that it cannot use
BATCH = 1_000
SURPRISE = "surprise"
MOST_OUTCOMES = 10_000  # one pass over so many takes minutes, and further ones teach little


class NothingToTrainOn(Exception):
    """There is no label that a selector could be trained on."""


def retrain(job: Job) -> dict[str, Any]:
    """Train, score, evaluate and publish (or hold back) one selector version; returns the job's result."""
    version = _version(job, kind_for(job.campaign))
    folder = settings.MODELS_DIR / version.folder
    _snapshot(job, version, folder)
    with Selector(job) as selector:
        _train(job, version, folder, selector)
        _score(job, version, folder, selector)
        _evaluate(job, version, folder, selector)
    return _publish(job, version)


def kind_for(campaign: Campaign) -> str:
    """What can be made now: a process reward model of people's labels, before there are any the campaign's cold start.

    Asked before a version exists: one that nothing could be trained for would stay around for ever.
    """
    if Label.objects.for_training().filter(problem__campaign=campaign).exists():
        return "prm"
    if campaign.cold_start in MADE_WITHOUT_LABELS:
        if not Solution.objects.of(campaign).exists():
            raise NothingToTrainOn("The pool is empty: at least one solution is needed.")
        return campaign.cold_start
    raise NothingToTrainOn(
        "There is no label to train on: at least one label with a verdict (found_error or solution) on a solution "
        "outside the test split is needed."
    )


def discard_unfinished(job: Job) -> None:
    """The version of a job that failed before its scores were whole is no version; a retry makes it anew.

    From rows as they are then: what was wrong with them may have been mended. Where they are the same, the training
    goes on from its checkpoint, which stays.
    """
    for version in SelectorVersion.objects.filter(job=job, scored_at__isnull=True):
        transaction.on_commit(partial(_forget_snapshots, settings.MODELS_DIR / version.folder))
        version.delete()


def _forget_snapshots(folder: Path) -> None:
    for snapshot in folder.glob("*.jsonl"):
        snapshot.unlink(missing_ok=True)


def _version(job: Job, kind: str) -> SelectorVersion:
    """The version that this job makes: the same one however often it is begun."""
    with transaction.atomic():
        jobs.heartbeat(job, stage=SNAPSHOT.name, progress=SNAPSHOT.start, message="collecting labels")
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=job.campaign_id)
        last = SelectorVersion.objects.filter(campaign=campaign).exclude(job=job).aggregate(last=Max("number"))["last"]
        version, _ = SelectorVersion.objects.get_or_create(
            job=job,
            defaults={
                "campaign": campaign,
                "number": (last or 0) + 1,
                "kind": kind,
                "base_model": campaign.base_model,
                "folder": f"campaign-{campaign.pk}/job-{job.pk}",
            },
        )
    return version


def _snapshot(job: Job, version: SelectorVersion, folder: Path) -> None:
    """Freeze what this version is trained and measured on: `training_labels` counts people's labels alone."""
    snapshots.write_once(folder / "pool.jsonl", snapshots.pool_lines(version.campaign))
    snapshots.write_once(folder / "pool-test.jsonl", snapshots.pool_lines(version.campaign, split="test"))
    if version.kind == SURPRISE:  # the base as it is: nothing is learned
        return
    training = folder / "training.jsonl"
    lines = snapshots.training_lines(version.campaign)
    if version.kind != "prm":
        lines = snapshots.outcome_lines(version.campaign, MOST_OUTCOMES)
    count = snapshots.write_once(training, lines)
    labels = count if version.kind == "prm" else 0
    if version.kind == "prm" and version.campaign.comparison_orm:
        final_answers.snapshot(version, folder)
    _change(job, version, training_labels=labels, snapshot_hash=snapshots.file_hash(training))


def _train(job: Job, version: SelectorVersion, folder: Path, selector: Selector) -> None:
    if version.kind == SURPRISE or version.manifest:  # its folder is complete: nothing is loaded to find that out
        return
    training = folder / "training.jsonl"
    arguments = ["train", "--data", str(training), *_base_arguments(version, folder)]
    arguments += ["--kind", version.kind, "--seed", str(version.seed), "--out", str(folder / "model")]
    if version.kind == "prm":
        arguments += ["--heads", str(version.campaign.committee)]
    if version.base_model == "tiny":
        arguments += ["--epochs", str(tiny_epochs(snapshots.count_lines(training)))]
    _change(job, version, manifest=selector.run(TRAIN, arguments))


def _base_arguments(version: SelectorVersion, folder: Path) -> list[str]:
    """The version's base; `tiny` is the one of the pool as it was."""
    return ["--base", version.base_model, "--pool", str(folder / "pool.jsonl"), *pretraining.arguments()]


def _score(job: Job, version: SelectorVersion, folder: Path, selector: Selector) -> None:
    """Score the pool; the file is whole before its rows are."""
    scores = folder / "scores.jsonl"
    if not scores.exists():
        # The base is there for its own likelihood: a strategy of its own, and what every version is compared with.
        by_whom = _judge(version, folder) + ([] if version.kind == SURPRISE else _base_arguments(version, folder))
        selector.run(SCORE, _score_arguments(by_whom, folder / "pool.jsonl", scores))
    _keep_scores(job, version, scores)
    _change(job, version, scored_at=Now())


def _keep_scores(job: Job, version: SelectorVersion, scores: Path) -> None:
    """The file's rows, in short transactions; those of a killed attempt go first."""
    with transaction.atomic():
        jobs.heartbeat(job, stage=SCORE.name, progress=SCORE.end, message="keeping scores")
        SolutionScore.objects.filter(version=version).delete()
    with scores.open("rb") as lines:
        distinct = (row for row in map(orjson.loads, lines) if row["duplicate_of"] is None)
        while batch := list(islice(distinct, BATCH)):
            with transaction.atomic():
                jobs.heartbeat(job)
                SolutionScore.objects.bulk_create(
                    SolutionScore(
                        version=version,
                        solution_id=int(row["solution_id"]),
                        score=row["score"],
                        step_scores=row["step_scores"],
                        likelihood=row.get("likelihood"),
                        **_committees_word(row),
                    )
                    for row in batch
                )


def _committees_word(row: dict[str, Any]) -> dict[str, float]:
    said = disagreement(row["step_scores"], row.get("step_spreads", ()))
    return {} if said is None else {"spread": said[0], "doubt": said[1]}


def _judge(version: SelectorVersion, folder: Path) -> list[str]:
    """What scores for this version: its model, or its base as it is."""
    if version.kind == SURPRISE:
        return ["--kind", SURPRISE, *_base_arguments(version, folder)]
    return ["--model", str(folder / "model"), "--cache", str(settings.CACHE_DIR)]


def _score_arguments(by_whom: list[str], pool: Path, out: Path) -> list[str]:
    return ["score", *by_whom, "--data", str(pool), "--out", str(out)]


def _evaluate(job: Job, version: SelectorVersion, folder: Path, selector: Selector) -> None:
    """Measure this version and the one in use on all evaluation labels there are now, and keep the figures."""
    metrics, count = _measure(version, folder, selector)
    _change(job, version, metrics=metrics, evaluation_labels=count, state=SelectorState.EVALUATED)


def _measure(version: SelectorVersion, folder: Path, selector: Selector) -> tuple[dict[str, Any], int]:
    """The figures, and on how many labels."""
    labels = folder / "evaluation.jsonl"
    count = snapshots.write_once(labels, snapshots.evaluation_lines(version.campaign))
    arguments = ["evaluate", "--scores", str(_test_scores(folder))]
    if count:
        arguments += ["--labels", str(labels)]
    before = in_use(version.campaign)
    broken = ""
    if before and count:
        try:
            arguments += ["--against", str(_rescored(before, folder, selector))]
        except CommandFailed as failed:
            if not str(failed).startswith(DAMAGED):
                raise
            broken = str(failed)
    metrics = selector.run(EVALUATE, arguments)
    if broken:
        metrics["comparison"] = {"is_not_worse": None, "broken": broken}
    metrics["final_answers"] = final_answers.measure(version, folder, selector)
    return metrics, count


def _test_scores(folder: Path) -> Path:
    """The scores of test-split solutions alone: the figures speak of problems that no version was trained on."""
    path = folder / "scores-test.jsonl"
    with (folder / "scores.jsonl").open("rb") as lines:
        snapshots.write_once(path, (line for line in lines if orjson.loads(line)["split"] == "test"))
    return path


def in_use(campaign: Campaign) -> SelectorVersion | None:
    """The published version."""
    return SelectorVersion.objects.filter(campaign=campaign, state=SelectorState.PUBLISHED).first()


def _rescored(before: SelectorVersion, folder: Path, selector: Selector) -> Path:
    """What the version in use makes of the same test-split solutions: those imported since it scored included."""
    path = folder / f"scores-test-of-{before.number}.jsonl"
    if not path.exists():
        judge = _judge(before, settings.MODELS_DIR / before.folder)
        selector.run(EVALUATE, _score_arguments(judge, folder / "pool-test.jsonl", path))
    return path


def _publish(job: Job, version: SelectorVersion) -> dict[str, Any]:
    """The publish rule, the job's end and what follows, in one transaction: all of it once, or none of it."""
    with transaction.atomic():
        jobs.heartbeat(job, stage=PUBLISH.name, progress=PUBLISH.start, message="comparing with the version in use")
        before = in_use(version.campaign)
        publishes, why = publish_rule(version, before)
        if publishes:
            selectors.publish(version=version, by=None, why=why)
        else:
            selectors.hold_back(version=version, why=why)
        result = {"version": version.number, "published": publishes, "why": why}
        said = f"Version {version.number} is in use. {why}"
        jobs.heartbeat(job, message=said if publishes else f"Version {version.number} is held back. {why}")
        jobs.finish(job, result=result)
        rounds.request_next(version.campaign)
    return result


def publish_rule(version: SelectorVersion, before: SelectorVersion | None) -> tuple[bool, str]:
    """Whether a new version takes over, and why: not worse than the one in use on the evaluation labels of now.

    One that cannot be compared because the model in use is damaged waits for a lead.
    """
    count = version.evaluation_labels
    if before is None:
        if (version.manifest or {}).get("is_of_one_kind"):
            return True, "There was no version in use. Its labels are all of one kind: it tells nothing apart yet."
        return True, "There was no version in use."
    if (version.metrics.get("comparison") or {}).get("broken"):
        return False, f"Version {before.number}, the one in use, cannot be read any more, so nothing could be compared."
    if count < ENOUGH_EVALUATION_LABELS:
        missing = f"only {count} of {ENOUGH_EVALUATION_LABELS} evaluation labels are there"
        return True, f"Not known yet which version is better: {missing}."
    compared = version.metrics.get("comparison") or {}
    if compared.get("is_not_worse") is None:
        return True, f"Not known yet which version is better: {compared.get('why', 'they share no scored label')}."
    figures = f"{compared['difference']:+.3f} mean log-likelihood a step on {compared['labels']} evaluation labels"
    if bounds := compared.get("interval"):
        figures += f", 95 % interval {bounds[0]:+.3f} to {bounds[1]:+.3f}"
    verdict = "Not worse" if compared["is_not_worse"] else "Worse"
    return bool(compared["is_not_worse"]), f"{verdict} than version {before.number} ({figures})."


def _change(job: Job, version: SelectorVersion, **changes: Any) -> None:
    """Write to the version under the job's claim."""
    with transaction.atomic():
        jobs.heartbeat(job)
        SelectorVersion.objects.filter(pk=version.pk).update(**changes)
    version.refresh_from_db()
