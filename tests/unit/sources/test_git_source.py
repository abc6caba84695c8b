"""A git history becomes events: authors, merges, co-authors, reviewers; and the next run begins behind the last."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from baloo.errors import InputError
from baloo.registry.model import Kind, System
from baloo.sources.git import KINDS, GitSource, read_mailmap
from baloo.sources.journal import Journal

SYSTEM = System("code", "Code", {kind: Kind(kind, kind) for kind in KINDS}, url="https://git.example.org/marula.git")
AMA = ("Ama Mensah", "ama@example.org")
JUN = ("Jun Ito", "jun@example.org")


def _git(repository: Path, *arguments: str, who: tuple[str, str] = AMA, day: str = "2024-05-01T12:00:00+0300") -> str:
    person = {f"GIT_{role}_{part}": who[part == "EMAIL"] for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    dates = {"GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **person, **dates}).stdout


def _commit(repository: Path, message: str, who: tuple[str, str] = AMA) -> None:
    _git(repository, "commit", "--allow-empty", "-q", "-m", message, who=who)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit by Ama."""
    folder = tmp_path / "marula"
    folder.mkdir()
    _git(folder, "init", "-q", "-b", "main")
    _commit(folder, "Begin")
    return folder


def _events(source: GitSource, done: int = 0) -> list[dict[str, object]]:
    return [json.loads(line) for chunk in source.chunks(done) for line in chunk.body.splitlines()]


def _source(repository: Path, system: System = SYSTEM) -> GitSource:
    return GitSource(repository, system, Journal(repository.parent / "journal"))


def test_a_commit_is_an_event_of_its_author(repository: Path):
    """The author, the author's date with its offset, and the address of the commit make the event."""
    (event,) = _events(_source(repository))

    sha = _git(repository, "rev-parse", "HEAD").strip()
    assert event["kind"] == "git.commit"
    assert event["actor"] == {"name": "Ama Mensah", "email": "ama@example.org"}
    assert event["at"] == "2024-05-01T12:00:00+03:00"
    assert event["object"] == f"https://git.example.org/marula/commit/{sha}"


def test_a_commit_with_several_parents_is_a_merge(repository: Path):
    """A merge commit is `git.merge`, and nothing besides."""
    _git(repository, "checkout", "-q", "-b", "side")
    _commit(repository, "Aside", JUN)
    _git(repository, "checkout", "-q", "main")
    _git(repository, "merge", "-q", "--no-ff", "-m", "Bring it in", "side", who=JUN)

    kinds = [event["kind"] for event in _events(_source(repository))]

    assert kinds == ["git.commit", "git.commit", "git.merge"]


def test_trailers_and_r_equals_name_who_helped(repository: Path):
    """B23: co-authors and reviewers have an event each; `r=me`, `r?`, and the author as own co-author have none."""
    _commit(
        repository,
        "Bug 7 - Mend it. r=tove,idris r=me r?nobody a=lee\n\nCo-authored-by: Jun Ito <jun@example.org>\n"
        "Co-Authored-By: Ama Mensah <ama@example.org>\nReviewed-by: Lee Roe <lee@example.org>",
    )

    helped = [(event["kind"], event["actor"]) for event in _events(_source(repository))[2:]]

    assert helped == [
        ("git.coauthor", {"name": "Jun Ito", "email": "jun@example.org"}),
        ("git.review", {"name": "Lee Roe", "email": "lee@example.org"}),
        ("git.review", {"username": "tove"}),
        ("git.review", {"username": "idris"}),
    ]


def test_only_declared_kinds_are_made(repository: Path):
    """What the system does not declare is left out, and said."""
    _commit(repository, "Mend it\n\nCo-authored-by: Jun Ito <jun@example.org>")
    source = _source(repository, System("code", "Code", {"git.commit": Kind("git.commit", "Wrote")}))

    kinds = {event["kind"] for event in _events(source)}

    assert kinds == {"git.commit"}
    assert source.notes() == ["1 of git.coauthor left out: the system `code` does not declare that kind."]


def test_the_next_run_begins_behind_the_last_commit_seen(repository: Path):
    """After a finished run only new commits are read; the same HEAD gives nothing."""
    first = _source(repository)
    _events(first)
    first.finished()
    again = _events(_source(repository))
    _commit(repository, "More", JUN)

    more = _events(_source(repository))

    assert again == []
    assert [event["actor"] for event in more] == [{"name": "Jun Ito", "email": "jun@example.org"}]


def test_an_interrupted_run_goes_on(repository: Path):
    """The commits behind an earlier run are not made again, and the ids of the rest are the same."""
    for number in range(5):
        _commit(repository, f"Step {number}")

    whole, rest = _events(_source(repository)), _events(_source(repository), done=2)

    assert rest == whole[2:]


def test_a_rewritten_history_is_read_anew(repository: Path):
    """Where the last commit seen is gone, the whole history is read: ids make what is known a duplicate."""
    first = _source(repository)
    first.finished()
    Journal(repository.parent / "journal").write(first._cursor, {"tip": "0" * 40})

    assert len(_events(_source(repository))) == 1


def test_text_in_another_encoding_is_read(repository: Path):
    """A commit message in Latin-1 does not stop the run."""
    _git(repository, "-c", "i18n.commitEncoding=latin-1", "commit", "--allow-empty", "-q", "-F", _latin(repository))

    assert len(_events(_source(repository))) == 2


def _latin(repository: Path) -> str:
    file = repository.parent / "message"
    file.write_bytes("Größe".encode("latin-1"))
    return str(file)


@pytest.mark.parametrize(
    ("made", "says"), [("nothing", "not a git repository"), ("a folder", "not a git repository"), ("empty", "no commits")],
)
def test_what_is_no_repository_is_refused(tmp_path: Path, made: str, says: str):
    """A folder that is missing, or is none, or has no commits, is named with what git says."""
    folder = tmp_path / "folder"
    if made != "nothing":
        folder.mkdir()
    if made == "empty":
        _git(folder, "init", "-q")

    with pytest.raises(InputError, match=says) as caught:
        GitSource(folder, SYSTEM, Journal(tmp_path / "journal"))

    assert "git says: fatal:" in str(caught.value)


def test_a_shallow_clone_says_so_and_is_read_whole_next_time(repository: Path):
    """What is older may come later: the run tells, and leaves no mark that would pass over it."""
    _commit(repository, "More")
    _git(repository.parent, "clone", "-q", "--depth", "1", repository.as_uri(), "shallow")
    shallow = repository.parent / "shallow"
    first = _source(shallow)
    _events(first)
    first.finished()
    _git(shallow, "fetch", "-q", "--unshallow")

    assert "shallow clone" in first.notes()[0]
    assert len(_events(_source(shallow))) == 2


def test_a_kind_that_is_declared_later_is_found_in_what_was_read(repository: Path):
    """A system that wants more of the same history reads it again: ids make what is known a duplicate."""
    _commit(repository, "Mend it\n\nCo-authored-by: Jun Ito <jun@example.org>")
    less = _source(repository, System("code", "Code", {"git.commit": Kind("git.commit", "Wrote")}))
    less.finished()

    assert [event["kind"] for event in _events(_source(repository))] == ["git.commit", "git.commit", "git.coauthor"]


def test_a_name_may_hold_any_letter(repository: Path):
    """A control character in a name moves no field."""
    _commit(repository, "Odd", ("Ama\x1fMensah", "ama@example.org"))

    assert _events(_source(repository))[1]["actor"] == {"name": "Ama\x1fMensah", "email": "ama@example.org"}


def test_the_mailmap_at_head_is_read(repository: Path):
    """`.mailmap` is taken from HEAD, not from the work tree; without one there is none."""
    before = read_mailmap(repository)
    (repository / ".mailmap").write_text("Ama Mensah <ama@example.org> <a.mensah@example.net>\n")
    _git(repository, "add", ".mailmap")
    _commit(repository, "Say who is who")

    assert before is None
    assert read_mailmap(repository) == "Ama Mensah <ama@example.org> <a.mensah@example.net>\n"
