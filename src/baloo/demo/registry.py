"""Marula's registry: the templates beside this module, with dates and targets for the size that is asked for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from baloo.workspace import write_whole

__all__ = ["write_registry"]

_TEMPLATES = Path(__file__).parent / "templates"
_TARGETS = {  # people, of each 3,000
    "target": 1000, "coding": 400, "infrastructure": 40, "support": 450, "documentation": 180, "translation": 300,
    "quality": 250, "events": 60, "design": 60,
}  # fmt: skip


def write_registry(folder: Path, *, until: dt.date, people: int = 3000) -> list[Path]:
    """Write the registry into `folder` and return its files. `until` is the last day of the history.

    Rules that were changed carry a date two years before.
    """
    words = {f"@{name}@": str(_round(number * people / 3000)) for name, number in _TARGETS.items()}
    words |= {"@since@": f"{until.year - 2}-01-01", "@until@": f"{until.year - 1}-01-01"}
    written = []
    for template in sorted(_TEMPLATES.rglob("*.*")):
        text = template.read_text("utf-8")
        for mark, value in words.items():
            text = text.replace(mark, value)
        file = folder / template.relative_to(_TEMPLATES)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text.encode())
        written.append(file)
    return written


def _round(number: float) -> int:
    """A target that people would set: two digits and zeros."""
    step = int("1" + "0" * max(0, len(str(int(number))) - 2))
    return max(1, int(number / step + 0.5) * step)
