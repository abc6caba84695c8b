"""How this server is called from outside: the address in what it prints and where it leads, and the names of its cookies.

The name in a request's Host is anybody's to choose. It is compared with an Origin, and it is never printed unless it is a name of
this very machine; where nobody set the address, that of the socket stands for every other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from baloo.errors import InputError

__all__ = ["Reached"]

_HERE = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.ASCII)
_ADDRESS = re.compile(r"(https?://([a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?(/[a-zA-Z0-9._~/-]*)?)?", re.ASCII)
_USUAL = {"http": 80, "https": 443}

_Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Reached:
    """`address` is the setting, empty where nobody set it. Raises InputError where it is no address of a server."""

    address: str = ""

    def __post_init__(self) -> None:
        """Refuse what nothing could lead back to."""
        if not _ADDRESS.fullmatch(self.address):
            raise InputError(
                f"`{self.address}` is no address of a server.", where="address", remedy="Write it like https://baloo.example.org.")

    def base(self, request: _Connection) -> str:
        """The server's address as it is printed, without a slash at its end."""
        if self.address:
            return self.address.rstrip("/")
        said, scheme = request.headers.get("host", ""), request.scope["scheme"]
        if _HERE.fullmatch(said):
            return f"{scheme}://{said}"
        host, port = request.scope.get("server") or ("localhost", None)
        named = f"[{host}]" if ":" in host else host
        return f"{scheme}://{named}" if port in {None, _USUAL.get(scheme)} else f"{scheme}://{named}:{port}"

    def names(self, request: _Connection) -> set[str]:
        """The hosts, with their ports, from whose pages a request may come: the one that it names, and the one that is set."""
        return {request.headers.get("host", ""), urlsplit(self.address).netloc} - {""}

    def secure(self, request: _Connection) -> bool:
        """Whether who asks came over HTTPS, to this server or to what stands before it."""
        return urlsplit(self.address).scheme == "https" or bool(request.scope["scheme"] == "https")

    def cookie(
        self, request: _Connection, name: str, value: str, seconds: int, *, path: str = "/", lax: bool = False,
    ) -> Cookie:
        """A cookie that no script reads and that comes with no request of another site; `seconds` 0 takes it away.

        `lax`: it does come with a link from another site. Over HTTPS it goes over HTTPS alone, and no other site, nor whoever can
        write into a connection without HTTPS, can set it.
        """
        return Cookie(
            key=self._called(request, name, path), value=value, path=path, max_age=seconds, httponly=True,
            samesite="lax" if lax else "strict", secure=self.secure(request),
        )

    def brought(self, request: _Connection, name: str, path: str = "/") -> str:
        """The value of a cookie that a request came with, which `cookie` made; empty where there is none."""
        return request.cookies.get(self._called(request, name, path), "")

    def _called(self, request: _Connection, name: str, path: str) -> str:
        """A cookie's name. Browsers hold its prefix to what it stands for (draft RFC 6265bis, 4.1.3)."""
        if not self.secure(request):
            return name
        return f"__Host-{name}" if path == "/" else f"__Secure-{name}"
