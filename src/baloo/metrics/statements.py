"""The SQL files of the engine, and how their named parts are filled."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

__all__ = ["render"]


def render(name: str, **parts: object) -> str:
    """The statement of `sql/<name>.sql` with each `{part}` filled; comments are left out.

    Raises KeyError where a part is missing.
    """
    return _PART.sub(lambda found: str(parts[found[1]]), _text(name))


_PART = re.compile(r"\{([a-z_]+)\}")


@cache
def _text(name: str) -> str:
    text = (resources.files("baloo.metrics") / "sql" / f"{name}.sql").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip()
