"""Train, score, select, evaluate and grade from files, with no database: `python -m selector --help`.

Progress goes to standard error, the result to standard output as one JSON object. What cannot be used ends with one
line on standard error that names file, line and field, and exit code 2.
"""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import get_args

from selector.errors import InputError
from selector.parent import end_with_parent
from selector.progress import Progress
from selector.records import Mode, Reduction, TrainedKind
from selector.rows import RowError
from selector.strategies import NAMES
from selector.strategies.settings import PROBLEM_CAP, UndecidedBy
from selector.trials import SEEDS

TORCH = "selector.torch_commands"  # takes seconds to load
MODULES = {
    "pretrain": TORCH,
    "train": TORCH,
    "score": "selector.score_command",
    "multiplier": "selector.multiplier_command",
}


def parser() -> argparse.ArgumentParser:
    """The command line, with each command's own arguments."""
    top = argparse.ArgumentParser(prog="python -m selector", description=(__doc__ or "").splitlines()[0])
    subparsers = top.add_subparsers(dest="command", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--progress", choices=("text", "json"), default="text", help="on standard error")
    common.add_argument("--exit-with-parent", action="store_true", help="end when standard input ends")
    tensors = argparse.ArgumentParser(add_help=False)
    tensors.add_argument("--device", default="cpu")
    tensors.add_argument("--dtype", choices=("auto", "float32", "bfloat16"), default="auto", help="of the arithmetic")
    tensors.add_argument("--threads", type=int, default=0, help="default: one for tiny, else all cores")
    tensors.add_argument(
        "--cache", help="where tiny bases and features are kept (default: PLUMBLINE_CACHE, user cache)"
    )
    tensors.add_argument("--pretrain-steps", type=int, default=300, help="updates of tiny's pretraining")
    tensors.add_argument(
        "--pool", nargs="+", metavar="ROWS", help="text that tiny is pretrained on (default: the data)"
    )
    _add_pretrain(subparsers.add_parser("pretrain", parents=[common, tensors], help="a pool's text to its tiny base"))
    _add_train(subparsers.add_parser("train", parents=[common, tensors], help="labels to a model folder"))
    _add_score(subparsers.add_parser("score", parents=[common, tensors], help="a pool to scores"))
    _add_select(subparsers.add_parser("select", parents=[common], help="scores to what to label next"))
    _add_evaluate(subparsers.add_parser("evaluate", parents=[common], help="how good scores are"))
    _add_multiplier(
        subparsers.add_parser("multiplier", parents=[common, tensors], help="what a chosen label is worth in training")
    )
    _add_grade(subparsers.add_parser("grade", parents=[common], help="answers against reference answers"))
    return top


def _add_pretrain(pretrain: argparse.ArgumentParser) -> None:
    pretrain.set_defaults(base="tiny")
    pretrain.add_argument("--data", nargs="+", required=True, metavar="ROWS")


def _add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument("--data", nargs="+", required=True, metavar="ROWS")
    train.add_argument("--base", required=True, help="tiny, or a Hugging Face causal model by name or folder")
    train.add_argument("--out", required=True, metavar="MODEL")
    train.add_argument("--kind", choices=get_args(TrainedKind), default="prm")
    train.add_argument("--seed", type=int, default=0)
    _add_recipe(train)


def _add_recipe(train: argparse.ArgumentParser) -> None:
    """How a model is trained, whatever on."""
    train.add_argument("--mode", choices=get_args(Mode), default="full")
    train.add_argument("--epochs", type=int, default=2)
    train.add_argument("--batch-size", type=int, default=16, help="solutions")
    train.add_argument("--learning-rate", type=float, help="of the base (default 5e-4 for tiny, 2e-5 for others)")
    train.add_argument("--head-learning-rate", type=float, default=1e-3)
    train.add_argument("--beta", type=float, default=0.05, help="scale of the implicit reward")
    train.add_argument("--checkpoint-seconds", type=float, default=15.0, help="between two checkpoints on the way")
    train.add_argument("--heads", type=int, default=1, help="of a committee, whose disagreement score writes")
    train.add_argument("--lora-rank", type=int, default=8, help="width of the adapters of mode lora")
    train.add_argument("--reduction", choices=get_args(Reduction), help="of step scores to the one that ranks")


def _add_score(score: argparse.ArgumentParser) -> None:
    by = score.add_mutually_exclusive_group(required=True)
    by.add_argument("--model", help="folder made by train")
    by.add_argument("--kind", choices=("popular", "surprise"), help="what needs no model of its own")
    score.add_argument("--base", help="tiny, or a Hugging Face causal model: whose likelihood is told")
    score.add_argument("--data", nargs="+", required=True, metavar="POOL")
    score.add_argument("--out", required=True, metavar="SCORES")
    score.add_argument(
        "--share-prefixes", choices=("auto", "yes", "no"), default="auto", help="read common beginnings once"
    )
    score.add_argument("--batch-tokens", type=int, default=8192, help="tokens of one batch, padding counted")


def _add_select(select: argparse.ArgumentParser) -> None:
    select.add_argument("--scores", required=True)
    select.add_argument("--size", type=int, required=True)
    select.add_argument("--out", required=True, metavar="PICKS")
    select.add_argument("--strategy", choices=NAMES, default="convincing_wrong")
    select.add_argument("--wrong-share", type=float, default=0.8)
    select.add_argument("--evaluation-share", type=float, default=0.0, help="of solutions of the test split")
    select.add_argument("--scope", choices=("campaign", "problem"), default="campaign")
    select.add_argument("--problem-cap", type=float, default=PROBLEM_CAP, help="share of one problem's solutions")
    select.add_argument("--take-copies", action="store_true", help="identical texts are chosen each for itself")
    select.add_argument("--leave-out-uncertain", action="store_true", help="answers that the graders disagree about")
    select.add_argument("--undecided-by", choices=get_args(UndecidedBy), default="score", help="strategy uncertain")
    select.add_argument("--mixture", metavar="NAME=WEIGHT,…", help="strategy mixture: strategies and their weights")
    select.add_argument("--likelihoods", metavar="SCORES", help="scores by a model of kind surprise, for its strategy")
    select.add_argument("--seed", type=int, default=0)
    select.add_argument("--score-key", default="score")
    select.add_argument("--labels", nargs="+", default=[], metavar="ROWS", help="labeled rows, not to be chosen again")


def _add_evaluate(evaluate: argparse.ArgumentParser) -> None:
    given = evaluate.add_mutually_exclusive_group(required=True)
    given.add_argument("--scores")
    given.add_argument("--data", nargs="+", metavar="POOL", help="rows that carry scores of their own")
    evaluate.add_argument("--score-key", default="score", help="key of the value that ranks")
    evaluate.add_argument("--labels", nargs="+", default=[], metavar="ROWS")
    evaluate.add_argument("--against", metavar="SCORES", help="another version's scores, compared on the same labels")
    evaluate.add_argument("--split", choices=("train", "test"), help="solutions of one split alone")
    evaluate.add_argument("--threshold", type=float, help="a step scored below it is an error (default: calibrated)")
    evaluate.add_argument("--seed", type=int, default=0)


def _add_multiplier(multiplier: argparse.ArgumentParser) -> None:
    multiplier.add_argument("--uniform", nargs="+", required=True, metavar="ROWS", help="labels that chance drew")
    multiplier.add_argument("--chosen", nargs="+", required=True, metavar="ROWS", help="labels that a strategy chose")
    multiplier.add_argument("--test", nargs="+", required=True, metavar="POOL", help="solutions to measure on")
    multiplier.add_argument("--labels", nargs="+", default=[], metavar="ROWS", help="evaluation labels of these")
    multiplier.add_argument("--base", required=True, help="tiny, or a Hugging Face causal model by name or folder")
    multiplier.add_argument("--out", required=True, metavar="FOLDER", help="where trainings are kept, and gone on with")
    multiplier.add_argument("--seeds", type=int, default=SEEDS, help="of trainings and of which labels come first")
    multiplier.add_argument("--batch-tokens", type=int, default=8192, help="tokens of one batch in scoring")
    multiplier.set_defaults(kind="prm", seed=0, share_prefixes="auto")
    _add_recipe(multiplier)
    multiplier.set_defaults(epochs=None)


def _add_grade(grade: argparse.ArgumentParser) -> None:
    grade.add_argument("--data", required=True, metavar="PAIRS", help='rows {"id", "answer", "reference"}')
    grade.add_argument("--out", required=True, metavar="VERDICTS")
    grade.add_argument("--limit", type=float, default=10.0, help="seconds for one pair")


def main(argv: Sequence[str] | None = None) -> int:
    arguments = parser().parse_args(argv)
    settle_threads()
    if arguments.exit_with_parent:
        end_with_parent()
    is_first = os.environ.get("RANK", "0") == "0"  # of the processes that `accelerate launch` started one speaks
    try:
        with Progress(is_json=arguments.progress == "json", is_silent=not is_first) as progress:
            module = importlib.import_module(MODULES.get(arguments.command, "selector.commands"))
            result = getattr(module, f"run_{arguments.command}")(arguments, progress)
    except (RowError, InputError, OSError) as error:
        print(_in_words(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; started again with the same arguments, a training goes on", file=sys.stderr)
        return 130
    if is_first:
        print(json.dumps(result))
    return 0


def settle_threads() -> None:
    """Threads that spin while they wait make a busy machine twenty times slower; torch reads this when it loads."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
