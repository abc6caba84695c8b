"""What names, addresses and logins say, folded so that they can be compared. Nothing here reads or writes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from baloo.people.keys import email_key
from baloo.people.wordlists import BOTS, NOBODY, NOT_NAMES, PUBLIC_MAIL, ROLES, SECOND_LEVEL, TITLES

__all__ = ["Address", "Name", "alike", "contradict", "fold", "is_program", "parts", "read_address", "read_name", "squash"]

_LONGEST = 200  # letters of a name that are looked at; nobody is called more
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\"[^\"]*\"|[\s(]via .*$", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")
_UMLAUT = re.compile(r"([aou])e")
_GITHUB = re.compile(r"(?:(\d+)\+)?([a-z0-9-]+)(?:\[bot\])?@users\.noreply\.github\.com")
_GITLAB = re.compile(r"(?:(\d+)-)?([\w.-]+)@users\.noreply\.gitlab\.com")


class Name(NamedTuple):
    """A name as it is compared: words of two letters and more in order, the initials, and whether it names somebody in full.

    A name in full has two words at least, none of which has a digit. `spaced` says that blanks parted them: what is written
    in one may be a handle. The `key` is the same whatever the order of the words.
    """

    words: tuple[str, ...]
    initials: tuple[str, ...]
    full: bool
    spaced: bool

    @property
    def key(self) -> str:
        """What is equal for equal names."""
        return " ".join(sorted(self.words))


class Address(NamedTuple):
    """An address as it is compared.

    `mailbox` is one person's mailbox, normalised, or empty; `local` what stands before the `@`, `domain` the organisation's,
    empty for providers of mail to everybody; `host`, `number` and `login` are of a code host's address that hides the real one.
    """

    mailbox: str
    local: str
    domain: str
    host: str = ""
    number: str = ""
    login: str = ""
    role: bool = False


NOTHING = Name((), (), False, False)
NOWHERE = Address("", "", "")


def is_program(text: str | None) -> bool:
    """Whether a name, login or address says of itself that it is a program's."""
    if not text:
        return False
    plain = text.casefold().partition("@")[0].strip()
    return plain.endswith("[bot]") or plain in BOTS


def fold(text: str) -> str:
    """Lower case, without accents, marks and what cannot be seen; `ue` and `ü` are one letter."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
        text = text.casefold().translate(_PLAIN)
    text = text.casefold()
    return _UMLAUT.sub(r"\1", text) if "ae" in text or "oe" in text or "ue" in text else text


def squash(words: tuple[str, ...]) -> str:
    """Words without what parts them."""
    return "".join(words)


def parts(text: str) -> tuple[str, ...]:
    """The words of a login or of what stands before an `@`."""
    return (text,) if text.isalnum() else tuple(_WORDS.findall(text))


@lru_cache(maxsize=50_000)
def read_name(text: str) -> Name:
    """A name from however it is written: `Last, First`, `(via X)`, camel case, an address; nothing where it names nobody."""
    text = text[:_LONGEST]
    if not text.isalpha() and (any(map(text.__contains__, "([\"")) or "via" in text.casefold()):
        text = _ASIDE.sub(" ", text).strip() or text
    if "@" in text:
        text = text.partition("@")[0].partition("+")[0]
    words, initials = [], []
    for word in map(fold, parts(text if text.istitle() or text.islower() else _CAMEL.sub(" ", text))):
        if len(word) > 1 or (word and not word.isascii()):
            words.append(word)
        elif word:
            initials.append(word)
    kept = [word for word in words if word not in TITLES]
    kept = kept if len(kept) > 1 else words
    if not kept or " ".join(kept) in NOBODY or squash(tuple(kept)) in ROLES or not NOT_NAMES.isdisjoint(kept):
        return NOTHING
    full = len(kept) > 1 and not any(map(_has_digit, kept))
    return Name(tuple(kept), tuple(initials), full, full and len(text.split()) > 1)


def _has_digit(word: str) -> bool:
    return not word.isalpha() and any(map(str.isdigit, word))


@lru_cache(maxsize=50_000)
def read_address(text: str) -> Address:
    """An address from however it is written; nowhere where it is nobody's."""
    key = email_key(text)
    if key is None or key.count("@") != 1 or len(key) > _LONGEST or " " in key:
        return NOWHERE
    if key.endswith("@users.noreply.github.com") and (found := _GITHUB.fullmatch(key)):
        return Address("", found[2], "", "github", found[1] or "", found[2])
    if key.endswith("@users.noreply.gitlab.com") and (found := _GITLAB.fullmatch(key)):
        return Address("", found[2], "", "gitlab", found[1] or "", found[2])
    local, domain = key.split("@")
    local = local.partition("+")[0] or local
    if domain == "googlemail.com":
        domain = "gmail.com"
    if domain == "gmail.com":
        local = local.replace(".", "")
    if local in NOBODY or not local.strip("?.<>-_"):
        return NOWHERE
    if "." not in domain.strip(".") or domain.endswith((".local", ".(none)", ".localdomain", ".lan", ".home", ".invalid")):
        return Address("", local, "", role=local in ROLES)
    role = local in ROLES or domain.startswith(("noreply.", "users.noreply.")) or "noreply" in local or "no-reply" in local
    return Address("" if role else f"{local}@{domain}", local, organisation(domain), role=role)


def organisation(domain: str) -> str:
    """The part of a domain that an organisation registers; empty for providers of mail to everybody."""
    labels = domain.split(".")
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL else 2
    name = ".".join(labels[-keep:])
    return "" if name in PUBLIC_MAIL or labels[-keep] in PUBLIC_MAIL else name


def contradict(one: Name, other: Name) -> bool:
    """Whether two names cannot be one person's: both in full, in one script, and no word of the one like one of the other."""
    if not (one.spaced and other.spaced) or one == other:
        return False
    mine, theirs = set(one.words), set(other.words)
    if mine & theirs:
        return _differ(one, other)
    if one.words[0].isascii() != other.words[0].isascii():
        return False
    if squash(one.words) in squash(other.words) or squash(other.words) in squash(one.words):
        return False
    return not any(alike(a, b) for a in mine for b in theirs)


def _differ(one: Name, other: Name) -> bool:
    """Whether names that share a word differ in all else: a family's mailbox, or two of one surname."""
    mine = [word for word in one.words if word not in other.words]
    theirs = [word for word in other.words if word not in one.words]
    if mine and theirs:
        return not any(a[0] == b[0] for a in (*mine, *one.initials) for b in (*theirs, *other.initials))
    if mine or theirs or not one.initials or not other.initials:
        return False
    return not set(one.initials) & set(other.initials)


def alike(a: str, b: str) -> bool:
    """Whether two words may be one: a short form, or a letter or two written otherwise."""
    if a == b:
        return True
    short, long_ = sorted((a, b), key=len)
    if long_.startswith(short) and len(short) > 2:
        return True
    return len(short) > 3 and _near(short, long_)


def _near(short: str, long_: str) -> bool:
    """Whether one letter more, less or other, or two that changed places, makes the one of the other."""
    if len(long_) - len(short) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long_, strict=False)) if a != b), len(short))
    if len(short) == len(long_):
        return short[at + 1 :] == long_[at + 1 :] or (
            short[at : at + 2] == long_[at : at + 2][::-1] and short[at + 2 :] == long_[at + 2 :]
        )
    return short[at:] == long_[at + 1 :]
