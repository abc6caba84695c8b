"""What a server under fire writes to its log: lines that programs can read, and nothing of whoever came."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from baloo.registry.init import write_empty
from baloo.workspace import Workspace
from hostile.naughty import NAUGHTY

FORWARDED = "203.0.113.77"
EMAIL = "ama.mensah@example.org"
SECRET = "baloo_" + "Zz9_" * 11
SYSTEM = "system: code\nowner: tove@example.org\nkinds: {git.commit: Wrote a change}\n"


def _speak(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plug:
        plug.sendall(data)
        plug.shutdown(socket.SHUT_WR)
        back = b""
        try:
            while part := plug.recv(65_536):
                back += part
        except ConnectionError:
            pass
        return back


def _post(path: str, body: bytes, *heads: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1", "Host: x", f"X-Forwarded-For: {FORWARDED}", f"User-Agent: {EMAIL}", *heads,
        f"Content-Length: {len(body)}", "Connection: close",
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _get(path: str, *heads: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: x", f"X-Forwarded-For: {FORWARDED}", "Connection: close", *heads]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def _event(**more: object) -> bytes:
    return json.dumps({
        "schema": "contribution", "version": 1, "at": "2024-06-01", "system": "code", "kind": "git.commit",
        "actor": {"email": EMAIL, "name": SECRET}, **more,
    }).encode()  # fmt: skip


def _attacks() -> list[bytes]:
    email, head = EMAIL.encode(), b"POST /submit/baloo/ HTTP/1.1\r\nHost: x\r\n"
    return [
        _post("/submit/baloo/", _event()), _post("/submit/baloo/", _event(kind=EMAIL)),
        _post("/submit/baloo/", b'{"a": "' + email),
        _post("/submit/baloo/", _event(), f"Authorization: Bearer {SECRET}"),
        _post("/submit/baloo/", b"\x1f\x8b" + email, "Content-Encoding: gzip"),
        *(_post(f"/submit/{EMAIL}/", _event(extra={"it": text})) for text in NAUGHTY[::9]),
        _get(f"/areas/{EMAIL}?token={SECRET}"), _get(f"/api/v1/active?area={EMAIL}&token={SECRET}"),
        _get(f"/live?system={EMAIL}", f"Cookie: token={SECRET}"), email + b" " + SECRET.encode() + b"\r\n\r\n",
        head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n" + email, b"\x00" * 1_000,
        head + b"Transfer-Encoding: chunked\r\n\r\n" + email + b"\r\n",
        head + b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n" + email,
    ]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one system."""
    made = Workspace.init(tmp_path / "w")
    write_empty(made.registry, "marula", "Marula")
    (made.registry / "systems" / "code.yaml").write_text(SYSTEM)
    return made.root


def test_logs_name_nobody(workspace: Path):
    """After an hour of this in a few seconds: every line is JSON, and no address, token or text of a sender is in one."""
    command = [sys.executable, "-m", "baloo", "-w", str(workspace), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        first = next(line for line in server.stderr if "serves" in line)
        port = int(re.findall(r"http://127\.0\.0\.1:(\d+)", first)[0])
        answers = [_speak(port, attack) for attack in _attacks()]
        server.send_signal(signal.SIGTERM)
        out, written = server.communicate(timeout=60)

    lines = [json.loads(line) for line in [first, *written.splitlines()]]
    assert [answer[:15] for answer in answers if not re.match(rb"HTTP/1\.1 [234]", answer)] == []
    assert {"at", "level", "event"} <= set.intersection(*map(set, lines))
    assert [line for line in lines if line["level"] in ("error", "critical")] == []
    for hidden in (FORWARDED, "ama.mensah", SECRET[6:], *(text for text in NAUGHTY[::9] if len(text) > 12)):
        assert hidden not in written + out
