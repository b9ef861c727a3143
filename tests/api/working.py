"""What a labeler's client sends, and where."""

import uuid
from typing import Any

NEXT = "/api/v1/campaigns/campaign/next/"


def a_pass(offered: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A body that labels the offered item: an error in the second step."""
    body = {
        "lease": offered["lease"],
        "submission_id": str(uuid.uuid4()),
        "ratings": [1, -1],
        "finish_reason": "found_error",
        "total_time": 4000,
    }
    return body | fields


def url(offered: dict[str, Any], what: str) -> str:
    return f"/api/v1/items/{offered['item']}/{what}/"
