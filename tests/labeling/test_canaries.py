"""Nothing that leaves the site, and no log, says who a labeler is."""

import io
import json
from collections import Counter
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from labeling.actions import invitations, jobs, people
from labeling.actions.exporting import Format
from labeling.models import Campaign, JobKind, Labeler, Solution
from tests import factories as make
from workers import pipeline, snapshots

LOGIN, MAIL, IP = "canary-login", "canary-mail@example.org", "203.0.113.77"
CANARIES = ["canary", IP, make.PASSWORD]


@pytest.fixture
def person(campaign: Campaign) -> User:
    """A labeler with a name in every field that takes one, and labels of both splits."""
    account = make.make_account(LOGIN, email=MAIL, first_name="Canary-First", last_name="Canary-Last")
    people.add_member(campaign=campaign, account=account, role="labeler", by=None)
    labeler = Labeler.objects.get(account=account)
    round_ = make.make_round(campaign)
    for split in ("train", "test"):
        solution = make.make_solution(make.make_problem(campaign, split=split))
        make.make_label(item=make.make_item(solution, round_, state="labeled"), labeler=labeler)
    return account


@pytest.fixture
def consensus(campaign: Campaign, person: User) -> None:
    """Two others labeled the same, and agreement was computed: there is a consensus to take out."""
    others = [make.make_labeler(campaign), make.make_labeler(campaign)]
    for solution in Solution.objects.filter(problem__campaign=campaign):
        for other in others:
            make.make_label(solution, other)
    job = jobs.claim(jobs.request(campaign=campaign, kind=JobKind.AGREEMENT).pk, claimed_by="test")
    assert job is not None
    pipeline.run(job)


def found_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text.lower()]


@pytest.mark.usefixtures("consensus")
@pytest.mark.parametrize("format", list(Format))
def test_no_export_and_no_data_card_says_who(format: str, campaign: Campaign, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for card in ("card.md", "card.json"):
        out.unlink(missing_ok=True)
        options = {"campaign": campaign.slug, "format": format, "out": out, "card": tmp_path / card}
        call_command("export_labels", **options, stderr=io.StringIO())
    files = list(tmp_path.iterdir())
    assert len(files) == 3
    assert out.stat().st_size
    assert found_in("".join(file.read_bytes().decode(errors="replace") for file in files)) == []


def test_what_a_model_is_made_from_says_nothing_of_who_labeled(campaign: Campaign, person: User) -> None:
    """A model folder is written by the selector, which has no database and reads these files alone."""
    lines = [
        *snapshots.training_lines(campaign),
        *snapshots.evaluation_lines(campaign),
        *snapshots.pool_lines(campaign),
        *snapshots.outcome_lines(campaign, 10),
    ]
    assert len(lines) == 5
    assert found_in(b"".join(lines).decode()) == []


def refuses(*_: Any) -> int:
    raise SMTPRecipientsRefused({MAIL: (550, b"no such person")})


def test_no_log_says_who(
    campaign: Campaign, person: User, log: io.StringIO, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AXES_FAILURE_LIMIT, settings.SENDS_MAIL = 2, True
    client = Client(REMOTE_ADDR=IP, raise_request_exception=False)
    client.post("/", {"username": LOGIN, "password": make.PASSWORD})
    client.get("/campaigns/campaign/")
    client.post("/logout/")
    for _ in range(3):
        client.post("/", {"username": LOGIN, "password": "canary-password"})
    client.post("/lost-password/", {"email": MAIL})
    client.get("/nowhere/")
    client.get(f"/{LOGIN}/?by={MAIL}")
    client.get(f"/join/{LOGIN}/")
    client.get(f"/api/v1/campaigns/campaign/members/{LOGIN}/")
    client.get(f"/api/v1/campaigns/campaign/labels/?labeler={LOGIN}")
    token = people.new_token(person)
    client.get("/api/v1/me/", headers={"authorization": f"Token {token}"})
    client.get("/api/v1/me/", headers={"authorization": "Token canary"})
    monkeypatch.setattr(mail, "send_mail", refuses)
    client.post("/lost-password/", {"email": MAIL})
    invited = invitations.invite(campaign=campaign, role="labeler", email=MAIL, by=person)
    assert not invitations.send(invitation=invited, link="https://example.org/")

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    told = Counter(line["event"] for line in lines)
    assert told["request_finished"] > 9
    assert told["mail_not_sent"] == 2
    assert any("AXES" in line["event"] for line in lines)
    assert all("request_id" in line for line in lines if line["event"] == "request_finished")
    assert found_in(log.getvalue()) == []
    assert token not in log.getvalue()
    assert len(mail.outbox) == 1


def test_a_fault_of_ours_is_in_the_log_once_with_its_stack(
    campaign: Campaign, person: User, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.views.home.render", lambda *_, **__: 1 / 0)
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/").status_code == 500

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    [told] = [line for line in lines if "ZeroDivisionError" in json.dumps(line)]
    assert (told["event"], told["request"]) == ("request_failed", "GET /")
    assert "Traceback" in told["exception"]
