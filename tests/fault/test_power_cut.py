"""A power cut: a real kernel and its ext4 in user-mode Linux, killed with whatever its caches hold."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from counts import CARELESS_CUTS, HANGS, POWER_CUTS, chance
from disks import mounted
from ledger import Verdict
from siege import PATIENCE
from victims import judge

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(HANGS)]
TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A disk image with an empty ext4; skips by name what cannot be done here."""
    if shutil.which("linux") is None:
        pytest.skip("user-mode Linux is not installed (Debian: `apt install user-mode-linux`)")
    if os.geteuid() != 0:
        pytest.skip("only root can mount the guest's disk")
    image = tmp_path_factory.mktemp("disks") / "blank.img"
    with image.open("wb") as file:
        file.truncate(96 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    return image


def test_a_power_cut_loses_nothing_that_was_acknowledged(blank: Path, tell: Callable[..., None]):
    """Each disk is cut, opened and judged, and the next guest goes on with it: the tables open, nothing is lost or doubled."""
    luck = chance(1)
    disk, ledger = blank.with_name("disk.img"), list[str]()
    acknowledged = 0
    for cycle in range(POWER_CUTS):
        if cycle % 5 == 0:
            shutil.copy(blank, disk)
            ledger = []
        before = len(ledger)
        ledger += run_and_cut(disk, base=cycle * 100_000, after=luck.randint(1, 40))
        verdict = judge_disk(disk, ledger)

        acknowledged += sum(line.startswith("ACK") for line in ledger[before:])
        assert verdict.right, f"cycle {cycle}: {verdict}"
    tell(f"{POWER_CUTS} power cuts: {acknowledged} requests acknowledged, 0 events lost or doubled",
         done=POWER_CUTS, acknowledged=acknowledged)


def test_the_same_without_sync_loses(blank: Path, tell: Callable[..., None]):
    """The control: were this not to lose, the test above would prove nothing."""
    lost = 0
    for cycle in range(CARELESS_CUTS):
        disk = blank.with_name("control.img")
        shutil.copy(blank, disk)
        ledger = run_and_cut(disk, base=cycle * 100_000, after=40, flags="--unsafe")
        try:
            lost += len(judge_disk(disk, ledger).lost)
        except subprocess.CalledProcessError:
            raise  # that the disk cannot be mounted is no loss
        except Exception:  # noqa: BLE001 - a lake that cannot even be opened has lost everything
            lost += 1

    tell(f"{CARELESS_CUTS} power cuts of the control, which syncs nothing: {lost} lost",
         done=CARELESS_CUTS, lost=lost)
    assert lost > 0


def run_and_cut(disk: Path, *, base: int, after: int, flags: str = "") -> list[str]:
    """Boot, let the victim work, cut after so many acknowledgements; the ledger's lines."""
    guest = subprocess.Popen(
        [
            "linux", "mem=320M", "rootfstype=hostfs", "rootflags=/", "ro", f"ubd0={disk}", f"init={TESTS}/fault/guest-init",
            "con=null", "con0=null,fd:1", f"BALOO_PYTHON={sys.executable}", f"BALOO_TESTS={TESTS}", f"BALOO_BASE={base}",
            f"BALOO_FLAGS={flags}",
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace", process_group=0,
    )  # fmt: skip
    watchdog = threading.Timer(PATIENCE, cut, [guest])
    watchdog.start()
    lines = []
    try:
        for line in guest.stdout or ():
            if line.startswith(("SENT", "ACK")) and line.endswith("\n"):
                lines.append(line)
            if line.startswith("ACK"):
                after -= 1
                if not after:
                    cut(guest)  # the lines that it said meanwhile are read to their end
    finally:
        watchdog.cancel()
        cut(guest)
        guest.wait()
        if guest.stdout:
            guest.stdout.close()
    assert lines, "the guest never came to its first acknowledgement"
    return lines


def cut(guest: subprocess.Popen[str]) -> None:
    """Kill the guest and all its processes at once."""
    if guest.returncode is None:
        try:
            os.killpg(guest.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def judge_disk(disk: Path, ledger: list[str]) -> Verdict:
    """Mount the guest's disk, which replays its journal, and judge what is on it.

    A process of its own does so, and lets go of all files however it ends; else the disk would stay mounted.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(["victims"])
    with mounted("-o", "loop", str(disk)) as there, ProcessPoolExecutor(1, mp_context=context) as judges:
        return judges.submit(judge, there, ledger).result()
