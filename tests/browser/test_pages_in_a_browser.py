"""The pages in a browser: no complaint, nothing sticks out, nothing from elsewhere, and axe finds nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

PAGES = (
    "/", "/areas", "/areas/support", "/areas/translation", "/areas/archive", "/organisations/moco", "/systems", "/systems/chat",
    "/definitions", "/definitions/support/regular", "/status", "/requests", "/runs",
    "/join?system=forum&volume=few", "/privacy", "/about", "/api", "/charts/active",
    "/charts/areas/support/cohorts", "/charts/areas/support/moves.embed",
)
_AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def _complaints(page: Page) -> list[str]:
    """What the browser's console says, violations of the policy among it; filled while the page is used."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(context: BrowserContext, address: str, path: str) -> None:
    """No message in the console, no horizontal scrolling, no request to anywhere else, and axe finds nothing."""
    page = context.new_page()
    said, asked = _complaints(page), []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(address + path)
    for opener in page.locator("details > summary").all():
        opener.click()
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.evaluate(_AXE)
    found = page.evaluate("axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' ')}`))")
    page.close()

    assert found == []
    assert over == 0
    assert said == []
    assert [url for url in asked if not url.startswith(address)] == []


def test_a_long_word_is_broken(context: BrowserContext, address: str) -> None:
    """A name without a space is broken where it stands: a page of them is no wider than the window."""
    page = context.new_page()
    page.goto(address + "/areas/support")
    names = page.locator("h1, h2, th a, .lead, .crumbs a")
    names.evaluate_all("all => all.forEach(one => { one.textContent = 'Donaudampfschifffahrtsgesellschaft'.repeat(3) })")
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.close()

    assert over == 0


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The site of somebody else: its folder and its address."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_figure_stands_in_the_frame_of_another_site(browser: Browser, address: str, elsewhere: tuple[Path, str]) -> None:
    """What is embedded is shown in a frame on a page of somebody else's, where a whole page is not."""
    folder, theirs = elsewhere
    framed = ("/charts/areas/support/moves.embed", "/areas/support")
    (folder / "index.html").write_text("".join(f'<iframe src="{address}{path}"></iframe>' for path in framed), "utf-8")
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(theirs)

        assert page.frame_locator("iframe >> nth=0").locator("svg.chart").count() == 2
        assert page.frame_locator("iframe >> nth=1").locator("svg.chart").count() == 0


@pytest.mark.parametrize("path", ["/", "/areas/support"])
def test_a_page_is_whole_without_javascript(browser: Browser, address: str, path: str) -> None:
    """With JavaScript off the picture is there, and the numbers below it open."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address + path)
        table = page.locator("#trend details table")
        hidden = table.is_visible()
        page.locator("#trend summary").click()

        assert not hidden
        assert table.is_visible()
        assert page.locator("#trend svg.wide").is_visible()


def test_each_width_has_its_drawing(browser: Browser, address: str) -> None:
    """A phone is shown the narrow drawing, a desktop the wide one, and paper the wide one too."""
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        page.goto(address)
        narrow = page.locator("#trend svg.narrow").is_visible(), page.locator("#trend svg.wide").is_visible()
        page.emulate_media(media="print")
        paper = page.locator("#trend svg.narrow").is_visible(), page.locator("#trend svg.wide").is_visible()

    assert narrow == (True, False)
    assert paper == (False, True)


@pytest.mark.parametrize("path", ["/", "/areas/support"])
def test_letters_in_a_drawing_can_be_read_on_a_phone(browser: Browser, address: str, path: str) -> None:
    """At 360 px no letter of a drawing is smaller than 11 px."""
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"{address}{path}")
        smallest = page.evaluate("""Math.min(...[...document.querySelectorAll('svg.narrow text')].map(
            t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a))""")

    assert smallest >= 11


def test_the_keyboard_reaches_the_page_first(browser: Browser, address: str) -> None:
    """The first stop of the tab key leads past the menu, and shows itself."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        box = skip.bounding_box()
        page.keyboard.press("Enter")

        assert box is not None
        assert box["height"] >= 24
        assert page.evaluate("document.activeElement.id") == "main"


def test_targets_are_large_enough(browser: Browser, address: str) -> None:
    """Links of menus, tables and downloads are at least 24 px high."""
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        page.goto(address)
        small = page.evaluate("""[...document.querySelectorAll('nav a, table a, .downloads a, summary')]
            .filter(a => a.getClientRects().length && a.getBoundingClientRect().height < 24).map(a => a.outerHTML)""")

    assert small == []


def test_forced_colours_keep_the_line(browser: Browser, address: str) -> None:
    """With forced colours the drawing's line and the table's small lines still stand out from the page."""
    with browser.new_context(forced_colors="active") as context:
        page = context.new_page()
        page.goto(address)
        colours = page.evaluate("""['#trend svg.wide path[stroke]', '.spark path'].map(
            s => getComputedStyle(document.querySelector(s)).stroke)""")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert all(colour not in {ground, "none"} for colour in colours)
