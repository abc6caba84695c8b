"""A git repository's history as events: who wrote, merged, co-wrote and reviewed each commit.

Kinds, of which a system declares those it wants: `git.commit` (author), `git.merge` (author of a commit with several parents),
`git.coauthor` (each `Co-authored-by:` trailer), `git.review` (each `r=name` of Mozilla's custom,
and each `Reviewed-by:` trailer).
Neither diffs nor file lists are read. Names are taken as they stand in the commits; `.mailmap` is evidence.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
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

__all__ = ["Did", "GitSource", "everything_done", "read_mailmap"]

KINDS = ("git.commit", "git.merge", "git.coauthor", "git.review")
_FORMAT = "%H%n%P%n%aI%n%an%n%ae%n%B"  # no name and no address has a line end in it
_NAMESPACE = uuid.UUID("5a1d1f9e-6f0e-5b6c-9d0a-7f7d7f5a8e10")
_PERSON_TRAILER = re.compile(
    r"^(co-authored-by|reviewed-by):[ \t]*([^<\n]*?)[ \t]*<([^<>\n]*)>[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_REVIEWERS = re.compile(r"(?<![\w?])r=([\w.+@-]+(?:[ \t]*,[ \t]*[\w.+@-]+)*)")
_NOT_PEOPLE = {"me", "self", "trivial", "npotb", "nobody", "none", "test-only", "testonly"}
_encode = msgspec.json.Encoder().encode


class Did(NamedTuple):
    """One thing that somebody did in a commit."""

    kind: str
    actor: dict[str, str]


class GitSource:
    """The commits reachable from HEAD of the repository at `path` that no earlier run has seen.

    `name` is the repository's, as its folder has it. Raises InputError where `path` is no repository or has no commits.
    """

    def __init__(self, path: Path, system: System, journal: Journal, url: str | None = None) -> None:
        self.path = path
        self._system = system
        self._journal = journal
        self._base = (url or system.url or "").rstrip("/").removesuffix(".git")
        where = _git(path, "rev-parse", "--absolute-git-dir").strip()
        self.name = Path(where.removesuffix("/.git").removesuffix(".git")).name
        self._shallow = _git(path, "rev-parse", "--is-shallow-repository").strip() == "true"
        none = "This repository has no commits that can be read."
        self._tip = _git(path, "rev-parse", "--verify", "HEAD^{commit}", says=none).strip()
        asked = f"{system.id}:{','.join(kind for kind in KINDS if kind in system.kinds)}:{self._base}"
        self._cursor = f"git cursor:{asked}:{where}"
        seen = self._journal.read(self._cursor).get("tip")
        self._seen = seen if isinstance(seen, str) and _has(path, seen) else None
        self.key = f"git:{asked}:{where}:{self._seen}..{self._tip}"
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
        """Which kinds were left out because the system does not declare them, and whether the history has an older part."""
        cut = ["This is a shallow clone: what is older is not here. Run `git fetch --unshallow`, and import it again."]
        return cut * self._shallow + [
            f"{count:,} of {kind} left out: the system `{self._system.id}` does not declare that kind."
            for kind, count in sorted(self._undeclared.items())
        ]

    def finished(self) -> None:
        """The next run begins behind the present HEAD; of a shallow clone, whose older part may still come, it reads all."""
        if not self._shallow:
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
        with tempfile.TemporaryFile() as said, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as process:
            if process.stdout is None:
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
                    said.seek(0)
                    raise InputError(
                        f"git stopped: {_last_line(said.read())}", where=str(self.path),
                        remedy="Check the repository with `git fsck`; what was read before is kept.",
                    )  # fmt: skip
            finally:
                process.kill()

    def _events(self, record: str) -> Iterator[bytes]:
        sha, parents, moment, name, email, message = record.split("\n", 5)
        for did in everything_done(parents, name, email, message):
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


def everything_done(parents: str, name: str, email: str, message: str) -> list[Did]:
    """What everybody did in a commit, each thing once; `parents` are parted by a space."""
    author = _actor(name, email)
    done = [Did("git.merge" if " " in parents else "git.commit", author)] if author else []
    if "<" in message:
        for what, who, address in _PERSON_TRAILER.findall(message):
            actor = _actor(who, address)
            if actor and actor != author:
                done.append(Did("git.coauthor" if what.lower() == "co-authored-by" else "git.review", actor))
    if "r=" in message:
        for names in _REVIEWERS.findall(message):
            for nick in re.split(r"[ \t]*,[ \t]*", names):
                username = nick.strip(".-+@")
                if username and username.lower() not in _NOT_PEOPLE:
                    done.append(Did("git.review", {"username": username}))
    return [did for place, did in enumerate(done) if did not in done[:place]]


def _actor(name: str, email: str) -> dict[str, str]:
    return {key: value for key, value in (("name", name.strip()), ("email", email.strip())) if value}


def _git(path: Path, *arguments: str, says: str = "This is not a git repository that can be read.") -> str:
    try:
        found = subprocess.run(["git", "-C", str(path), *arguments], capture_output=True, check=False)
    except FileNotFoundError as error:
        raise InputError("git is not installed.", remedy="Install git and run this again.") from error
    if found.returncode:
        raise InputError(
            says, where=str(path), remedy=f"Name the folder that `git clone` made. git says: {_last_line(found.stderr)}")
    return found.stdout.decode("utf-8", "surrogateescape")


def _last_line(text: bytes) -> str:
    lines = [line for line in text.decode("utf-8", "replace").splitlines() if line.startswith(("fatal:", "error:"))]
    return lines[-1] if lines else "nothing."


def _has(path: Path, commit: str) -> bool:
    asked = subprocess.run(["git", "-C", str(path), "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True, check=False)
    return asked.returncode == 0
