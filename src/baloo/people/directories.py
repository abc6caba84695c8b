"""Directories of people in the shapes that others write: SortingHat's export, Mozillians' users, a SCIM 2.0 list.

Each becomes entries: somebody's id in the directory, their names, addresses and accounts elsewhere. Nothing here reads or writes.
An address that two entries claim tells of neither; it is told. No problem repeats what an entry says.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from baloo.errors import Problem
from baloo.people.keys import email_key
from baloo.people.rules import is_personal

__all__ = ["Entry", "read_directory"]

_SCIM = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


@dataclass(slots=True)
class Entry:
    """Somebody in a directory; `accounts` are (system, account or username)."""

    key: str
    username: str | None = None
    names: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    accounts: list[tuple[str, str]] = field(default_factory=list)
    bot: bool = False


def read_directory(text: str, file: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of a directory in any of the shapes, and what is wrong with others; nothing where it is of no shape."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return [], [Problem(file, 1, "", "This is not JSON.", slug="directory")]
    shape = _shape(data)
    if shape is None:
        message = "This is no export of SortingHat, no directory with `results`, and no SCIM 2.0 list."
        return [], [Problem(file, 1, "", message, slug="directory")]
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, entry in enumerate(shape(data), 1):
        if entry is None or not (entry.emails or entry.accounts):
            problems.append(_problem(file, number, "has no id, or neither address nor account"))
        else:
            entries.append(entry)
    uses = Counter(email for entry in entries for email in entry.emails)
    repeated = Counter(entry.key for entry in entries)
    for number, entry in enumerate(entries, 1):
        if repeated[entry.key] > 1:
            problems.append(_problem(file, number, "has the id of another one", severity="error"))
        if any(uses[email] > 1 for email in entry.emails):
            problems.append(_problem(file, number, "claims an address that another one claims, too; it tells of neither"))
            entry.emails = [email for email in entry.emails if uses[email] == 1]
    return entries, problems


def _problem(file: str, number: int, what: str, severity: str = "warning") -> Problem:
    return Problem(file, number, "", f"Entry {number} {what}.", severity=severity, slug="directory")


def _shape(data: Any) -> Callable[[Any], Iterator[Entry | None]] | None:  # noqa: ANN401 - JSON
    if not isinstance(data, dict):
        return None
    if isinstance(data.get("uidentities"), dict):
        return _sortinghat
    if _SCIM in _items(data, "schemas") and isinstance(data.get("Resources", []), list):
        return _scim
    return _mozillians if isinstance(data.get("results"), list) else None


def _sortinghat(data: Any) -> Iterator[Entry | None]:  # noqa: ANN401
    for key, person in data["uidentities"].items():
        if not isinstance(person, dict):
            yield None
            continue
        entry = Entry(str(key), bot=_dict(person, "profile").get("is_bot") is True)
        for one in _dicts(person, "identities"):
            source, username = _text(one.get("source")), _text(one.get("username"))
            _add(entry, _text(one.get("name")), _text(one.get("email")))
            if source and username:
                entry.accounts.append((source, username))
        yield entry


def _mozillians(data: Any) -> Iterator[Entry | None]:  # noqa: ANN401
    for user in data["results"]:
        username = _text(user.get("username")) if isinstance(user, dict) else None
        if not username:
            yield None
            continue
        entry = Entry(username, username)
        _add(entry, _text(user.get("full_name")), _text(user.get("email")))
        for other in _dicts(user, "alternate_emails"):
            _add(entry, None, _text(other.get("email")))
        for account in _dicts(user, "external_accounts"):
            system, name = _text(account.get("type")), _text(account.get("identifier"))
            if system and name:
                entry.accounts.append((system, name))
        yield entry


def _scim(data: Any) -> Iterator[Entry | None]:  # noqa: ANN401
    for user in data.get("Resources", []):
        key = (_text(user.get("id")) or _text(user.get("userName"))) if isinstance(user, dict) else None
        if not key:
            yield None
            continue
        entry = Entry(key, _text(user.get("userName")))
        name = _dict(user, "name")
        parts = [_text(name.get(part)) for part in ("givenName", "familyName")]
        _add(entry, _text(name.get("formatted")) or " ".join(filter(None, parts)) or _text(user.get("displayName")), None)
        for email in [*_dicts(user, "emails"), {"value": user.get("userName")}]:
            _add(entry, None, _text(email.get("value")))
        yield entry


def _add(entry: Entry, name: str | None, email: str | None) -> None:
    key = email_key(email)
    if name and name not in entry.names:
        entry.names.append(name)
    if key and is_personal(key) and key not in entry.emails:
        entry.emails.append(key)


def _text(value: Any) -> str | None:  # noqa: ANN401
    """A text, or that of `{"value": text, "privacy": whose}`; None where it is something else or empty."""
    if isinstance(value, dict):
        value = value.get("value")
    return value.strip() or None if isinstance(value, str) else None


def _dict(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def _items(of: Mapping[str, Any], name: str) -> Iterable[Any]:
    value = of.get(name)
    return value if isinstance(value, list) else ()


def _dicts(of: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    return (item for item in _items(of, name) if isinstance(item, dict))
