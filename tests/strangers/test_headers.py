"""What every answer tells a browser, of whatever kind it is; cookies; requests that no page of ours sent."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

from labeling.actions import preferences
from labeling.models import Campaign
from labeling.views import home
from tests import factories as make
from tests.labeling.pages import signed_in
from tests.strangers import table
from tests.strangers.bodies import body_of
from tests.strangers.routes import SAFE, Route
from tests.strangers.world import world_of

POLICY = {
    *("default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "img-src 'self' data:"),
    *("connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
}
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
KINDS = {
    "page": ("/campaigns/campaign/", 200),
    "redirect": ("/logout/", 302),
    "page that is not there": ("/nothing-here/", 404),
    "page of others": ("/campaigns/elsewhere/", 404),
    "page for administrators": ("/accounts/", 404),
    "health": ("/healthz", 503),
    "API": ("/api/v1/me/", 200),
    "API that is not there": ("/api/v1/nothing/", 404),
    "API, refused": ("/api/v1/campaigns/campaign/labels/?wrong=x", 400),
    "table": ("/campaigns/campaign/history/download/", 200),
    "streamed": ("/api/v1/campaigns/campaign/export/?format=first-error", 200),
    "file": ("/api/v1/campaigns/campaign/export/?format=parquet", 200),
}


def check(answer: Any) -> None:
    """All of them, and no policy looser than ours."""
    if answer.streaming:
        answer.getvalue()
    found = {name: answer.headers.get(name) for name in HEADERS}
    assert found == HEADERS
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_has_the_headers(kind: str, campaign: Campaign, owner: User) -> None:
    address, status = KINDS[kind]
    answer = signed_in(owner).get(address)
    assert answer.status_code == status
    check(answer)


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("get", "/", 200), ("get", "/campaigns/", 302), ("get", "/api/v1/me/", 401), ("put", "/healthz", 405)],
)
def test_so_have_answers_to_nobody(method: str, address: str, status: int, db: None) -> None:
    answer = getattr(Client(), method)(address)
    assert answer.status_code == status
    check(answer)


def test_so_have_refusals_before_any_view(owner: User) -> None:
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    answers = {403: checked.post("/me/settings/"), 400: Client().get("/", headers={"Host": "somewhere.example"})}
    for status, answer in answers.items():
        assert answer.status_code == status
        check(answer)


@pytest.mark.parametrize("address", ["/", "/api/v1/me/settings/"])
def test_so_have_faults_of_ours_which_tell_nothing(address: str, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("canary-fault")

    client = signed_in(owner)
    client.raise_request_exception = False
    monkeypatch.setattr(home, "_campaigns", fail)
    monkeypatch.setattr("labeling.api.views.me.me.PreferencesAnswer", fail)
    answer = client.get(address)
    assert answer.status_code == 500
    assert "canary" not in answer.content.decode()
    check(answer)


def test_so_have_static_files() -> None:
    answer = Client().get(staticfiles_storage.url("labeling/base.css"))
    assert answer.status_code == 200
    check(answer)


def test_a_page_of_ours_alone_sends_what_changes_something(db: None) -> None:
    """Each address that a lead's session reaches, by every method that changes something, without the page's token."""
    world = world_of("lead")
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies.load(world.person.cookies)
    for (address, whose, method), row in table.read().items():
        if method in SAFE or whose != "ours" or row["lead"] in ("405", "404"):
            continue
        route, rows = Route(address), world.rows["ours"]
        answer = client.generic(method, route.address(rows), **body_of(route, method, rows))
        assert answer.status_code == 403, f"{method} {address} is done from anywhere"


def test_cookies_are_kept_from_scripts_and_from_other_sites(owner: User) -> None:
    client = Client()
    client.post("/", {"username": "owner", "password": make.PASSWORD})
    session = client.cookies["sessionid"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    client.get("/me/settings/")
    assert client.cookies["csrftoken"]["samesite"] == "Lax"
    client.post("/me/settings/", {"theme": "dark"})
    assert client.cookies["theme"]["samesite"] == "Lax"
    assert preferences.of(owner).theme == "dark"


BEHIND_TLS = """
import json, django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("check", deploy=True, fail_level="WARNING")
plain, secure = Client().get("/login/"), Client().get("/login/", headers={"X-Forwarded-Proto": "https"})
cookie = secure.cookies["csrftoken"]
print(json.dumps({
    "plain": [plain.status_code, plain["Location"]],
    "hsts": secure["Strict-Transport-Security"],
    "secure": [bool(cookie["secure"]), django.conf.settings.SESSION_COOKIE_SECURE],
}))
"""


def test_behind_tls_the_site_is_closed_to_plain_http_and_djangos_check_has_nothing_to_say() -> None:
    env = os.environ | {"HTTPS": "true", "DJANGO_SETTINGS_MODULE": "annotator.settings", "ALLOWED_HOSTS": "testserver"}
    env.pop("DJANGO_ALLOW_ASYNC_UNSAFE")  # of the tests alone, for Playwright
    done = subprocess.run([sys.executable, "-c", BEHIND_TLS], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "plain": [301, "https://testserver/login/"],
        "hsts": "max-age=31536000; includeSubDomains",
        "secure": [True, True],
    }


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/join/%00/", 404),
        ("/accounts/?text=%00", 400),
        ("/api/v1/campaigns/campaign/members/%00/", 404),
        ("/api/v1/campaigns/campaign/labels/?labeler=%00", 400),
        ("/static/%00", 404),
    ],
)
def test_a_nul_in_an_address_is_refused(campaign: Campaign, owner: User, address: str, status: int) -> None:
    owner.is_superuser = True
    owner.save()
    answer = signed_in(owner).get(address)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
