"""What labels add up to, taken out: each solution's first error by consensus, with the majority beside it."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labeling.actions import data_cards, exporting, jobs
from labeling.models import RATINGS, AgreementReport, Campaign, JobKind, Label, Solution
from tests import factories as make
from tests.labeling.imports import import_files
from tests.labeling.pages import signed_in
from workers import pipeline


@pytest.fixture
def solutions(campaign: Campaign) -> list[Solution]:
    """Two who rate alike and one who calls everything good; one solution by a single person; agreement computed."""
    people = [make.make_labeler(campaign) for _ in range(3)]
    made = []
    for said in [("+-", "+-", "++"), ("++", "++", "++"), ("0-", "0-", "++"), ("-", "", "++"), ("++", "", "")]:
        made.append(make.make_solution(make.make_problem(campaign, subject="Algebra"), steps=["One.", "Two."]))
        for person, signs in zip(people, said, strict=True):
            if signs:
                make.make_label(made[-1], person, ratings=[RATINGS[sign] for sign in signs])
    job = jobs.claim(jobs.request(campaign=campaign, kind=JobKind.AGREEMENT).pk, claimed_by="test")
    assert job is not None
    pipeline.run(job)
    return made


def exported(campaign: Campaign, **asked: object) -> list[dict[str, object]]:
    return [json.loads(line) for line in exporting.rows(campaign, "consensus", **asked)]  # type: ignore[arg-type]


def test_every_solution_of_several_people_has_its_consensus_and_its_majority(
    campaign: Campaign, solutions: list[Solution]
) -> None:
    rows = exported(campaign)
    assert [row["solution_id"] for row in rows] == [one.external_id for one in solutions[:4]]
    told = [(row["first_error_index"], row["majority_first_error_index"], row["majority_is_tie"]) for row in rows]
    assert told == [(1, 1, False), (None, None, False), (1, 1, False), (0, 0, True)]
    assert [row["labels"] for row in rows] == [3, 3, 3, 2]
    assert all(0.5 < float(str(row["consensus_probability"])) <= 1 for row in rows)
    assert rows[0]["steps"] == ["One.", "Two."]
    assert (rows[0]["ground_truth_answer"], rows[0]["subject"], rows[0]["labeler"]) == ("4", "Algebra", "consensus")


def test_it_comes_in_again_as_first_errors(campaign: Campaign, solutions: list[Solution], tmp_path: Path) -> None:
    call_command("export_labels", campaign="campaign", format="consensus", out=tmp_path / "agreed", stderr=StringIO())
    assert "consensus" in (tmp_path / "agreed.card.md").read_text()
    elsewhere = make.make_campaign()
    import_files(elsewhere, tmp_path / "agreed")
    labels = Label.objects.filter(labeler__campaign=elsewhere, labeler__name="consensus").order_by("pk")
    assert [one.first_error_index for one in labels] == [1, None, 1, 0]


def test_a_split_or_a_round_narrows_it(campaign: Campaign, solutions: list[Solution], owner: User) -> None:
    make.make_item(solutions[1], make.make_round(campaign, 0), state="waiting")
    assert [row["solution_id"] for row in exported(campaign, round=0)] == [solutions[1].external_id]
    assert exported(campaign, split="test") == []
    assert data_cards.card(campaign, "consensus", round=0)["export"]["rows"] == 1
    over_the_api = signed_in(owner).get("/api/v1/campaigns/campaign/export/?format=consensus&round=0")
    assert len(list(over_the_api)) == 1


def test_nothing_to_export_says_what_brings_it(campaign: Campaign, owner: User) -> None:
    with pytest.raises(CommandError, match="compute agreement"):
        call_command("export_labels", campaign="campaign", format="consensus", stderr=StringIO())
    make.make_agreement(campaign, {"consensus": None})
    answer = signed_in(owner).get("/api/v1/campaigns/campaign/export/?format=consensus")
    assert (answer.status_code, "compute agreement" in answer.json()["message"]) == (400, True)


def test_pages_do_not_read_what_an_export_reads(campaign: Campaign, solutions: list[Solution], owner: User) -> None:
    assert "verdicts" not in AgreementReport.objects.get(campaign=campaign).figures["consensus"]
    client = signed_in(owner)
    with CaptureQueriesContext(connection) as asked:
        client.get("/campaigns/campaign/agreement/")
        client.get("/campaigns/campaign/")
    assert not [one["sql"] for one in asked if '"verdicts"' in one["sql"]]
