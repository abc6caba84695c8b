"""Draws figures in a process of its own.

The libraries of drawing are large and hold the interpreter while a figure is drawn, 2 to 20 ms; beside the door that would
cost every sender as much. The process starts with the server or with the first figure, is asked in lines of JSON, and ends
when the pipe is closed, so that it never outlives its parent. Its engine grows with what it has drawn and gives nothing back, so
after many figures, when nobody asks for any, another process takes its place.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO

import msgspec

from baloo.charts import Drawing, Picture, draw
from baloo.charts.drawing import warm_up
from baloo.charts.files import rasterised
from baloo.charts.picture import Size
from baloo.memory import give_back

__all__ = ["LocalRenderer", "Renderer"]

_KNOWN = 32  # figures that are not drawn again while they are asked for
_MANY = 40  # figures after which a process is replaced
_REST = 3.0  # seconds without one before it is


class _Order(msgspec.Struct):
    """Draw `picture` in `sizes`, or turn `svg` into a PNG."""

    picture: Picture | None = None
    sizes: tuple[Size, ...] = ()
    svg: str | None = None


class _Result(msgspec.Struct):
    drawings: tuple[Drawing, ...] = ()
    png: bytes = b""
    error: str = ""


class LocalRenderer:
    """Draws in this process: for tests, and for commands that end."""

    def draw(self, picture: Picture, sizes: Sequence[Size]) -> tuple[Drawing, ...]:
        """The picture in each of the sizes."""
        return tuple(draw(picture, size) for size in sizes)

    def begin(self, picture: Picture, sizes: Sequence[Size]) -> Callable[[], tuple[Drawing, ...]]:
        """Begin to draw; the answer waits for the drawings. Here they are made only then."""
        return lambda: self.draw(picture, sizes)

    def png(self, svg: str) -> bytes:
        """An SVG document as a PNG."""
        return rasterised(svg)

    def close(self) -> None:
        """Nothing to let go of."""


class Renderer(LocalRenderer):
    """Draws in the other process. Raises RuntimeError where that cannot draw."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = ThreadPoolExecutor(1, "drawing")
        self._process: subprocess.Popen[bytes] | None = None
        self._known: OrderedDict[bytes, _Result] = OrderedDict()
        self._drawn = 0
        self._rest: threading.Timer | None = None

    def start(self) -> None:
        """Start the other process, which warms itself up; it starts by itself too, with the first figure."""
        with self._lock:
            self._running()

    def draw(self, picture: Picture, sizes: Sequence[Size]) -> tuple[Drawing, ...]:
        """The picture in each of the sizes."""
        return self._ask(_Order(picture, tuple(sizes))).drawings

    def begin(self, picture: Picture, sizes: Sequence[Size]) -> Callable[[], tuple[Drawing, ...]]:
        """Begin to draw beside what this process does; the answer waits for the drawings."""
        return self._waiting.submit(self.draw, picture, sizes).result

    def png(self, svg: str) -> bytes:
        """An SVG document as a PNG."""
        return self._ask(_Order(svg=svg)).png

    def close(self) -> None:
        """End the other process."""
        self._waiting.shutdown(cancel_futures=True)
        with self._lock:
            self._end()
            self._let_rest(None)

    def _ask(self, order: _Order) -> _Result:
        line = msgspec.json.encode(order)
        with self._lock:
            known = self._known.get(line)
            if known is not None:
                return known
            answer = self._once(line) or self._once(line)  # the first may find a process that has just died
            self._drawn += 1
            self._let_rest(_REST if self._drawn >= _MANY else None)
        if answer is None:
            raise RuntimeError("The process that draws figures does not answer.")
        result = msgspec.json.decode(answer, type=_Result)
        if result.error:
            raise RuntimeError(f"A figure could not be drawn: {result.error}")
        if result.drawings:
            with self._lock:
                self._known[line] = result
                while len(self._known) > _KNOWN:
                    self._known.popitem(last=False)
        return result

    def _let_rest(self, seconds: float | None) -> None:
        """Replace the process after so many seconds in which it is not asked; None: leave it."""
        if self._rest is not None:
            self._rest.cancel()
        self._rest = None
        if seconds is not None:
            self._rest = threading.Timer(seconds, self._replace)
            self._rest.daemon = True
            self._rest.start()

    def _replace(self) -> None:
        with self._lock:
            if self._rest is threading.current_thread():  # nobody has asked meanwhile
                self._end()
                self._drawn, self._rest = 0, None
                self._running()
                give_back()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "baloo.web.renderer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env={**os.environ, "TZ": "UTC"}, start_new_session=True,
            )
        return self._process

    def _once(self, line: bytes) -> bytes | None:
        try:
            into, out = _pipes(self._running())
            into.write(line + b"\n")
            into.flush()
            answer = out.readline()
        except OSError:
            answer = b""
        if not answer.endswith(b"\n"):
            self._end()
            return None
        return answer

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what is left to be said has nobody to hear it
                    pipe.close()
        process.terminate()  # it has nothing to lose
        process.wait()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise OSError("The process has no pipes.")
    return process.stdin, process.stdout


def _serve() -> None:
    if hasattr(os, "nice"):
        os.nice(5)
    here, warming = LocalRenderer(), _warming()
    while True:
        while not _asked() and next(warming, None) is not None:
            pass  # whoever asks already does not wait for all of it
        line = sys.stdin.buffer.readline()
        if not line:
            return
        sys.stdout.buffer.write(msgspec.json.encode(_answer(here, line)) + b"\n")
        sys.stdout.buffer.flush()


def _warming() -> Iterator[Drawing]:
    yield from warm_up()
    give_back()


def _asked() -> bool:
    return bool(select.select([sys.stdin.buffer], [], [], 0)[0])


def _answer(here: LocalRenderer, line: bytes) -> _Result:
    try:
        order = msgspec.json.decode(line, type=_Order)
        if order.svg is not None:
            return _Result(png=here.png(order.svg))
        return _Result(here.draw(order.picture, order.sizes)) if order.picture else _Result()
    except Exception as error:  # noqa: BLE001 - the boundary of the process: the other side raises it again
        return _Result(error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    _serve()
