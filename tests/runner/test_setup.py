"""The set-up: what it reads, what it writes, what it says when something is missing."""

import stat
import venv
from pathlib import Path

import pytest

from runner import assets, chromium, install, packages, paths
from runner.progress import Progress, StepFailed, run_logged


@pytest.fixture
def progress() -> Progress:
    return Progress(1, 1, "a step")


def test_every_dependency_is_pinned_to_one_version() -> None:
    pinned = {line.partition("==")[0].lower() for line in packages.CONSTRAINTS.read_text().splitlines() if "==" in line}
    wanted = [*packages.requirements(), *packages.extra_requirements("test"), *packages.extra_requirements("node")]
    names = {text.split("[")[0].split(">")[0].split("=")[0].strip().lower() for text in wanted}
    assert names - pinned == set()


def test_torch_is_pinned_without_the_name_of_a_build() -> None:
    assert "torch==2.13.0" in packages.CONSTRAINTS.read_text().splitlines()


def test_the_lock_file_of_npm_names_no_registry() -> None:
    assert "resolved" not in (paths.ROOT / "package-lock.json").read_text()


def test_settings_are_written_once_for_the_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, progress: Progress
) -> None:
    monkeypatch.setattr(install, "ENV_FILE", tmp_path / "env")
    install.write_settings(progress)
    first = (tmp_path / "env").read_text()
    install.write_settings(progress)

    assert (tmp_path / "env").read_text() == first
    assert first.count("SECRET_KEY=") == 1
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


def test_a_var_folder_too_deep_for_a_socket_gets_a_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, progress: Progress
) -> None:
    monkeypatch.setattr(install, "ENV_FILE", tmp_path / "env")
    monkeypatch.setattr(install, "VAR", tmp_path / ("deep" * 30))
    install.write_settings(progress)
    line = next(line for line in (tmp_path / "env").read_text().splitlines() if line.startswith("REDIS_SOCKET="))
    assert len(line.removeprefix("REDIS_SOCKET=")) < install.SOCKET_PATH_LIMIT


def test_the_environment_wins_over_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "env").write_text("# a comment\nPORT=8001\nBIND='0.0.0.0'\n")
    monkeypatch.setattr(paths, "ENV_FILE", tmp_path / "env")
    monkeypatch.setenv("PORT", "8002")
    settings = paths.read_env()
    assert settings["PORT"] == "8002"
    assert settings["BIND"] == "0.0.0.0"


def test_our_sources_are_compiled_where_python_itself_may_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in install.OWN:
        (tmp_path / package).mkdir()
        (tmp_path / package / "module.py").write_text("answer = 42\n")
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    install.compile_sources()
    assert {path.parent.parent.name for path in tmp_path.rglob("*.pyc")} == set(install.OWN)


def test_packages_are_compiled_whatever_else_they_carry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, progress: Progress
) -> None:
    (tmp_path / "good.py").write_text("answer = 42\n")
    (tmp_path / "other.py").write_text("print 'for another Python'\n")
    monkeypatch.setattr(packages, "SITE_PACKAGES", tmp_path)
    monkeypatch.setattr(packages, "LOGS", tmp_path)
    packages.compile_all(progress)
    assert [path.name.split(".")[0] for path in tmp_path.rglob("*.pyc")] == ["good"]


def test_a_python_without_ensurepip_is_told_which_package_brings_it(
    monkeypatch: pytest.MonkeyPatch, progress: Progress
) -> None:
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(StepFailed, match="apt-get install python3-venv"):
        install.make_venv(progress)


def test_a_linked_environment_is_left_to_whom_it_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, progress: Progress
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "kept").touch()
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "LOGS", tmp_path)
    monkeypatch.setattr(install, "run_logged", lambda command, *_: venv.create(command[-1], clear=True))
    (tmp_path / ".venv").symlink_to(shared)

    install.make_venv(progress)

    assert (shared / "kept").exists()
    assert (tmp_path / ".venv" / "pyvenv.cfg").exists()


def test_a_machine_without_npm_takes_the_one_from_the_package_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert assets.npm_on_path() is None


def test_an_npm_too_old_for_the_lock_file_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "npm"
    old.write_text("#!/bin/sh\necho 6.14.18\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert assets.npm_on_path() is None


def test_a_machine_without_chromium_is_told_the_commands_that_bring_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, progress: Progress
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "REMEMBERED", tmp_path / "none")
    monkeypatch.setattr(chromium, "VENV_PYTHON", "/bin/false")
    monkeypatch.setattr(chromium, "LOGS", tmp_path)
    with pytest.raises(StepFailed, match="apt-get install chromium-headless-shell"):
        chromium.install(progress)


def test_a_step_that_fails_shows_the_end_of_its_log(tmp_path: Path, progress: Progress) -> None:
    with pytest.raises(StepFailed, match="no such index"):
        run_logged(["sh", "-c", "echo no such index; exit 3"], tmp_path / "log", progress)


def test_pip_is_followed_from_finding_to_installing(tmp_path: Path) -> None:
    watcher = packages.PipWatcher(95, tmp_path)
    for line in ("Collecting torch==2.13.0\n", "  Downloading torch-2.13.0-cp311-none-linux.whl (190.2 MB)\n"):
        watcher.read(line)
    assert watcher.describe() == "found 1 of about 95 packages, fetching torch (190.2 MB)"
    watcher.read("Installing collected packages: mpmath, torch\n")
    assert watcher.describe() == "installed 0 of 2 packages"
