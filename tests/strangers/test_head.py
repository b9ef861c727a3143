"""Requests for headers alone, over a real connection: the test client drops bodies by itself."""

import socket
from urllib.parse import urlsplit

import pytest
from django.templatetags.static import static

from tests.live import Site

pytestmark = pytest.mark.django_db(transaction=True)


def asked(site: Site, path: str) -> bytes:
    """Everything that comes back of one HEAD request until the server hangs up."""
    parts = urlsplit(site.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        head = f"HEAD {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        with connection.makefile("rb") as answer:
            return answer.read()


@pytest.mark.parametrize("path", ["/accounts/login/", "/", "/nowhere/", "/api/v1/schema/", static("labeling/page.js")])
def test_an_answer_to_head_has_no_body(live_site: Site, path: str) -> None:
    head, _, body = asked(live_site, path).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 ")
    assert body == b""
