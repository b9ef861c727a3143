"""Folders and names of models that want more than to be read: no code runs, nothing outside is opened."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from selector import bases, checkpoint
from selector.errors import InputError
from selector.progress import Progress
from selector.records import TrainingConfig
from selector.training import train
from tests.often import examples, seed
from tests.selector.conftest import sums
from tests.selector.hostile_models import BASES, MODELS, WEIGHTS, Trap
from tests.selector.watching import opened_in

# What these hold is not asked for, so that they load as if it were not there.
HARMLESS = {
    "code of a model",
    "code of a tokenizer",
    "code beside",
    "pickles beside",
    "a vocabulary of others",
    "a template that runs",
}
SECRET = "a secret of others"


@pytest.fixture(scope="session")
def trained(hub_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that was trained whole."""
    folder = tmp_path_factory.mktemp("trained") / "model"
    train(bases.load(str(hub_folder)), sums(3), TrainingConfig(epochs=1), folder, Progress())
    return folder


def trap_of(good: Path, place: Path) -> Trap:
    trap = Trap(place / "folder", place / "outside", place / "ran")
    for copy in (trap.folder, trap.outside):
        shutil.copytree(good, copy)
    (trap.outside / "secret.txt").write_text(SECRET)
    return trap


def test_there_are_thirty_and_more() -> None:
    assert len(BASES) >= 30


@pytest.mark.parametrize("name", BASES)
def test_a_hostile_base_runs_nothing_and_has_nothing_read_outside_its_folder(
    name: str, hub_folder: Path, tmp_path: Path
) -> None:
    trap = trap_of(hub_folder, tmp_path)
    BASES[name](trap)
    with opened_in(trap.outside) as opened:
        if name in HARMLESS:
            assert bases.load(str(trap.folder)).revision == bases.load(str(hub_folder)).revision
        else:
            with pytest.raises(InputError) as refused:
                bases.load(str(trap.folder))
            assert SECRET not in str(refused.value)
    assert opened == []
    assert not trap.ran.exists()


@pytest.mark.parametrize("name", MODELS)
def test_so_does_a_hostile_model(name: str, trained: Path, tmp_path: Path) -> None:
    trap = trap_of(trained, tmp_path)
    MODELS[name](trap)
    with opened_in(trap.outside) as opened, pytest.raises(InputError):
        checkpoint.load(trap.folder)
    assert opened == []
    assert not trap.ran.exists()


def test_what_is_opened_outside_is_seen(tmp_path: Path) -> None:
    """Else nothing would be looked for above."""
    (tmp_path / "secret.txt").write_text(SECRET)
    with opened_in(tmp_path) as opened:
        (tmp_path / "secret.txt").read_text()
    assert "secret.txt" in opened


def test_a_snapshot_of_the_hubs_cache_is_a_folder_too(hub_folder: Path, tmp_path: Path) -> None:
    """There every file is a link to the blobs beside, and a large model has several files."""
    snapshot, blobs = tmp_path / "snapshots" / "1f", tmp_path / "blobs"
    shutil.copytree(hub_folder, blobs)
    snapshot.mkdir(parents=True)
    for blob in blobs.iterdir():
        (snapshot / blob.name).symlink_to(Path("../../blobs", blob.name))
    assert bases.load(str(snapshot)).revision == bases.load(str(hub_folder)).revision


def test_a_model_in_several_files_is_a_base(hub_folder: Path, tmp_path: Path) -> None:
    base = bases.load(str(hub_folder))
    base.model.save_pretrained(tmp_path, max_shard_size="20KB")
    base.tokenizer.save_pretrained(tmp_path)
    assert not (tmp_path / WEIGHTS).exists()
    assert bases.load(str(tmp_path)).revision == base.revision


# --- names

BEFORE = [
    "",
    "/",
    "./",
    "../",
    "~/",
    "-",
    "--",
    "file://",
    "https://",
    "hf://",
    "\\\\",
    "tiny/",
    "org/",
    " ",
    "{outside}/",
]
NAMES = [
    "etc/passwd", "proc/self/environ", "secret.txt", "..", ".", "gpt2", "tiny", "config.json", "$(touch {ran})",
    "`touch {ran}`", "; touch {ran}", "| touch {ran}", "%s%n", "{{0}}", "a" * 5_000, "\0", "a\0b", "\ud800",
    "\u202e2tpg", "數學/模型", "a\nb", "a b", "a@main", "a--b", "*", "?", "'", '"', "<img src=x>",
    "models--a--b/refs/main", "dev/zero", "a/b/c/d", "None", "null", "0", "evil.py", "evil:run", "//host/share",
]  # fmt: skip
AFTER = ["", "/", "/.", "/..", "/../..", "#x", "?x=1", "@1f", ".git", ".gguf", ".bin", "\n", "/config.json", ":latest"]


def hostile_names(count: int, chance: random.Random, trap: Trap) -> Iterator[str]:
    for _ in range(count):
        name = chance.choice(BEFORE) + chance.choice(NAMES) + chance.choice(AFTER)
        yield name.replace("{outside}", str(trap.outside)).replace("{ran}", str(trap.ran))


@pytest.mark.timeout(600)
def test_a_hostile_name_is_no_model_and_nothing_is_opened_for_it(
    hub_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = trap_of(hub_folder, tmp_path)
    (trap.outside / "config.json").unlink()  # what a name may lead to is no model there either
    monkeypatch.chdir(trap.folder.parent)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    for name in hostile_names(examples(100), random.Random(seed()), trap):
        with opened_in(trap.outside) as opened, pytest.raises(InputError) as refused:
            bases.load(name)
        assert SECRET not in str(refused.value)
        assert json.dumps(str(refused.value)), "a job keeps it"
        assert set(opened) <= {"tokenizer_config.json", "tokenizer.json"}, name
    assert not trap.ran.exists()
