"""The pages of loggers in a browser: sound in each scheme and width, found while typing, and whole without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from baloo.access.links import entry_link
from baloo.access.roles import Grant
from baloo.logbook.contributors import named
from baloo.logbook.entry import Entry
from baloo.web.app import pages_app
from baloo.web.signin.gate import Gate
from baloo.web.signin.pages import Desk
from baloo.web.signin.pages import routes as signin_routes
from byhand import TODAY, ByHand, writing
from listening import listening

pytestmark = pytest.mark.browser

_AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
_SMALL = """[...document.querySelectorAll('button, input:not([type=hidden])')]
    .filter(a => a.getClientRects().length && a.getBoundingClientRect().height < 24).map(a => a.outerHTML)"""
_PATIENCE = 30_000  # milliseconds; a busy machine may need them
_TABLE = "who,date,type,text\nama@example.org,2026-11-02,review,Read it\nforum:nobody,2026-11-31,tlak,\n"


@dataclass
class Served:
    """A house whose pages are served."""

    url: str
    house: ByHand

    def enter(self, page: Page) -> None:
        """Sign a logger of Legal in."""
        link = entry_link(self.house.book.records, Grant("logger", "area:legal"), who="operator tove", now=self.house.book.now())
        page.goto(f"{self.url}/sign-in?to=/log&link={link}")
        page.get_by_role("button", name="Begin").click()
        page.wait_for_url("**/log")


@contextmanager
def _served(house: ByHand) -> Iterator[Served]:
    parts, sessions, handlers = writing(house)
    gate = Gate(house.clock, sessions)
    entry = signin_routes(Desk(parts.site, gate, sessions, lambda: None))
    with listening(pages_app(parts.site, lambda: None, [*handlers, *entry], gate=gate)) as address:
        yield Served(address, house)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Marula, where one thing is written down for Legal."""
    house = ByHand(tmp_path_factory.mktemp("by-hand") / "w")
    ama = named(house.book.records, "ama@example.org")
    wanted = house.book.wanted(house.legal, ama, Entry(TODAY, "review", "Read the contract", "https://example.org/"))
    house.book.write(house.legal, [wanted], who="operator tove", how="form")
    house.load()
    with _served(house) as found:
        yield found
    house.close()


def test_pages_of_loggers_are_sound(context: BrowserContext, served: Served) -> None:
    """In light and dark, wide and narrow: no console message, no overflow, targets are large enough, and axe is content."""
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    served.enter(page)
    found, over, small = [], [], []

    def look() -> None:
        page.evaluate(_AXE)
        found.extend(page.evaluate(
            "axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' ')}`))"))
        over.append(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
        small.extend(page.evaluate(_SMALL))

    look()
    page.goto(f"{served.url}/log/legal")
    page.get_by_label("Name, username or address").fill("mens")
    expect(page.get_by_role("radio", name="Ama Mensah")).to_be_checked(timeout=_PATIENCE)  # found while typing
    look()
    page.get_by_role("link", name=re.compile("^Edit.*Ama Mensah")).click()
    expect(page.get_by_role("heading", name="Its trail")).to_be_visible(timeout=_PATIENCE)
    look()
    page.goto(f"{served.url}/log/legal/table")
    page.get_by_label("The table").fill(_TABLE)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("status")).to_contain_text("1 to be written down", timeout=_PATIENCE)
    look()
    page.close()

    assert found == []
    assert over == [0] * 4
    assert small == []
    assert said == []


def test_without_scripts_an_entry_is_written_down(browser: Browser, served: Served) -> None:
    """With JavaScript off somebody is looked for by a button and chosen, and what they did is written down."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        served.enter(page)
        page.get_by_role("link", name="Legal").click()
        page.get_by_label("Name, username or address").fill("jun")
        page.get_by_role("button", name="Look for them").click()
        expect(page.get_by_role("radio", name="Jun Ito")).to_be_checked(timeout=_PATIENCE)
        page.get_by_label("What sort of thing?").select_option("advice")
        page.get_by_label("What did they do?").fill("Told them what it means")
        page.get_by_role("button", name="Write it down").click()
        expect(page.get_by_role("status")).to_contain_text("Written down.", timeout=_PATIENCE)
    served.house.load()

    stood = served.house.book.shelf().entries(served.house.legal, limit=9)
    assert [one.entry.type for one in stood if one.entry.text == "Told them what it means"] == ["advice"]
