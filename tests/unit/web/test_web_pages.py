"""What the pages say, and how they answer."""

from __future__ import annotations

import asyncio
import gzip
import html.parser
import re
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from types import SimpleNamespace

import pytest

import pretend
from asking import Ask, asking, pretend_site
from baloo.charts import Drawing, Picture
from baloo.charts.picture import Size
from baloo.errors import UnknownName
from baloo.metrics.answers import NothingCounted
from baloo.watch.heard import Heard
from baloo.web.app import pages_app
from baloo.web.headers import POLICY
from baloo.web.pages.addresses import first_visit
from baloo.web.renderer import LocalRenderer

PAGES = (
    "/", "/areas", "/areas/coding", "/areas/support", "/areas/translation", "/areas/translation/fr", "/areas/archive",
    "/organisations/moco", "/systems", "/systems/chat", "/systems/meet", "/definitions", "/definitions/support/regular",
    "/status", "/privacy", "/about", "/api", "/?staff=no", "/?as_of=2024-02-29", "/?ahead=yes", "/charts/active",
    "/charts/areas/support/cohorts", "/charts/areas/support/moves?staff=no", "/charts/systems/chat/changes",
)
_ANSWERED: dict[str, tuple[int, list[str]]] = {}  # each link is asked once, whatever number of pages it stands on


class _Page(html.parser.HTMLParser):
    """Links, ids, headings and tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what there is."""
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag in {"a", "link"} and found.get("href"):
            self.links.append(str(found["href"]))
        if "id" in found:
            self.ids.append(str(found["id"]))


@pytest.mark.parametrize("address", PAGES)
def test_every_link_leads_somewhere(ask: Ask, address: str) -> None:
    """Each link of a page is answered with 200, its anchor stands on the page; the API and forms have their own tests."""
    page = _Page(ask(address).text)

    for link in dict.fromkeys(page.links):
        if link.startswith(("https://", "#", "/api/v1/", "/health", "/requests", "/join")):
            continue
        path, _, anchor = link.partition("#")
        if path.startswith("?"):
            path = address.partition("?")[0] + path
        if path not in _ANSWERED:
            answer = ask(path)
            html = answer.headers["content-type"].startswith("text/html")
            _ANSWERED[path] = answer.status_code, _Page(answer.text).ids if html else []
        status, ids = _ANSWERED[path]
        assert status == 200, link
        assert not anchor or anchor in ids, link
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_keeps_the_strict_policy(ask: Ask, address: str) -> None:
    """No style, no script, nothing from elsewhere; the headers say so."""
    answer = ask(address)
    page = _Page(answer.text)

    assert answer.headers["content-security-policy"] == POLICY
    assert not {tag for tag, _ in page.tags} & {"script", "style", "iframe", "img", "form"}
    assert not [attrs for _, attrs in page.tags if {name for name in attrs if name.startswith("on") or name == "style"}]
    assert all(attrs["href"].startswith("/static/") for tag, attrs in page.tags if tag == "link" and attrs["href"])


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_well_made(ask: Ask, address: str) -> None:
    """One `h1`, headings that skip no level, ids that stand once, tables with scopes, under 30 KB packed."""
    answer = ask(address)
    page = _Page(answer.text)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]

    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.ids) == len(set(page.ids))
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    assert len(gzip.compress(answer.content)) <= 30 * 1024


def test_the_stylesheet_is_small(ask: Ask) -> None:
    """The stylesheet is at most 10 KB packed, kept for ever, under a name that holds its hash."""
    sheet = next(link for link in _Page(ask("/").text).links if link.endswith(".css"))
    answer = ask(sheet)

    assert re.fullmatch(r"/static/baloo\.[0-9a-f]{12}\.css", sheet)
    assert "immutable" in answer.headers["cache-control"]
    assert len(gzip.compress(answer.content)) <= 10 * 1024


def test_home_answers_the_question(ask: Ask) -> None:
    """The home page asks the community's question and says yes where the target is reached."""
    text = ask("/").text

    assert "<h1>Are we a thousand yet?</h1>" in text
    assert "<b>Yes.</b> 1,204 of us are lending a hand." in text
    assert "We passed 1,000 in" in text


@pytest.mark.parametrize(("now", "says"), [
    (950, "<b>Nearly.</b> 50 more and we\u2019re there."), (500, "<b>Not yet.</b> 500 of us are lending a hand; 500 more"),
    (4, "Fewer than five people, so we keep that to ourselves."), (0, "Nobody is active at the moment."),
])
def test_home_says_how_far_it_is(now: int, says: str) -> None:
    """Nearly, not yet, too few to say, and nobody have their words."""
    answers = pretend.PretendAnswers()
    answers.numbers["community"] = (now, now)

    with asking(pretend_site(lambda: answers)) as ask:
        assert says in ask("/").text


def test_numbers_of_few_people_are_not_shown(ask: Ask) -> None:
    """An area of three people says `fewer than five`, in its row, on its page and in its files."""
    assert '<td role="cell" class="num now few">fewer than five</td>' in ask("/").text
    assert "Fewer than five people, so we keep that to ourselves." in ask("/areas/archive").text
    assert "fewer than five" in ask("/charts/areas.csv").text
    assert not re.search(r"^archive,3,", ask("/charts/areas.csv").text, re.MULTILINE)


def test_a_community_of_few_has_no_empty_pictures() -> None:
    """Where every number is of few people the pages say so once, in words that fit, without a trend or a pathway of nothing."""
    answers = pretend.PretendAnswers(dict.fromkeys(pretend.PretendAnswers().numbers, (0, 1)))

    with asking(pretend_site(lambda: answers)) as ask:
        home, area = ask("/").text, ask("/areas/support").text
    assert '<p class="numeral words" aria-hidden="true">fewer than five</p>' in home
    assert "<p>Fewer than five people, so we keep that to ourselves.</p></figcaption>" in home
    assert 'class="funnel"' not in area


def test_what_was_refused_is_shown_with_what_to_do() -> None:
    """The status groups refused events by reason and system, each with its remedy."""
    found = (("unknown-kind", "forum", 2), ("not-json", None, 1))
    waiting = [SimpleNamespace(slug=slug, system=system, count=n) for slug, system, n in found]

    with asking(pretend_site(waiting=waiting)) as ask:
        text = ask("/status").text
    assert "<code>unknown-kind</code><small>Use a kind of this system, or declare it under <code>kinds:</code>" in text
    assert text.index("unknown-kind") < text.index("not-json")


def test_the_status_asks_once_how_far_the_systems_are():
    """Whose history is in and who pushes is read once for the page: one file a system."""
    site, asked = pretend_site(), []
    site._heard = lambda: (asked.append(1), Heard())[1]
    with asking(site) as ask:
        ask("/status")

    assert asked == [1]


@pytest.mark.parametrize("address", ["/systems/forum", "/status"])
def test_what_is_tried_out_is_shown(ask: Ask, address: str) -> None:
    """A system's page and the status say how many events of staging arrived, when the last did, and that they do not count."""
    page = ask(address).text

    assert "12 events, the last on Friday 20 November 2026, 09:30 UTC. They are staging: stored, and never counted." in page
    assert "Tried out" not in ask("/systems/wiki").text


def test_former_ids_lead_to_the_present_one(ask: Ask) -> None:
    """An area's former id is redirected for ever, on its page and on its definitions."""
    area, rule = ask("/areas/help"), ask("/definitions/help/regular")

    assert (area.status_code, area.headers["location"]) == (301, "/areas/support")
    assert (rule.status_code, rule.headers["location"]) == (301, "/definitions/support/regular")


def _set(hint: str) -> str:
    """A hint as a page sets it: what stands in backticks is code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", hint)


@pytest.mark.parametrize(("address", "hint"), [
    ("/areas/suport", "Did you mean `support`?"), ("/systems/chatt", "Did you mean `chat`?"),
    ("/definitions/support/regula", "Did you mean `regular`?"), ("/charts/activ.csv", "Did you mean `active`?"),
    ("/charts/active.gif", "csv, embed, json, metadata.json, png, svg, vl.json"), ("/charts/activ", "Did you mean `active`?"),
    ("/badges/suport.svg", "Did you mean `support`?"), ("/badges/support.png", "Did you mean `support.svg`?"),
    ("/areas/translation/fx", "There is no part `fx`."), ("/nowhere", "under the rocks"),
])
def test_what_is_not_there_is_said_kindly(ask: Ask, address: str, hint: str) -> None:
    """An unknown name gets 404, a page, and the nearest name."""
    answer = ask(address)

    assert answer.status_code == 404
    assert _set(hint) in answer.text
    assert "No page here." in answer.text


@pytest.mark.parametrize(("query", "hint"), [
    ("as_off=2026-01-01", "Did you mean `as_of`?"), ("colour=red", "This page knows no `colour`."),
    ("as_of=yesterday", "`as_of` is a day"), ("as_of=2999-01-01", "lies between"), ("staff=maybe", "`staff` is `yes` or `no`"),
])
def test_a_query_that_cannot_be_read_is_refused(ask: Ask, query: str, hint: str) -> None:
    """Unknown keys and values get 400 and say what to write."""
    answer = ask(f"/?{query}")

    assert answer.status_code == 400
    assert _set(hint) in answer.text


def test_an_address_cannot_write_on_the_page(ask: Ask) -> None:
    """What an address says stands escaped on the error page."""
    answer = ask("/areas/%3Cscript%3Ealert(1)%3C%2Fscript%3E")

    assert "<script" not in answer.text


def test_the_same_state_is_not_sent_twice(ask: Ask) -> None:
    """A page asked for with its own mark, among others or as a strong one, or with any, is answered 304."""
    first = ask("/")
    mark = first.headers["etag"]
    again = ask("/", if_none_match=mark)

    assert again.status_code == 304
    assert not again.content
    assert "public" in first.headers["cache-control"]
    assert {ask("/", if_none_match=named).status_code for named in (f'"x", {mark}', mark[2:], "*")} == {304}
    assert {ask("/", if_none_match=named).status_code for named in ('W/"x"', "")} == {200}


def test_head_is_get_without_the_body(ask: Ask) -> None:
    """HEAD has the headers of GET and nothing else."""
    whole, head = ask("/about"), ask("/about", "HEAD")

    assert head.status_code == 200
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert not head.content


def test_other_methods_are_not_answered_by_pages(ask: Ask) -> None:
    """A page takes no POST: 405 with what is allowed; an address where nothing stands is 404 whatever is asked of it."""
    refused = ask("/", "POST")

    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    assert "This page can only be read." in refused.text
    assert ask("/nowhere", "POST").status_code == 404


def test_a_page_is_packed_only_for_those_who_can_unpack(ask: Ask) -> None:
    """gzip is sent where it is asked for, and plain text where not."""
    packed, plain = ask("/about", accept_encoding="gzip"), ask("/about", accept_encoding="identity")

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text


def test_a_demo_says_so_on_every_page() -> None:
    """Where the community is invented, each page says it."""
    with asking(pretend_site(BALOO_DEMO="true")) as ask:
        assert all("This community is invented." in ask(address).text for address in PAGES)


def test_before_the_first_count_there_is_a_page() -> None:
    """Where nothing was counted, the page says what to do; definitions and privacy need no counts."""
    def nothing() -> pretend.PretendAnswers:
        raise NothingCounted

    with asking(pretend_site(nothing)) as ask:
        assert "Nothing here yet." in ask("/").text
        assert ask("/").status_code == 200
        assert "What does it take" in ask("/definitions/support/regular").text
        assert ask("/status").status_code == 200


def test_a_fault_is_owned_and_numbered(caplog: pytest.LogCaptureFixture) -> None:
    """A fault of ours gets 500, a page and a reference that the log has too."""
    class Broken(pretend.PretendAnswers):
        def flows(self, *_: object, **__: object) -> None:
            """Break."""
            raise ZeroDivisionError

    with asking(pretend_site(Broken)) as ask:
        answer = ask("/")

    reference = re.search(r"Reference ([0-9A-F]{4})", answer.text)
    assert answer.status_code == 500
    assert reference
    assert reference[1] in caplog.text


def test_a_new_count_makes_new_pages() -> None:
    """When the counts change, the mark and the page change with them."""
    answers = pretend.PretendAnswers()

    with asking(pretend_site(lambda: answers)) as ask:
        before = ask("/")
        answers.version, answers.numbers["community"] = 8, (538, 1300)
        after = ask("/")

    assert before.headers["etag"] != after.headers["etag"]
    assert "1,300 of us" in after.text


def test_an_unknown_scope_is_an_unknown_name() -> None:
    """The pretended answers refuse what the true ones refuse."""
    with pytest.raises(UnknownName):
        pretend.PretendAnswers().count("area:nowhere")


def test_what_was_opened_is_closed_with_the_server() -> None:
    """The application begins when a server starts, and lets go of what it holds when it stops, not before it has begun."""
    done: list[str] = []

    def begin() -> None:
        time.sleep(0.2)
        done.append("begun")

    app = pages_app(pretend_site(), lambda: done.append("closed"), begin=begin)
    sent: list[str] = []

    async def life() -> None:
        messages = iter(("lifespan.startup", "lifespan.shutdown"))

        async def receive() -> dict[str, str]:
            return {"type": next(messages)}

        async def send(message: dict[str, str]) -> None:
            sent.append(message["type"])

        await app({"type": "lifespan", "asgi": {}, "state": {}}, receive, send)  # type: ignore[arg-type,typeddict-item]

    asyncio.run(life())

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert done == ["begun", "closed"]


def test_the_first_visitor_finds_the_home_page_made() -> None:
    """What the server makes at its start is what the first visitor is shown: nothing is drawn again."""

    class Tired(LocalRenderer):
        def begin(self, picture: Picture, sizes: Sequence[Size]) -> Callable[[], tuple[Drawing, ...]]:
            raise AssertionError("It was drawn again.")

    site = pretend_site()
    first_visit(site)
    site.renderer = Tired()

    with asking(site) as ask:
        assert ask("/").status_code == 200
        assert ask("/areas/coding").status_code == 500
