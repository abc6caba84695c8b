"""A Mercurial repository, read by `hg` in a process of its own: Mercurial's licence is the GPL, so it is never imported."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from baloo.errors import InputError
from baloo.sources.base import CHUNK_EVENTS, Chunk
from baloo.sources.hg.change import unfold
from baloo.sources.journal import Journal
from baloo.sources.live import enveloped
from baloo.sources.recipe import Record

__all__ = ["HgSource"]

_LINE = '{dict(node=node, user=user, desc=desc, date=date|hgdate, parents="{p1node} {p2node}")|json}\\n'  # each change is one
_TIP = "{rev} {node}"
_decode = msgspec.json.Decoder(dict[str, str]).decode


class HgSource:
    """The changes of the repository at `path` that no earlier run has seen, in the order in which they came into it.

    `mapping` names the mapping of its records, `addresses` begins with the repository's. Raises InputError where `hg` is not
    installed, or `path` is no repository, or an empty one.
    """

    def __init__(self, path: Path, *, mapping: str, addresses: Sequence[str], journal: Journal | None) -> None:
        self._path, self._mapping, self._addresses, self._journal = path, mapping, addresses, journal
        where = path.resolve()
        self._cursor = f"hg cursor:{mapping}:{addresses[0]}:{where}"
        number, _, self._tip = _hg(path, "log", "-r", "tip", "-T", _TIP).partition(" ")
        self._last = int(number)
        if self._last < 0:
            raise InputError("This repository has no changes.", where=str(path))
        self._first = self._begin()
        self.key = f"hg:{mapping}:{addresses[0]}:{where}:{self._first}..{self._tip}"
        self.title = path.name

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of records in their envelopes; `done` counts changes."""
        total = self._last - self._first + 1
        records: list[Record] = []
        before = behind = done
        for behind, change in enumerate(self._log(), 1):
            if behind <= done:
                continue
            records += unfold(change, self._addresses)
            if len(records) >= CHUNK_EVENTS:
                yield from self._sent(records, before, behind, total)
                records, before = [], behind
        yield from self._sent(records, before, behind, total)

    def notes(self) -> list[str]:
        """Nothing to say: each change is read."""
        return []

    def finished(self) -> None:
        """The next run begins behind the last change."""
        if self._journal is not None:
            self._journal.write(self._cursor, {"last": self._last, "tip": self._tip})

    def _begin(self) -> int:
        """The first revision that is new. Revisions are numbered as they come, unless history was stripped: then all are new."""
        known = self._journal.read(self._cursor) if self._journal is not None else {}
        last = known.get("last")
        if not isinstance(last, int) or last > self._last:
            return 0
        there = _hg(self._path, "log", "-r", str(last), "-T", "{node}")
        return last + 1 if there == known.get("tip") else 0

    def _sent(self, records: list[Record], before: int, behind: int, total: int) -> Iterator[Chunk]:
        bodies = [body for body, _ in enveloped(records, self._mapping)]
        for place, body in enumerate(bodies, 1):  # of a chunk that was sent in part, all comes again, and counts once
            done = behind if place == len(bodies) else before
            yield Chunk(body, done, f"{self.title}, change {before + 1}", before + 1, done / max(total, 1))

    def _log(self) -> Iterator[Record]:
        if self._first > self._last:  # hg would go backwards
            return
        command = _command(self._path, "log", "-r", f"{self._first}:{self._last}", "-T", _LINE)
        with tempfile.TemporaryFile() as said, subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, env=_environment()
        ) as process:
            if process.stdout is None:
                raise InputError("hg gave no output.", where=str(self._path))
            try:
                for line in process.stdout:
                    change = _decode(line)
                    seconds, _, _ = change["date"].partition(" ")
                    yield change | {"date": [int(seconds)], "parents": change["parents"].split()} | self._tree()
                if process.wait():
                    said.seek(0)
                    raise InputError(f"hg stopped: {_last_line(said.read())}", where=str(self._path),
                                     remedy="Check the repository with `hg verify`; what was read before is kept.")
            except msgspec.DecodeError as error:
                remedy = "Baloo needs Mercurial 4.9 or newer; what was read before is kept."
                raise InputError("hg writes what is no JSON.", where=str(self._path), remedy=remedy) from error
            finally:
                process.kill()

    def _tree(self) -> Record:
        """What the repository is called where no address says it."""
        return {} if self._addresses[0] else {"tree": self._path.resolve().name}


def _hg(path: Path, *arguments: str) -> str:
    try:
        found = subprocess.run(_command(path, *arguments), capture_output=True, check=False, env=_environment())
    except FileNotFoundError as error:
        remedy = "Install it (`apt install mercurial`), or give what `hg log -T json` wrote elsewhere."
        raise InputError("Mercurial (`hg`) is not installed.", where=str(path), remedy=remedy) from error
    if found.returncode:
        remedy = f"Name the folder that `hg clone` made. hg says: {_last_line(found.stderr)}"
        raise InputError("This is not a Mercurial repository that can be read.", where=str(path), remedy=remedy)
    return found.stdout.decode("utf-8", "replace")


def _command(path: Path, *arguments: str) -> list[str]:
    return ["hg", "--repository", str(path), *arguments]


def _environment() -> dict[str, str]:
    """Plain output in UTF-8, and no settings: those of a repository could name programs to run."""
    plain = {"HGPLAIN": "1", "HGENCODING": "UTF-8", "HGENCODINGMODE": "replace", "HGRCPATH": "", "HGRCSKIPREPO": "1"}
    return dict(os.environ) | plain


def _last_line(text: bytes) -> str:
    lines = [line for line in text.decode("utf-8", "replace").splitlines() if line.startswith(("abort:", "hg: "))]
    return lines[-1] if lines else "nothing."
