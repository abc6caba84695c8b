# ruff: noqa: RUF001 - letters that look like others are what this is about
"""Texts that break programs: each is somebody's name somewhere, or an attack. `BALOO_NAUGHTY=FILE` adds a JSON list of others."""

from __future__ import annotations

import json
import os
from pathlib import Path

__all__ = ["NAUGHTY"]

_OWN = (
    "", " ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u180e", "\x1f", "\x7f", "\x85", "\u2028",
    "undefined", "null", "None", "nil", "NaN", "true", "FALSE", "0", "-0", "1e1000", "0x10", "Infinity", "1,000.00",
    "01", "2147483648", "18446744073709551616", "-9223372036854775809", "9" * 300, "1" + "0" * 400, "1_000", "1/0",
    "\u0661\u0662\u0663", ",./;'[]\\-=", '<>?:"{}|_+', "!@#$%^&*()`~", '"', "'", "\\", "\\\\", "`", "''''\"", "%",
    "%s%n%x", "{0}", "{{7*7}}", "${7*7}", "#{1}", "%00", "%0d%0aSet-Cookie: a=b", "\r\nX-Injected: 1\r\n\r\n",
    "\\u0000", "\\x00", "\\ud800", "\x1b[31mred\x1b[0m", "\x07\x08", "Ω≈ç√∫˜µ≤≥÷", "åß∂ƒ©˙∆˚¬…æ", "ЁЂЃЄЅІЇЈЉЊ",
    "田中さんにあげて下さい", "사회과학원 어학연구소", "𠜎𠜱𠝹", "ثم نفس سقطت", "בְּרֵאשִׁית",
    "हिन्दी", "ภาษาไทย", "ꙮ", "ﷺ", "ｆｕｌｌ", "ⅷ",
    "ﬁ", "ß", "İ", "ı", "ſ", "ǆ", "K", "Å", "é", "e\u0301", "o\u0308\u0304", "\u0344", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏿", "🇦🇶",
    "😀" * 50, "Z" + "\u0363\u0336\u031b" * 60, "\u202eevil\u202c", "\u2066a\u2069", "\u200d", "\ufffe", "\uffff",
    "\U0010ffff", "\ue000", "\u0000", "a\u0000b", "<script>alert(1)</script>", "'><img src=x onerror=alert(1)>",
    "javascript:alert(1)", "</title><svg/onload=alert(1)>", "<!--", "]]>", "&lt;&amp;&#0;",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "1; DROP TABLE events",
    "' OR '1'='1", "1' UNION SELECT NULL--", "\\'; --", "$where", "$(touch /tmp/naughty)", "`id`", "| ls", "; ls -la",
    "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+1", "-1+1", "../../../etc/passwd", "..\\..\\windows\\win.ini",
    "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:1/", "//example.org", "\\\\server\\share", "CON", "NUL",
    "COM1", ".", "..", "~", "-rf", "--help", "*", "?", "a" * 999, "a" * 1_000, "a" * 1_001, "a" * 100_000, "{" * 100,
    '{"$ref":"#"}', "__proto__", "constructor", "toString", "__class__", "self", "ama@example.org",
    '"ama mensah"@example.org', "ama@[127.0.0.1]", "a@b@c", "@", "ama+tag@example.org", "AMA@EXAMPLE.ORG",
    "Ama <ama@example.org>", "O'Neil", "Null", "Test", "X Æ A-12", "Robert'); DROP TABLE Students;--", "(a+)+$",
    "^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 40 + "!", "Scunthorpe", "localhost", "2024-02-30", "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "2024-06-01T25:00:00Z", "00:00", "P1D", "6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10",
    "6F1A0C3E-2B47-4D0E-9A51-0D3C8B7F9E10", "{6f1a0c3e-2b47-4d0e-9a51-0d3c8b7f9e10}",
    "00000000-0000-0000-0000-000000000000", "git", "git ", "GIT", "git.commit", "git.commit\n", "contribution", "any",
    "baloo",
)  # fmt: skip


def _others() -> list[str]:
    file = os.environ.get("BALOO_NAUGHTY")
    return [text for text in json.loads(Path(file).read_text("utf-8")) if isinstance(text, str)] if file else []


NAUGHTY: tuple[str, ...] = (*_OWN, *_others())
"""The texts."""
