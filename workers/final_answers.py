"""A model of final answers beside a version: trained on the same solutions, told only whether their answers are right.

What step labels add is the distance between the two ("Let's Verify Step by Step", arXiv:2305.20050, section 3). It
scores the test split alone, and is never put into use.
"""

import shutil
from pathlib import Path
from typing import Any

import orjson

from labeling.models import SelectorVersion
from selector.examples import tiny_epochs
from workers import pretraining, snapshots
from workers.child import CommandFailed, Selector, Stage

STAGE = Stage("final_answers", 0.9, 0.97)
ANSWERS = "answers.jsonl"
OF_ONE_KIND = "It takes labeled solutions with a right final answer and with a wrong one."


def snapshot(version: SelectorVersion, folder: Path) -> None:
    """The labeled solutions with what is known of their final answers, frozen with the labels."""
    snapshots.write_once(folder / ANSWERS, snapshots.labeled_answer_lines(version.campaign))


def measure(version: SelectorVersion, folder: Path, selector: Selector) -> dict[str, Any] | None:
    """Best-of-N of such a model, and the version's own less it, paired; or `why` there is none. None: not asked for."""
    answers = folder / ANSWERS
    if not answers.exists():
        return None
    with answers.open("rb") as lines:
        known = {orjson.loads(line)["answer_is_correct"] for line in lines}
    if len(known) < 2:
        return {"why": OF_ONE_KIND}
    try:
        scores = _scores(version, folder, answers, selector)
        own = selector.run(STAGE, ["evaluate", "--scores", str(scores)])
        both = selector.run(
            STAGE, ["evaluate", "--scores", str(folder / "scores-test.jsonl"), "--against", str(scores)]
        )
        return {
            "solutions": snapshots.count_lines(answers),
            "best_of_n": own["best_of_n"],
            "version_over_it": both["comparison"]["best_of_n"],
        }
    except CommandFailed as failed:  # the version itself is as good as it was
        return {"why": str(failed)}


def _scores(version: SelectorVersion, folder: Path, answers: Path, selector: Selector) -> Path:
    """What it makes of the test split; once that is there, the model is of no use any more."""
    model, scores = folder / "final-answers", folder / "scores-test-of-final-answers.jsonl"
    if not scores.exists():
        base = ["--base", version.base_model, "--pool", str(folder / "pool.jsonl"), *pretraining.arguments()]
        how = ["--kind", "orm", "--seed", str(version.seed), "--heads", str(version.campaign.committee)]
        if version.base_model == "tiny":
            how += ["--epochs", str(tiny_epochs(snapshots.count_lines(answers)))]
        selector.run(STAGE, ["train", "--data", str(answers), *base, *how, "--out", str(model)])
        pool = ["--data", str(folder / "pool-test.jsonl"), "--cache", pretraining.arguments()[1]]
        selector.run(STAGE, ["score", "--model", str(model), *pool, "--out", str(scores)])
    shutil.rmtree(model, ignore_errors=True)
    return scores
