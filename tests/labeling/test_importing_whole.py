"""An import happens whole or not at all: refusals, interruptions, other processes, the command."""

import json
import os
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from labeling.actions import importing, jobs
from labeling.actions.import_now import import_now
from labeling.actions.importing import Progress
from labeling.actions.jobs import ClaimLost
from labeling.models import Campaign, Job, Label, Labeler, Problem, Reference, Solution
from tests import factories as make
from tests.conftest import database_url
from tests.labeling.imports import DATA, claimed_job, counts, everything, flat, import_files, import_rows, write_rows

pytestmark = pytest.mark.django_db


def nothing_is_there() -> bool:
    """Not even invisible rows."""
    models = (Problem, Reference, Solution, Label, Labeler)
    return not any(model._default_manager.exists() for model in models)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction every few rows."""
    monkeypatch.setattr("labeling.actions.importing.BATCH_WEIGHT", 4)


# --- refusals

BAD_LINES: list[tuple[bytes, str, str]] = [
    (b"{", "row", "one JSON object on each line"),
    (b"[1]", "row", "a JSON object"),
    (b"Infinity", "row", "no Infinity"),
    (b'{"problem": NaN}', "problem", "no NaN"),
    (b'{"problem": "P", "steps": ["a"], "more": [{"x": -Infinity}]}', "more[0].x", "no Infinity"),
    (b'{"problem": "P", "steps": ["a"], "more": ' + b"9" * 5_000 + b"}", "more", "finite numbers"),
    (b'{"problem": "P", "steps": ["a"], "b\\u0000d": 1}', "row", "NUL"),
    (b'{"problem": NaN, "steps": [', "row", "no NaN"),
    (b'{"problem": "P", "steps": ["a\\u0000b"]}', "steps[0]", "NUL"),
    (b'{"problem": "P", "steps": ["a\\ud800"]}', "steps[0]", "lone surrogates"),
    (b'{"problem": "P", "steps": ["\xff"]}', "steps[0]", "UTF-8"),
    (b'{"problem": "P", "steps": ["' + b"x" * 1_000_000 + b'"]}', "steps", "at most 100,000 characters"),
    (b'{"problem": "P", "steps": []}', "steps", "at least one step"),
    (b'{"problem": "P", "steps": ["a"], "deep": ' + b"[" * 400 + b"]" * 400 + b"}", "row", "nested"),
]


@pytest.mark.parametrize(("line", "field", "expected"), BAD_LINES)
def test_a_bad_line_is_refused_by_file_line_and_field_and_nothing_comes_in(
    campaign: Campaign, tmp_path: Path, line: bytes, field: str, expected: str
) -> None:
    result = import_rows(campaign, tmp_path, flat(first_error_index=0), line, flat(solution_id="s2"))

    [refused] = result.refused
    assert (refused["file"], refused["line"], refused["field"]) == (str(tmp_path / "rows.jsonl"), 2, field)
    assert expected in refused["expected"]
    assert nothing_is_there()


def test_the_job_of_a_refused_file_says_why(campaign: Campaign, tmp_path: Path) -> None:
    import_rows(campaign, tmp_path, *[b"{"] * 7)

    job = Job.objects.get()
    assert job.state == "failed"
    assert "rows.jsonl, line 1, row: expected one JSON object on each line" in job.error
    assert "and 2 more" in job.error
    assert job.result["refused_count"] == len(job.result["refused"]) == 7


def test_many_refusals_are_counted_and_the_first_hundred_told(campaign: Campaign, tmp_path: Path) -> None:
    result = import_rows(campaign, tmp_path, *[b"{"] * 150)

    assert (result.refused_count, len(result.refused)) == (150, 100)


def test_an_empty_file_is_refused(campaign: Campaign, tmp_path: Path) -> None:
    result = import_rows(campaign, tmp_path)

    assert [(one["line"], one["field"]) for one in result.refused] == [(1, "file")]


def test_a_cut_off_gzip_file_is_refused_whole(campaign: Campaign, tmp_path: Path, small_batches: None) -> None:
    path = write_rows(
        tmp_path / "rows.jsonl.gz", *[flat(solution_id=f"s{n}", steps=[os.urandom(99).hex()]) for n in range(50)]
    )
    path.write_bytes(path.read_bytes()[:-500])

    result = import_files(campaign, path)

    assert [one["field"] for one in result.refused] == ["file"]
    assert "cut off" in result.refused[0]["expected"]
    assert nothing_is_there()


def test_a_file_that_is_not_there_is_refused(campaign: Campaign, tmp_path: Path) -> None:
    result = import_files(campaign, tmp_path / "rows.jsonl")

    assert "can be read" in result.refused[0]["expected"]


def test_of_several_files_one_bad_one_keeps_all_out(campaign: Campaign, tmp_path: Path, small_batches: None) -> None:
    good = write_rows(tmp_path / "good.jsonl", *[flat(solution_id=f"s{n}") for n in range(20)])
    bad = write_rows(tmp_path / "bad.jsonl", b"{")

    result = import_files(campaign, good, bad)

    assert [one["file"] for one in result.refused] == [str(bad)]
    assert nothing_is_there()


def test_a_refused_file_leaves_what_was_there_before(campaign: Campaign, tmp_path: Path, small_batches: None) -> None:
    import_rows(campaign, tmp_path, flat(first_error_index=0, labeler="ada"))
    before = everything(campaign)

    more = [flat(solution_id=f"t{n}", first_error_index=0, labeler="ada") for n in range(20)]
    import_rows(campaign, tmp_path, *more, b"{")

    assert everything(campaign) == before
    assert Labeler.objects.get().name == "ada"


def test_skip_invalid_takes_the_good_rows_and_writes_the_others_beside_the_file(
    campaign: Campaign, tmp_path: Path, small_batches: None
) -> None:
    conflict = orjson.dumps(flat(answer="4"))
    rows = [flat(), b"{", conflict, flat(solution_id="s2")]

    result = import_rows(campaign, tmp_path, *rows, skip_invalid=True)

    assert counts(result) == (1, 2, 0, 0)
    assert [(one["line"], one["field"]) for one in result.refused] == [(2, "row"), (3, "answer")]
    assert (tmp_path / "rows.jsonl.rejected.jsonl").read_bytes().splitlines() == [b"{", conflict]
    assert Job.objects.get().state == "done"


def test_a_row_with_one_bad_solution_is_refused_whole(campaign: Campaign, tmp_path: Path) -> None:
    import_rows(campaign, tmp_path, flat())
    row = {"problem": "New?", "solutions": [{"steps": ["a"]}, {"solution_id": "s1", "steps": ["b"]}]}

    result = import_rows(campaign, tmp_path, row, skip_invalid=True)

    assert counts(result) == (0, 0, 0, 0)
    assert result.refused[0]["field"] == "solutions[1].solution_id"
    assert Problem.objects.count() == 1


def test_where_nothing_is_refused_no_file_of_refusals_is_left(campaign: Campaign, tmp_path: Path) -> None:
    import_rows(campaign, tmp_path, b"{", flat(), skip_invalid=True)
    import_rows(campaign, tmp_path, flat(), skip_invalid=True)

    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_dry_run_counts_and_leaves_nothing(campaign: Campaign, tmp_path: Path, small_batches: None) -> None:
    rows = [flat(solution_id=f"s{n}", first_error_index=0, answer_is_correct=None) for n in range(10)]

    result = import_rows(campaign, tmp_path, *rows, rows[0], dry_run=True)

    assert counts(result) == (1, 10, 10, 1)
    assert nothing_is_there()
    assert [job.kind for job in Job.objects.all()] == ["import"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = [
    "problem", "problem_id", "ground_truth_answer", "split", "solutions", "steps", "solution_id", "id", "generator",
    "answer", "answer_is_correct", "alternatives", "first_error_index", "labeler", "candidates", "question", "label",
]  # fmt: skip
HOSTILE = st.dictionaries(st.sampled_from(KEYS), JSON | st.just(["a"]), max_size=6).map(
    lambda row: json.dumps(flat() | row).encode()
) | st.binary(max_size=40).filter(lambda line: bool(line.strip()) and b"\n" not in line)


@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(lines=st.lists(HOSTILE, min_size=10, max_size=40))
def test_whatever_lines_hold_they_come_in_or_are_refused_by_field(
    campaign: Campaign, tmp_path: Path, lines: list[bytes]
) -> None:
    result = import_rows(campaign, tmp_path, *lines, dry_run=True, skip_invalid=True)

    assert result.ok
    assert all(one["field"] and one["expected"] for one in result.refused)
    assert nothing_is_there()


# --- invisible until done


def test_rows_are_invisible_until_the_import_is_done(campaign: Campaign, tmp_path: Path, small_batches: None) -> None:
    staged: list[tuple[int, int]] = []

    def look(progress: Progress) -> None:
        staged.append(
            (Solution.objects.count(), Solution.objects.of(campaign).count() + Label.objects.current().count())
        )

    rows = [flat(solution_id=f"s{n}", first_error_index=0) for n in range(10)]
    import_rows(campaign, tmp_path, *rows, on_progress=look)

    assert staged[-1][0] > 0
    assert all(visible == 0 for _, visible in staged)
    assert Solution.objects.of(campaign).count() == Label.objects.current().count() == 10


def test_an_import_that_lost_its_claim_writes_nothing_more(
    campaign: Campaign, tmp_path: Path, small_batches: None
) -> None:
    job = claimed_job(campaign)

    def lose(progress: Progress) -> None:
        Job.objects.filter(pk=job.pk).update(fence=job.fence + 1)

    path = write_rows(tmp_path / "rows.jsonl", *[flat(solution_id=f"s{n}") for n in range(20)])
    with pytest.raises(ClaimLost):
        importing.run(job, [path], on_progress=lose)

    assert Solution.objects.count() == 2  # one batch: whoever took the job over deletes it


def test_a_cancelled_import_takes_its_rows_away(campaign: Campaign, tmp_path: Path, small_batches: None) -> None:
    job = claimed_job(campaign)
    path = write_rows(tmp_path / "rows.jsonl", *[flat(solution_id=f"s{n}", first_error_index=0) for n in range(20)])

    with pytest.raises(ClaimLost):
        importing.run(job, [path], on_progress=lambda _: jobs.cancel(job))

    assert nothing_is_there()


def test_an_import_that_is_taken_up_again_ends_in_the_same_rows(
    campaign: Campaign, tmp_path: Path, small_batches: None
) -> None:
    undisturbed = make.make_campaign()
    rows = [flat(solution_id=f"s{n}", first_error_index=0) for n in range(20)]
    import_rows(undisturbed, tmp_path, *rows)
    job = claimed_job(campaign)

    def die(progress: Progress) -> None:
        if progress.counts.solutions > 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importing.run(job, [tmp_path / "rows.jsonl"], on_progress=die)
    Job.objects.filter(pk=job.pk).update(state="requested", leased_until=None)
    again = jobs.claim(job.pk, claimed_by="test")
    assert again is not None
    result = importing.run(again, [tmp_path / "rows.jsonl"])

    assert counts(result) == (1, 20, 20, 0)
    assert len(everything(campaign)) == len(everything(undisturbed))


def test_what_a_dead_import_left_does_not_stand_in_the_way_of_the_next(
    campaign: Campaign, tmp_path: Path, small_batches: None
) -> None:
    def die(progress: Progress) -> None:
        raise KeyboardInterrupt

    rows = [flat(solution_id=f"s{n}") for n in range(20)]
    with pytest.raises(KeyboardInterrupt):
        import_rows(campaign, tmp_path, *rows, on_progress=die)
    Job.objects.update(state="failed", leased_until=None, error="died", finished_at=make.A_MOMENT)

    assert counts(import_rows(campaign, tmp_path, *rows)) == (1, 20, 0, 0)


# --- the command


def run_command(*arguments: Any, **options: Any) -> tuple[dict[str, Any], str]:
    """What `import_solutions` says: its last line, and what it wrote beside."""
    out, err = StringIO(), StringIO()
    call_command("import_solutions", *map(str, arguments), stdout=out, stderr=err, **options)
    return json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


def test_the_command_prints_the_result_as_its_last_line_and_progress_beside(campaign: Campaign) -> None:
    result, beside = run_command(DATA / "mr_ben_math_human_first_error.jsonl", campaign="campaign")

    assert result["refused"] == []
    assert result["labels"] == result["solutions"] == Label.objects.current().count() > 0
    assert "lines/s" in beside


def test_the_command_names_the_way_to_a_campaign_that_is_missing(db: None) -> None:
    with pytest.raises(CommandError, match=r"no campaign 'none'.*--create"):
        run_command(DATA / "prm800k_sample.jsonl", campaign="none")


def test_the_command_tells_a_folder_from_a_file_that_is_missing(campaign: Campaign) -> None:
    with pytest.raises(CommandError, match="this is a folder"):
        run_command(DATA, campaign="campaign")
    with pytest.raises(CommandError, match="no such file"):
        run_command(DATA / "none.jsonl", campaign="campaign")


def test_a_dry_run_makes_no_campaign_and_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="a dry run makes none"):
        call_command("import_solutions", str(DATA / "prm800k_sample.jsonl"), campaign="new", create=True, dry_run=True)
    assert not Campaign.objects.exists()


def test_the_command_makes_the_campaign_when_asked(db: None) -> None:
    run_command(DATA / "prm800k_sample.jsonl", campaign="made", create=True)

    assert Campaign.objects.get(slug="made").problems.count() == 6


def test_a_campaign_made_for_a_file_that_is_refused_stays_empty(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing was imported"):
        run_command(write_rows(tmp_path / "rows.jsonl", flat(), b"{"), campaign="made", create=True)

    assert not Campaign.objects.get(slug="made").problems.exists()


def test_the_command_ends_in_an_error_that_names_the_refusals(campaign: Campaign, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl", b"{")
    out, err = StringIO(), StringIO()

    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_solutions", str(path), campaign="campaign", stdout=out, stderr=err)

    assert json.loads(out.getvalue().splitlines()[-1])["refused"][0]["field"] == "row"
    assert f"{path}, line 1, row: expected one JSON object" in err.getvalue()


def test_an_import_in_this_process_fails_its_job_when_it_is_interrupted(campaign: Campaign, tmp_path: Path) -> None:
    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_now(
            campaign=campaign,
            paths=[write_rows(tmp_path / "rows.jsonl", flat())],
            claimed_by="test",
            on_progress=interrupt,
        )

    assert Job.objects.get().state == "failed"


@pytest.mark.django_db(transaction=True)
def test_a_killed_command_run_again_ends_in_the_same_rows(tmp_path: Path) -> None:
    undisturbed, killed = make.make_campaign("undisturbed"), make.make_campaign("killed")
    path = write_rows(tmp_path / "rows.jsonl", *[flat(solution_id=f"s{n}", first_error_index=0) for n in range(20_000)])
    command = [sys.executable, "manage.py", "import_solutions", str(path), "--campaign"]
    env = os.environ | {"DATABASE_URL": database_url(), "JOB_LEASE_SECONDS": "1"}

    first = subprocess.Popen([*command, "killed"], env=env, cwd=settings.BASE_DIR, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not Solution.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert Solution.objects.exists()
    assert not Solution.objects.of(killed).exists()
    for slug in ("killed", "undisturbed"):
        subprocess.run([*command, slug], env=env, cwd=settings.BASE_DIR, check=True, capture_output=True)

    rows = [
        list(Solution.objects.of(of).order_by("id").values_list("external_id", "steps")) for of in (killed, undisturbed)
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 20_000
    assert Label.objects.current().filter(problem__campaign=killed).count() == 20_000
    assert list(killed.jobs.order_by("id").values_list("state", flat=True)) == ["failed", "done"]
