"""A git repository's history as events: who wrote, merged, co-wrote and reviewed each commit.

Kinds, of which a system declares those it wants: `git.commit` (author), `git.merge` (author of a commit with several parents),
`git.coauthor` (each `Co-authored-by:` trailer), `git.review` (each `r=name` of Mozilla's custom,
and each `Reviewed-by:` trailer).
Neither diffs nor file lists are read. Names are taken as they stand in the commits; `.mailmap` is evidence.
"""

from __future__ import annotations

import re
import subprocess
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from baloo.errors import InputError
from baloo.registry.model import System
from baloo.sources.base import CHUNK_EVENTS, Chunk
from baloo.sources.journal import Journal

__all__ = ["GitSource", "read_mailmap"]

KINDS = ("git.commit", "git.merge", "git.coauthor", "git.review")
_FORMAT = "%H%x1f%P%x1f%aI%x1f%an%x1f%ae%x1f%B"
_NAMESPACE = uuid.UUID("5a1d1f9e-6f0e-5b6c-9d0a-7f7d7f5a8e10")
_PERSON_TRAILER = re.compile(
    r"^(co-authored-by|reviewed-by):[ \t]*([^<\n]*?)[ \t]*<([^<>\n]*)>[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_REVIEWERS = re.compile(r"(?<![\w?])r=([\w.+@-]+(?:[ \t]*,[ \t]*[\w.+@-]+)*)")
_NOT_PEOPLE = {"me", "self", "trivial", "npotb", "nobody", "none", "test-only", "testonly"}
_encode = msgspec.json.Encoder().encode


class _Did(NamedTuple):
    """One thing that somebody did in a commit."""

    kind: str
    actor: dict[str, str]


class GitSource:
    """The commits reachable from HEAD of the repository at `path` that no earlier run has seen.

    Raises InputError where `path` is no repository or has no commits.
    """

    def __init__(self, path: Path, system: System, journal: Journal, url: str | None = None) -> None:
        self.path = path
        self._system = system
        self._journal = journal
        self._base = (url or system.url or "").rstrip("/").removesuffix(".git")
        self._tip = _git(path, "rev-parse", "--verify", "HEAD^{commit}").strip()
        where = _git(path, "rev-parse", "--absolute-git-dir").strip()
        self._cursor = f"git cursor:{system.id}:{where}"
        seen = self._journal.read(self._cursor).get("tip")
        self._seen = seen if isinstance(seen, str) and _has(path, seen) else None
        self.key = f"git:{system.id}:{where}:{self._seen}..{self._tip}"
        self.title = path.name
        self._total = int(_git(path, "rev-list", "--count", *self._range()))
        self._undeclared: Counter[str] = Counter()

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of events in the order of history, oldest first."""
        lines: list[bytes] = []
        first = position = done
        for position, record in enumerate(self._log(), 1):
            if position <= done:
                continue
            lines.extend(self._events(record))
            if len(lines) >= CHUNK_EVENTS:
                yield Chunk(b"\n".join(lines), position, f"{self.title}, commit {first + 1}", first + 1, position / self._total)
                lines, first = [], position
        if lines:
            yield Chunk(b"\n".join(lines), position, f"{self.title}, commit {first + 1}", first + 1, position / self._total)

    def notes(self) -> list[str]:
        """Which kinds were left out because the system does not declare them."""
        return [
            f"{count:,} of {kind} left out: the system `{self._system.id}` does not declare that kind."
            for kind, count in sorted(self._undeclared.items())
        ]

    def finished(self) -> None:
        """The next run begins behind the present HEAD."""
        self._journal.write(self._cursor, {"tip": self._tip})

    def _range(self) -> list[str]:
        return [self._tip, f"^{self._seen}"] if self._seen else [self._tip]

    def _log(self) -> Iterator[str]:
        command = [
            "git",
            "-C",
            str(self.path),
            "-c",
            "i18n.logOutputEncoding=UTF-8",
            "-c",
            "log.showSignature=false",
            "log",
            "-z",
            "--reverse",
            "--no-notes",
            "--no-color",
            f"--format={_FORMAT}",
            *self._range(),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            if process.stdout is None or process.stderr is None:
                raise InputError("git gave no output.", where=str(self.path))
            rest = b""
            try:
                while block := process.stdout.read(1 << 20):
                    *records, rest = (rest + block).split(b"\0")
                    for record in records:
                        yield record.decode("utf-8", "replace")
                if rest:
                    yield rest.decode("utf-8", "replace")
                if process.wait():
                    message = process.stderr.read().decode("utf-8", "replace").strip().splitlines()
                    raise InputError(
                        f"git stopped: {message[-1] if message else 'no reason given'}.",
                        where=str(self.path),
                        remedy="Check the repository with `git fsck`; what was read before is kept.",
                    )
            finally:
                process.kill()

    def _events(self, record: str) -> Iterator[bytes]:
        sha, parents, moment, name, email, message = record.split("\x1f", 5)
        for did in _everything_done(parents, name, email, message):
            if did.kind not in self._system.kinds:
                self._undeclared[did.kind] += 1
                continue
            who = did.actor.get("email") or did.actor.get("username") or did.actor.get("name", "")
            event: dict[str, object] = {
                "id": str(uuid.uuid5(_NAMESPACE, f"{self._system.id}\x1f{sha}\x1f{did.kind}\x1f{who}")),
                "schema": "contribution",
                "version": 1,
                "at": moment,
                "system": self._system.id,
                "kind": did.kind,
                "actor": did.actor,
                "extra": {"sha": sha},
            }
            if self._base:
                event["object"] = f"{self._base}/commit/{sha}"
            yield _encode(event)


def read_mailmap(path: Path) -> str | None:
    """The text of the `.mailmap` at HEAD, None where there is none."""
    found = subprocess.run(["git", "-C", str(path), "show", "HEAD:.mailmap"], capture_output=True, check=False)
    return found.stdout.decode("utf-8", "replace") if found.returncode == 0 else None


def _everything_done(parents: str, name: str, email: str, message: str) -> list[_Did]:
    author = _actor(name, email)
    done = [_Did("git.merge" if " " in parents else "git.commit", author)] if author else []
    if "<" in message:
        for what, who, address in _PERSON_TRAILER.findall(message):
            actor = _actor(who, address)
            if actor and actor != author:
                done.append(_Did("git.coauthor" if what.lower() == "co-authored-by" else "git.review", actor))
    if "r=" in message:
        for names in _REVIEWERS.findall(message):
            for nick in re.split(r"[ \t]*,[ \t]*", names):
                username = nick.strip(".-+@")
                if username and username.lower() not in _NOT_PEOPLE:
                    done.append(_Did("git.review", {"username": username}))
    return [did for place, did in enumerate(done) if did not in done[:place]]


def _actor(name: str, email: str) -> dict[str, str]:
    return {key: value for key, value in (("name", name.strip()), ("email", email.strip())) if value}


def _git(path: Path, *arguments: str) -> str:
    try:
        found = subprocess.run(["git", "-C", str(path), *arguments], capture_output=True, check=False, text=True)
    except FileNotFoundError as error:
        raise InputError("git is not installed.", remedy="Install git and run this again.") from error
    if found.returncode:
        raise InputError(
            "This is not a git repository with commits.", where=str(path), remedy="Name the folder that `git clone` made."
        )
    return found.stdout


def _has(path: Path, commit: str) -> bool:
    asked = subprocess.run(["git", "-C", str(path), "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True, check=False)
    return asked.returncode == 0
