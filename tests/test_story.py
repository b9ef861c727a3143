"""The whole story over HTTP and in the browser: from real rows to a round that the retrained selector chose."""

import contextlib
import json
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from labeling.simulation import Client
from tests.live import Program, Site, eventually

ROWS = Path(__file__).parent / "data" / "gsm8k_solutions.jsonl"
SIZE = 10
SECONDS = 150


class Person:
    """Somebody with an account, over the API."""

    def __init__(self, site: Site, name: str, *options: str) -> None:
        self.account = json.loads(site.manage("create_account", name, *options).strip().splitlines()[-1])
        self.client = Client(site.url, self.account["token"])

    def ask(self, method: str, path: str, body: Any = None, *, status: int) -> Any:
        """One request; the answer must have this status."""
        sent = None if body is None else json.dumps(body).encode()
        got, headers, content = self.client.send(method, path, sent)
        assert got == status, f"{method} {path}: {got} {content[:500]!r}"
        return (
            json.loads(content)
            if "json" in headers.get("Content-Type", "") and "ndjson" not in headers["Content-Type"]
            else content
        )

    def upload(self, path: str, file: Path) -> Any:
        """Send a file as a form would."""
        boundary = uuid.uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
        body = head.encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        status, _, content = self.client.send("POST", path, body, f"multipart/form-data; boundary={boundary}")
        assert status == 202, content
        return json.loads(content)

    def label_one(self, slug: str) -> bool:
        """Rate the next solution by the verdict of its answer; False when there is none."""
        status, _, item = self.client.post(f"campaigns/{slug}/next/", {})
        if status == 204:
            return False
        is_right = item["answer"] == item["problem"]["ground_truth_answer"]
        ratings = [1] * len(item["steps"]) if is_right else [1] * (len(item["steps"]) - 1) + [-1]
        body = {
            "lease": item["lease"],
            "submission_id": str(uuid.uuid4()),
            "ratings": ratings,
            "finish_reason": "solution" if is_right else "found_error",
            "total_time": 5000,
        }
        self.ask("POST", f"items/{item['item']}/label/", body, status=201)
        return True


@pytest.mark.timeout(400)
def test_the_whole_loop_from_real_rows_to_the_round_that_the_selector_chose(
    live_site: Site, worker: Program, open_page: Callable[..., Page]
) -> None:
    with contextlib.ExitStack() as connections:
        play(live_site, open_page, connections)


def play(live_site: Site, open_page: Callable[..., Page], connections: contextlib.ExitStack) -> None:
    lead, ada, ben = a_campaign_with_real_rows(live_site)
    for person in (lead, ada, ben):
        connections.callback(person.client.close)

    first = lead.ask("POST", "campaigns/story/rounds/", {"size": SIZE, "seed": 3}, status=201)
    assert {pick["reason"] for pick in first["picks"]} <= {"uniform", "evaluation"}, "no selector yet: a cold start"
    lead.ask("POST", "campaigns/story/rounds/0/open/", status=200)
    for person in (ada, ben) * 4:
        assert person.label_one("story")
    labels_in_the_browser(open_page(None), ada, count=SIZE - 8)

    after = lead.ask("GET", "campaigns/story/rounds/0/", status=200)
    assert (after["state"], after["labeled"]) == ("closed", SIZE), "the last label closes the round"
    second = eventually(lambda: open_round(lead, 1), SECONDS, every=0.5)
    the_worker_retrained(lead)
    the_items_are_those_that_the_strategy_names(lead, second)
    the_export_parses_as_prm800k(lead)


def a_campaign_with_real_rows(site: Site) -> tuple[Person, Person, Person]:
    site.manage("import_solutions", "--campaign", "house", "--create", str(ROWS))
    lead = Person(site, "lead", "--campaign", "house", "--role", "lead")
    ada, ben = Person(site, "ada"), Person(site, "ben")
    settings = {"auto_advance": True, "round_size": SIZE}
    lead.ask("POST", "campaigns/", {"slug": "story", "name": "Story", "settings": settings}, status=201)
    job = lead.upload("campaigns/story/imports/", ROWS)
    done = eventually(lambda: ended(lead, job["id"]), SECONDS, every=0.2)
    assert (done["state"], done["result"]["problems"], done["result"]["solutions"]) == ("done", 24, 96), done
    for person in (ada, ben):
        body = {"username": person.account["username"], "role": "labeler"}
        lead.ask("POST", "campaigns/story/members/", body, status=201)
    return lead, ada, ben


def ended(lead: Person, job_id: int) -> Any:
    job = lead.ask("GET", f"jobs/{job_id}/", status=200)
    return job if job["state"] in ("done", "failed", "cancelled") else None


def labels_in_the_browser(page: Page, person: Person, count: int) -> None:
    """Sign in and rate the rest of the round with the keyboard: the first step is the first error."""
    page.goto("/")
    page.get_by_label("Name").fill(person.account["username"])
    page.get_by_label("Password").fill(person.account["password"])
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Label").click()
    for _ in range(count):
        expect(page.locator('[aria-current="step"]')).to_be_visible()
        submitted = page.locator("body").inner_text()
        page.keyboard.press("1")
        with page.expect_response(
            lambda answer: "/label/" in answer.url and answer.request.method == "POST"
        ) as response:
            page.keyboard.press("Enter")
        assert response.value.status == 201, response.value.text()
        expect(page.locator("body")).not_to_have_text(submitted)


def open_round(lead: Person, number: int) -> Any:
    rounds = {one["number"]: one for one in lead.ask("GET", "campaigns/story/rounds/", status=200)["results"]}
    failed = [
        job for job in lead.ask("GET", "campaigns/story/jobs/", status=200)["results"] if job["state"] == "failed"
    ]
    assert not failed, failed
    if number not in rounds or rounds[number]["state"] != "open":
        return None
    return lead.ask("GET", f"campaigns/story/rounds/{number}/", status=200)


def the_worker_retrained(lead: Person) -> None:
    versions = lead.ask("GET", "campaigns/story/selectors/", status=200)["results"]
    assert [version["number"] for version in versions] == [1]
    assert versions[0]["state"] == "published"


def the_items_are_those_that_the_strategy_names(lead: Person, second: Any) -> None:
    """Recompute the 80 % from the exported scores: highest-scored wrong answers, one a problem (the guard rail)."""
    assert second["selector"] == 1
    wrong = [pick for pick in second["picks"] if pick["reason"] == "convincing_wrong"]
    assert len(wrong) == round(0.8 * SIZE)
    assert all(pick["answer_is_correct"] is False for pick in wrong)
    rows = [
        json.loads(line) for line in lead.ask("GET", "campaigns/story/export/?format=scored", status=200).splitlines()
    ]
    assert len(rows) == 96
    labeled = {label["solution_id"] for label in lead.ask("GET", "campaigns/story/labels/", status=200)["results"]}
    test_split = {
        row["solution_id"] for row in lead.ask("GET", "campaigns/story/solutions/?split=test", status=200)["results"]
    }
    pool = [
        row
        for row in rows
        if row["is_correct"] is False
        and row["solution_id"] not in labeled | test_split
        and row["prm_score"] is not None
    ]
    best: dict[str, Any] = {}
    for row in sorted(pool, key=lambda row: -row["prm_score"]):
        best.setdefault(row["problem"], row)  # four solutions a problem: the cap is one
    expected = sorted((row["prm_score"] for row in best.values()), reverse=True)[: len(wrong)]
    assert sorted((pick["score"] for pick in wrong), reverse=True) == pytest.approx(expected)


def the_export_parses_as_prm800k(lead: Person) -> None:
    rows = [
        json.loads(line) for line in lead.ask("GET", "campaigns/story/export/?format=prm800k", status=200).splitlines()
    ]
    assert len(rows) == SIZE
    assert Counter(row["label"]["finish_reason"] for row in rows)["found_error"] >= 2
    for row in rows:
        assert row["generation"] == 0
        uuid.UUID(row["labeler"])
        last = row["label"]["steps"][-1]
        if row["label"]["finish_reason"] == "found_error":
            assert (last["completions"][0]["rating"], last["chosen_completion"]) == (-1, None)
        steps = [step["completions"][0]["text"] for step in row["label"]["steps"]]
        assert steps == row["question"]["pre_generated_steps"][: len(steps)]
