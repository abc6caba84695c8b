"""JSON texts that a parser must take (y), must refuse (n), or may do either with (i), as parsers' test suites sort them.

Each is one value. The cases are written here; other suites, a file a case with the letter and `_` before its name, can be held
against the door with `BALOO_JSON_SUITE=FOLDER`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["CASES", "suite"]

_TAKEN = (
    "null", "true", "false", "0", "-0", "-1", "20e1", "1E+2", "1e-2", "0.1", "123.456e-7", "-0.0", "1.7976931348623157e308",
    "9007199254740993", "18446744073709551615", "-9223372036854775808", "0e1", "0E+5", "1.0000000000000000000000001",
    '""', '" "', r'"\""', r'"\\"', r'"\/"', r'"\b\f\n\r\t"', r'"\u0061"', r'"\u00e9"', r'"\uD834\uDD1E"', r'"\ud834\udd1e"',
    r'"\uFFFF"', r'"\u2028\u2029"', r'"\u200b"', r'"\\u0000"', r'"\u0001"', r'"\u001f"', r'"\u007F"', '"\x7f"', '"é"', '"日本"',
    '"\U0001f43b"', '"\u2028"', '"\ufeff"', '"\uffff"', '"\U0010fffe"', '"e\u0301"', '"\u202etxt.exe"',
    "[]", "[ ]", "[[]]", "[1,2]", "[\n1\t,\r2 ]", "[null,null]", "[[],{}]", '["a",1,true,null,{},[]]',
    "{}", "{ }", '{"":0}', '{"a":{}}', '{"a":[],"b":{}}', '{"a b":1}', r'{"\u0061":1}', '{"a":1,"A":2}', '{"\U0001f43b":1}',
    r'{"\"":1}', '{"__proto__":{}}', '{"$ref":"#"}', '{"a":"' + "x" * 5_000 + '"}',
    "[" * 20 + "]" * 20, "[" + "0," * 5_000 + "0]", "{" + ",".join(f'"k{n}":{n}' for n in range(2_000)) + "}",
)  # fmt: skip
_REFUSED = (
    "", "nul", "nulL", "True", "FALSE", "undefined", "NaN", "Infinity", "-Infinity", "inf", "+1", "01", "-01", "1.", ".1", "-.1",
    "-", "--1", "1e", "1e+", "1E-", "1e1.5", "0x1", "0b1", "1_000", "1,000", "1 000", "\uff11", "1a", "- 1", "1.a", "2.e3", "0e",
    "'a'", '"', '"a', 'a"', '"a\nb"', '"a\tb"', '"\x00"', '"\x1f"', r'"\x41"', r'"\a"', r'"\0"', r'"\u12"', r'"\u12g4"',
    r'"\U0041"',     '"\\', '"\\"', r'"\ "', '"a" "b"', '"a"b', '"a";', "`a`", "“a”",
    "[", "]", "[1", "1]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1;2]", "[1:2]", "(1)", "[1]]", "[[1]", "[1}", "[,]", "[...]",
    "[1] x",     "[1]\x00", "[\x0c]", "[\x0b1]", "[\u00a0]", "[\u2060]", "[1]#", "[1]//", "[/**/]", "[1,\n/*x*/2]", "[<null>]",
    "[\\n]",
    "{", "}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", '{"a"}', '{"a":}', '{:1}', '{"a",1}', '{"a" 1}', '{"a"=1}', '{"a"::1}',
    '{"a":1,}', '{,"a":1}', '{"a":1,,"b":2}', '{"a":1 "b":2}', '{"a":1}}', '{"a":1]', '{"a":1', '{"a', '{"a":"b', '{"a":1}#',
    '{"a":1}/**/', '{"a":1 /*x*/}', '{[]:1}', '{"a":(1)}', '{"a":b}', '{"a":1};', "{{}}", "{}{}",
    "<a/>", "---\na: 1", "a=1", "%PDF-1.4", "null null", "[true, fals]", "\u00a0null", "null\u00a0",
)  # fmt: skip
_REFUSED_BYTES = {
    "a lone continuation": b'"\x80"', "a byte that is none": b'"\xff"', "an overlong slash": b'"\xc0\xaf"',
    "an overlong nul": b'"\xc0\x80"', "half a pair in UTF-8": b'"\xed\xa0\x80"',
    "a pair in CESU-8": b'"\xed\xa0\xb4\xed\xb4\x9e"',
    "beyond the last point": b'"\xf4\xbf\xbf\xbf"', "five bytes": b'"\xf8\x88\x80\x80\x80"', "cut off": b'"\xe2\x82"',
    "latin-1": '"é"'.encode("latin-1"), "UTF-16": '["a"]'.encode("utf-16"), "UTF-16 without a mark": '["a"]'.encode("utf-16-be"),
    "UTF-32": '["a"]'.encode("utf-32"), "a bad byte outside": b"[1,\xff]", "a bad key": b'{"\xb9":1}',
    "a bad escape": b'"\\\xe5"',
    "open arrays": b"[" * 100_000, "open objects": b'{"a":' * 100_000, "open both": b'[{"a":' * 50_000,
}  # fmt: skip
_EITHER = {
    "1e400": b"1e400", "-1e400": b"-1e400", "1e-400": b"1e-400", "a large exponent": b"1e99999999999999999999",
    "a small exponent": b"0.4e-99999999999999999999", "2**64": b"18446744073709551616", "-2**64": b"-18446744073709551616",
    "a thousand digits": b"1" * 1_000, "a hundred thousand digits": b"9" * 100_000,
    "digits behind the point": b"0." + b"1" * 100_000,
    "zeros before an exponent": b"0." + b"0" * 100_000 + b"e100000", "a thousand and an exponent": b"1" * 1_000 + b"e-999",
    "half a pair": rb'"\ud834"', "the other half": rb'"\udd1e"',
    "halves the wrong way": rb'"\udd1e\ud834"', "two first": rb'"\ud800\ud800"',
    "half and a letter": rb'"\ud800a"', "half and a newline": rb'"\ud800\n"',
    "half as a key": rb'{"\ud800":1}', "nul": rb'"\u0000"',
    "nul in a key": rb'{"a\u0000b":1}', "deep": b"[" * 500 + b"]" * 500, "deeper": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "a key twice": b'{"a":1,"a":2}', "twice the same": b'{"a":1,"a":1}',
    "twice by escape": rb'{"a":1,"\u0061":2}', "twice within": b'[{"a":{"b":1,"b":2}}]',
    "twice of many": b'{"x":"\\"",' + b'"a":1,' * 999 + b'"a":1}',
    "a mark before": b"\xef\xbb\xbf{}", "a mark alone": b"\xef\xbb\xbf", "wide": b"[" + b"{}," * 20_000 + b"{}]",
    "many keys": b"{" + b",".join(b'"%d":0' % n for n in range(20_000)) + b"}", "a long key": b'{"' + b"k" * 50_000 + b'":1}',
}  # fmt: skip

CASES: dict[str, bytes] = {
    **{f"y_{text[:40]!r}": text.encode() for text in _TAKEN},
    **{f"n_{text[:40]!r}": text.encode() for text in _REFUSED},
    **{f"n_{name}": text for name, text in _REFUSED_BYTES.items()},
    **{f"i_{name}": text for name, text in _EITHER.items()},
}
"""Name to text; the name begins with what is expected."""


def suite() -> Iterator[tuple[str, bytes]]:
    """The cases, and those of another suite where one is named."""
    yield from CASES.items()
    folder = os.environ.get("BALOO_JSON_SUITE")
    if folder:
        yield from ((file.stem, file.read_bytes()) for file in sorted(Path(folder).glob("[yni]_*")))
