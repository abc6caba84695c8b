"""Perceval in a process of its own: a program that stands in for it prints recorded items, and breaks off as it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from baloo.errors import InputError
from baloo.sources.journal import Journal
from baloo.sources.perceval_run import PercevalRun

PROGRAM = """#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >> asked
case "$*" in *--from-date*)
    [ -e timeless ] && { echo "perceval rss: error: unrecognized arguments: --from-date" >&2; exit 2; };;
esac
cat items
cat said >&2
. ./end
"""
ASKED = ("git", "https://git.example.org/marula")
NAMES = {"Git": "Git of code"}


class Stand:
    """The program that stands in for Perceval."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.journal = folder, Journal(folder / "journal")
        (folder / "perceval").write_text(PROGRAM, "utf-8")
        (folder / "perceval").chmod(0o755)
        self.says()

    def says(self, *times: float, said: str = "", end: str = "exit 0") -> None:
        """What it is to print: items that changed at these times, then this of itself, and how it ends."""
        items = [{"backend_name": "Git", "updated_on": time, "uuid": str(n), "data": {}} for n, time in enumerate(times)]
        (self.folder / "items").write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
        (self.folder / "said").write_text(f"[2024-06-30 12:00:00,000] - Sir Perceval is on his quest.\n{said}", "utf-8")
        (self.folder / "end").write_text(f"{end}\n", "utf-8")

    def run(self, *more: str, **environment: str) -> PercevalRun:
        """A run of it, as the registry says."""
        around = {"PATH": f"{self.folder}:/usr/bin:/bin"} | environment
        return PercevalRun([*ASKED, *more], NAMES, self.journal, environment=around)

    def asked(self) -> list[str]:
        """The arguments of each time that it was run."""
        return (self.folder / "asked").read_text("utf-8").splitlines()


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """A Perceval that has nothing to say yet."""
    return Stand(tmp_path)


def _items(run: PercevalRun) -> list[Any]:
    return [json.loads(line) for chunk in run.chunks(0) for line in chunk.body.splitlines()]


def test_it_goes_on_from_the_last_item(stand: Stand):
    """Each item in its system's envelope; the next run asks from ten minutes before the latest on, and not from one ahead."""
    stand.says(1718878502.0, 1718870000.0)
    first = _items(stand.run())
    stand.says(1718878502.0, 4102444800.0)
    again = [_items(stand.run()), _items(stand.run())]
    day = "git https://git.example.org/marula --json-line"

    assert [item["mapping"] for item in first] == ["perceval:Git of code"] * 2
    assert [len(items) for items in again] == [2, 2]
    assert stand.asked()[:2] == [day, f"{day} --from-date 2024-06-20 10:05:02"]
    assert not stand.asked()[2].startswith(f"{day} --from-date 2100")


@pytest.mark.parametrize(("said", "end", "told"), [
    ("[2024-06-30 12:00:01,000] - Error!: 404 Client Error: Not Found for url\n", "exit 0", "ended with 0: 404 Client Error"),
    ("Traceback (most recent call last):\nRuntimeError: Unknown backend gut\n", "exit 1", "ended with 1: RuntimeError: Unknown"),
    ("", "kill -9 $$", "was ended by signal 9"),
], ids=["a fault that it catches", "an exit code", "a signal"])  # fmt: skip
def test_a_run_that_breaks_off_is_told(stand: Stand, said: str, end: str, told: str):
    """What came before is kept; the next run begins where this one did, for not every backend goes by time."""
    stand.says(*range(1, 151), said=said, end=end)
    run, came = stand.run(), []
    with pytest.raises(InputError) as error:
        came.extend(chunk.done for chunk in run.chunks(0))
    stand.says(1718878502.0)
    _items(stand.run())

    assert told in error.value.message
    assert came == [100, 150]
    assert stand.asked()[0] == stand.asked()[1]


def test_a_secret_is_handed_over_and_never_told(stand: Stand, tmp_path: Path):
    """`${NAME}` is what the variable, or the file, holds; neither it nor somebody's address is in a name or an error."""
    (tmp_path / "key").write_text("sesame\n", "utf-8")
    stand.says(said="requests.HTTPError: 401 for https://api.example.org/?key=sesame by ama@example.org", end="exit 1")
    run = stand.run("-t", "${CODE_KEY}", CODE_KEY_FILE=str(tmp_path / "key"))
    with pytest.raises(InputError) as error:
        _items(run)
    with pytest.raises(InputError, match="CODE_KEY is empty"):
        stand.run("-t", "${CODE_KEY}")

    assert stand.asked() == ["git https://git.example.org/marula -t sesame --json-line"]
    assert "?key=${CODE_KEY}" in error.value.message
    assert not any(word in str(error.value) + run.key + run.title for word in ("sesame", "ama@"))


def test_a_backend_without_times_is_read_whole(stand: Stand):
    """One that does not know `--from-date` is asked again without it."""
    stand.says(1718878502.0)
    (stand.folder / "timeless").touch()
    runs = [len(_items(stand.run())) for _ in range(2)]

    assert runs == [1, 1]
    assert [asked.partition(" --json-line")[2][:12] for asked in stand.asked()] == ["", " --from-date", ""]


def test_where_it_is_not_installed(stand: Stand, monkeypatch: pytest.MonkeyPatch):
    """It says so, and how to come by it."""
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(InputError, match="Perceval is not here") as error:
        _items(stand.run(PATH="/nowhere"))

    assert "pipx install perceval" in str(error.value)


def test_one_that_nobody_reads_any_more_is_ended(stand: Stand):
    """Even while it waits for a system that does not answer."""
    stand.says(*range(1, 101), end="exec sleep 600")
    run = stand.run().chunks(0)
    next(run)
    run.close()

    assert stand.journal.read("cursor of " + stand.run().key) == {}
