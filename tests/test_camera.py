"""The camera: newest frame only, losses, other resolutions, and a file that plays as a camera."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from formcheck.errors import SourceError
from formcheck.model import Frame
from formcheck.sources import VideoSource
from formcheck.sources.camera import Camera, FileDevice, LatestFrame, Picture, fitted
from formcheck.sources.webcam import Webcam

STEP_S = 1 / 30


def _frame(index: int) -> Frame:
    return Frame(index, index * STEP_S, np.zeros((2, 2, 3), dtype=np.uint8))


def test_the_slot_holds_the_newest_frame_and_counts_the_others() -> None:
    slot = LatestFrame()
    for index in range(5):
        slot.put(_frame(index))
    taken = slot.take(0.0)
    assert taken is not None
    assert taken.index == 4
    assert slot.dropped == 4
    assert slot.take(0.0) is None
    assert slot.empty


class _Clock:
    """A clock that the device moves on."""

    def __init__(self) -> None:
        self.time_s = 100.0

    def __call__(self) -> float:
        return self.time_s


class _Device:
    """Gives pictures of the listed sizes one at a time, each once the one before was taken; then none."""

    endless = True
    name = "made"

    def __init__(self, clock: _Clock, sizes: list[tuple[int, int]], taken: threading.Semaphore) -> None:
        self._clock, self._sizes, self._taken = clock, list(sizes), taken
        self.closed = False

    def read(self, now: Callable[[], float], stopped: threading.Event) -> Picture | None:
        while not self._taken.acquire(timeout=0.01):
            if stopped.is_set():
                return None
        if not self._sizes:
            return None
        width, height = self._sizes.pop(0)
        self._clock.time_s += STEP_S
        return Picture(np.full((height, width, 3), 200, dtype=np.uint8))

    def close(self) -> None:
        self.closed = True


def _take(camera: Camera, taken: threading.Semaphore) -> Frame:
    taken.release()
    frame = camera.take(5.0)
    assert frame is not None
    return frame


def test_time_is_the_time_of_capture() -> None:
    clock, taken = _Clock(), threading.Semaphore(0)
    with Camera(lambda: _Device(clock, [(8, 6)] * 3, taken), clock=clock) as camera:
        times = [_take(camera, taken).time_s for _ in range(3)]
    assert times == pytest.approx([STEP_S, 2 * STEP_S, 3 * STEP_S])


def test_a_camera_that_was_pulled_out_goes_on_when_it_is_back() -> None:
    clock, taken = _Clock(), threading.Semaphore(0)
    devices = [_Device(clock, [(8, 6)] * 2, taken), _Device(clock, [(8, 6)] * 2, taken)]
    left, absent, back = list(devices), [True, True], threading.Event()

    def opener() -> _Device:
        if len(left) == 1 and absent:
            absent.pop()
            raise SourceError("not there")
        if len(left) == 1:
            back.set()
        return left.pop(0)

    with Camera(opener, clock=clock, retry_s=0.001) as camera:
        before = [_take(camera, taken).index for _ in range(2)]
        taken.release()
        assert back.wait(10.0)
        after = [_take(camera, taken).index for _ in range(2)]
    assert before + after == [0, 1, 2, 3]
    assert devices[0].closed
    assert devices[1].closed


@pytest.mark.parametrize("size", [(16, 12), (4, 3), (8, 4), (6, 8)], ids=["larger", "smaller", "wider", "upright"])
def test_a_change_of_resolution_keeps_the_size_of_the_frames(size: tuple[int, int]) -> None:
    clock, taken = _Clock(), threading.Semaphore(0)
    with Camera(lambda: _Device(clock, [(8, 6), size], taken), clock=clock) as camera:
        shapes = {_take(camera, taken).image.shape for _ in range(2)}
    assert shapes == {(6, 8, 3)}


def test_a_picture_of_another_shape_is_not_distorted() -> None:
    square = np.full((100, 100, 3), 255, dtype=np.uint8)
    out = fitted(square, (160, 90))
    rows, columns = np.nonzero(out[..., 0] > 128)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=1)
    assert out.shape == (90, 160, 3)


def test_a_file_plays_all_its_frames_at_their_own_times(samples: Path) -> None:
    path = samples / "hr_double_side.mp4"
    with VideoSource(path, stop_s=1.0) as source:
        expected = [frame.time_s for frame in source]
    device = FileDevice(path)
    got = [device.read(lambda: 1e9, threading.Event()) for _ in expected]
    device.close()
    assert [picture.time_s for picture in got if picture] == expected


def test_a_file_waits_for_the_time_of_each_picture(samples: Path) -> None:
    class Stop(threading.Event):
        waited: list[float | None] = []  # noqa: RUF012

        def wait(self, timeout: float | None = None) -> bool:
            self.waited.append(timeout)
            return False

    device, stop = FileDevice(samples / "hr_double_side.mp4"), Stop()
    for _ in range(4):
        device.read(lambda: 0.0, stop)
    device.close()
    assert stop.waited == pytest.approx([0.0, STEP_S, 2 * STEP_S, 3 * STEP_S], abs=0.002)


def test_a_file_ends_the_camera(samples: Path) -> None:
    class Quick(FileDevice):
        def read(self, now: Callable[[], float], stopped: threading.Event) -> Picture | None:
            return super().read(lambda: 1e9, stopped)

    with Camera(lambda: Quick(samples / "hr_double_side.mp4")) as camera:
        while not camera.over:
            camera.take(0.01)
    assert camera.frames > 900


def test_an_absent_camera_is_told_with_what_to_do() -> None:
    with pytest.raises(SourceError, match=r"camera 61: .*(--camera|plugged)"):
        Webcam(61)


def test_a_file_that_is_no_video_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("no video")
    with pytest.raises(SourceError, match="not a video"):
        Camera(lambda: FileDevice(path))
