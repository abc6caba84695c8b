"""The live page in a browser: events appear by themselves, nothing moves while somebody reads, and it works without scripts."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import pretend
from asking import pretend_live, pretend_site
from baloo.clock import FixedClock
from baloo.ingest.accept import HTTP, Door
from baloo.settings import load_settings
from baloo.web.api.routes import routes
from baloo.web.app import pages_app
from baloo.web.live.ring import Ring
from baloo.web.live.routes import routes as live_routes
from listening import listening

pytestmark = pytest.mark.browser

_AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
_HELLO = '{"test":"hello"}'
_LONG = "a-system-with-a-rather-long-name." * 3
_EVENT = json.dumps({
    "schema": "contribution", "version": 1, "at": "2026-11-20T10:00:00Z", "system": "forum", "kind": "forum.done",
    "actor": {"name": "Ama", "email": "ama@example.org"}, "object": f"https://{_LONG}example.org/",
    "extra": {"note": "<b>x" * 20},
})


@dataclass
class Watched:
    """A served live page, and what it sees."""

    url: str = ""
    ring: Ring = field(default_factory=Ring)
    door: Door = field(default_factory=lambda: Door(
        pretend.registry, FixedClock(dt.datetime.combine(pretend.TODAY, dt.time(12), dt.UTC)),
        load_settings(Path("none.toml"), {})))

    def sees(self, body: str, *, tag: str | None = None, sender: str | None = None) -> None:
        """A body comes through the door."""
        self.ring.saw(self.door.accept(body.encode(), namespace="baloo", sender=sender, via=HTTP), body.encode(), tag)


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    """Marula's live page, served."""
    found, site, stop = Watched(), pretend_site(), threading.Event()
    live = pretend_live(site, found.ring, leaving=stop.is_set)
    with listening(pages_app(site, lambda: None, [*routes(), *live_routes(live)])) as address:
        found.url = f"{address}/live"
        yield found
        stop.set()


@pytest.fixture
def page(browser: Browser, watched: Watched) -> Iterator[Page]:
    """A reader whose page is open and connected."""
    with browser.new_context() as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        opened = context.new_page()
        opened.goto(watched.url)
        expect(opened.locator("#state")).to_have_text("New events appear at the top.")
        yield opened


def _newest(page: Page) -> str:
    return page.locator("#events > li").first.get_attribute("id") or ""


def test_the_curl_line_is_explained_while_one_watches(page: Page, watched: Watched) -> None:
    """What is sent appears by itself; opened, it says what was wrong, where, and what to do."""
    watched.sees(_HELLO)
    row = page.locator(f"#e{watched.ring.last}-0")
    row.locator("summary").click()

    expect(row).to_contain_text("No key of this object is one of an event.")
    expect(row).to_contain_text("the event as a whole")
    expect(row).to_contain_text("What to do")
    expect(row).to_contain_text("Send schema, version, at, system, kind and actor")
    expect(row.locator("pre")).to_have_count(0)


def test_nothing_moves_while_one_reads(page: Page, watched: Watched) -> None:
    """While an event is open new ones wait; when it is closed they are there."""
    watched.sees(_HELLO)
    first = page.locator(f"#e{watched.ring.last}-0 summary")
    first.click()
    watched.sees(_EVENT, sender="forum")
    expect(page.locator("#state")).to_have_text("Nothing moves while you read one. New events wait.")
    page.wait_for_timeout(1500)
    held = _newest(page)
    first.click()
    page.locator("h1").click()

    expect(page.locator(f"#e{watched.ring.last}-0")).to_be_visible()
    assert held == f"e{watched.ring.last - 1}-0"


def test_a_pause_lasts_until_one_goes_on(page: Page, watched: Watched) -> None:
    """The button stops the list, and lets what waited in."""
    page.get_by_role("button", name="Pause").click()
    watched.sees(_HELLO)
    page.wait_for_timeout(1500)
    waiting = page.locator(f"#e{watched.ring.last}-0").count()
    page.get_by_role("button", name="Go on").click()

    expect(page.locator(f"#e{watched.ring.last}-0")).to_be_visible()
    assert waiting == 0


def test_the_command_can_be_copied(page: Page, watched: Watched) -> None:
    """An own event has the command that sends it again, to the letter, in the clipboard."""
    page.goto(f"{watched.url}?tag=ama-7f3k")
    expect(page.locator("#state")).to_have_text("New events appear at the top.")
    watched.sees(_EVENT, tag="ama-7f3k")
    row = page.locator(f"#e{watched.ring.last}-0")
    row.locator("summary").click()
    row.get_by_role("button", name="Copy as curl").click()
    expect(page.locator("#state")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")

    assert copied.startswith(f"curl -X PUT {watched.url.removesuffix('/live')}/submit/baloo/")
    assert f"--data-binary '{_EVENT}'" in copied


def test_without_scripts_the_page_shows_what_came_last(browser: Browser, watched: Watched) -> None:
    """Events, their explanation and a link to load the page anew are there; what needs a script is not."""
    watched.sees(_HELLO)
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(watched.url)
        row = page.locator(f"#e{watched.ring.last}-0")
        row.locator("summary").click()

        expect(row).to_contain_text("What to do")
        expect(page.get_by_role("link", name="Reload")).to_be_visible()
        assert page.locator("button:visible", has_text="Pause").count() == 0
        assert page.locator("button:visible", has_text="Copy").count() == 0


def test_no_complaint_and_nothing_sticks_out(context: BrowserContext, watched: Watched) -> None:
    """With events of every sort open, in light and dark, wide and narrow: no console message, no overflow, and axe is content."""
    watched.sees(_HELLO, tag="ama-7f3k")
    watched.sees(_EVENT, tag="ama-7f3k", sender="forum")
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{watched.url}?tag=ama-7f3k")
    expect(page.locator("#state")).to_have_text("New events appear at the top.")
    for summary in page.locator("#events summary").all()[:2]:
        summary.click()
    expect(page.locator("details[open]")).to_have_count(2)
    page.evaluate(_AXE)
    found = page.evaluate("axe.run()")
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    small = page.evaluate("""[...document.querySelectorAll('main a, main button, main summary, main input, main select')]
        .filter(a => a.getClientRects().length && a.getBoundingClientRect().height < 24).map(a => a.outerHTML)""")
    page.close()

    assert said == []
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]] == []
    assert not wide
    assert small == []
