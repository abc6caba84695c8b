"""What the commands print: data on stdout, narration on stderr."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from baloo.errors import BalooError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Bar", "answer", "narrate", "number_of", "progress", "show_error", "table"]


def answer(data: object, text: str, *, as_json: bool) -> None:
    """Print the command's answer on stdout: `data` as JSON where that is asked for, else `text`."""
    out = json.dumps(data, ensure_ascii=False, default=str) if as_json else text
    if out:
        sys.stdout.write(out + "\n")
    sys.stdout.flush()


def number_of(n: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 error, 2 errors; `many` where the plural is not made with an s."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def narrate(text: str) -> None:
    """Say on stderr what is going on."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def show_error(error: BalooError) -> None:
    """Say on stderr what is wrong, where, and what to do."""
    where = f"{error.where}: " if error.where else ""
    narrate(f"baloo: {where}{error.message}")
    if error.remedy:
        narrate(f"       {error.remedy}")


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A plain table: columns parted by two spaces, numbers at the end of their column."""
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell if cell is not None else "") for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(heads), *cells]) for i in range(len(heads))]
    right = [bool(rows) and all(isinstance(row[i], int) for row in rows) for i in range(len(heads))]
    lines = [
        "  ".join(cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True)).rstrip()
        for line in [list(heads), *cells]
    ]
    return "\n".join(lines)


class Bar:
    """A progress bar on stderr with rate and remaining time; silent where stderr is no terminal."""

    def __init__(self, progress: Progress | None, task: TaskID | None) -> None:
        self._progress = progress
        self._task = task

    def at(self, share: float, done: int) -> None:
        """So much of the work, from 0 to 1, is behind; `done` is the number of things done."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=share, done=done)


@contextlib.contextmanager
def progress(title: str, unit: str) -> Iterator[Bar]:
    """Show a bar while the block runs."""
    if not sys.stderr.isatty():
        yield Bar(None, None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Any:  # noqa: ANN401 - Rich's own type
            done = task.fields.get("done", 0)
            rate = done / task.elapsed if task.elapsed else 0
            return Text(f"{done:,} {unit}, {rate:,.0f}/s")

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), Rate(), TimeRemainingColumn())
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Bar(bar, bar.add_task(title, total=1.0, done=0))
