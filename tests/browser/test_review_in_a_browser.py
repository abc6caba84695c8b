"""The review in a browser: by the keyboard alone, and every page of persons sound in each scheme and width.

`make soak` reviews two hundred pairs, each other run a few.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from baloo.people.links import make_link
from baloo.people.suggestions import history, suggested
from baloo.web.app import pages_app
from baloo.web.people.parts import Parts
from baloo.web.people.routes import routes
from listening import listening
from persons import NOON, link_of, pairs_to_review, persons_parts, signing_in

pytestmark = pytest.mark.browser

_AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
_PATHS = (
    "/people/review", "/people/rules", "/people/rules?rules=same-login", "/people/history", "/people/1", "/audit", "/sign-in",
    "/me?claim=2",
    "/me/erase",
)
_PAIRS = 200 if os.environ.get("BALOO_SOAK") else 24


@dataclass
class Served:
    """Pages of persons, served."""

    url: str
    parts: Parts

    def enter(self, page: Page) -> None:
        """Begin an operator's session."""
        page.goto(self.url + "/sign-in?to=/people/review&link=" + link_of(self.parts))
        page.get_by_role("button", name="Begin").press("Enter")
        page.wait_for_url("**/people/review")

    def come(self, page: Page) -> None:
        """Open the page of the first person."""
        link = make_link(self.parts.records, 1, "p0@example.org", who="operator tove", now=NOON)
        page.goto(f"{self.url}/me?link={link}")
        page.get_by_role("button", name="Open my page").press("Enter")
        page.wait_for_url("**/me")


@contextmanager
def _served(parts: Parts) -> Iterator[Served]:
    gate, entry = signing_in(parts)
    with listening(pages_app(parts.site, lambda: None, [*routes(parts), *entry], gate=gate)) as address:
        yield Served(address, parts)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Marula, where pairs wait."""
    with persons_parts(tmp_path_factory.mktemp("review")) as parts:
        pairs_to_review(parts.records, 8)
        with _served(parts) as found:
            yield found


def test_pages_of_persons_are_sound(context: BrowserContext, served: Served) -> None:
    """In light and dark, wide and narrow: no console message, no overflow, targets are large enough, and axe is content."""
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    served.enter(page)
    served.come(page)
    found, over, small = [], [], []
    for path in _PATHS:
        page.goto(served.url + path)
        page.evaluate(_AXE)
        found += page.evaluate("axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' ')}`))")
        over.append(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
        small += page.evaluate("""[...document.querySelectorAll('button, input:not([type=hidden])')]
            .filter(a => a.getClientRects().length && a.getBoundingClientRect().height < 24).map(a => a.outerHTML)""")
    page.close()

    assert found == []
    assert over == [0] * len(_PATHS)
    assert small == []
    assert said == []


def test_without_scripts_the_buttons_answer(browser: Browser, served: Served) -> None:
    """With JavaScript off an answer is a press of a button, and so is taking it back."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        served.enter(page)
        before = len(suggested(served.parts.records))
        page.get_by_role("button", name="No, two people").click()
        expect(page.get_by_role("status")).to_contain_text("Kept apart: Ama Nr000 and editor0")
        after = len(suggested(served.parts.records))
        page.get_by_role("status").get_by_role("button", name="Undo").click()
        expect(page.get_by_role("status")).to_contain_text("Taken back.")

        assert (before, after, len(suggested(served.parts.records))) == (8, 7, 8)
        assert page.get_by_role("heading", name="Ama Nr000").is_visible()


def test_keys_can_be_turned_off(browser: Browser, served: Served) -> None:
    """Who does not want single keys turns them off, and they stay off; a key in a field is a letter."""
    with browser.new_context() as context:
        page = context.new_page()
        served.enter(page)
        page.get_by_label("Find a person").focus()
        page.keyboard.press("y")
        page.get_by_role("button", name="Turn keys off").press("Enter")
        page.reload()
        expect(page.get_by_text("Keys are off.")).to_be_visible()
        page.keyboard.press("y")
        page.wait_for_timeout(200)

        assert len(suggested(served.parts.records)) == 8


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_all_pairs_with_the_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    """From the link to the last answer, with a slip undone in a hundred, a decision costs at most 1.5 keys."""
    pressed = Counter[str]()
    with persons_parts(tmp_path) as parts, _served(parts) as served, browser.new_context() as context:
        pairs_to_review(parts.records, _PAIRS)
        page = context.new_page()
        page.goto(served.url + "/sign-in?to=/people/review&link=" + link_of(parts))

        def press(key: str) -> None:
            pressed[key] += 1
            with page.expect_navigation(wait_until="load"):
                page.keyboard.press(key)

        expect(page.get_by_role("button", name="Begin")).to_be_focused()
        press("Enter")
        for i in range(_PAIRS):
            press("l" if i % 10 == 9 else "ny"[i % 3 > 0])
            if i % 100 == 20:
                press("u")
                press("n")
        left = page.get_by_role("heading", level=1).text_content()
        said = Counter(one.what for one in history(parts.records, limit=1000) if one.undone is None)
        waiting = suggested(parts.records, now=NOON)

    assert left == "Nobody to look at."
    assert waiting == []
    assert sum(said.values()) == _PAIRS
    assert said["later"] == _PAIRS // 10
    assert sum(pressed.values()) / _PAIRS <= 1.5
