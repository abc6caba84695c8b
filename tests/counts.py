"""How often each fault is made: the table "What it must survive" of the issue "Door"; and how many random histories are told.

BALOO_SOAK=1 takes the right column, 0.1 a tenth of it. Chance is the same each time; BALOO_SEED, any text, makes it another.
"""

from __future__ import annotations

import os
import random

SOAK = float(os.environ.get("BALOO_SOAK") or 0)


def _of(ci: int, soak: int) -> int:
    return max(1, round(SOAK * soak)) if SOAK else ci


HANGS = 0 if SOAK else 1_200
"""Seconds after which a test is taken to hang, whatever else the machine does; 0 for never."""


def chance(of: object) -> random.Random:
    """Random numbers for something."""
    seed = os.environ.get("BALOO_SEED")
    return random.Random(f"{of} {seed}" if seed else f"{of}")


#                                CI       soak
KILLS = _of(                     50,     1_000)  # kill -9 of the server, the loader, both, under load
KILLS_ACKNOWLEDGED = _of(    20_000, 1_000_000)  # events that these runs have acknowledged
KILLS_OF_WALLS = _of(            50,     1_000)  # the same of appender and loader alone, with revisions, voids and compaction
POINTS = _of(                    42,     2_400)  # fsync, write, rename fail or kill at the n-th call: of appender and loader
POINTS_OF_SERVER = _of(          18,       600)  # the same of a running server and its worker; together 60 and 3,000
FULL_DISKS = _of(                 5,        50)  # the disk is full, and freed
POWER_CUTS = _of(                20,       300)  # a guest's kernel is killed; queue and lake are on its disk
CARELESS_CUTS = _of(              3,        20)  # the control, which syncs nothing and must lose
BIT_FLIPS = _of(                200,     5_000)  # in files of the queue and of the lake
THRICE = _of(                10_000, 1_000_000)  # events that are sent three times, shuffled, after lost answers
TERMINATIONS = _of(              10,       200)  # SIGTERM under load
SLOW_CLIENTS = _of(             500,       500)  # that never finish what they say, beside a healthy one
BURST = _of(                      1,         5)  # ten times as many senders as before, in 512 MB
CLOCK_JUMPS = _of(               12,        12)  # an hour on and back, 400 days on, to 1970
ERASURES = _of(                   5,       199)  # killed before the n-th thing that they do to the disk
KILLS_OF_CLIENT = _of(            3,        20)  # of the server that a client with a spool waits for
HISTORIES = _of(                 40,     1_000)  # counted piece by piece, and anew
RIGHTS = _of(                     6,     1_000)  # histories with somebody who is erased, joined, split
WORLDS = _of(                    60,     1_000)  # counted by the engine and by the oracle
QUESTIONS = _of(                  8,     1_000)  # worlds of which each kind of question is asked
CALLS = _of(                      8,     1_000)  # of each address of the API, made up from its description


def seeds(count: int) -> list[int]:
    """The numbers of so many histories: the first ones, or others where BALOO_SEED is given."""
    return [chance(number).getrandbits(32) for number in range(count)] if "BALOO_SEED" in os.environ else [*range(count)]
