"""Bodies: one value, an array, or one value a line; and what cannot be read at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from baloo.errors import InputError
from baloo.ingest.accept import Verdict

Judge = Callable[..., Verdict]


def _lines(*events: object) -> bytes:
    return b"\n".join(json.dumps(event).encode() for event in events)


@pytest.mark.parametrize("write", [
    lambda e: _lines(e, e), lambda e: _lines(e, e) + b"\n",
    lambda e: b"\xef\xbb\xbf\n\n" + _lines(e, e).replace(b"\n", b"\r\n \r\n"),
    lambda e: json.dumps([e, e]).encode(), lambda e: json.dumps([e, e], indent=4).encode(),
])  # fmt: skip
def test_two_events_are_two(write: Callable[[Any], bytes], event: dict[str, Any], judge: Judge):
    """NDJSON and arrays are taken apart, whatever stands between."""
    assert judge(write(event)).accepted == 2


def test_one_event_over_several_lines_is_one(event: dict[str, Any], judge: Judge):
    """A person may send what is easy to read."""
    assert judge(json.dumps(event, indent=2).encode()).accepted == 1
    assert judge(json.dumps(event, indent=2).encode(), via="import").accepted == 1


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"[]", b" [ ] "])
def test_a_body_without_events_is_an_error(body: bytes, judge: Judge):
    """Bagheera answers 400 to an empty body, and so does this door."""
    with pytest.raises(InputError):
        judge(body)


@pytest.mark.parametrize(("text", "message", "where"), [
    (b"hello", "This is not JSON", "line 1, column 1"),
    (b'{"a": 1', "the text ends too early", "line 1, column 8"),
    (b'{"a":\n {"b":}\n}', "This is not JSON", "line 2, column 7"),
    (b'{"a": NaN}', "This is not JSON", "line 1, column 7"),
    (b'{"a": Infinity}', "This is not JSON", "line 1, column 7"),
    (b"{'a': 1}", "This is not JSON", "line 1, column 2"),
    (b'{"a": 1} {"b": 2}', "trailing characters", "line 1, column 11"),
    (b'{"a": "\xff"}', "This is not UTF-8", "line 1, column 8"),
    ('{"é": "é",\n"a": '.encode() + b'"\xc3"}', "This is not UTF-8", "line 2, column 7"),
    (b'{"a": 1, "a": 2}', "The key `a` is there twice", None),
    (b'{"a": {"b": [{"c": 1, "c": 1}]}}', "The key `c` is there twice", None),
    (b'{"a": 1, "\\u0061": 2}', "The key `a` is there twice", None),
    (b'{"a": "\\ud800"}', "surrogate", None),
    (b'[{"a": 1},\n {"b": 2]', "This is not JSON", "line 2, column 9"),
    (b'[{"a": 1}, {"b": 1, "b": 2}]', "twice", "/1"),
    (b'{"a": 1}\n{"b": NaN}\n{"c": 1}', "This is not JSON", "line 2, column 7"),
    (b'\n{"a": 1}\n\n{"b": "\xff"}', "This is not UTF-8", "line 4, column 8"),
    (b'{"a": 1}\n{"b": 1, "b": 2}', "twice", "line 2"),
    (b"[" * 100_000, "nests too deep", None),
])  # fmt: skip
def test_what_is_no_json_is_an_error_that_names_the_place(text: bytes, message: str, where: str | None, judge: Judge):
    """A sender over HTTP is told what is wrong and where, and has nothing kept."""
    with pytest.raises(InputError, match=message) as caught:
        judge(text)

    assert where == caught.value.where
    assert caught.value.remedy


def test_an_import_keeps_a_line_that_is_no_json(event: dict[str, Any], judge: Judge):
    """Nothing is dropped: the broken line goes to quarantine, and the others are taken in."""
    body = b'{"a": NaN}\n' + _lines(event) + b'\n{"b": "\xff"}\n' + _lines(event) + b'\n{"c": 1, "c": 2}'
    verdict = judge(body, via="import")

    assert [(r.slug, r.index) for r in verdict.request.refusals] == [("not-json", 0), ("not-json", 2), ("duplicate-key", 4)]
    assert [r.body for r in verdict.request.refusals] == [b'{"a": NaN}', b'{"b": "\xff"}', b'{"c": 1, "c": 2}']
    assert verdict.accepted == 2


@pytest.mark.parametrize("where", [
    '{"id": "x", ', '"actor": {"name": "Jun", ', '"extra": {"sha": "1", ', '"extra": {"list": [{"k": 1, "k": 2}], ',
])  # fmt: skip
def test_a_key_that_is_there_twice_is_found_in_a_plain_event(where: str, event: dict[str, Any], judge: Judge):
    """The decoder keeps the last of two keys in silence; the door does not."""
    body = json.dumps(event | {"actor": {"name": "Ama"}})
    opening = where[:where.index("{") + 1]
    assert opening in body
    doubled = body.replace(opening, where, 1)

    with pytest.raises(InputError, match="is there twice"):
        judge(doubled.encode())


@pytest.mark.parametrize("hidden", ["\\u0022\\u0022", "\\u003a", "\\u003A"])
def test_an_escaped_mark_hides_no_second_key(hidden: str, event: dict[str, Any], judge: Judge):
    """The quick looks count quotation marks and colons; one written as an escape does not deceive them."""
    body = json.dumps(event).replace('"c0ffee"', f'"{hidden}", "sha": "x"')

    with pytest.raises(InputError, match="is there twice"):
        judge(body.encode())


def test_quotation_marks_in_texts_are_no_second_key(event: dict[str, Any], judge: Judge):
    """Texts may hold quotation marks, escaped in either way, in names and in extra."""
    body = json.dumps(event | {"actor": {"name": 'Ama "the" \\ Bear', "email": None}, "extra": {'"': '"\\"'}})

    assert judge(body.encode()).accepted == 1
    assert judge(body.replace('\\"', "\\u0022").encode()).accepted == 1
