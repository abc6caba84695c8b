"""The one client by which live systems are asked: slowly, again where they falter, and never with a secret in an address."""

from __future__ import annotations

import datetime as dt
import email.utils
import logging
import random
import re
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Final, NamedTuple
from urllib.parse import SplitResult, parse_qs, urlsplit, urlunsplit

import httpx
import msgspec

from baloo import __version__
from baloo.clock import clock_from_environment
from baloo.errors import InputError

__all__ = ["MOST_PAGES", "Answer", "Api", "TooManyPages"]

AGENT: Final = f"Baloo/{__version__} (counts contributors; asks slowly)"
MOST_PAGES: Final = 20_000
"""Requests of one run; what is left is the next run's."""
_TRIES = 6  # of one request
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds between two tries: at random, up to twice as long each time
_BEARABLE = 900.0  # seconds for which a system may ask to be left alone
_LARGEST = 64 << 20  # bytes of one answer
_SLOWEST = 600.0  # seconds that one answer may take, however steadily it comes
_TIMEOUT = httpx.Timeout(60.0, connect=20.0)
_PREFIX = b")]}'"  # what Gerrit writes before its JSON
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,]*\brel="?next"?')
_GONE = frozenset({403, 404, 409, 410})  # GitHub says 409 of a repository without a commit
_OFF = 410  # a list that a system does not keep, as of issues where they are turned off
_decode = msgspec.json.Decoder().decode


class Answer(NamedTuple):
    """What a system said. `next` is the address of the next page, where it says one; `etag` names this very answer."""

    data: Any
    next: str | None = None
    etag: str | None = None


class TooManyPages(Exception):
    """The run has asked often enough."""


class Api:
    """One system at `base`. `header` is `Name: beginning` of the header that the secret `key` ends; `sleep` waits seconds.

    Where `header` ends with `=` it names the field of forms that has the key instead.
    """

    def __init__(
        self, base: str, *, header: str = "", key: str | None = None, per_second: float = 2.0, most: int = MOST_PAGES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = _parts(base)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError("This is no address of a system.", where="--url", remedy="Write it like https://forum.example.org.")
        if parts.username or parts.password:
            raise InputError("An address holds no secret.", where="--url", remedy="Put the key into a variable: --key-env NAME.")
        self.base = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        self.query = parse_qs(parts.query)
        """What stands behind the `?` of the address: what a reader should ask for."""
        self.today: dt.date = clock_from_environment().today()
        """The UTC date: as far as systems are asked that are asked day by day."""
        self.keyed = bool(key)
        """Whether there is a key."""
        self.requests = 0
        self.etags: dict[str, list[str]] = {}
        """Of lists that had nothing more: path to what was asked for, and the answer's ETag."""
        self._most, self._sleep = most, sleep
        self._rest, self._next = 1 / per_second, 0.0
        headers = {"User-Agent": AGENT, "Accept": "application/json, application/vnd.api+json"}
        self._secret: dict[str, str] = {}
        if key and header.endswith("="):
            self._secret[header[:-1]] = key
        elif key:
            name, _, beginning = header.partition(":")
            headers[name] = beginning.lstrip() + key
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it would tell each address
        # a secret goes to nobody but the system, so what leads elsewhere is not followed with one
        self._client = httpx.Client(headers=headers, timeout=_TIMEOUT, follow_redirects=key is None, verify=_tls())

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def rest(self, seconds: float) -> None:
        """Ask nothing for so long, which a system may wish in what it answers."""
        self._next = max(self._next, time.monotonic() + seconds)

    def get(self, path: str, **params: object) -> Any:  # noqa: ANN401 - any JSON value
        """The JSON that stands at a path below the system's address. Raises InputError where it cannot be had."""
        found = self.ask(path, params)
        return None if found is None else found.data

    def listed(self, path: str, size: int, **params: object) -> list[Any]:
        """A page of a list, of at most `size`; of one that is not kept, or was not full and is what it was last time, nothing."""
        asked = repr(sorted(params.items()))
        before = self.etags.get(path, ["", ""])
        found = self.ask(path, params, etag=before[1] if before[0] == asked else None, off=True)
        if found is None:
            return []
        self.etags.pop(path, None)
        if found.etag and len(found.data) < size:
            self.etags[path] = [asked, found.etag]
        return list(found.data)

    def find(self, path: str, **params: object) -> Any:  # noqa: ANN401 - any JSON value
        """The same of something that may be gone or closed: None then."""
        found = self.ask(path, params, gone=True)
        return None if found is None else found.data

    def post(self, path: str, form: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
        """What a system answers to a form, where asking is done that way."""
        found = self.ask(path, {}, form={**form, **self._secret})
        return None if found is None else found.data

    def graph(self, path: str, query: str) -> Any:  # noqa: ANN401 - any JSON value
        """The data that GraphQL gives to a query; None where it has none to give, or is not there."""
        found = self.ask(path, {}, gone=True, form={"query": query}, in_json=True)
        return found.data.get("data") if found is not None and isinstance(found.data, dict) else None

    def file(self, path: str, read: Callable[[bytes], Any]) -> Any:  # noqa: ANN401 - what `read` makes of it
        """What stands at a path and is no JSON. `read` raises ValueError for what is cut off, which is asked for again."""

        def whole(body: bytes) -> Any:  # noqa: ANN401 - likewise
            try:
                return read(body)
            except ValueError as error:
                raise msgspec.DecodeError from error

        found = self.ask(path, {}, read=whole)
        return None if found is None else found.data

    def ask(
        self, path: str, params: Mapping[str, Any], *, gone: bool = False, off: bool = False, etag: str | None = None,
        form: Mapping[str, Any] | None = None, in_json: bool = False, read: Callable[[bytes], Any] = _decode,
    ) -> Answer | None:  # fmt: skip
        """What stands at a path, or at an address of a next page; of the latter only path and query are taken.

        None for what is gone or closed, where `gone` allows that, for what the system does not keep, where `off` does, and for
        what is still what `etag` names.
        Raises InputError where the system refuses or does not answer, TooManyPages where the run has asked enough.
        """
        url = self._url(path)
        given = {name: value for name, value in params.items() if value is not None}
        for turn in range(_TRIES):
            if self.requests >= self._most:
                raise TooManyPages
            last, remedy = turn == _TRIES - 1, "What was read is kept; run this again later."
            self._wait()
            try:
                response = self._send(url, given, etag, form, in_json=in_json)
                wait = _asks_to_wait(response)
                allowed = _GONE if gone else {_OFF} if off else ()
                if response.status_code == 304 or (response.status_code in allowed and wait is None):
                    return None
                if response.is_success:
                    return _answer(response, read)
                if wait is None and response.status_code < 500 and response.status_code != 429:
                    raise _refused(response, url, keyed=self.keyed)
                if wait is not None and wait > _BEARABLE:
                    raise InputError(f"The system asks to be left alone for {wait / 60:,.0f} minutes.", where=url,
                                     remedy="What was read is kept; run this again then.")
                trouble = f"It answers {response.status_code}."
            except httpx.TooManyRedirects as error:
                raise InputError("The system leads round in a circle.", where=url, remedy="Is the address right?") from error
            except (httpx.TransportError, msgspec.DecodeError, httpx.DecodingError) as error:
                wait, trouble = None, "The answer is cut off or no JSON." if isinstance(
                    error, msgspec.DecodeError | httpx.DecodingError) else f"It does not answer ({type(error).__name__})."
                if isinstance(error, httpx.ConnectError):
                    remedy = "Is the address right, and the system up? What was read is kept; run this again then."
                if isinstance(error, msgspec.DecodeError) and read is _decode and response.content.lstrip().startswith(b"<"):
                    trouble, remedy = "The answer is a page for people.", "Is the address right, and that of such a system?"
            if last:
                raise InputError(trouble, where=url, remedy=remedy)
            self._sleep(_pause(turn) if wait is None else wait)
        raise AssertionError  # the last turn returns or raises

    def _send(
        self, url: str, params: Mapping[str, Any], etag: str | None, form: Mapping[str, Any] | None, *, in_json: bool
    ) -> httpx.Response:
        headers = {"If-None-Match": etag} if etag else {}
        self.requests += 1
        request = self._client.build_request("GET" if form is None else "POST", url, params=params or None, headers=headers,
                                             json=form if in_json else None,
                                             data=dict(form) if form is not None and not in_json else None)
        begun = time.monotonic()
        response = self._client.send(request, stream=True)
        try:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > _LARGEST:
                    raise InputError("The answer is too large.", where=url, remedy="Ask for smaller pages.")
                if time.monotonic() - begun > _SLOWEST:  # it holds up all other systems
                    raise InputError("The answer takes too long.", where=url, remedy="What was read is kept; try again later.")
        finally:
            response.close()
        response._content = bytes(body)  # noqa: SLF001 - what `read` would set, with a bound
        return response

    def _url(self, path: str) -> str:
        parts = urlsplit(path)
        if not parts.netloc:
            return f"{self.base}/{path.lstrip('/')}" if path else self.base
        mine = urlsplit(self.base)
        return urlunsplit((mine.scheme, mine.netloc, parts.path, parts.query, ""))

    def _wait(self) -> None:
        now = time.monotonic()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._rest


def _parts(url: str) -> SplitResult | None:
    """The parts of an address; None where it is none, or its port is no number."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.port != 0:
            return parts
    return None


@cache
def _tls() -> ssl.SSLContext:
    """Whom to trust; read once, for it takes a while."""
    return httpx.create_ssl_context()


def _answer(response: httpx.Response, read: Callable[[bytes], Any]) -> Answer:
    text = response.content.removeprefix(_PREFIX)
    found = _NEXT.search(response.headers.get("link", ""))
    return Answer(read(text), found[1] if found else None, response.headers.get("etag"))


def _asks_to_wait(response: httpx.Response) -> float | None:
    """Seconds for which the system wants to be left alone; None where it says nothing of it."""
    if response.status_code not in (403, 429, 503):
        return None
    headers = response.headers
    after = headers.get("retry-after", "")
    if after.isdecimal():
        return float(after)
    if after:
        try:
            moment: float = email.utils.parsedate_to_datetime(after).timestamp()
            return max(0.0, moment - time.time())
        except (TypeError, ValueError):
            return None
    for left, reset in (("x-ratelimit-remaining", "x-ratelimit-reset"), ("ratelimit-remaining", "ratelimit-reset")):
        if headers.get(left) == "0" and headers.get(reset, "").isdecimal():
            return max(1.0, int(headers[reset]) - time.time())
    return None


def _pause(turn: int) -> float:
    return random.uniform(0.5, 1.0) * min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**turn)  # noqa: S311 - only not all at once


def _refused(response: httpx.Response, url: str, *, keyed: bool) -> InputError:
    remedy = "Look whether the address is right, and the system well."
    if response.status_code in (401, 403):
        remedy = ("It does not take the key: is it the right one, may it read this, and is it in force still?" if keyed
                  else "It does not show this to everybody: name the variable that has a key with --key-env.")
    elif response.status_code == 404:
        remedy = "Is the address right?" + ("" if keyed else " Some systems answer so where a key is wanted (--key-env).")
    if response.is_redirect:
        remedy = "It leads elsewhere: name the address where the system is now."
    return InputError(f"The system answers {response.status_code}.", where=url, remedy=remedy)
