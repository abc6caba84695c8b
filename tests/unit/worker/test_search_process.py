"""The process of a search beside a worker: it never outlives who began it."""

from __future__ import annotations

import subprocess
import sys

_SEARCHING = """
import threading, time
from baloo.worker.search import end_with_stdin
threading.Thread(target=end_with_stdin, daemon=True).start()
print("searching", flush=True)
time.sleep(600)
"""


def test_a_search_ends_with_its_worker() -> None:
    """When the other end of its stdin is closed, as the system does for who is killed, it ends, whatever it is at."""
    with subprocess.Popen([sys.executable, "-c", _SEARCHING], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdin.close()

        assert process.wait(120) == 0
