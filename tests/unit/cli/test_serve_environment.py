"""What the server is started with."""

from __future__ import annotations

import os

import pytest

from baloo.cli.serve import become_server


def test_the_threads_of_a_server_share_one_heap(monkeypatch: pytest.MonkeyPatch):
    """Else the worker grows with each load; who asks for something else gets it."""
    seen: list[str] = []
    monkeypatch.setattr(os, "execv", lambda *_: seen.append(os.environ["MALLOC_ARENA_MAX"]))
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    become_server("/nowhere", "127.0.0.1", 0)
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    become_server("/nowhere", "127.0.0.1", 0)

    assert seen == ["1", "4"]
