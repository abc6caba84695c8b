"""What `check` says of how systems are read: the source, the line of cron, the address, the kinds that come of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

from cronsim import CronSim, CronSimError

from baloo.errors import nearest
from baloo.registry._files import Entry
from baloo.registry._names import Names
from baloo.registry.built_in import kinds_of_source
from baloo.registry.sources import OTHERS, mapping_files

__all__ = ["check_sources"]

_SECRET: Final = frozenset({"-t", "--api-token", "-p", "--backend-password"})  # arguments of Perceval
_ANY_DAY = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def check_sources(names: Names) -> None:
    """Each `source` of a system."""
    for system, entry in names.systems.items():
        if "source" in entry.data:
            _check(names, system, entry)


def _check(names: Names, system: str, entry: Entry) -> None:
    written = entry.data["source"]
    known = mapping_files()
    if written["name"] in OTHERS:
        _check_other(names, entry, written)
    elif written["name"] not in known:
        wrong = names.wrong_name(f"There is no source `{written['name']}` here.", written["name"], {*known, *OTHERS})
        names.report(entry, ("source", "name"), **wrong)
    elif not set(names.kinds_of(system)) & set(kinds := kinds_of_source(written["name"])) and not _mapped(names, system):
        message = f"`{system}` declares no kind that the source makes. They are: {', '.join(kinds)}."
        names.report(entry, ("source", "name"), message, slug="no-kind")
    if written["name"] not in OTHERS and "url" not in written and "url" not in entry.data:
        names.report(entry, ("source",), "Nothing says where the system is: add `url`.", slug="missing-key")
    if any("@" in urlsplit(url).netloc for url in _urls(written.get("url", ()))):
        message = "An address holds no secret: name the variable that has the key with `key_env`."
        names.report(entry, ("source", "url"), message, slug="secret")
    if "cron" in written:
        try:
            next(CronSim(written["cron"], _ANY_DAY))
        except (CronSimError, StopIteration):
            message = f"`{written['cron']}` is no line of cron. Write minute, hour, day, month and weekday, such as `17 3 * * *`."
            names.report(entry, ("source", "cron"), message, slug="cron")


def _check_other(names: Names, entry: Entry, written: Mapping[str, Any]) -> None:
    """What `sql` and `perceval` are told beside their name: a file of queries within the registry; arguments without a secret."""
    folder = names.draft.folder
    for key in OTHERS[written["name"]]:
        if key not in written:
            names.report(entry, ("source",), f"`{written['name']}` needs `{key}`.", slug="missing-key")
    file = written.get("mapping")
    if file and not (folder / file).resolve().is_relative_to(folder.resolve()):
        names.report(entry, ("source", "mapping"), f"`{file}` leads out of the registry.", slug="outside")
    elif file and not (folder / file).is_file():
        known = [found.relative_to(folder).as_posix() for found in sorted(folder.rglob("*.yaml"))]
        message = f"There is no file `{file}` in the registry."
        names.report(entry, ("source", "mapping"), message, nearest=nearest(file, known), slug="missing-file")
    for place, (before, argument) in enumerate(pairwise(("", *written.get("run", ())))):
        flag, _, held = (before, "", argument) if before in _SECRET else argument.partition("=")
        if flag in _SECRET and held and not held.startswith("${"):
            message = "The registry holds no secret: write `${NAME}`, the variable that has it."
            names.report(entry, ("source", "run", place), message, slug="secret")


def _urls(written: str | Sequence[str]) -> Sequence[str]:
    return [written] if isinstance(written, str) else written


def _mapped(names: Names, system: str) -> bool:
    """Whether the registry has a mapping of its own for what the system's source reads."""
    return any(e.data.get("protocol") == "source" and e.data["mapping"] == system for e in names.draft.mapping)
