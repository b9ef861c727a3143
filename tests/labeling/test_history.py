"""Who did what: kept by the database, read by leads, taken along as a table."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.http import StreamingHttpResponse

from labeling.actions import campaigns
from labeling.models import Campaign, Event
from labeling.views.tables import csv_file
from tests import factories as make
from tests.labeling.pages import signed_in


@pytest.mark.parametrize(
    "breach",
    [
        lambda: Event.objects.update(verb="nothing.happened"),
        lambda: Event.objects.all().delete(),
        lambda: Event.objects.all()._raw_delete("default"),
    ],
    ids=["changed", "deleted", "deleted past the ORM"],
)
def test_the_database_keeps_every_event(breach: Callable[[], object], campaign: Campaign) -> None:
    make.make_event(campaign)
    with pytest.raises(IntegrityError, match="only ever appended"), transaction.atomic():
        breach()
    assert Event.objects.get().verb == "campaign.created"


def test_events_outlive_their_campaign(campaign: Campaign, owner: User) -> None:
    make.make_event(campaign, actor=owner)
    campaigns.delete(campaign=campaign, by=owner)
    assert list(Event.objects.order_by("id").values_list("verb", flat=True)) == ["campaign.created", "campaign.deleted"]


def test_a_lead_finds_what_was_done(campaign: Campaign, owner: User) -> None:
    lead = signed_in(owner)
    campaigns.change(campaign=campaign, by=owner, wanted={"overlap": 2, "show_ranking": True})
    make.make_event(campaign, "round.open", subject="round 3", before="planned", after="open")
    make.make_event(make.make_campaign("other"), "round.open", subject="round 8")

    whole = lead.get(f"/campaigns/{campaign.slug}/history/").content.decode()
    assert "changed settings" in whole
    assert "<code>overlap</code> 1 → 2" in whole
    assert '<a href="/campaigns/campaign/rounds/3/">round 3</a>' in whole
    assert "round 8" not in whole

    make.make_event(campaign, "gold.made", subject="solution 5", before={"accepted": "67"}, after={"accepted": "661"})
    told = lead.get(f"/campaigns/{campaign.slug}/history/").content.decode()
    assert "<code>accepted</code> step 2, none, all steps are good → step 3" in told

    policy = {"size": 4, "rails": {"problem_cap": 0.2, "leave_out_uncertain": False}, "seen": [1, 2]}
    make.make_event(campaign, "round.planned", subject="round 4", after=policy)
    told = lead.get(f"/campaigns/{campaign.slug}/history/").content.decode()
    assert "<code>rails</code> problem_cap 0.2, leave_out_uncertain no" in told
    assert "<code>seen</code> 1, 2" in told

    by_owner = lead.get(f"/campaigns/{campaign.slug}/history/?actor=OWN&verb=campaign.changed").content.decode()
    assert ("changed settings" in by_owner, "round 3" in by_owner) == (True, False)
    refused = lead.get(f"/campaigns/{campaign.slug}/history/?after=yesterday").content.decode()
    assert "Not understood, so left out" in refused
    assert "None fits" in lead.get(f"/campaigns/{campaign.slug}/history/?before=2020-01-31").content.decode()


def test_the_table_holds_no_formula(campaign: Campaign, owner: User, labeler: User) -> None:
    assert signed_in(labeler).get(f"/campaigns/{campaign.slug}/history/download/").status_code == 404
    make.make_event(campaign, "member.added", subject='=HYPERLINK("http://x")', after="labeler")
    make.make_event(campaign, "reference.changed", subject="problem 1", before="-1", after={"a": "=1"})
    answer = signed_in(owner).get(f"/campaigns/{campaign.slug}/history/download/")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]
    assert [(row["subject"], row["before"], row["after"]) for row in rows] == [
        ("problem 1", "'-1", '{"a":"=1"}'),
        ('\'=HYPERLINK("http://x")', "", "labeler"),
    ]


@pytest.mark.parametrize("before", ["", " ", "\n", "\t", "\r\n", "\N{NO-BREAK SPACE}", "\ufeff", "\u200b", "\x0b \x1f"])
@pytest.mark.parametrize("sign", "=+-@＝＠")
def test_blanks_before_a_formula_hide_nothing(before: str, sign: str) -> None:
    cell = f'{before}{sign}HYPERLINK("http://x")'
    file = csv_file("name", ["cell"], [[cell]])
    assert rows_of(file) == [["cell"], [f"'{cell}"]]


def test_what_is_no_formula_stays_as_it_is() -> None:
    cells = [-1, -0.5, "a=b", " plain", "", "1-2", "(-x)"]
    assert rows_of(csv_file("name", ["cell"], [cells]))[1] == ["-1", "-0.5", "a=b", " plain", "", "1-2", "(-x)"]


def rows_of(file: StreamingHttpResponse) -> list[list[str]]:
    text = b"".join(file.streaming_content).decode()  # type: ignore[arg-type]
    return list(csv.reader(io.StringIO(text, newline="")))


def test_taking_data_out_is_kept(campaign: Campaign, owner: User) -> None:
    make.make_label(make.make_solution(make.make_problem(campaign)), ratings=[1, 1, 1])
    assert signed_in(owner).get(f"/campaigns/{campaign.slug}/export/?format=prm800k").status_code == 200
    event = Event.objects.get(verb="labels.exported")
    assert (event.actor, event.subject) == (owner, "prm800k")


def test_what_a_command_takes_out_is_in_the_history_too(campaign: Campaign, tmp_path: Path) -> None:
    make.make_label(make.make_solution(make.make_problem(campaign)))
    asked: list[tuple[str, dict[str, Any]]] = [("prm800k", {"split": "train"}), ("parquet", {})]
    for format, more in asked:
        call_command("export_labels", campaign=campaign.slug, format=format, out=tmp_path / format, **more)
    kept = Event.objects.filter(campaign=campaign, verb="labels.exported").order_by("pk")
    assert [(one.actor, one.subject, one.after) for one in kept] == [
        (None, "prm800k", {"split": "train"}),
        (None, "parquet", None),
    ]
    with pytest.raises(CommandError):
        call_command("export_labels", campaign=campaign.slug, format="prm800k", round=7)
    assert kept.count() == 2
