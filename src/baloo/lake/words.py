"""The words of a person who is erased, and how they are taken out of what others' events say.

An address goes wherever it stands in a text, as it is written and as addresses of pages write it; so does a full name, but not
from fields that rules look at. An account, a username and a name of one word are often ordinary words: they go likewise where
they stand by themselves, mean nobody else, and are long enough to mean somebody; from the field that names an account always.
Each becomes `erased-` with a keyed hash, so that things which were different stay different.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, quote_plus

import msgspec

__all__ = ["SHORTEST", "Words", "fold"]

SHORTEST = 4
"""Letters of the shortest word of one part that is looked for in texts; one of digits alone never is."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"')
_MAILBOX = r"(?<![\w.+-])(?:{})(?![\w-])(?!\.\w)"
_ALONE = r"(?<!\w)(?:{})(?!\w)"
_NEVER = re.compile("(?!)")
_UNPARTED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # scripts without blanks between words
_Fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def fold(text: str) -> str:
    """A text as it is compared: NFC, trimmed, whatever its case."""
    return unicodedata.normalize("NFC", text).strip().casefold()


@dataclass(frozen=True)
class Words:
    """What to look for. `accounts` are (system, account, folded); `logins` are the words of one part that are looked for."""

    addresses: Collection[str] = ()
    names: Collection[str] = ()
    logins: Collection[str] = ()
    accounts: Collection[tuple[str, str]] = ()
    secret: bytes = b""

    @classmethod
    def of(
        cls, *, addresses: Iterable[str], names: Iterable[str], accounts: Iterable[tuple[str, str]], taken: Collection[str] = (),
        secret: bytes,
    ) -> Words:
        """The words of somebody. `taken`, folded, also mean others: they stay in texts. `accounts` are usernames, too."""
        names, accounts = list(names), list(accounts)
        full = {fold(name): name for name in names if " " in name.strip() or (_UNPARTED.search(name) and len(name.strip()) > 2)}
        single = {fold(text): text for text in [*(account for _, account in accounts), *names] if fold(text) not in full}
        return cls(
            addresses=_left({fold(text): text for text in addresses}, taken), names=_left(full, taken),
            logins=[text for text in _left(single, taken) if len(text) >= SHORTEST and not text.isdigit()],
            accounts={(system, fold(account)) for system, account in accounts}, secret=secret,
        )

    @cached_property
    def needles(self) -> list[str]:
        """Spellings of which each text that holds a word holds one, whatever its case."""
        spelled = {one for word in (*self.addresses, *self.names, *self.logins) for one in _spellings(word)}
        return sorted(spelled | {unicodedata.normalize("NFD", one) for one in spelled})

    @cached_property
    def _everywhere(self) -> re.Pattern[str]:
        """The words that go from any field."""
        return _pattern(_MAILBOX, self.addresses)

    @cached_property
    def _in_texts(self) -> re.Pattern[str]:
        parted = [name for name in (*self.names, *self.logins) if not _UNPARTED.search(name)]
        unparted = [name for name in self.names if _UNPARTED.search(name)]
        each = (self._everywhere, _pattern(_ALONE, parted), _pattern("(?:{})", unparted))
        return re.compile("|".join(one.pattern for one in each), re.IGNORECASE)

    def clean(self, text: str, *, ruled: bool = False) -> str:
        """A text without the words; `ruled` is one of a field that rules look at, from which addresses alone go."""
        normal = unicodedata.normalize("NFC", text)
        found = (self._everywhere if ruled else self._in_texts).sub(lambda hit: self.stand_in(hit.group()), normal)
        return text if found == normal else found

    def clean_fields(self, text: str, *, system: str, owner: str | None, ruled: Collection[str]) -> str:
        """The JSON text of an object without the words in its strings; every other letter of its values stays.

        `owner` is the field that names an account of the system.
        """
        fields = _Fields.decode(text)
        clean = {name: self._clean_value(raw, ruled=name in ruled) for name, raw in fields.items()}
        if owner is not None and owner in fields:
            clean[owner] = self._clean_owner(bytes(fields[owner]).decode(), system, clean[owner])
        same = all(bytes(fields[name]).decode() == value for name, value in clean.items())
        parts = (f"{self._clean_value(msgspec.json.encode(name), ruled=True)}:{value}" for name, value in clean.items())
        return text if same else "{" + ",".join(parts) + "}"

    def stands_in(self, body: bytes, system: str | None) -> bool:
        """Whether a word stands in a body, whatever it is, or an account of the system is a whole text in it."""
        text = body.decode("utf-8", "replace")
        if self.clean(text) != text:
            return True
        for token in _TOKEN.findall(text):
            with suppress(msgspec.DecodeError):
                said = msgspec.json.decode(token, type=str)
                if self.clean(said) != said or (system, fold(said)) in self.accounts:
                    return True
        return False

    def stand_in(self, word: str) -> str:
        """What stands in the place of a word."""
        return "erased-" + hashlib.blake2b(fold(word).encode(), key=self.secret, digest_size=6).hexdigest()

    def _clean_owner(self, raw: str, system: str, otherwise: str) -> str:
        try:
            account = msgspec.json.decode(raw, type=str | int)
        except msgspec.DecodeError:
            return otherwise
        theirs = (system, fold(str(account))) in self.accounts
        return msgspec.json.encode(self.stand_in(str(account))).decode() if theirs else otherwise

    def _clean_value(self, raw: bytes | msgspec.Raw, *, ruled: bool) -> str:
        def cleaned(token: re.Match[str]) -> str:
            said = msgspec.json.decode(token.group(), type=str)
            clean = self.clean(said, ruled=ruled)
            return token.group() if clean == said else msgspec.json.encode(clean).decode()

        return _TOKEN.sub(cleaned, bytes(raw).decode())


def _left(words: dict[str, str], taken: Collection[str]) -> list[str]:
    return [unicodedata.normalize("NFC", text).strip() for key, text in sorted(words.items()) if key and key not in taken]


def _spellings(word: str) -> set[str]:
    """A word as texts and addresses of pages write it."""
    found = set()
    for one in (word, word.casefold()):
        found |= {one, quote(one, safe=""), quote_plus(one), quote(one, safe="@"), one.replace(" ", "_"), one.replace(" ", "-")}
    return found


def _pattern(around: str, words: Iterable[str]) -> re.Pattern[str]:
    spelled = {spelling for word in words for spelling in _spellings(word)}
    listed = "|".join(re.escape(text) for text in sorted(spelled, key=lambda text: (-len(text), text)))
    return re.compile(around.format(listed), re.IGNORECASE) if listed else _NEVER
