"""Import of a git history: the whole command, beside the same `git log` piped to nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bench.harness import Line, answer_of, clock, run

SYSTEM = """\
system: code
title: Code
url: https://git.example.org/code
owner: code@example.org
kinds: {git.commit: Wrote a change, git.merge: Merged a change, git.coauthor: Wrote it together, git.review: Reviewed it}
"""


def measure_git(folder: Path, commits: int) -> list[Line]:
    """A made-up linear history of so many commits by a thousand authors, with trailers and `r=` in some messages."""
    repository, workspace = folder / "history.git", folder / "git"
    _make(repository, commits)
    run("init", str(workspace))
    (workspace / "registry" / "systems" / "code.yaml").write_text(SYSTEM)
    floor = clock(["git", "-C", str(repository), "log", "-z", "--format=%H%x1f%P%x1f%aI%x1f%an%x1f%ae%x1f%B"], 3)
    seconds, out = run("-w", str(workspace), "import", "git", str(repository), "--system", "code", "--json")
    read = int(str(answer_of(out)["read"]))
    again, _ = run("-w", str(workspace), "import", "git", str(repository), "--system", "code", "--json")
    rate = commits / seconds
    return [
        Line(
            f"git import, {commits:,} commits ({read:,} events)", f"{rate:,.0f} commits/s", "≥ 10,000/s",
            f"git log: {commits / floor:,.0f}/s", ok=rate >= 10_000,
        ),
        Line("git import again, nothing new", f"{again:.1f} s", "", ""),
    ]  # fmt: skip


def _make(repository: Path, commits: int) -> None:
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(repository)], check=True)
    with subprocess.Popen(["git", "-C", str(repository), "fast-import", "--quiet"], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for number in range(commits):
            who = number * 7919 % 1000
            message = f"Change {number}\n\nBecause it was time to, and nobody else had. r=helper{who % 50}\n"
            if number % 9 == 0:
                message += f"\nCo-authored-by: Person {who + 1} <person{who + 1}@example.org>\n"
            person = f"Person {who} <person{who}@example.org> {1_300_000_000 + number * 4000} +0200"
            data = message.encode()
            process.stdin.write(
                f"commit refs/heads/main\nauthor {person}\ncommitter {person}\ndata {len(data)}\n".encode() + data + b"\n"
            )
        process.stdin.close()
    if process.returncode:
        raise SystemExit("git fast-import failed")
