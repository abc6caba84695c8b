"""The files of a registry, read and held against the published schemas: what comes out has the right shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baloo.errors import Problem
from baloo.registry._validate import shape_problems
from baloo.registry._yaml import Place, Source, read_source

__all__ = ["Draft", "Entry", "read_draft"]

MAX_SCHEMA_BYTES = 64 * 1024
_FOLDERS = {"systems": "system", "areas": "area", "schemas": "schema", "mappings": "mapping", "work": "work"}


@dataclass(slots=True)
class Entry:
    """One thing that a file declares: its values, and where in which file it stands."""

    source: Source
    base: Place
    data: dict[str, Any]

    def problem(self, place: Place, message: str, **more: Any) -> Problem:  # noqa: ANN401 - Problem's own fields
        """A Problem at a place within this entry."""
        return self.source.problem((*self.base, *place), message, **more)


@dataclass(slots=True)
class Draft:
    """A registry as it was read, before names are followed. `broken` has ids of entries that did not pass their schema."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    community: Entry | None = None
    system: list[Entry] = field(default_factory=list)
    area: list[Entry] = field(default_factory=list)
    schema: list[Entry] = field(default_factory=list)
    mapping: list[Entry] = field(default_factory=list)
    work: list[Entry] = field(default_factory=list)
    broken: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in _FOLDERS.values()})

    def report(self, problem: Problem) -> None:
        """Note a problem."""
        self.problems.append(problem)


def read_draft(folder: Path) -> Draft:
    """Read every file of the registry in `folder`; what is wrong with their text and shape is in `problems`."""
    draft = Draft(folder)
    if not folder.is_dir():
        draft.report(Problem(".", 1, "", f"There is no registry in {folder}.", slug="missing-file"))
        return draft
    _read_community(draft)
    for name, sort in _FOLDERS.items():
        limit = {"limit": MAX_SCHEMA_BYTES} if sort == "schema" else {}
        for file in _yaml_files(draft, name):
            source = read_source(folder, file, draft.report, **limit)
            if source is None:
                draft.broken[sort].add(Path(file).stem)
                continue
            _take(draft, sort, source)
    return draft


def _read_community(draft: Draft) -> None:
    if not (draft.folder / "community.yaml").exists():
        message = "There is no community.yaml. Say at least `community: my-community`."
        draft.report(Problem("community.yaml", 1, "", message, slug="missing-file"))
        return
    source = read_source(draft.folder, "community.yaml", draft.report)
    if source is None:
        return
    if not isinstance(source.data, dict):
        draft.report(source.problem((), _nothing(source.data, "community")))
        return
    found = shape_problems("community", source, source.data)
    draft.problems += found
    draft.community = None if found else Entry(source, (), source.data)


def _yaml_files(draft: Draft, name: str) -> Iterator[str]:
    """The YAML files of one folder in order of name; a file with another ending is told, not passed over."""
    folder = draft.folder / name
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        file = f"{name}/{path.name}"
        if path.name.startswith("."):
            continue
        if path.suffix == ".yaml":
            yield file
        elif path.suffix in (".yml", ".YAML", ".YML", ".json"):
            draft.report(Problem(file, 1, "", f"Only files that end in `.yaml` are read. Rename it to `{path.stem}.yaml`."))


def _take(draft: Draft, sort: str, source: Source) -> None:
    """Take the one thing of a file, or the several areas or works of a list."""
    many = sort in ("area", "work") and isinstance(source.data, list)
    items: list[tuple[Place, Any]] = [((i,), item) for i, item in enumerate(source.data)] if many else [((), source.data)]
    if not items:
        draft.report(source.problem((), "The list is empty."))
    for base, item in items:
        if not isinstance(item, dict):
            draft.report(source.problem(base, _nothing(item, sort)))
            continue
        found = shape_problems(sort, source, item, base)
        draft.problems += found
        if found:
            draft.broken[sort].add(str(item.get(sort)))
        else:
            getattr(draft, sort).append(Entry(source, base, item))


def _nothing(value: object, sort: str) -> str:
    if value is None:
        return "The file is empty."
    return f"Here stand keys and values, beginning with `{sort}:`."
