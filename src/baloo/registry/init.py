"""A registry to begin with."""

from __future__ import annotations

import json
import re
from pathlib import Path

from baloo.errors import InputError, UnknownName, WorkspaceError
from baloo.workspace import write_whole

__all__ = ["presets", "write_empty", "write_preset"]

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_COMMUNITY = """\
# The community: the whole that all areas are part of. `baloo check` reads this folder and says what is wrong.
community: {id}
title: {title}
# question: Are we a thousand yet?
# target: 1000
# staff: [example.org]                     # domains of those who are paid; `--exclude-staff` leaves them out
active: {{at_least: 1, within: 1 year}}      # who is active where an area says nothing of its own

# Beside this file:
#   systems/NAME.yaml   where contributions happen, and what can be done there
#   areas/NAME.yaml     whose contributions make an area, and its pathway
#   schemas/NAME.yaml   the fields that events carry, where rules ask for them
#   maps/NAME.csv       many repositories to few areas: value,area[,since,until]
#   mappings/NAME.yaml  what other programs send, such as webhooks: which part of their JSON is what
#   work/NAME.yaml      what is to be done before systems are integrated
#
# A system:                                 An area:
#   system: forum                             area: support
#   title: The forum                          title: Support
#   owner: forum-team@example.org             counts: [{{system: forum}}]
#   kinds:                                    pathway:
#     forum.answer: Answered a question         - point: regular
#                                                 level: active
#                                                 when: {{kinds: [forum.answer], at_least: 10, within: 1 year}}
"""


def presets() -> dict[str, Path]:
    """The registries that come with Baloo: name to folder."""
    return {folder.name: folder for folder in sorted((Path(__file__).parent / "presets").iterdir()) if folder.is_dir()}


def write_empty(folder: Path, community: str, title: str) -> None:
    """Write a commented `community.yaml` and the folders beside it.

    Raises InputError for an id of other letters, WorkspaceError where there is a community already.
    """
    if not _ID.fullmatch(community):
        raise InputError(f"`{community}` is not an id.", remedy="An id has lower-case letters, digits and single hyphens.")
    file = _fresh(folder)
    for name in ("systems", "areas", "schemas", "maps", "mappings"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    quoted = f'"{community}"' if community.isdigit() or community in ("true", "false", "null") else community
    write_whole(file, _COMMUNITY.format(id=quoted, title=json.dumps(title, ensure_ascii=False)).encode())


def write_preset(folder: Path, name: str) -> None:
    """Copy a registry that comes with Baloo.

    Raises UnknownName for another, WorkspaceError where there is a community already.
    """
    known = presets()
    if name not in known:
        raise UnknownName("preset", name, known)
    _fresh(folder)
    for file in sorted(known[name].rglob("*.*")):
        copy = folder / file.relative_to(known[name])
        copy.parent.mkdir(parents=True, exist_ok=True)
        write_whole(copy, file.read_bytes())


def _fresh(folder: Path) -> Path:
    """Where the community is to be written."""
    file = folder / "community.yaml"
    if file.exists():
        raise WorkspaceError("There is a registry here already.", where=str(file), remedy="Edit it, or choose another folder.")
    return file
