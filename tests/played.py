"""A system that is not there: a local server that plays recorded pages, and stumbles as systems do.

A file of pages is a JSON list of `{path, json, list, status, headers, form}`: what stands at a path with its query, in any order
of parameters; `list` is the pointer of the list that comes in another order when the pages are reordered; `text` and `base64` are
for what is no JSON. `{BASE}` in it is the server's address.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Key = tuple[str, frozenset[tuple[str, str]]]


class Player(ThreadingHTTPServer):
    """Plays pages. `stumbles` are what happens to each request in turn before it is answered; `most` ends all answers."""

    daemon_threads = True

    def __init__(self, pages: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.base = f"http://127.0.0.1:{self.server_address[1]}"
        written = json.loads(pages.read_text("utf-8").replace("{BASE}", self.base))
        self.pages: dict[Key, dict[str, Any]] = {_key(page["path"], page.get("form", "")): page for page in written}
        self.graphs = {page["path"]: page for page in written if "graph" in page}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.unknown: list[str] = []
        self.stumbles: Iterator[str] = iter(())
        self.most: int | None = None
        self.reordered = False


class _Handler(BaseHTTPRequestHandler):
    server: Player
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body go together, or the client waits for the rest

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """A form is asked for as a page is."""
        self._answer(self.rfile.read(int(self.headers.get("content-length", 0))).decode())

    def do_GET(self) -> None:
        """One page, or a stumble."""
        self._answer("")

    def _answer(self, form: str) -> None:
        player = self.server
        if player.most is not None and len(player.asked) >= player.most:
            self._send(503, b"gone")
            return
        stumble = next(player.stumbles, "")
        if stumble in ("429", "500"):
            self._send(int(stumble), b"not now", {"Retry-After": "0"} if stumble == "429" else {})
            return
        page = player.graphs.get(self.path) or player.pages.get(_key(self.path, form))
        if page is None:
            player.unknown.append(f"{self.path} {form}".strip())
            self._send(404, b"{}")
            return
        player.headers.append(dict(self.headers))
        text = _graphed(page, form) if "graph" in page else self._text(page)
        if stumble in ("cut", "short"):
            self._send(200, text[: len(text) // 2], length=len(text) if stumble == "short" else None)
            return
        player.asked.append(self.path)
        etag = page.get("headers", {}).get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            self._send(304, b"")
            return
        self._send(page.get("status", 200), text, page.get("headers", {}))

    def _text(self, page: dict[str, Any]) -> bytes:
        if "json" not in page:
            return base64.b64decode(page["base64"]) if "base64" in page else str(page["text"]).encode()
        answer = json.loads(json.dumps(page["json"]))
        if self.server.reordered and "list" in page:
            here = answer
            for step in page["list"].split("/")[1:]:
                here = here[step]
            here.reverse()
        return page.get("before", "").encode() + json.dumps(answer).encode()

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        if length is not None:
            self.close_connection = True


def _graphed(page: dict[str, Any], form: str) -> bytes:
    """What GitHub's GraphQL answers: of each thing that a query names what stands under it, `p7`, `i7`, or `p7 CURSOR`."""
    parts = re.split(r"(?=\b[pi]\d+:)", json.loads(form)["query"])[1:]
    found = {}
    for part in parts:
        name, after = part.partition(":")[0], re.search(r'after:"(\w+)"', part)
        found[name] = page["graph"].get(f"{name} {after[1]}" if after else name)
    return json.dumps({"data": {"repository": found, "rateLimit": page["rate"]}}).encode()


def _key(path: str, form: str = "") -> Key:
    parts = urlsplit(path)
    return parts.path, frozenset(parse_qsl(parts.query, keep_blank_values=True) + parse_qsl(form, keep_blank_values=True))


@contextmanager
def playing(pages: Path) -> Iterator[Player]:
    """A player that runs while the block does."""
    with Player(pages) as player:
        thread = threading.Thread(target=player.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield player
        finally:
            player.shutdown()
            thread.join()
