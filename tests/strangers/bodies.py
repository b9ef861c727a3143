"""For each address that takes a body, one that is taken: so that who is refused is refused for who they are."""

import json
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from labeling.forms import SettingsForm
from labeling.models import Campaign
from tests import factories as make
from tests.strangers.routes import SAFE, Route

C = "campaigns/<slug:slug>/"
A = "api/v1/"
PASS = {"ratings": [1, -1], "finish_reason": "found_error", "total_time": 1}
LINE = json.dumps({"problem": "1 + 1?", "solutions": [{"steps": ["It is 2."]}]}).encode()


def body_of(route: Route, method: str, rows: dict[str, Any]) -> dict[str, Any]:
    """What to send: JSON to the API, a form to a page; `data` and `content_type` as test clients take them."""
    if method in SAFE:
        return {}
    said = said_in(route, method, rows)
    if "file" in said or not route.is_api:
        return {"data": encode_multipart(BOUNDARY, dict(said)), "content_type": MULTIPART_CONTENT}
    return {"data": json.dumps(said), "content_type": "application/json"}


def said_in(route: Route, method: str, rows: dict[str, Any]) -> dict[str, Any]:
    """The same, not yet written down."""
    said = BODIES.get((method, route.pattern), {})
    return dict(said(rows) if callable(said) else said)


def _upload(_rows: dict[str, Any]) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("rows.jsonl", LINE)}


def _settings(rows: dict[str, Any]) -> dict[str, Any]:
    """The whole form as the page shows it, with another name."""
    form = SettingsForm(instance=Campaign.objects.get(slug=rows["campaigns"]))
    shown = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in shown.items() if value not in (None, False)} | {"name": "Renamed"}


def _gold(rows: dict[str, Any]) -> dict[str, Any]:
    return {"solution": rows["gold"], "steps": [[1], [-1]]}


def _change(rows: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "exclude", "ids": [rows["problems"]], "count": 1}


BODIES: dict[tuple[str, str], Any] = {
    # --- the API
    ("PATCH", A + "me/settings/"): {"theme": "dark"},
    ("POST", A + "me/tokens/"): {"name": "nightly"},
    ("PUT", A + "me/labels/<int:label_id>/"): PASS | {"revision_reason": "misread"},
    ("POST", A + "me/practice/<slug:name>/"): {"ratings": [1, -1]},
    ("PUT", A + "me/guides/<slug:slug>/"): {"version": 1},
    ("PUT", A + "me/drafts/<int:item_id>/"): {"ratings": [1]},
    ("PUT", A + "items/<int:item_id>/draft/"): {"lease": 1, "ratings": [1]},
    ("POST", A + "items/<int:item_id>/release/"): {"lease": 1},
    ("POST", A + "items/<int:item_id>/label/"): PASS | {"lease": 1, "submission_id": str(uuid.UUID(int=1))},
    ("POST", A + C + "guide/"): {"text": "Anew.", "note": "All of it."},
    ("POST", A + "campaigns/"): {"slug": "another", "name": "Another"},
    ("PATCH", A + C): {"name": "Renamed", "settings": {"overlap": 2}},
    ("POST", A + C + "invitations/"): {"role": "labeler"},
    ("POST", A + C + "members/"): {"username": "newcomer", "role": "labeler"},
    ("PATCH", A + C + "members/<str:username>/"): {"role": "reviewer"},
    ("POST", A + C + "imports/"): _upload,
    ("POST", A + C + "rounds/"): {"size": 1},
    ("POST", A + C + "gold/"): _gold,
    ("POST", A + C + "quality/<int:labeler>/pause/"): {"reason": "Rest."},
    ("POST", A + C + "adjudication/<int:solution>/"): {"ratings": [1, -1], "reason": "It is wrong."},
    ("POST", A + C + "changes/"): _change,
    ("PATCH", A + C + "problems/<int:problem_id>/"): {"state": "excluded"},
    ("PATCH", A + C + "disputes/<int:dispute_id>/"): {"decision": "declined", "reason": "No."},
    # --- pages
    ("POST", C + "settings/"): _settings,
    ("POST", "new-campaign/"): {"slug": "another", "name": "Another"},
    ("POST", "me/settings/"): {"theme": "dark"},
    ("POST", "me/address/"): {"email": "new@example.org", "password": make.PASSWORD},
    ("POST", "me/tokens/"): {"name": "nightly"},
    ("POST", C + "invitations/"): {"role": "labeler", "days": 3},
    ("POST", C + "members/"): {"username": "newcomer", "role": "labeler"},
    ("POST", C + "members/<int:pk>/role/"): {"role": "reviewer"},
    ("POST", C + "data/"): _upload,
    ("POST", C + "gold/"): {"count": 1, "use": "stream"},
    ("POST", C + "labelers/<int:pk>/<slug:to>/"): {"reason": "Rest."},
    ("POST", C + "guide/edit/"): {"text": "Anew.", "note": "All of it.", "replaces": 1},
    ("POST", C + "decisions/disputes/<int:pk>/"): {"decision": "declined", "reason": "No."},
    ("POST", C + "decisions/problems/<int:pk>/"): {"state": "excluded", "reason": "No."},
    ("POST", C + "decisions/solutions/<int:pk>/"): {"first_error": "1", "reason": "It is wrong."},
    ("POST", C + "solutions/<int:pk>/gold/"): {"step-0": "+", "step-1": "-", "use": "stream"},
    ("POST", C + "bulk/<slug:kind>/"): {"count": "1", "reason": "No."},
}
