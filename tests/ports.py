"""Ports for servers that are named before they run, and that come and go."""

from __future__ import annotations

import random
import socket


def free_port() -> int:
    """A port that nobody has, below those that systems give to whoever asks for any: it stays free while its server is away."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as free:
            try:
                free.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
