"""The ground that browser, story and kill tests stand on."""

import os

import psutil
from playwright.sync_api import Page

from tests import factories as make
from tests.live import Site, eventually


def test_a_page_of_the_live_site_opens_in_the_browser(page: Page) -> None:
    response = page.goto("/")
    assert response is not None
    assert response.status == 200


def test_the_live_site_sees_rows_that_the_test_makes(live_site: Site) -> None:
    make.make_campaign("seen-from-outside")
    printed = live_site.manage("shell", "-c", "from labeling.models import Campaign as C; print(C.objects.get().slug)")
    assert "seen-from-outside" in printed


def test_a_killed_worker_leaves_no_process_and_starts_again(live_site: Site) -> None:
    worker = live_site.start_worker()
    first = [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]
    assert len(first) >= 3  # the parent and its two processes

    worker.kill()

    assert not any(process.is_running() for process in first)
    worker.start()
    assert eventually(lambda: " ready." in worker.output())
    os.kill(worker.pid, 0)
