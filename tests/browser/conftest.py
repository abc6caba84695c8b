"""A served site, a browser, and one context for each scheme and width.

They live as long as a module: Playwright keeps an event loop running, in which no other test could run its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from asking import pretend_site
from baloo.watch.requests import Asked, accept, ask
from baloo.web.api.routes import routes
from baloo.web.app import pages_app
from baloo.web.pages.requests import routes as request_routes
from listening import listening
from persons import NOON, persons_parts

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where Marula's site is served, labelled as a demo; one request is shown on it."""
    folder = tmp_path_factory.mktemp("site")
    with persons_parts(folder) as parts:
        wanted = Asked("The town's wiki", "People write pages there.", "many", "https://wiki.example.org")
        accept(parts.records, ask(parts.records, wanted, now=NOON), folder, who="tove", now=NOON)
        app = pages_app(pretend_site(BALOO_DEMO="true"), lambda: None, [*routes(), *request_routes(parts)])
        with listening(app) as found:
            yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if _CHROMIUM is None:
        pytest.skip("Chromium is missing: install it with `apt install chromium` to run the browser tests.")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """The colours that the reader's system asks for."""
    return str(request.param)


@pytest.fixture(scope="module", params=[1280, 360])
def context(request: pytest.FixtureRequest, browser: Browser, scheme: str) -> Iterator[BrowserContext]:
    """A reader with a desktop or a phone."""
    made = browser.new_context(color_scheme=scheme, viewport={"width": request.param, "height": 900})  # type: ignore[arg-type]
    yield made
    made.close()
