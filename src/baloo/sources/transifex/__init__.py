"""Transifex: who translates, reviews and proofreads texts, in which language; by its API, or from transibution's table."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record

__all__ = ["RECIPE"]

_API = "https://rest.api.transifex.com"
_PEOPLE = frozenset({None, "EDITOR", "UPLOAD", "API"})  # origins of texts; the others are machines, memories and agencies
_UPDATES = ("last_update", "last_translation_update", "last_review_update", "last_proofread_update")
_DONE = {"translated": "translator", "reviewed": "reviewer", "proofread": "proofreader"}


def _asked_at(url: str) -> str:
    """`https://app.transifex.com/ORGANISATION[/PROJECT]` as the API is asked for it."""
    parts = urlsplit(url)
    return f"{_API}{parts.path}" if str(parts.hostname).endswith("transifex.com") else url


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    """The texts of each resource in each language in which something was done since."""
    since, behind = at.get("since"), at.get("behind", "")
    changed = dict(sorted(_changes(api)))
    high = at.get("high") or max(changed.values(), default=since)
    for one, last in changed.items():
        if one <= behind or (since and last < since):
            continue
        resource, _, language = one.rpartition(":")
        texts = {"filter[resource]": resource.removesuffix(":l"), "filter[language]": f"l:{language}"}
        for found in _listed(api, "resource_translations", texts | {"filter[translated]": "true", "limit": 1000}):
            new = [text for text in found if not since or _last(text) >= since]
            yield Page(new, {"since": since, "high": high, "behind": behind})
        behind = one
        yield Page([], {"since": since, "high": high, "behind": behind})
    yield Page([], {"since": high})


def _changes(api: Api) -> Iterator[tuple[str, str]]:
    """Each resource in each language but the one it is written in (`o:…:p:…:r:…:l:…`), and when something was last done there."""
    organisation, *named = [name for name in urlsplit(api.base).path.split("/") if name]
    asked = {"filter[organization]": f"o:{organisation}", "filter[slug]": named[0] if named else None}
    for found in _listed(api, "projects", asked):
        for project in found:
            written_in = project["relationships"]["source_language"]["data"]["id"]
            for stats in _listed(api, "resource_language_stats", {"filter[project]": project["id"]}):
                for one in stats:
                    last = max([one["attributes"].get(name) or "" for name in _UPDATES])
                    if last and not one["id"].endswith(f":{written_in}"):
                        yield one["id"], last


def _listed(api: Api, what: str, asked: Mapping[str, object]) -> Iterator[list[Any]]:
    """The pages of a list, which name the next one."""
    found = api.get(f"//api/{what}", **asked)
    while True:
        yield found["data"]
        if not found["links"].get("next"):
            return
        found = api.get(found["links"]["next"])


def _last(text: Any) -> str:  # noqa: ANN401 - a translation
    return max([text["attributes"].get(f"datetime_{what}") or "" for what in _DONE])


def _unfold(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - a page of the API, a translation, or a row
    if "happened_on" in answer:
        user, moment, project = unquote(answer["user"]), answer["happened_on"].replace(" ", "T"), answer["mozilla_team"]
        yield {"type": "translated", "key": f"activity {project} {user} {moment}", "at": moment, "who": user, "project": project}
        return
    if "data" in answer:
        for one in answer["data"] if isinstance(answer["data"], list) else [answer["data"]]:
            yield from _unfold(one, addresses)
        return
    attributes, related = answer["attributes"], answer["relationships"]
    people = {what: _who(related.get(role)) for what, role in _DONE.items()}
    if attributes.get("origin") not in _PEOPLE:
        people["translated"] = None
    names = answer["id"].split(":")
    around = {"project": names[3], "resource": names[5], "locale": names[-1], "origin": attributes.get("origin"),
              "url": f"{_API}/resource_translations/{answer['id']}"}  # fmt: skip
    for what, who in people.items():
        moment = attributes.get(f"datetime_{what}")
        if who and moment:
            yield around | {"type": what, "key": f"{answer['id']} {what} {moment}", "at": moment, "who": who,
                            "author": people["translated"]}


def _who(related: Any) -> str | None:  # noqa: ANN401 - a relationship, which may be empty
    data = (related or {}).get("data")
    return str(data["id"]).removeprefix("u:") if data else None


def _parse(file: Path) -> Iterator[Any]:
    """The rows of transibution's table `activities`, parted by commas or tabs, under the names of their columns."""
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            first = stream.readline()
            stream.seek(0)
            rows = csv.DictReader(stream, delimiter="\t" if "\t" in first else ",")
            if not {"happened_on", "user", "mozilla_team"} <= set(rows.fieldnames or ()):
                raise InputError("Its first line does not name happened_on, user and mozilla_team.", where=str(file),
                                 remedy="Write the table `activities` with its columns' names.")
            yield from rows
    except FileNotFoundError as error:
        raise InputError("There is no such file.", where=str(file)) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("It cannot be read as a table.", where=str(file),
                         remedy="Write it as UTF-8, with commas or tabs.") from error


RECIPE = Recipe("Transifex", _walk, _unfold, _parse, asked_at=_asked_at)
