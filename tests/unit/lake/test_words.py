"""The words of an erased person in what others' events say: what goes, what stays, and what does not change by it."""

from __future__ import annotations

import json
import re
from typing import Any

import duckdb
import pytest

from baloo.lake.words import Words, fold

WORDS = Words.of(
    addresses=["Ama@Example.org"], names=["Ama Owusu", "Ámá Ówusu", "佐藤純", "O'Brien Ama", "Ama", "Wanjiru"],
    accounts=[("forum", "ama-o"), ("forum", "42"), ("code", "jun")], taken={"jun"}, secret=b"s" * 32,
)


@pytest.mark.parametrize("text", [
    "ama@example.org", "<AMA@example.org>", "mailto:ama@example.org.", "ama%40example.org", "Ama Owusu", "ama owusu,",
    "Ama_Owusu", "Ama%20Owusu", "Ama+Owusu", "Ama-Owusu", "ÁMÁ ÓWUSU", "A\u0301ma\u0301 O\u0301wusu",
    "佐藤純さん", "@ama-o", "ama-o's", "by O'Brien Ama", "O%27Brien%20Ama", "wanjiru",
])  # fmt: skip
def test_a_word_goes_however_it_is_written(text: str) -> None:
    """Whatever its case, composition, and the way in which addresses of pages write it; a needle finds the text before."""
    clean = WORDS.clean(text)

    assert "erased-" in clean
    assert not any(fold(word) in fold(clean) for word in ("ama@", "owusu", "佐藤純", "ama-o", "wanjiru"))
    assert any(needle.casefold() in text.casefold() for needle in WORDS.needles)


@pytest.mark.parametrize("text", [
    "xama@example.org", "ama@example.org.uk", "ama@example.orgs", "Ama", "Owusu", "ama-ok", "42", "jun", "amazing", "",
    "Obama Owusua",
])  # fmt: skip
def test_what_means_somebody_else_stays(text: str) -> None:
    """Another address, half a name, a short word, digits, a word that others are called by."""
    assert WORDS.clean(text) == text


def test_things_that_were_different_stay_different() -> None:
    """A word has one stand-in, whatever its case, which tells nothing without the secret."""
    others = Words.of(addresses=[], names=["Ama Owusu", "Jun Sato"], accounts=[], secret=b"t" * 32)

    assert WORDS.stand_in("Ama Owusu") == WORDS.stand_in("AMA OWUSU") != WORDS.stand_in("Jun Sato")
    assert WORDS.stand_in("Ama Owusu") != others.stand_in("Ama Owusu")


def clean(fields: dict[str, Any] | str, **more: Any) -> Any:
    """The fields of an event on the forum, without the words."""
    text = fields if isinstance(fields, str) else json.dumps(fields)
    return WORDS.clean_fields(text, **{"system": "forum", "owner": "asker", "ruled": {"team"}, **more})


def test_the_field_that_names_an_account_loses_it_always() -> None:
    """However short it is, as a text or as a number, on its system alone; two owners stay two."""
    assert json.loads(clean({"asker": "42"}))["asker"] == WORDS.stand_in("42") == json.loads(clean({"asker": 42}))["asker"]
    assert json.loads(clean({"asker": "ama-o"}))["asker"] != WORDS.stand_in("42")
    for other in ({"asker": "43"}, {"asker": None}, {"asker": ["42"]}, {"other": "42"}, {"asker": 42.5}):
        assert clean(other) == json.dumps(other)
    assert clean({"asker": "jun"}) == '{"asker": "jun"}'
    assert clean({"asker": "42"}, system="code") == '{"asker": "42"}'
    assert clean({"asker": "42"}, owner=None) == '{"asker": "42"}'


def test_a_field_that_rules_look_at_loses_addresses_alone() -> None:
    """Else the counts of others would change."""
    assert clean({"team": "Wanjiru"}) == '{"team": "Wanjiru"}'
    assert json.loads(clean({"team": "ama@example.org", "x": "Wanjiru"})) == {
        "team": WORDS.stand_in("ama@example.org"), "x": WORDS.stand_in("Wanjiru")}


def test_all_else_stays_letter_by_letter() -> None:
    """Numbers that no decoder keeps, escapes, order, blanks inside; words behind escapes are found."""
    numbers = '{"n": 1.50, "big": 12345678901234567890123, "list": [ "a\\u0301", 1e400 ], '
    written = numbers + '"t": "ama\\u0040example.org", "k": {"Ama Owusu": 1}}'

    found = clean(written)

    assert found == (
        '{"n":1.50,"big":12345678901234567890123,"list":[ "a\\u0301", 1e400 ],'
        f'"t":"{WORDS.stand_in("ama@example.org")}","k":{{"{WORDS.stand_in("Ama Owusu")}": 1}}}}')
    assert clean('{"n": 1.50,  "t": "nothing"}') == '{"n": 1.50,  "t": "nothing"}'


@pytest.mark.parametrize(("body", "held"), [
    (b'{"actor": {"account": "42"}}', True), (b'{"text": "ask ama@example.org"', True), (b"\xff\xfe Ama Owusu", True),
    (b'{"actor": {"account": "43"}}', False), (b'{"a": "\\x"}', False), (b"", False),
    (b'{"name": "\\u00c1m\\u00e1 \\u00d3wusu"}', True),
])  # fmt: skip
def test_a_body_that_nobody_could_read_is_looked_through(body: bytes, held: bool) -> None:
    """Whatever it is; an account is found as a whole text."""
    assert WORDS.stands_in(body, "forum") is held


def test_the_engine_takes_the_needles() -> None:
    """They are regular expressions for DuckDB as they are for Python."""
    pattern = "(?i)" + "|".join(map(re.escape, WORDS.needles))
    for text in ("Ask AMA@Example.org", "O'Brien Ama", "ama%20owusu", "佐藤純"):
        assert duckdb.execute("SELECT regexp_matches($1, $2)", [text, pattern]).fetchall() == [(True,)]
    assert duckdb.execute("SELECT regexp_matches('nobody', $1)", [pattern]).fetchall() == [(False,)]


def test_nobody_has_no_words() -> None:
    """Without words nothing changes."""
    nobody = Words()

    assert not nobody.needles
    assert nobody.clean("Ama Owusu") == "Ama Owusu"
