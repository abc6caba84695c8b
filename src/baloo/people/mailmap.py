"""`.mailmap` as git reads it, and whom it says to be one author. Nothing here reads or writes.

    Proper Name <commit@address>
    <proper@address> <commit@address>
    Proper Name <proper@address> <commit@address>
    Proper Name <proper@address> Commit Name <commit@address>
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from baloo.errors import Problem
from baloo.people.keys import email_key
from baloo.people.rules import is_personal

__all__ = ["Line", "Mailmap", "parse"]

_Author: TypeAlias = "tuple[str, ...]"  # (address,), or (address, name) where authors share a proper address


class Line(NamedTuple):
    """One mapping; what the line does not give is empty. Without a proper address the commit's own stays."""

    proper_name: str
    proper_email: str
    commit_name: str
    commit_email: str


def parse(text: str, file: str = ".mailmap", *, as_git: bool = True) -> tuple[list[Line], list[Problem]]:
    """The mappings of a file, and the lines that are none; those are left out, as git does. No problem repeats a line.

    With `as_git` False lines that lead in a circle are told and left out, too: git exchanges the addresses, and they say nothing
    of who is one person.
    """
    lines: list[Line] = []
    numbers: list[int] = []
    problems: list[Problem] = []
    for number, written in enumerate(text.split("\n"), 1):
        if not written.strip() or written.startswith("#"):
            continue
        name, email, rest = _name_and_email(written)
        if not email:
            message = "There is no address in angle brackets here."
            problems.append(Problem(file, number, "", message, severity="warning", slug="mailmap"))
            continue
        commit_name, commit_email, _ = _name_and_email(rest)
        lines.append(Line(name, "", "", email) if commit_email is None else Line(name, email, commit_name, commit_email))
        numbers.append(number)
    round_ = set() if as_git else _circles(lines)
    for line, number in zip(lines, numbers, strict=True):
        if line in round_:
            message = "This line and others lead from one address to the next in a circle: it joins nobody."
            problems.append(Problem(file, number, "", message, severity="warning", slug="mailmap"))
    return [line for line in lines if line not in round_], problems


def _circles(lines: Sequence[Line]) -> set[Line]:
    """The lines whose addresses lead back to where they began."""
    leads: dict[str, tuple[str, Line]] = {}
    for line in lines:
        commit, proper = email_key(line.commit_email), email_key(line.proper_email)
        if commit and proper and commit != proper and not line.commit_name:
            leads[commit] = (proper, line)
    found: set[Line] = set()
    for start in leads:
        here = start
        passed: list[Line] = []
        while here in leads and len(passed) <= len(leads):
            here, line = leads[here]
            passed.append(line)
            if here == start:
                found.update(passed)
                break
            if line in found:
                break
    return found


def _name_and_email(text: str) -> tuple[str, str | None, str]:
    """Up to the first `>`: the name, the address (None where there is none), and what stands after it."""
    before, open_, after = text.partition("<")
    email, close, rest = after.partition(">")
    return (before.strip(), email, rest) if open_ and close else ("", None, "")


class Mailmap:
    """The mappings of one source; a later line goes before an earlier one. Names and addresses compare whatever their case."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._plain: dict[str, tuple[str, str]] = {}
        self._named: dict[tuple[str, str], tuple[str, str]] = {}
        self._beside: defaultdict[str, set[str]] = defaultdict(set)  # a proper address and those that lead to it
        names: defaultdict[str, set[str]] = defaultdict(set)
        for line in lines:
            commit = email_key(line.commit_email) or ""
            known = self._plain.get(commit, ("", commit))
            proper, name = email_key(line.proper_email) or known[1], line.proper_name.casefold()
            if not is_personal(proper):
                continue
            if line.commit_name:
                self._named[commit, line.commit_name.casefold()] = (name, proper)
            elif is_personal(commit):
                self._plain[commit] = (name or known[0], proper)
            else:
                continue
            self._beside[proper] |= {proper, commit}
            names[proper] |= {name} - {""}
        self._shared = {proper for proper, several in names.items() if len(several) > 1}

    def related(self, keys: Iterable[str] | None) -> set[str]:
        """The address keys that must be looked at together with these; None asks for all that the map has."""
        if keys is None:
            return set().union(*self._beside.values())
        leads: defaultdict[str, set[str]] = defaultdict(set)
        for proper, emails in self._beside.items():
            for email in emails:
                leads[email].add(proper)
        return {email for key in keys for proper in leads.get(key, ()) for email in self._beside[proper]}

    def author(self, name: str | None, key: str) -> _Author | None:
        """Who somebody of this name and address key is; None where the map says nothing of them."""
        folded = (name or "").strip().casefold()
        found = self._named.get((key, folded)) or self._plain.get(key)
        if found is None:
            if key not in self._beside:
                return None
            found = (folded, key)
        proper = found[1]
        return (proper, found[0] or folded) if proper in self._shared else (proper,)

    def groups(self, seen: Sequence[tuple[int, str | None, str | None]]) -> dict[_Author, set[int]]:
        """The identities of each author, from (identity, name, address key) of their observations."""
        found: defaultdict[_Author, set[int]] = defaultdict(set)
        for identity, name, key in seen:
            author = self.author(name, key) if key else None
            if author:
                found[author].add(identity)
        return {author: members for author, members in found.items() if len(members) > 1}
