"""The `baloo` command: parse, call, print. stdout is data, stderr is narration, exit codes are `baloo.errors.ExitCode`."""

from __future__ import annotations

import gc
import sys

from baloo import __version__

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:  # answered before the parser is imported, for scripts that ask often
        sys.stdout.write(f"baloo {__version__}\n")
        return
    gc.set_threshold(500_000)  # what a command imports and reads is many objects, and hardly a cycle
    from baloo.cli.app import run

    sys.exit(run(sys.argv[1:]))
