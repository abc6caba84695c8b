"""What a process gives back when it rests."""

from __future__ import annotations

import subprocess
import sys

from baloo.memory import _code

_MAPS = """\
55d0a0000000-55d0a0001000 r-xp 00000000 08:01 11 /usr/bin/python3.11
7f0000000000-7f0000003000 r--p 00000000 08:01 12 /lib/engine.so
7f0000003000-7f0000008000 r-xp 00003000 08:01 12 /lib/an engine.so
7f0000008000-7f0000009000 rw-p 00008000 08:01 12 /lib/engine.so
7f0000009000-7f000000a000 r-xp 00000000 00:00 0
7f000000a000-7f000000b000 rw-p 00000000 00:00 0 [heap]
"""
_PROGRAM = """
import duckdb, re
from pathlib import Path
from baloo.memory import give_back

def held():
    return sum(int(n) for n in re.findall(r"(?m)^Rss:\\s+(\\d+)", Path("/proc/self/smaps_rollup").read_text()))

connection = duckdb.connect()
asked = "SELECT sum(n * n) FROM range(1000) AS t(n)"
before = connection.execute(asked).fetchall()
much = held()
give_back()
less = held()
assert connection.execute(asked).fetchall() == before
print(much - less)
"""


def test_only_code_that_nobody_writes_is_given_back():
    """Not the data of a library, which is nowhere else, nor what has no file."""
    assert _code(_MAPS) == [(0x7F0000003000, 0x5000)]


def test_what_is_given_back_is_there_when_it_is_needed():
    """A library of ten megabytes and more goes, and works on."""
    given = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)

    assert int(given.stdout) > 10_000
