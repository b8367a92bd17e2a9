"""A real browser for the tests: the Chromium of this machine, which may call this machine and nothing else."""

import shutil
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from tests.brokers import missing

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def a_browser():
    """The browser while the block runs; the test is skipped with a reason where there is none."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        missing(f"there is no browser here: none of {', '.join(_NAMES)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            browser.close()


class Window:
    """A window with a page; `complaints` has what the browser's console says, and calls to anywhere else."""

    def __init__(self, browser, **options):
        self._context = browser.new_context(**options)
        self.complaints = []
        self._context.route(lambda url: urlsplit(url).hostname != "127.0.0.1", self._refuse)
        self.page = self._context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))

    def _heard(self, said):
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def _refuse(self, route):
        self.complaints.append(f"called {route.request.url}")
        route.abort()

    def close(self):
        self._context.close()
