"""People as programs: the public API on one connection that stays open."""

import http.client
import json
import random
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 120
IDLE_SECONDS = 1.0  # the server closes what was quiet for two


class Refused(Exception):
    """An answer that was not expected, with its status and body."""


class Person:
    """One account's open connection to the API."""

    def __init__(self, url: str, token: str, campaign: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        self._headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        self.campaign = campaign
        self._answered = time.monotonic()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Status and body of one request."""
        content = None if body is None else json.dumps(body)
        response = self._request(method, path, content)
        answer = response.status, response.read()
        self._answered = time.monotonic()
        return answer

    def _request(self, method: str, path: str, content: str | None = None) -> http.client.HTTPResponse:
        if time.monotonic() - self._answered > IDLE_SECONDS:
            self._connection.close()  # opens again by itself
        self._connection.request(method, f"/api/v1/{path}", content, self._headers)
        return self._connection.getresponse()

    def expect(self, status: int, method: str, path: str, body: Any = None) -> Any:
        """The parsed answer of a request that must have this status. Raises Refused."""
        found, content = self.ask(method, path, body)
        if found != status:
            raise Refused(f"{method} {path}: {found}, not {status}: {content[:500]!r}")
        return json.loads(content) if content else None

    def stream(self, path: str) -> tuple[int, int]:
        """Lines and bytes of a streamed answer, read piece by piece and dropped."""
        response = self._request("GET", path)
        if response.status != 200:
            raise Refused(f"GET {path}: {response.status}: {response.read()[:500]!r}")
        lines = size = 0
        while piece := response.read(1 << 20):
            lines += piece.count(b"\n")
            size += len(piece)
        return lines, size


class Labeler(Person):
    """Takes what comes and rates it."""

    def next(self) -> dict[str, Any] | None:
        """The item in hand, or None when there is nothing to do."""
        status, content = self.ask("POST", f"campaigns/{self.campaign}/next/")
        if status not in (200, 204):
            raise Refused(f"next: {status}: {content[:500]!r}")
        return dict(json.loads(content)) if status == 200 else None

    def label(self, item: dict[str, Any], chance: random.Random) -> tuple[int, str]:
        """Submit a pass with an error in a random step; the acknowledged label's id and its submission id."""
        count = 1 + chance.randrange(len(item["steps"]))
        submission = str(uuid.uuid4())
        body = {
            "lease": item["lease"],
            "submission_id": submission,
            "ratings": [1] * (count - 1) + [-1],
            "finish_reason": "found_error",
            "total_time": 4_000 * count,
            "step_times": [4_000] * count,
        }
        return int(self.expect(201, "POST", f"items/{item['item']}/label/", body)["label"]), submission


def open_round(lead: Person, size: int) -> None:
    """Plan a round of this size and open it, as a lead does."""
    rounds = f"campaigns/{lead.campaign}/rounds/"
    number = lead.expect(201, "POST", rounds, {"size": size, "strategy": "uniform", "evaluation_share": 0})["number"]
    lead.expect(200, "POST", f"{rounds}{number}/open/")
