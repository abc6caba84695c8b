"""A backup is the workspace at one moment, restored whole; who was erased or opted out since stays so."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.functional.conftest import TODAY, Baloo, event
from tests.scanner import Scanner

from baloo.access.roles import Grant
from baloo.access.sessions import Sessions
from baloo.clock import clock_from_environment
from baloo.records import Records
from baloo.worker.backup import restore
from baloo.workspace import Workspace

AMA = {"account": "a-1042", "email": "ama@example.org", "name": "Ama Owusu"}


@pytest.fixture
def community(baloo: Baloo, write: Callable[..., str]) -> Baloo:
    """Three people; Jun is named by nobody else."""
    baloo("import", "events", write([
        event("forum.post", "2024-05-01", AMA), event("forum.post", "2024-05-02", {"account": "j-7", "name": "Jun Sato"}),
        event("forum.answer", "2024-05-03", {"account": "t-1", "name": "Tove"}, extra={"asker": "a-1042"}),
    ]))
    baloo("people", "unlink", "forum:j-7", "forum:t-1")
    baloo("refresh")
    return baloo


def test_a_backup_is_restored_whole(community: Baloo, write: Callable[..., str], tmp_path: Path) -> None:
    """The same counts, the same people, what was said of them; and it goes on from there, without a row twice or lost."""
    file = tmp_path / "kept" / "b.tar"
    community("backup", str(file))
    community("import", "events", write([event("forum.post", "2024-06-01", {"account": "late"})], "late.ndjson"))
    there = Baloo(tmp_path / "There")
    done = there.json("restore", str(file))

    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in file.parent.iterdir()] == ["b.tar"]
    assert done["events"] == 3
    assert there.count(system="forum", level="casual") == 3
    assert there("people", "export") == "".join(
        line for line in community("people", "export").splitlines(keepends=True) if "late" not in line)
    assert not there.json("people", "explain", "forum:j-7", "forum:t-1")["same"]
    again = there.json("import", "events", write([event("forum.post", "2024-06-01", {"account": "late"})], "again.ndjson"))
    there("refresh")
    assert again["accepted"] == 1
    assert there.count(system="forum", level="casual") == 4


def test_nobody_is_signed_in_after_a_restore(community: Baloo, tmp_path: Path) -> None:
    """A session that was open when the backup was made is over in what is restored, for it may have been ended since."""
    now = int(clock_from_environment().now().timestamp() * 1_000_000)
    with closing(Records.open(Workspace.open(community.root).records)) as records:
        cookie = Sessions(records).begin("operator tove", [Grant("admin")], how="link", now=now)
    there = Baloo(tmp_path / "There")
    community("backup", str(tmp_path / "b.tar"))
    there("restore", str(tmp_path / "b.tar"))
    found = []
    for root in (community.root, there.root):
        with closing(Records.open(Workspace.open(root).records)) as records:
            found.append(Sessions(records).caller(cookie, now=now).may("admin"))

    assert found == [True, False]


def test_who_was_erased_since_is_not_brought_back(community: Baloo, tmp_path: Path) -> None:
    """Neither over the workspace that knows it, which stays beside, nor elsewhere with the list of tombstones."""
    scanner = Scanner([*AMA.values()])
    file, listed = tmp_path / "b.tar", tmp_path / "tombstones.txt"
    community("backup", str(file))
    community("people", "erase", "ama@example.org")
    community("people", "exclude", "forum:j-7", "--opted-out")
    listed.write_text(community("people", "tombstones"), "ascii")
    elsewhere = Baloo(tmp_path / "Elsewhere")

    assert scanner.scan(tmp_path) == {"b.tar": set(scanner.words)} | {
        name: words for name, words in scanner.scan(tmp_path).items() if name.endswith(".ndjson")}
    done = community.json("restore", str(file))
    elsewhere("restore", str(file), "--tombstones", str(listed))

    assert done["erased_again"] == 1
    for restored in (community, elsewhere):
        assert scanner.scan(restored.root) == {}
        assert "a-1042" not in restored("people", "export")
    assert community.count(system="forum", level="casual") == 1
    assert elsewhere.count(system="forum", level="casual") == 2
    assert (tmp_path / "W.before" / "baloo.toml").exists()


def test_a_restore_that_was_killed_at_its_last_step_is_done_again(
    community: Baloo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older workspace stands aside and no other in its place: what it knows of erased people is not lost by that."""
    file = tmp_path / "b.tar"
    community("backup", str(file))
    community("people", "erase", "ama@example.org")

    class Killed(BaseException):
        """As a kill does."""

    real = Path.replace

    def killed(place: Path, to: Path) -> Path:
        if place.name == ".W.restoring":
            raise Killed
        return real(place, to)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(Killed):
        restore(file, community.root, clock_from_environment())
    monkeypatch.undo()
    monkeypatch.setenv("BALOO_TODAY", TODAY)
    community("restore", str(file))

    assert Scanner(AMA.values()).scan(community.root) == {}
    assert (tmp_path / "W.before" / "baloo.toml").exists()


def outside() -> bytes:
    """An archive with a file that would stand elsewhere."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../evil"))
    return out.getvalue()


def test_a_restore_is_whole_or_not_at_all(community: Baloo, tmp_path: Path) -> None:
    """What is cut off, changed, or no backup at all is refused, and so is a target that is in use; nothing stands there then."""
    file = tmp_path / "b.tar"
    community("backup", str(file))
    data = file.read_bytes()
    there = Baloo(tmp_path / "There")
    place = data.index(b"SQLite format 3")
    changed = data[: place + 5000] + b"?" + data[place + 5001 :]
    damaged = {"cut": data[: len(data) // 2], "changed": changed, "none": b"none", "empty": b"", "outside": outside()}

    for name, wrong in damaged.items():
        (tmp_path / name / "x.tar").parent.mkdir(exist_ok=True)
        (tmp_path / name / "x.tar").write_bytes(wrong)
        there("restore", str(tmp_path / name / "x.tar"), code=7 if name == "changed" else 4)
        assert not there.root.exists()
    assert not (tmp_path / "evil").exists()
    assert "already" in community.run("backup", str(file), code=4).stderr
    assert "no such file" in there.run("restore", str(tmp_path / "absent.tar"), code=4).stderr.casefold()
