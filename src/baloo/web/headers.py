"""The security headers of every answer that is not the door's: nothing from elsewhere, nothing inline."""

from __future__ import annotations

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["EMBEDDED", "POLICY", "SECURITY_HEADERS", "guarded", "has_already"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

EMBEDDED = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")  # of what other sites may show in a frame

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = tuple(
    (name.encode(), value.encode()) for name, value in (
        ("content-security-policy", POLICY),
        ("referrer-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    )
)


def guarded(app: ASGIApp) -> ASGIApp:
    """`app` with the security headers on each answer, and HEAD answered as GET without the body."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"

        async def out(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                if b"content-security-policy" in given:  # that says who may frame it
                    given.add(b"x-frame-options")
                message["headers"] = [*message["headers"], *(h for h in SECURITY_HEADERS if h[0] not in given)]
            elif head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        await app({**scope, "method": "GET"} if head else scope, receive, out)

    return guard


def has_already(asked: str, etag: str) -> bool:
    """Whether `asked`, an If-None-Match, names a mark; marks are compared as weak ones, and `*` is any."""
    return asked.strip() == "*" or etag.removeprefix("W/") in asked
