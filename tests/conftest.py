"""Fixtures that all tests share: the cast, the live site, the browser (servers: tests/plugins/servers.py)."""

import io
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection, connections
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from structlog.stdlib import ProcessorFormatter

from labeling.models import Campaign
from runner import chromium
from tests import factories as make
from tests.live import Program, Site, eventually

# How long an example takes says how busy the machine is: no reason to fail.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is given more time comes first, what is short last: a long one that was begun last would run on alone."""

    def key(item: pytest.Item) -> tuple[float, bool]:
        marker = item.get_closest_marker("timeout")
        given = marker.args[0] if marker else item.config.getini("timeout")
        return -float(given), item.path.parent.name in ("api", "labeling")  # hundreds of requests to this process

    items.sort(key=key)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """What a process keeps of rows goes by their numbers, and the next test's rows have the same."""
    cache.clear()


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """A request in another language leaves it in force in its thread; the next test begins in English."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def static_files_are_looked_for_when_asked_for() -> None:
    """Not listed at the start, as a server does: each test's client is a server, and listing took half of its time."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session", autouse=True)
def hashing_is_quick() -> None:
    """A password is hashed at the least that argon2 allows; installations take what Django has, 100 MB and 0.1 s."""
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What this process writes to its log, in the form that an installation has: one JSON object a line."""
    handlers = [one for one in logging.getLogger().handlers if isinstance(one.formatter, ProcessorFormatter)]
    assert len(handlers) == 1
    stream = io.StringIO()
    before = handlers[0].setStream(stream)  # type: ignore[attr-defined]
    yield stream
    handlers[0].setStream(before)  # type: ignore[attr-defined]


# --- the database


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Begin with a copy of the migrated database that the plugin has made.

    SQLite's is a file, as in installations: other processes open it, and its locks are the real ones.
    """
    config = connections["default"].settings_dict
    if connection.vendor == "sqlite":
        copy = settings.VAR_DIR / "test.sqlite3"
        shutil.copyfile(config["NAME"], copy)
        config["TEST"]["NAME"] = str(copy)
    else:
        config["TEST"]["TEMPLATE"] = config["NAME"]


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Whether what is there when the tests begin stays: the copied file. It goes with the run's folder."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session", autouse=True)
def tables_can_be_emptied() -> None:
    """Between tests tables are emptied by DELETE, which triggers refuse: they stand aside for it.

    On PostgreSQL too, where Django truncates: with few rows that takes ten times as long, most of a short test's time.
    """
    operations = type(connection.ops)  # of the class: beside a browser's event loop Django has another connection
    operations.sql_flush = _flush_sqlite if connection.vendor == "sqlite" else _flush_postgresql  # type: ignore
    flush.emit_post_migrate_signal = lambda *_, **__: None  # content types and permissions are there still


def _flush_sqlite(self: Any, style: Any, tables: list[str], **_options: Any) -> list[str]:
    with self.connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
    dropped = [f"DROP TRIGGER {name}" for name, _ in triggers]
    return [*dropped, *_deletions(self, tables), *(made for _, made in triggers)]


def _flush_postgresql(self: Any, style: Any, tables: list[str], **_options: Any) -> list[str]:
    return ["SET LOCAL session_replication_role = replica", *_deletions(self, tables)]


def _deletions(operations: Any, tables: list[str]) -> list[str]:
    """Content types and permissions stay: migrations made them, and no test does."""
    emptied = [name for name in tables if name not in ("django_content_type", "auth_permission")]
    return [f"DELETE FROM {operations.quote_name(name)}" for name in emptied]


def database_url() -> str:
    """The address of the test database that this process uses, for other processes."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    return f"postgres://{config['USER']}@/{config['HOST']}/{config['NAME']}"


# --- the cast: one campaign, its lead, one of its labelers, and somebody who is in no campaign


@pytest.fixture
def campaign(db: None) -> Campaign:
    return make.make_campaign("campaign")


@pytest.fixture
def owner(campaign: Campaign) -> User:
    """The lead of `campaign`."""
    account = make.make_account("owner")
    make.make_membership(campaign, account, role="lead")
    return account


@pytest.fixture
def labeler(campaign: Campaign) -> User:
    """A labeler of `campaign`."""
    account = make.make_account("labeler")
    make.make_membership(campaign, account, role="labeler")
    return account


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody with an account and no campaign."""
    return make.make_account("stranger")


# --- the real site and the real worker


@pytest.fixture(scope="session")
def web_server(django_db_setup: None) -> Iterator[Site]:
    """One web server for all tests of this process; started when the first test needs it."""
    folder = Path(settings.VAR_DIR) / "site"
    folder.mkdir()
    site = Site(database_url(), folder)
    site.web.start()
    yield site
    site.web.stop()


@pytest.fixture
def live_site(transactional_db: None, web_server: Site) -> Iterator[Site]:
    """The site on an empty database. Rows that a test makes are seen by it at once, and all rows go with the test."""
    if web_server.web.has_ended():  # a test before this one killed it
        web_server.web.stop()
        web_server.web.start()
    yield web_server
    web_server.end_workers()
    eventually(database_is_quiet, every=0.1)


def database_is_quiet() -> bool:
    """Whether the web server has finished what pages sent while they closed: emptying the tables would meet it.

    Two looks, a moment apart: a request may just be on its way.
    """
    if connection.vendor != "postgresql":  # SQLite's writers wait for one another
        return True
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(f"{others} AND state <> 'idle'")
            if cursor.fetchone() != (0,):
                return False
            cursor.execute("SELECT pg_sleep(0.1)")
    return True


@pytest.fixture
def worker(live_site: Site) -> Program:
    """A running Celery worker with beat, on the live site's database."""
    return live_site.start_worker()


# --- the browser


def find_chromium() -> str:
    """What the set-up has found or brought, else a failure with the commands that bring one."""
    if found := chromium.find():
        return found
    pytest.fail(chromium.MISSING, pytrace=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium that finds no host but this machine."""
    with sync_playwright() as playwright:
        arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        started = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield started
        started.close()
        # Beside the browser's event loop Django has another connection, which nobody finds once the loop has ended:
        # left open, it would keep the database from being dropped.
        connections.close_all()


class BrowserErrors(list[str]):
    """What browsers complained about. A test that provokes an error takes it out, or says that its like may come."""

    FAILED_REQUEST = "Failed to load resource: "

    def __init__(self) -> None:
        super().__init__()
        self.may_come: list[str] = []

    def requests_may_fail(self) -> None:
        """Refused and broken requests are part of the test, also those that the page sends while it is closed."""
        self.may_come.append(self.FAILED_REQUEST)

    def heard(self, message: ConsoleMessage) -> None:
        """What a page wrote into the browser's console."""
        if message.type == "error":
            self.append(f"{message.location['url']}: {message.text}")

    @property
    def unexpected(self) -> list[str]:
        """All that nobody announced."""
        return [error for error in self if not any(text in error for text in self.may_come)]


@pytest.fixture
def browser_errors() -> Iterator[BrowserErrors]:
    """What the browser complained about; nothing unexpected may be left at the end."""
    errors = BrowserErrors()
    yield errors
    assert not errors.unexpected, "the browser reported errors: " + "; ".join(errors.unexpected)


@pytest.fixture
def open_page(
    browser: Browser, browser_errors: BrowserErrors, live_site: Site
) -> Iterator[Callable[[User | None], Page]]:
    """Opens a page of the site in a browser profile of its own, signed in as the account given (None: nobody)."""
    contexts: list[BrowserContext] = []

    def open_as(account: User | None = None, locale: str = "en-US") -> Page:
        context = browser.new_context(base_url=live_site.url, viewport={"width": 1280, "height": 800}, locale=locale)
        contexts.append(context)
        if account is not None:
            client = Client()
            client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_site.url}])
        page = context.new_page()
        page.set_default_timeout(30_000)  # a busy machine is no failure
        page.on("pageerror", lambda error: browser_errors.append(f"{page.url}: {error}"))
        page.on("console", browser_errors.heard)
        return page

    yield open_as
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[[User | None], Page]) -> Page:
    """A page of the live site, nobody signed in."""
    return open_page(None)
