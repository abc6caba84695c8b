"""A bit flips in a file of the queue or of the lake: the answer is right, or it is an error; it is never wrong without a word."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, repeat
from multiprocessing import get_context
from pathlib import Path

import pytest

from baloo.cli.app import run
from baloo.errors import ExitCode
from counts import BIT_FLIPS, HANGS, chance
from ledger import found_in
from siege import Client, Site, invent, until

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(HANGS)]
DATA = ("lake/events/*/*.parquet", "lake/voids/*/*.parquet")
ERROR = "error"
LOGS = ("lake/events/_delta_log/*", "lake/voids/_delta_log/*")
QUEUE = ("queue/*.rows", "queue/dropped", "queue/told")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A workspace with events in the lake, some of them revised, and others that wait in the queue; nobody is running."""
    site = Site(tmp_path_factory.mktemp("sound") / "W")
    luck = chance(8)

    async def work() -> None:
        async with site.running():
            client = Client(site, luck)
            assert await client.send(invent(luck, 1)) == 201
            await until(site.loads, "the worker")
            site.baloo("refresh")
            site.baloo("system", "promote", "code")
            await asyncio.sleep(2)  # the door looks at its senders each second
            first = invent(luck, 200)
            assert await client.send(first) == 201
            site.baloo("refresh")
            assert await client.send([event | {"extra": {"n": luck.getrandbits(40)}} for event in first[:50]]) == 201
            site.baloo("refresh")
            await site.kill("worker")
            for _ in range(30):
                assert await client.send(invent(luck, 2)) == 201
            client.close()

    asyncio.run(work())
    return site


@pytest.mark.parametrize("files", [
    pytest.param(DATA, id="data files"),
    pytest.param(LOGS, id="logs of the tables"),
    pytest.param(QUEUE, id="queue"),
])  # fmt: skip
def test_no_bit_that_flips_makes_a_wrong_answer(
    sound: Site, tmp_path: Path, files: tuple[str, ...], tell: Callable[..., None]
):
    """What waits is loaded and everything is counted anew, from copies with one bit changed."""
    right = _ask(shutil.copytree(sound.root, tmp_path / "right"))
    seeds = range(-(-BIT_FLIPS // 3))
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        found = list(pool.map(_flipped, repeat(sound.root), repeat(tmp_path), cycle(files), seeds))
    outcomes: Counter[str] = Counter()
    wrong = []
    for (answer, rows, place), file in zip(found, cycle(files), strict=False):
        verdict = "error" if answer == ERROR or rows is None else "right"
        if verdict == "right" and (answer != right or not sound.ledger.judge(rows).right):
            verdict = "wrong"
            wrong.append(f"{place}: {sound.ledger.judge(rows) if answer == right else answer}")
        outcomes[f"{file} {verdict}"] += 1

    tell(f"{len(found)} bits flipped: {dict(sorted(outcomes.items()))}", done=len(found), lost=len(wrong))
    assert right
    assert not right.startswith(ERROR)
    assert not wrong, "\n".join(wrong)


def _flipped(root: Path, scratch: Path, files: str, seed: int) -> tuple[str, list[tuple[str, str]] | None, str]:
    """The answer from a copy with a bit changed, what its lake has (None where that is an error), and which bit it was."""
    copy = shutil.copytree(root, scratch / f"flipped-{seed}")
    luck = chance(seed)
    file = luck.choice(sorted((copy / "data").glob(files)))
    place = f"{file.relative_to(copy)} {_flip(file, luck)}"
    answer, rows = _ask(copy), None
    if answer.startswith(ERROR):
        answer = ERROR if file.name in answer else f"an error that does not name it: {answer}"
    with contextlib.suppress(Exception):
        rows = found_in(copy / "data" / "lake")
    shutil.rmtree(copy)
    return answer, rows, place


def _flip(file: Path, luck: random.Random) -> str:
    """Change one bit of what is written, or a little behind it, where a file of the queue has nothing but zeros; where it is."""
    data = bytearray(file.read_bytes())
    place, bit = luck.randrange(min(len(data), len(data.rstrip(b"\0")) + 100)), luck.randrange(8)
    data[place] ^= 1 << bit
    file.write_bytes(data)
    return f"byte {place} bit {bit} of {len(data)}"


def _ask(root: Path) -> str:
    """What `baloo` says to who asks for the counts, ERROR and what it says where it says that it cannot."""
    said = ""
    for command in (["refresh", "--all"], ["count", "active", "--json", "--as-of", "2024-12-31"]):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(["-w", str(root), *command])
        if code != ExitCode.OK:
            return ERROR + err.getvalue()
        said = out.getvalue()
    return json.dumps(json.loads(said)["active"]) if said.startswith("{") else said
