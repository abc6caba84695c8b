"""A person's own side: signed links, choices, opting out, and the marks by which events are suppressed."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from baloo.errors import Forbidden, InputError
from baloo.people.find import find
from baloo.people.hands import exclude, link, unlink
from baloo.people.links import (
    LINK_SECONDS,
    VISIT_SECONDS,
    begin_visit,
    code_for,
    join_own,
    make_link,
    open_link,
    own_addresses,
    read,
    visitor,
)
from baloo.people.marks import Suppressed
from baloo.people.own import choose, hidden_people, opt_in, opt_out, own, shown_names
from baloo.people.reader import Reader
from baloo.people.refer import person_of
from baloo.people.resolver import Actor, Resolver
from baloo.queue.base import Event
from baloo.records.store import Records

SECOND = 1_000_000


def seen(records: Records, *actors: Actor) -> list[int]:
    """The identities of actors who did something; persons are found after."""
    rest: tuple[Any, ...] = (None, "{}", "production", 1)
    events = [Event("i", "event", "1", 1, None, actor.system, "k", *actor[1:], *rest) for actor in actors]
    ids = [identity for identity, _ in Resolver(records).resolve(events)]
    find(records)
    return ids


AMA = Actor("forum", "a1", "ama", "ama@example.org", "Ama Owusu")
JUN = Actor("forum", "a2", "jun", "jun@example.org", "Jun Sato")


def test_a_link_begins_one_visit_and_no_second(records: Records) -> None:
    """A link is good once; the visit that it begins is of its identity, and ends by itself."""
    (ama,) = seen(records, AMA)
    token = make_link(records, ama, " AMA@example.org", who="tove", now=0)

    assert read(records, token, now=1).identity == ama  # looking uses nothing up
    cookie = open_link(records, token, now=1)

    assert visitor(records, cookie, now=2).identity == ama
    with pytest.raises(Forbidden, match="used"):
        open_link(records, token, now=2)
    with pytest.raises(Forbidden, match="over"):
        visitor(records, cookie, now=1 + VISIT_SECONDS * SECOND)


@pytest.mark.parametrize("wrong", ["", ".", "a.b", "é", "x" * 9000])
def test_what_is_not_signed_by_us_is_no_link(records: Records, wrong: str) -> None:
    """Any other text is refused, and so is a link that is too old, changed, cut off, or a cookie, and a cookie that is a link."""
    (ama,) = seen(records, AMA)
    token, cookie = make_link(records, ama, "ama@example.org", who="tove", now=0), begin_visit(records, ama, now=0)

    for bad in (wrong, token[:-1], "A" + token[1:], cookie):
        with pytest.raises(Forbidden):
            read(records, bad, now=1)
    with pytest.raises(Forbidden, match="too old"):
        read(records, token, now=LINK_SECONDS * SECOND)
    with pytest.raises(Forbidden):
        visitor(records, token, now=1)


def test_nothing_personal_stands_in_a_link(records: Records) -> None:
    """Neither a link nor a cookie holds a name, an account or an address, readable or packed."""
    (ama,) = seen(records, AMA)
    for token in (make_link(records, ama, "ama@example.org", who="tove", now=0), begin_visit(records, ama, now=0)):
        body = token.partition(".")[0]
        plain = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode().casefold()

        assert not any(word in plain for word in ("owusu", "example", "@"))


def test_an_address_that_others_use_proves_nothing(records: Records) -> None:
    """A link goes to an address of the person's own: not to a shared one, one that stands for nobody, or somebody else's."""
    ama, jun = seen(records, AMA, JUN._replace(email="team@example.org"))
    seen(records, Actor("code", email="team@example.org", name="Tove"), Actor("code", email="nobody@localhost", name="Ama Owusu"))
    unlink(records, [(jun, 3)], who="tove")

    assert own_addresses(records, ama) == ["ama@example.org"]
    assert own_addresses(records, jun) == []
    for address in ("team@example.org", "nobody@localhost", "jun@example.org", ""):
        with pytest.raises(InputError, match="alone"):
            make_link(records, ama, address, who="tove", now=0)


def test_who_opens_two_links_joins_what_they_prove(records: Records) -> None:
    """A visit of one identity and a link of another, or a code that only its account can write, make them one person."""
    ama, other = seen(records, AMA, Actor("code", email="ama@home.example", name="A. O."))
    visit = visitor(records, open_link(records, make_link(records, ama, "ama@example.org", who="tove", now=0), now=1), now=2)

    join_own(records, visit.identity, other, proof="link", now=3)

    assert person_of(records, other) == person_of(records, ama)
    assert code_for(records, ama, other) == code_for(records, ama, other) != code_for(records, other, ama)


def test_a_choice_holds_for_the_whole_person_and_the_last_one_counts(records: Records) -> None:
    """Name and hiding are found by whichever identity of the person is asked, and survive a merge."""
    ama, other = seen(records, AMA, Actor("code", email="ama@home.example", name="A. O."))
    choose(records, ama, shown_name="  Ama O. ", hidden=False, now=1)
    link(records, [(ama, other)], who="tove")

    choose(records, other, shown_name="Ama the First", hidden=True, now=2)
    person = person_of(records, ama)

    assert own(records, ama).shown_name == own(records, other).shown_name == "Ama the First"
    assert shown_names(records, [person]) == {person: "Ama the First"}
    assert hidden_people(records, [person]) == {person}
    choose(records, ama, shown_name=None, hidden=False, now=3)
    assert (shown_names(records, [person]), hidden_people(records, [person])) == ({}, set())
    with pytest.raises(InputError, match="one line"):
        choose(records, ama, shown_name="a\nb", hidden=False, now=4)


def test_what_is_known_of_a_person_is_told_whole(records: Records) -> None:
    """Every identity, with every username, address and name that it was seen with."""
    ama, *_ = seen(records, AMA, AMA._replace(name="Ama O.", email="ama@home.example"), JUN)

    known = own(records, ama)

    assert [(one.id, one.account, one.addresses, one.names) for one in known.identities] == [
        (ama, "a1", ("ama@example.org", "ama@home.example"), ("Ama Owusu", "Ama O."))]
    assert known.addresses == ("ama@example.org", "ama@home.example")
    with pytest.raises(InputError, match="no such identity"):
        own(records, 99)


def test_who_opted_out_is_suppressed_until_they_opt_in(records: Records) -> None:
    """Their events are known by account, by username or by address, on the systems where they are theirs; others' are not."""
    ama, _ = seen(records, AMA, JUN)
    door = Suppressed(records)

    assert door.nobody
    opt_out(records, ama, who="person", now=1)
    door.renew()

    assert not door.nobody
    assert Reader(records).changes(None, ()).excluded == [ama]
    for actor in (AMA, Actor("forum", "a1"), Actor("forum", None, "ama"), Actor("code", email="AMA@example.org", name="x")):
        assert door.covers(*actor)
    for actor in (JUN, Actor("forum", "a9", "ama"), Actor("code", "a1"), Actor("code", email="x@example.org", name="Ama Owusu")):
        assert not door.covers(*actor)
    opt_in(records, ama, who="person", now=2)
    door.renew()
    assert door.nobody
    assert Reader(records).changes(None, ()).excluded == []


def test_a_mailbox_and_a_name_of_others_is_no_mark(records: Records) -> None:
    """Whoever shares a mailbox with somebody who opted out, or has a former username of theirs, goes on being counted."""
    ama, jun = seen(records, AMA._replace(email="team@example.org"), JUN._replace(email="team@example.org", username="ama"))
    unlink(records, [(ama, jun)], who="tove")
    opt_out(records, ama, who="person", now=1)
    door = Suppressed(records)
    door.renew()

    assert door.covers("forum", "a1", None, "team@example.org", None)
    assert not door.covers("forum", "a2", "ama", "team@example.org", "Jun Sato")
    assert not door.covers("forum", None, "ama", None, None)


def test_who_is_taken_for_a_bot_can_opt_out(records: Records) -> None:
    """Their events are dropped, as they asked; and who opted out does not become a bot."""
    (ama,) = seen(records, AMA)
    exclude(records, [ama], why="bot", who="tove")
    opt_out(records, ama, who="person", now=1)
    suppressed = Suppressed(records)
    suppressed.renew()
    exclude(records, [ama], why="bot", who="tove")

    assert own(records, ama).opted_out
    assert suppressed.covers(*AMA)


def test_opting_in_does_not_make_a_bot_a_person(records: Records) -> None:
    """What the operator said of a program is not taken back by it."""
    ama, bot = seen(records, AMA, Actor("code", "build-bot"))
    link(records, [(ama, bot)], who="tove")
    exclude(records, [bot], why="bot", who="tove")

    opt_out(records, ama, who="person", now=1)
    opt_in(records, ama, who="person", now=2)

    assert Reader(records).changes(None, ()).excluded == [person_of(records, ama)]
