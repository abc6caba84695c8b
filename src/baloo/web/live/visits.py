"""Who showed a token on the live page: for half an hour, by a cookie that is worth nothing elsewhere."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from typing import Protocol

from baloo.errors import Forbidden

__all__ = ["COOKIE", "SECONDS", "Checker", "Visits"]

COOKIE = "baloo-live"
SECONDS = 30 * 60
_MOST = 1_000


class Checker(Protocol):
    """Says whose a token is: `baloo.ingest.tokens.TokenChecker`."""

    def system_of(self, token: str) -> str:
        """The system whose events a token lets see. Raises Forbidden."""
        ...


class Visits:
    """The open visits, in memory alone: a restart ends them, and so does the end of their token."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._open: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def begin(self, token: str) -> str:
        """The cookie of a new visit. Raises Forbidden for a token that is not good."""
        self._checker.system_of(token)
        cookie = secrets.token_urlsafe(32)
        self._open[cookie] = (token, time.monotonic() + SECONDS)
        while len(self._open) > _MOST:
            self._open.popitem(last=False)
        return cookie

    def end(self, cookie: str) -> None:
        """Forget a visit."""
        self._open.pop(cookie, None)

    def system(self, cookie: str | None, authorization: str | None) -> str | None:
        """The system whose token came with a request, by its header or by the cookie of a visit; None for anybody.

        Raises Forbidden for a header that is not good. A visit whose token is no longer good has ended.
        """
        if authorization is not None:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer":
                raise Forbidden("This kind of authorization is not known here.", remedy="Send `Authorization: Bearer TOKEN`.")
            return self._checker.system_of(token.strip())
        token, until = self._open.get(cookie or "", ("", 0.0))
        if not token:
            return None
        try:
            if time.monotonic() < until:
                return self._checker.system_of(token)
        except Forbidden:
            pass
        self.end(cookie or "")
        return None
