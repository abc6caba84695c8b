"""The pages of persons: who may open them, what forms do, and what never leaves them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

import pretend
from asking import Ask, asking
from baloo.access.links import ENTRY_SECONDS, enter
from baloo.access.sessions import NOBODY, SESSION_SECONDS, Sessions
from baloo.metrics.persons import joined
from baloo.people.faces import faces, persons_of
from baloo.people.links import make_link
from baloo.people.own import own
from baloo.people.resolver import Actor
from baloo.people.second import proposed
from baloo.people.suggestions import history, suggested
from baloo.web.people.parts import Parts
from baloo.web.people.routes import routes
from counted import Counted as Written
from persons import NOON, link_of, pairs_to_review, persons_parts, seen, signing_in

_SECOND = 1_000_000


class Visitor:
    """A browser without a screen: keeps the cookie, sends the forms of the page that it saw last."""

    def __init__(self, ask: Ask, parts: Parts) -> None:
        self.ask, self.parts, self.cookie, self.nonce = ask, parts, "", ""

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        answer = self.ask(path, cookie=self.cookie) if self.cookie else self.ask(path)
        found = re.search(r'name="form" value="([^"]+)"', answer.text)
        self.nonce = found[1] if found else ""
        return answer

    def post(self, path: str, body: str, nonce: str | None = None, **headers: str) -> httpx.Response:
        """Send a form."""
        headers |= {"content_type": "application/x-www-form-urlencoded", "cookie": self.cookie}
        answer = self.ask(path, "POST", f"form={self.nonce if nonce is None else nonce}&{body}".encode(), **headers)
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer

    def enter(self, who: str = "operator tove") -> httpx.Response:
        """Begin an operator's session; the answer that sets the cookie."""
        return self.post("/sign-in/link", "to=/people/review&link=" + link_of(self.parts, who))

    def come(self, identity: int, address: str) -> httpx.Response:
        """Open a link to somebody's own page; the answer that sets the cookie."""
        return self.post("/me/open", "link=" + make_link(self.parts.records, identity, address, who="tove", now=NOON))


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    """Empty records; nothing is counted."""
    with persons_parts(tmp_path) as made:
        yield made


def _asked(parts: Parts) -> AbstractContextManager[Ask]:
    gate, entry = signing_in(parts)
    return asking(parts.site, more=[*routes(parts), *entry], gate=gate)


@pytest.fixture
def visitor(parts: Parts) -> Iterator[Visitor]:
    """Somebody who asks."""
    with _asked(parts) as ask:
        yield Visitor(ask, parts)


@pytest.mark.parametrize("path", ["/people/review", "/people/rules", "/people/history", "/people/1", "/audit", "/me", "/me/erase",
                                  "/me/known.json", "/me/contributions.ndjson"])
def test_nobody_sees_names_without_a_session(visitor: Visitor, path: str) -> None:
    """Without a cookie, and with one that is not ours, a page of persons is closed, holds no name, and is not kept."""
    pairs_to_review(visitor.parts.records, 1)
    for cookie in ("", "baloo-session=x.y", "baloo-me=x.y"):
        visitor.cookie = cookie
        answer = visitor.get(path)

        assert answer.status_code == 403
        assert answer.headers["cache-control"] == "no-store"
        assert "Ama" not in answer.text
        assert "example.org" not in answer.text


def test_a_link_opens_one_session_in_one_browser(visitor: Visitor) -> None:
    """Looking at a link uses nothing up; it opens once; no script and no other site gets the cookie; leaving ends it."""
    pairs_to_review(visitor.parts.records, 1)
    token = link_of(visitor.parts)
    looked = [visitor.get(f"/sign-in?link={token}&to=/people/review").status_code for _ in range(2)]
    opened = visitor.post("/sign-in/link", f"link={token}&to=/people/review")
    again = visitor.ask("/sign-in/link", "POST", f"link={token}".encode(), content_type="application/x-www-form-urlencoded")
    page = visitor.get("/people/review")
    stale = visitor.cookie
    visitor.post("/sign-out", "")
    visitor.cookie = stale

    assert looked == [200, 200]
    assert all(part in opened.headers["set-cookie"] for part in ("HttpOnly", "SameSite=lax", "Path=/;"))
    assert opened.headers["location"] == "/people/review"
    assert (again.status_code, "set-cookie" in again.headers) == (403, False)
    assert "Ama Nr000" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert visitor.get("/people/review").status_code == 403


def test_links_and_sessions_end(parts: Parts) -> None:
    """A link is too old after a quarter of an hour, a session after eight; the session knows who asked for the link."""
    sessions, token, begun = Sessions(parts.records), link_of(parts), NOON + ENTRY_SECONDS * _SECOND - 1
    cookie = enter(sessions, token, now=begun)

    assert sessions.caller(cookie, now=begun).who == "operator tove"
    for late, of in ((link_of(parts, "x"), ENTRY_SECONDS), (token, 1)):
        with pytest.raises(Exception, match=r"too old|used"):
            enter(sessions, late, now=NOON + of * _SECOND)
    assert sessions.caller(cookie, now=begun + SESSION_SECONDS * _SECOND) == NOBODY


@pytest.mark.parametrize(("nonce", "headers"), [
    ("", {}), ("x", {}), (None, {"origin": "https://elsewhere.example"}), (None, {"origin": "null"}),
    (None, {"sec_fetch_site": "cross-site"}),
])
def test_a_form_of_another_site_does_nothing(visitor: Visitor, nonce: str | None, headers: dict[str, str]) -> None:
    """Without the session's own token, or from another origin, an answer is refused."""
    ((a, b),) = pairs_to_review(visitor.parts.records, 1)
    visitor.enter()
    visitor.get("/people/review")
    answer = visitor.post("/people/answer", f"person={a}&pair={a}-{b}&answer=yes", nonce, **headers)

    assert answer.status_code == 403
    assert history(visitor.parts.records) == []


def test_answers_are_carried_out_and_taken_back(visitor: Visitor) -> None:
    """Yes joins, no parts, later puts off; each is told on the page that follows, and undo brings the pair back."""
    pairs = pairs_to_review(visitor.parts.records, 3)
    visitor.enter()
    visitor.get("/people/review")
    told = []
    for (a, b), said in zip(pairs, ("yes", "no", "later"), strict=True):
        answer = visitor.post("/people/answer", f"person={a}&pair={a}-{b}&answer={said}", origin="http://marula.example")
        told.append(visitor.get(answer.headers["location"]).text)
    left = suggested(visitor.parts.records, now=NOON)
    batch = history(visitor.parts.records)[-1].batch
    back = visitor.post("/people/undo", f"batch={batch}&person={pairs[0][0]}&pair={pairs[0][0]}-{pairs[0][1]}")
    shown = visitor.get(back.headers["location"]).text

    assert ["Joined:" in told[0], "Kept apart:" in told[1], "Put off for a month:" in told[2]] == [True] * 3
    assert left == []
    assert "Taken back." in shown
    assert [one.pair for one in suggested(visitor.parts.records, now=NOON)] == pairs[:1]
    assert {one.who for one in history(visitor.parts.records)} == {"operator tove"}


def test_a_group_is_answered_as_it_was_shown(visitor: Visitor) -> None:
    """All pairs of a rule are joined in one batch; where the group has changed since it was shown, nothing is done."""
    pairs = pairs_to_review(visitor.parts.records, 6)
    visitor.enter()

    def form() -> str:
        page = visitor.get("/people/rules?rules=same-login").text
        found = re.search(r'name="digest" value="(\w+)"', page)
        return f"rules=same-login&against=&answer=yes&digest={found[1] if found else ''}"

    stale = form()
    a, b = pairs[1]
    visitor.post("/people/answer", f"person={a}&pair={a}-{b}&answer=no")
    refused, before = visitor.post("/people/rules", stale), len(history(visitor.parts.records))
    done = visitor.post("/people/rules", form())
    joined_now = [one for one in history(visitor.parts.records) if one.what == "accepted"]

    assert (refused.status_code, before, done.status_code) == (400, 1, 303)
    assert sorted((one.a, one.b) for one in joined_now) == pairs[3::2]
    assert len({one.batch for one in joined_now}) == 1


def test_a_person_is_shown_and_parted(visitor: Visitor) -> None:
    """Their page has each identity and why it is theirs; the ticked ones are parted, and undo brings them back."""
    ((a, b),) = pairs_to_review(visitor.parts.records, 1)
    visitor.enter()
    visitor.get("/people/review")
    visitor.post("/people/answer", f"person={a}&pair={a}-{b}&answer=yes")
    page = visitor.get(f"/people/{b}").text
    found = visitor.post("/people/find", "who=wiki%3Aw0").headers["location"]
    parted = visitor.post("/people/split", f"person={a}&identity={b}&reason=two+desks")
    apart = persons_of(visitor.parts.records, [a, b])
    visitor.post("/people/undo", f"batch={history(visitor.parts.records)[0].batch}&back=person&person={a}")

    assert "2 identities" in page
    assert "Somebody said that they are the same person." in page
    assert found == f"/people/{a}"
    assert parted.headers["location"].startswith(f"/people/{a}?did=")
    assert apart == {a: a, b: b}
    assert persons_of(visitor.parts.records, [a, b]) == {a: a, b: a}
    assert visitor.post("/people/split", f"person={a}").status_code == 400


def test_what_a_yes_changes_is_told(tmp_path: Path) -> None:
    """Where both are active they become one fewer; where neither is and both are known, perhaps one more; else nothing is."""
    with persons_parts(tmp_path) as parts, _asked(parts) as ask:
        (one, two, three) = pairs_to_review(parts.records, 3)
        visitor = Visitor(ask, parts)
        _write(tmp_path, [("area:coding", "active", one[0]), ("area:coding", "active", one[1]),
                          ("area:events", "known", two[0]), ("area:events", "known", two[1]),
                          ("area:design", "active", three[0])])
        visitor.enter()
        pages = [visitor.get(f"/people/review?person={a}").text for a, _ in (one, two, three)]

    row = r'<tr><th scope="row">([^<]+)</th><td class="num">([^<]+)</td><td class="num"><b>([^<]+)</b>'
    rows = [re.findall(row, page) for page in pages]
    assert rows == [[("Coding", "412", "411")], [("Events", "121", "121 or 122")], []]
    assert "No published number changes." in pages[2]


def test_two_people_are_asked_where_a_number_changes(tmp_path: Path) -> None:
    """With the rule of two the first yes waits, the same person's second is none, another's joins; what changes nothing joins."""
    with persons_parts(tmp_path, BALOO_TWO_PEOPLE_MERGE="true") as parts, _asked(parts) as ask:
        one, two = pairs_to_review(parts.records, 2)
        _write(tmp_path, [("area:coding", "active", one[0]), ("area:coding", "active", one[1])])
        tove, jun = Visitor(ask, parts), Visitor(ask, parts)
        tove.enter("operator tove")
        jun.enter("operator jun")
        tove.get("/people/review")
        jun.get("/people/review")
        yes = "person={0}&pair={0}-{1}&answer=yes"
        tove.post("/people/answer", yes.format(*two))
        tove.post("/people/answer", yes.format(*one))
        own_again = tove.post("/people/answer", yes.format(*one)).headers["location"]
        waiting, before = proposed(parts.records), persons_of(parts.records, [*one, *two])
        asked = jun.get(f"/people/review?person={one[0]}").text
        jun.post("/people/answer", yes.format(*one))
        after, rest = persons_of(parts.records, [*one, *two]), proposed(parts.records)

    assert set(waiting) == {one}
    assert before == {one[0]: one[0], one[1]: one[1], two[0]: two[0], two[1]: two[0]}
    assert own_again.endswith("said=own")
    assert "Somebody else has said yes." in asked
    assert after[one[1]] == one[0]
    assert rest == {}


def test_somebody_chooses_on_their_own_page(visitor: Visitor) -> None:
    """A link opens it once; the name, hiding, opting out and back are as chosen; the file has what is known; it can be left."""
    (ama,) = seen(visitor.parts.records, Actor("forum", "a1", "ama", "ama@example.org", "Ama Owusu"))
    opened = visitor.come(ama, "ama@example.org")
    hello = visitor.get("/me").text
    visitor.post("/me/choose", "name=Ama+%3Cb%3E&hidden=yes")
    chosen = visitor.get("/me").text
    visitor.post("/me/out", "")
    out, known = own(visitor.parts.records, ama), visitor.get("/me/known.json").json()
    visitor.get("/me")
    visitor.post("/me/in", "")
    back = own(visitor.parts.records, ama)
    stale = visitor.cookie
    visitor.post("/me/leave", "")
    visitor.cookie = stale

    assert all(part in opened.headers["set-cookie"] for part in ("HttpOnly", "SameSite=strict", "Path=/;"))
    assert "Hello, Ama Owusu" in hello
    assert "Hello, Ama &lt;b&gt;" in chosen
    assert (out.shown_name, out.hidden, out.opted_out, back.opted_out) == ("Ama <b>", True, True, False)
    assert known["identities"][0]["addresses"] == ["ama@example.org"]
    assert visitor.get("/me").status_code == 403


def test_two_links_join_what_is_ones_own(visitor: Visitor) -> None:
    """Who has a page open and opens the link of another address may join both; nothing is joined unasked."""
    records = visitor.parts.records
    ama, other = seen(records, Actor("forum", "a1", "ama", "ama@example.org"), Actor("wiki", "w1", "kwarteng", "ak@example.net"))
    visitor.come(ama, "ama@example.org")
    link = make_link(records, other, "ak@example.net", who="tove", now=NOON)
    page = visitor.get(f"/me?link={link}").text
    before = persons_of(records, [ama, other])
    done = visitor.post("/me/open", f"join=yes&link={link}")

    assert "Open, and join both" in page
    assert before == {ama: ama, other: other}
    assert done.headers["location"] == "/me?said=joined"
    assert persons_of(records, [ama, other]) == {ama: ama, other: ama}


def test_an_account_is_claimed_with_a_code(visitor: Visitor) -> None:
    """The code is shown for a known account; until it has arrived nobody is joined; an unknown account is said."""
    records = visitor.parts.records
    ama, other = seen(records, Actor("forum", "a1", "ama", "ama@example.org"), Actor("wiki", "w1", "kwarteng"))
    visitor.come(ama, "ama@example.org")
    visitor.get("/me")
    to = visitor.post("/me/claim", "system=wiki&account=kwarteng").headers["location"]
    page = visitor.get(to.partition("#")[0]).text
    unknown = visitor.post("/me/claim", "system=wiki&account=nobody", visitor.nonce)
    early = visitor.post("/me/check", f"claim={other}", visitor.nonce)

    assert to == f"/me?claim={other}#claim"
    assert re.search(r"<code>baloo-claim-[a-z2-7]{16}</code>", page)
    assert unknown.status_code == 400
    assert "said=not-yet" in early.headers["location"]
    assert persons_of(records, [ama, other])[other] == other


def test_being_forgotten_is_asked_twice(visitor: Visitor) -> None:
    """The page says what goes; without the tick nothing happens; with it the erasure is begun and the visit over."""
    from baloo.people.erase import pending  # noqa: PLC0415

    (ama,) = seen(visitor.parts.records, Actor("forum", "a1", "ama", "ama@example.org", "Ama Owusu"))
    visitor.come(ama, "ama@example.org")
    page = visitor.get("/me/erase").text
    unsure = visitor.post("/me/erase", "")
    before = pending(visitor.parts.records)
    sure = visitor.post("/me/erase", "sure=yes")

    assert "nothing brings this back" in page
    assert (unsure.status_code, before) == (400, [])
    assert "You are being forgotten." in sure.text
    assert [one.identities for one in pending(visitor.parts.records)] == [[ama]]
    assert visitor.get("/me").status_code == 403


def test_a_chosen_name_is_what_one_is_called(parts: Parts) -> None:
    """A face has the chosen name first, then names, usernames, accounts, addresses."""
    mail = Actor("git", None, None, "x@example.org")
    ids = seen(parts.records, Actor("forum", "a1", "ama", None, "Ama Owusu"), Actor("wiki", "w1"), mail)
    names = {face.name for face in faces(parts.records, ids).values()}

    assert names == {"Ama Owusu", "w1", "x@example.org"}


@pytest.mark.parametrize(("one", "other", "fewer", "perhaps"), [
    (["area:a active"], ["area:a active"], ["area:a active"], []),
    (["area:a active"], ["area:a known"], [], []),
    (["area:a known", "community known"], ["area:a known", "community known"], [], ["area:a active", "community active"]),
    (["area:a known", "community known"], ["area:b known", "community known"], [], []),
    (["area:a point:p"], ["area:a point:p"], ["area:a point:p"], []),
])
def test_the_effect_of_a_merge(one: list[str], other: list[str], fewer: list[str], perhaps: list[str]) -> None:
    """Counted twice is one fewer; a whole of areas rises only where an area may."""
    held = [frozenset((scope, measure) for scope, measure in (text.split() for text in texts)) for texts in (one, other)]
    effect = joined(*held)

    assert ([" ".join(row) for row in effect.fewer], [" ".join(row) for row in effect.perhaps]) == (fewer, perhaps)


def _write(folder: Path, held: list[tuple[str, str, int]]) -> None:
    """Counts in which persons hold these measures for ever."""
    since, forever = pretend.TODAY - dt.timedelta(30), dt.date(9999, 12, 31)
    Written([(scope, measure, person, since, forever) for scope, measure, person in held]).write(folder / "derived")
