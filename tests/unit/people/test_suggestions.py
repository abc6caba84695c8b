"""What the review lists, and what becomes of the answers."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from baloo.errors import InputError
from baloo.people import suggestions as review
from baloo.people.find import find
from baloo.people.reader import Reader
from baloo.people.resolver import Resolver
from baloo.queue.base import Event
from baloo.records.store import Records
from baloo.records.tables import suggestions


def seen(records: Records, accounts: str) -> list[int]:
    """Identities of accounts on one system, each a person."""
    rest: tuple[Any, ...] = (None, None, None, "{}", "production", 1)
    events = [Event("i", "event", "1", 1, None, "s", "k", account, None, *rest) for account in accounts]
    ids = [identity for identity, _ in Resolver(records).resolve(events)]
    find(records)
    return ids


def suggest(records: Records, *rows: tuple[int, int, float, int]) -> None:
    """Suggestions (a, b, score, effect) as a search writes them."""
    with records.engine.begin() as connection:
        for a, b, score, effect in rows:
            values = {"a": a, "b": b, "score": score, "rules": f"rule-{score}", "against": "", "effect": effect, "made": 7}
            connection.execute(sa.insert(suggestions).values(values))


def people(records: Records) -> dict[int, int]:
    """Each identity to its person."""
    return dict(Reader(records).changes(None, ()).members)


def test_the_list_follows_each_answer(records: Records) -> None:
    """Between two persons there is one suggestion, whichever of their identities it came from; joined persons have none."""
    a, b, c = seen(records, "abc")
    suggest(records, (a, b, 0.9, 3), (b, c, 0.8, 5), (a, c, 0.7, 9))
    assert [one.pair for one in review.suggested(records)] == [(a, b), (b, c), (a, c)]

    review.accept(records, [(a, b)], who="tove")

    (one,) = review.suggested(records)
    assert (one.pair, one.stays, one.joins, one.score, one.effect) == ((b, c), a, c, 0.8, 5)
    assert one.rules == ("rule-0.8", "rule-0.7")


def test_who_was_said_to_be_two_is_suggested_no_more(records: Records) -> None:
    """A rejected pair takes every suggestion between its two persons with it."""
    a, b, c = seen(records, "abc")
    suggest(records, (a, c, 0.9, 1), (b, c, 0.8, 1))
    review.accept(records, [(a, b)], who="tove")

    review.reject(records, [(a, c)], who="tove")

    assert review.suggested(records) == []


def test_an_answer_is_undone_whole(records: Records) -> None:
    """Undoing a batch restores each person and each suggestion, and is itself in the history."""
    a, b, c, d = seen(records, "abcd")
    suggest(records, (a, b, 0.9, 1), (c, d, 0.8, 1))
    before = people(records), review.suggested(records)
    done = review.accept(records, [(a, b), (c, d)], who="tove", now=8)
    assert done.identities == (b, d)
    assert people(records) == {a: a, b: a, c: c, d: c}

    review.undo(records, done.batch, who="idris", now=9)

    assert (people(records), review.suggested(records)) == before
    assert [(one.what, one.score, one.undone, one.undone_by) for one in review.history(records, person=c)] == [
        ("accepted", 0.8, 9, "idris")
    ]
    with pytest.raises(InputError, match="already"):
        review.undo(records, done.batch, who="tove")
    with pytest.raises(InputError, match="no such decision"):
        review.undo(records, 99, who="tove")


def test_a_rejection_is_undone_too(records: Records) -> None:
    """What had been joined before somebody said no is joined again; an older answer is not undone under a later one."""
    a, b = seen(records, "ab")
    yes = review.accept(records, [(a, b)], who="tove")
    no = review.reject(records, [(a, b)], who="tove")
    assert people(records) == {a: a, b: b}

    with pytest.raises(InputError, match="later decision"):
        review.undo(records, yes.batch, who="tove")
    review.undo(records, no.batch, who="tove")
    assert people(records) == {a: a, b: a}
    review.undo(records, yes.batch, who="tove")

    assert people(records) == {a: a, b: b}


def test_what_cannot_be_joined_is_refused_alone(records: Records) -> None:
    """In a batch a pair whose persons were said to be different stays apart; the others are joined."""
    a, b, c, d = seen(records, "abcd")
    review.accept(records, [(a, b)], who="tove")
    review.reject(records, [(b, c)], who="tove")

    done = review.accept(records, [(a, c), (a, d)], who="tove")

    assert done.refused == ((a, c),)
    assert people(records) == {a: a, b: a, c: c, d: a}
    assert {one.pair if isinstance(one, review.Suggestion) else (one.a, one.b) for one in review.history(records)} == {
        (a, b), (b, c), (a, d),
    }  # fmt: skip


def test_later_is_later(records: Records) -> None:
    """What was put off is not asked before its time, and at once again where that is undone."""
    a, b = seen(records, "ab")
    suggest(records, (a, b, 0.9, 1))

    done = review.later(records, [(a, b)], until=100, who="tove", now=50)

    assert review.suggested(records, now=99) == []
    assert [one.later for one in review.suggested(records, now=100)] == [100]
    review.undo(records, done.batch, who="tove")
    assert len(review.suggested(records, now=60)) == 1


def test_suggestions_are_grouped_by_person_and_by_rule(records: Records) -> None:
    """Under each person stand all that concern them, who has the largest effect first; equal evidence stands together."""
    a, b, c, d = seen(records, "abcd")
    suggest(records, (a, b, 0.9, 1), (c, d, 0.9, 5), (b, c, 0.8, 2))
    found = review.suggested(records)

    assert [(who, [one.pair for one in several]) for who, several in review.by_person(found).items()] == [
        (c, [(c, d), (b, c)]), (d, [(c, d)]), (b, [(a, b), (b, c)]), (a, [(a, b)]),
    ]  # fmt: skip
    assert {rules: len(several) for rules, several in review.by_rule(found).items()} == {("rule-0.9",): 2, ("rule-0.8",): 1}
