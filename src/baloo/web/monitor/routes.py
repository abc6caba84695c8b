"""`/metrics`: for who asks from this machine, or shows the token that the setting `metrics_token` names."""

from __future__ import annotations

import secrets
from typing import Any

from litestar import Request, Response, get

from baloo.errors import Forbidden
from baloo.web.api.problems import HANDLERS as PROBLEMS
from baloo.web.monitor.figures import Sources

__all__ = ["routes"]

_LOCAL = {"127.0.0.1", "::1"}
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")  # a proxy speaks for somebody else


def routes(sources: Sources, token: str) -> list[Any]:
    """The handler."""

    @get("/metrics", sync_to_thread=True, include_in_schema=False, exception_handlers=PROBLEMS)
    def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
        from baloo.web.monitor.exposition import exposition  # noqa: PLC0415 - who is not monitored does not pay for it

        _admit(request, token)
        return Response(
            exposition(sources), media_type="text/plain; version=0.0.4", headers={"cache-control": "no-store"})

    return [metrics]


def _admit(request: Request[Any, Any, Any], token: str) -> None:
    """Raises Forbidden for who may not read."""
    if token:
        shown = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(shown.encode(), token.encode()):
            raise Forbidden("The metrics are shown with a token.", remedy="Send `Authorization: Bearer` and the `metrics_token`.")
    elif (request.client is None or request.client.host not in _LOCAL) or any(name in request.headers for name in _PASSED_ON):
        raise Forbidden("The metrics are shown on this machine alone.", remedy="Set `metrics_token`, and send it.")
