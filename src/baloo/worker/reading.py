"""From what a registry says of a system to the sources that read it, live or from files."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from baloo.errors import InputError, UnknownName
from baloo.registry.built_in import kinds_of_source, perceval_backends, perceval_name, source_name
from baloo.registry.model import Feed, Registry, System
from baloo.sources.api import Api
from baloo.sources.base import OVERLAP, Source
from baloo.sources.installed import recipe_of
from baloo.sources.journal import Journal
from baloo.sources.live import DumpSource, LiveSource
from baloo.sources.perceval_run import PercevalRun
from baloo.sources.relational import sql_sources
from baloo.sources.secret import secret

__all__ = ["Asked", "live_sources", "mapping_of", "perceval_names", "read_files", "scheduled", "system_for"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a source beyond what the registry says; None and nothing are the registry's."""

    urls: Sequence[str] = ()
    since: str | None = None
    key_env: str | None = None
    per_second: float | None = None


def system_for(registry: Registry, source: str, named: str | None) -> System:
    """The system that a source reads: the one that is named, or the one that declares what the source makes.

    Raises UnknownName, and InputError where none or several could be meant.
    """
    if named is not None:
        if named not in registry.systems:
            raise UnknownName("system", named, registry.systems)
        return registry.systems[named]
    systems = registry.systems.values()
    found = [system for system in systems if system.source is not None and system.source.name == source]
    kinds = set(kinds_of_source(source))
    found = found or [system for system in systems if kinds & set(system.kinds)]
    if len(found) != 1:
        which = f"Several may be meant: {', '.join(system.id for system in found)}." if found else "No system declares its kinds."
        remedy = "Name one with --system." if found else f"`baloo sources {source}` shows a file of the registry to begin with."
        raise InputError(f"Which system is it? {which}", where="--system", remedy=remedy)
    return found[0]


def mapping_of(registry: Registry, source: str, system: System) -> str:
    """The name of the mapping for what a source reads of a system: one of the registry, else the source's own.

    Raises InputError where there is none.
    """
    if ("source", system.id) in registry.mappings:
        return system.id
    name = source_name(source, system.id)
    if ("source", name) not in registry.mappings:
        remedy = f"Add some of these to its `kinds`: {', '.join(kinds_of_source(source))}."
        raise InputError(f"`{system.id}` declares no kind that `{source}` makes.", where=system.file, remedy=remedy)
    return name


def live_sources(
    registry: Registry, source: str, system: System, asked: Asked, journal: Journal | None,
    environment: Mapping[str, str] = os.environ,
) -> list[Source]:  # fmt: skip
    """The live system, or each of its addresses, as sources; without a journal what is read is not noted."""
    recipe, feed = recipe_of(source), system.source
    if recipe.walk is None:
        raise InputError(f"`{source}` reads files alone.", remedy=f"Give it one: `baloo import {source} FILE`.")
    urls = asked.urls or (feed.urls if feed else ()) or ((system.url,) if system.url else ())
    if not urls:
        raise InputError("Nothing says where the system is.", where=system.file, remedy="Say --url, or `url:` in its file.")
    variable = asked.key_env or (feed.key_env if feed else None)
    key = secret(variable, "--key-env", environment) if variable else None
    rate = asked.per_second or (feed.per_second if feed else None) or recipe.per_second
    first = f"{feed.since.isoformat()}T00:00:00Z" if feed and feed.since else None
    mapping = mapping_of(registry, source, system)
    return [
        LiveSource(
            recipe, Api(recipe.asked_at(url), header=recipe.header, key=key, per_second=rate), mapping=mapping, journal=journal,
            since=asked.since, first=first, asked=urlsplit(recipe.asked_at(url)).query or urlsplit(url).query,
            overlap=_overlap(feed, recipe.overlap),
        ) for url in urls
    ]  # fmt: skip


def scheduled(
    registry: Registry, folder: Path, system: System, journal: Journal | None, environment: Mapping[str, str] = os.environ,
    since: str | None = None, by: str | None = None,
) -> list[Source]:  # fmt: skip
    """What reads a system by its line of the registry, which is in `folder`.

    `since` begins there, whatever is known. Raises InputError where there is no such line, or none of the source `by`.
    """
    feed = system.source
    if feed is None or by not in (None, feed.name):
        remedy = f"Add `source: {{name: {by or 'NAME'}, ...}}` to it."
        raise InputError(f"Nothing says how `{system.id}` is read{f' by {by}' if by else ''}.", where=system.file, remedy=remedy)
    first = feed.since.isoformat() if feed.since else None
    if feed.name == "perceval":
        names = perceval_names(registry, system)
        late = _overlap(feed, OVERLAP)
        return [PercevalRun(feed.run, names, journal, since=since, first=first, environment=environment, overlap=late)]
    if feed.name != "sql":
        return live_sources(registry, feed.name, system, Asked(since=since), journal, environment)
    address = secret(str(feed.key_env), system.file, environment)
    late = _overlap(feed, OVERLAP)
    return list(sql_sources(address, folder / str(feed.mapping), journal, since=since, first=first, overlap=late))


def _overlap(feed: Feed | None, usual: dt.timedelta) -> dt.timedelta:
    """How long before the end of the last run the next one begins."""
    return usual if feed is None or feed.overlap_minutes is None else dt.timedelta(minutes=feed.overlap_minutes)


def perceval_names(registry: Registry, system: System) -> dict[str, str]:
    """The built-in mappings for a system, by the backends whose mapping in the registry is not one of the system's own."""
    own = {
        name for (protocol, name), mapping in registry.mappings.items() if protocol == "perceval" and mapping.system == system.id}
    return {backend: perceval_name(backend, system.id) for backend in perceval_backends() if backend not in own}


def read_files(
    registry: Registry, source: str, system: System, files: Sequence[Path], url: str | None = None, journal: Journal | None = None
) -> list[Source]:
    """Files of what a system answers, or folders that the source reads, as sources; without a journal folders are read whole.

    `url` is the system's address, where the registry does not say it.
    """
    recipe = recipe_of(source)
    urls = (url,) if url else (system.source.urls if system.source else ()) or (system.url or "",)
    addresses = [address.partition("?")[0].rstrip("/") for address in urls]
    mapping = mapping_of(registry, source, system)
    return [
        recipe.folder(file, mapping=mapping, addresses=addresses, journal=journal) if recipe.folder and file.is_dir()
        else DumpSource(recipe, file, mapping=mapping, addresses=addresses) for file in files
    ]  # fmt: skip
