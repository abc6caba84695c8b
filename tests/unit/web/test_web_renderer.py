"""The process that draws: it starts early or when asked, comes back when it dies, and never outlives its parent."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from baloo.charts import Bar, Picture, funnel
from baloo.web import renderer as renderer_
from baloo.web.renderer import LocalRenderer, Renderer

_PICTURE = funnel([Bar("First", 30, "30"), Bar("Regular", 10, "10")])


def test_the_other_process_draws_the_same() -> None:
    """What the other process draws is what this one would, also when begun early, and after it has died."""
    renderer = Renderer()
    try:
        begun = renderer.begin(_PICTURE, ("wide", "narrow"))
        here = LocalRenderer().draw(_PICTURE, ("wide", "narrow"))

        assert begun() == here
        assert renderer._process is not None
        renderer._process.terminate()
        renderer._process.wait()
        assert renderer.draw(_PICTURE, ("narrow",)) == here[1:]
        assert renderer.png("<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>").startswith(b"\x89PNG")
    finally:
        renderer.close()


def test_what_was_just_drawn_is_not_drawn_again() -> None:
    """As long as nothing of it has changed: no process is asked."""
    renderer = Renderer()
    try:
        first = renderer.draw(_PICTURE, ("wide",))
        assert renderer._process is not None
        renderer._process.terminate()
        renderer._process.wait()
        process = renderer._process

        assert renderer.draw(_PICTURE, ("wide",)) == first
        assert renderer._process is process
        assert renderer.draw(funnel([Bar("First", 31, "31")]), ("wide",)) != first
    finally:
        renderer.close()


def test_it_starts_before_it_is_asked() -> None:
    """A renderer that was started draws in the process that it started with, also when it is started twice."""
    renderer = Renderer()
    try:
        renderer.start()
        process = renderer._process
        renderer.start()

        assert process is not None
        assert len(renderer.draw(_PICTURE, ("wide",))) == 1
        assert renderer._process is process
    finally:
        renderer.close()


def test_after_many_figures_another_process_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine gives nothing back of what it took; it goes when it rests, and the next figure is drawn all the same."""
    monkeypatch.setattr(renderer_, "_MANY", 3)
    monkeypatch.setattr(renderer_, "_REST", 0.0)
    renderer = Renderer()
    renderer.start()
    before = renderer._process
    pictures = [funnel([Bar("Active", n, str(n))]) for n in range(4)]
    for picture in pictures[:3]:
        renderer.draw(picture, ("wide",))
    assert before is not None
    before.wait(60)
    drawn = renderer.draw(pictures[3], ("wide",))
    after = renderer._process
    renderer.close()

    assert drawn == LocalRenderer().draw(pictures[3], ("wide",))
    assert after is not None
    assert after.pid != before.pid


def test_a_picture_that_cannot_be_drawn_is_an_error_here() -> None:
    """The other process tells what went wrong, and goes on drawing."""
    renderer = Renderer()
    try:
        with pytest.raises(RuntimeError, match="could not be drawn"):
            renderer.draw(Picture("nothing", {}), ("wide",))  # type: ignore[arg-type]
        assert len(renderer.draw(_PICTURE, ("wide",))) == 1
    finally:
        renderer.close()


def test_it_ends_with_its_parent() -> None:
    """A parent that is killed leaves no process behind."""
    code = (
        "import os, signal; from baloo.charts import Bar, funnel; from baloo.web.renderer import Renderer;"
        "r = Renderer(); r.draw(funnel([Bar('a', 1, '1')]), ('wide',)); print(r._process.pid, flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    child = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout)

    for _ in range(500):
        if not _runs(child):
            return
        time.sleep(0.02)
    pytest.fail("The process that draws is still there.")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = f"/proc/{pid}/stat"
    if not os.path.exists(stat):  # noqa: PTH110 - it may go away in between
        return False
    with open(stat, encoding="utf-8") as file:  # noqa: PTH123 - as above
        return file.read().rpartition(")")[2].split()[0] != "Z"
