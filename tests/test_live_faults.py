"""What goes wrong while somebody practises, through the real loop: camera, watcher, engine and record."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_camera import Absence, ScriptedDevice, Stage, raises, set_of, ticks
from made_live import Recorder
from typer.testing import CliRunner

from formcheck.cli import app
from formcheck.live.devices import opened_devices
from formcheck.live.keep import recover_sets
from formcheck.live.loop import Devices
from formcheck.live.scene import SAID
from formcheck.sources import webcam
from formcheck.store import Store, open_store
from formcheck.store.scored import load_result

REPS = 4
END_S = raises(REPS)[-1] + 6.0


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.delenv("FORMCHECK_DATABASE", raising=False)
    opened = open_store(tmp_path / "record")
    yield opened
    opened.close()


@pytest.fixture
def heard() -> Recorder:
    return Recorder()


@pytest.fixture
def devices(heard: Recorder) -> Devices:
    return Devices(heard, heard, heard, heard.told.append, has_window=False)


# ---------------------------------------------------------------------- while it goes on


@pytest.mark.parametrize("why", ["pulled out", "busy when it is back"])
def test_a_camera_pulled_out_and_put_back_loses_no_finished_rep(
    store: Store, devices: Devices, heard: Recorder, why: str
) -> None:
    stage = Stage()
    lost_s, back_s = raises(REPS)[2] - 0.4, 60.0  # in the rest behind the second rep
    script: list[ScriptedDevice | Absence] = [
        ScriptedDevice(stage, ticks(0.0, lost_s)),
        Absence(f"camera 0: {why}", lambda: SAID["camera_lost"] in heard.words or stage.time_s > 50.0),
        ScriptedDevice(stage, ticks(back_s, back_s + END_S)),
    ]
    outcome = set_of(stage, store, devices, script, reps=REPS, away=(lost_s, back_s))
    assert outcome.result.counts.completed == REPS
    assert SAID["camera_lost"] in heard.words
    assert not any("more light" in line for line in heard.told)
    assert store.find_set(outcome.kept).counts.completed == REPS


@pytest.mark.parametrize("fps", [5.0, 15.0, 30.0])
def test_a_slow_camera_counts_the_same(store: Store, devices: Devices, heard: Recorder, fps: float) -> None:
    stage = Stage()
    outcome = set_of(stage, store, devices, [ScriptedDevice(stage, ticks(0.0, END_S, fps))], reps=REPS)
    assert outcome.result.counts.completed == REPS
    assert any("more light often helps" in line for line in heard.told) == (fps < 12)


@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (540, 960)], ids=["larger", "4:3", "upright"])
def test_a_camera_that_changes_its_resolution_goes_on(store: Store, devices: Devices, size: tuple[int, int]) -> None:
    stage = Stage()
    other = ScriptedDevice(stage, ticks(4.0, END_S), size)
    outcome = set_of(stage, store, devices, [ScriptedDevice(stage, ticks(0.0, 4.0)), other], reps=REPS)
    assert outcome.result.counts.completed == REPS
    assert (outcome.result.source.width, outcome.result.source.height) == (960, 540)


def test_without_a_loudspeaker_a_set_is_practised_in_silence(
    store: Store, heard: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PortAudioError(Exception):
        pass

    def stream(**options: object) -> Any:
        raise PortAudioError

    fake = type(sys)("sounddevice")
    fake.OutputStream, fake.PortAudioError = stream, PortAudioError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    monkeypatch.setitem(sys.modules, "pyttsx3", None)
    stage = Stage()
    with opened_devices(window=False, sound=True, tell=heard.told.append) as (silent, missing):
        outcome = set_of(stage, store, silent, [ScriptedDevice(stage, ticks(0.0, END_S))], reps=REPS)
    assert outcome.result.counts.completed == REPS
    assert missing == ("No sound on this machine",)
    assert heard.told[0] == "no sound: no loudspeaker was found; go by what is written here"
    assert "Done. Well practised." in heard.told


_CODE = """
import os, signal, sys
from pathlib import Path
from made_camera import practise_and
folder, end_s, reps = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
"""
_KILL = """
def what(time_s):
    if time_s >= end_s:
        os.kill(os.getpid(), signal.SIGKILL)
practise_and(folder, what, reps=reps)
"""
_FILL = """
def what(time_s):
    if time_s >= end_s and not (folder / "filler").exists():
        with open(folder / "filler", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
outcome, _ = practise_and(folder, what, reps=reps)
print(outcome.result.counts.completed, repr(outcome.kept), flush=True)
os.remove(folder / "filler")
os.execv(sys.executable, [sys.executable, "-c", sys.argv[4], str(folder)])
"""
_NEXT_START = """
import sys
from pathlib import Path
from formcheck.live.keep import recover_sets
from formcheck.store import open_store
store = open_store(Path(sys.argv[1]))
found = recover_sets(store)
print([(one.completed, one.problem) for one in found], [one.state for one in store.list_sets()])
"""


def _run(code: str, *words: object, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-c", _CODE + code, *map(str, words)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("FORMCHECK_")}
    return subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False, env=env)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_kill_in_rep_12_leaves_eleven_reps_at_the_next_start(tmp_path: Path) -> None:
    killed = _run(_KILL, tmp_path, raises(12)[11] + 1.0, 12)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    store = open_store(tmp_path)
    (open_set,) = store.list_sets()
    assert (open_set.state, open_set.counts.completed) == ("open", 11)
    (found,) = recover_sets(store)
    assert (found.completed, found.problem) == (11, "")
    assert [rep.index for rep in load_result(store, found.uid).reps] == list(range(1, 12))
    store.close()


_SMALL_DISK = 'mount -t tmpfs -o size=3m tmpfs "$0" && exec "$@"'


def _can_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", _SMALL_DISK, str(folder), "true"], capture_output=True, check=False
    ).returncode == 0  # fmt: skip


def test_a_disk_that_fills_up_is_told_and_what_was_kept_is_finished_later(tmp_path: Path) -> None:
    if not _can_mount(tmp_path):
        pytest.skip("this system lets nobody mount a small disk")
    before = ("unshare", "-rm", "sh", "-c", _SMALL_DISK, str(tmp_path))
    done = _run(_FILL, tmp_path, raises(REPS)[2] + 0.5, REPS, _NEXT_START, before=before)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == f"{REPS} ''"
    assert second == "[(2, '')] ['closed']"
    told = [line for line in done.stderr.splitlines() if "cannot be saved" in line or "disk" in line]
    assert len(told) == 1, done.stderr
    assert "free some space" in told[0]


# ---------------------------------------------------------------------- before it begins


class _Capture:
    """A camera that opens or not, and gives no picture."""

    def __init__(self, opens: bool) -> None:
        self._opens = opens

    def isOpened(self) -> bool:
        return self._opens

    def set(self, *what: object) -> None:
        pass

    def grab(self) -> bool:
        return False

    def release(self) -> None:
        self._opens = False


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell why")
@pytest.mark.parametrize(
    ("there", "opens", "may", "told"),
    [
        ((), False, True, "there is no such camera; plug one in"),
        ((2, 4), False, True, "there are 2, 4; name one with --camera N"),
        ((0,), False, True, "close the other program that uses it"),
        ((0,), True, True, "close the other program that uses it"),
        ((0,), False, False, "to be in the group video"),
    ],
    ids=["absent", "other numbers", "busy", "busy: opens, gives nothing", "not permitted"],
)
def test_a_camera_that_gives_nothing_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: tuple[int, ...], opens: bool, may: bool, told: str
) -> None:
    for number in there:
        (tmp_path / f"video{number}").touch()
    monkeypatch.setattr(webcam, "_VIDEO_FOLDER", tmp_path)
    monkeypatch.setattr("cv2.VideoCapture", lambda *options: _Capture(opens))
    fake = SimpleNamespace(access=lambda path, mode: may, R_OK=os.R_OK, W_OK=os.W_OK)
    monkeypatch.setattr(webcam, "os", fake)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    done = CliRunner().invoke(app, ["live", "heel_raise", "--no-window", "--no-sound"])
    assert done.exit_code == 1
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert told in " ".join(" ".join(lines).split())
    assert "camera 0:" in done.stderr
