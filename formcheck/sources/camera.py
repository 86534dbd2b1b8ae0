"""A camera, or a video file played as if it were one: always the newest frame, late ones are dropped.

A thread of its own takes the pictures. A `Device` gives them; what gives a device may be called again after it was
lost, so a camera that was pulled out goes on once it is back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Protocol, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.errors import FormcheckError, SourceError
from formcheck.model import Frame
from formcheck.sources.video import VideoSource

__all__ = ["Camera", "Device", "DeviceOpener", "FileDevice", "LatestFrame", "Picture", "fitted"]

RETRY_S: Final = 1.0
"""So long after it was lost, and again and again, a camera is looked for."""

Image = NDArray[np.uint8]


class Picture(NamedTuple):
    """An RGB picture; `time_s` is None where it is from just now."""

    image: Image
    time_s: float | None = None


class Device(Protocol):
    """What pictures come from."""

    @property
    def name(self) -> str:
        """What to call it in a message."""

    @property
    def endless(self) -> bool:
        """Whether no picture means that it was lost (a camera), rather than that it is over (a file)."""

    def read(self, now: Callable[[], float], stopped: threading.Event, /) -> Picture | None:
        """Wait for the next picture and return it; None when none comes any more."""

    def close(self) -> None:
        """Free the device."""


DeviceOpener = Callable[[], Device]


class LatestFrame:
    """Holds one frame: a newer one takes its place, and then `dropped` counts the one that nobody took."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self.dropped = 0

    def put(self, frame: Frame) -> None:
        """Offer a frame."""
        with self._changed:
            self.dropped += self._frame is not None
            self._frame = frame
            self._changed.notify()

    def take(self, timeout_s: float) -> Frame | None:
        """Return the newest frame that was not taken yet, or None after `timeout_s`."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None, timeout_s)
            frame, self._frame = self._frame, None
            return frame

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take."""
        return self._frame is None


class Camera:
    """Takes pictures in a thread; `take` returns the newest one. Use as a context manager.

    All frames have the size of the first one, also when the device changes its resolution. `clock` counts seconds.
    Raises SourceError where the device cannot be opened at first; later losses are told by `lost`.
    """

    def __init__(
        self, opener: DeviceOpener, *, clock: Callable[[], float] = time.monotonic, retry_s: float = RETRY_S
    ) -> None:
        self._opener = opener
        self._clock = clock
        self._retry_s = retry_s
        self._device: Device | None = opener()
        self.name: Final = self._device.name
        self.endless: Final = self._device.endless
        self.size: tuple[int, int] | None = None
        self.frames = 0
        self.error: FormcheckError | None = None
        self._slot = LatestFrame()
        self._stopped = threading.Event()
        self._over = threading.Event()
        self._origin_s = clock()
        self._thread = threading.Thread(target=self._run, name="formcheck-camera", daemon=True)

    def __enter__(self) -> Self:
        self._origin_s = self._clock()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop taking pictures and free the device."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self._shut()

    def now(self) -> float:
        """Return the time now, in seconds of the frames' time."""
        return self._clock() - self._origin_s

    def take(self, timeout_s: float) -> Frame | None:
        """Return the newest frame that was not taken yet, or None after `timeout_s`."""
        return self._slot.take(timeout_s)

    @property
    def dropped(self) -> int:
        """Frames that nobody took in time."""
        return self._slot.dropped

    @property
    def lost(self) -> bool:
        """Whether the device gives no pictures at present."""
        return self._device is None

    @property
    def over(self) -> bool:
        """Whether the last frame was taken and no other will come."""
        return self._over.is_set() and self._slot.empty

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                if self._device is None and not self._found_again():
                    continue
                if not self._read_one():
                    break
        except FormcheckError as error:  # handed to the reading side
            self.error = error
        finally:
            self._over.set()

    def _found_again(self) -> bool:
        if self._stopped.wait(self._retry_s):
            return False
        try:
            self._device = self._opener()
        except SourceError:  # not back yet; the window says that the camera is missing
            return False
        return True

    def _read_one(self) -> bool:
        """Put one picture in the slot; return whether to go on."""
        assert self._device is not None
        picture = self._device.read(self.now, self._stopped)
        if picture is None:
            self._shut()
            return self.endless
        time_s = self.now() if picture.time_s is None else picture.time_s
        height, width = picture.image.shape[:2]
        self.size = self.size or (width, height)
        self._slot.put(Frame(index=self.frames, time_s=time_s, image=fitted(picture.image, self.size)))
        self.frames += 1
        return True

    def _shut(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            device.close()


def fitted(image: Image, size: tuple[int, int]) -> Image:
    """Return `image` scaled into `size` (width, height), with black beside it where its shape differs."""
    width, height = size
    if image.shape[:2] == (height, width):
        return image
    scale = min(width / image.shape[1], height / image.shape[0])
    inner = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    out = np.zeros((height, width, 3), dtype=np.uint8)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    out[top : top + inner[1], left : left + inner[0]] = cv2.resize(image, inner)
    return out


class FileDevice:
    """Plays a video file in real time: each picture comes when its time has come. Raises SourceError."""

    endless = False

    def __init__(self, path: str | Path) -> None:
        self.name = str(path)
        self._source = VideoSource(path)
        self._frames = iter(self._source)

    def read(self, now: Callable[[], float], stopped: threading.Event) -> Picture | None:
        """Wait until the next picture is due."""
        frame = next(self._frames, None)
        if frame is None or stopped.wait(max(frame.time_s - now(), 0.0)):
            return None
        return Picture(frame.image, frame.time_s)

    def close(self) -> None:
        """Free the file."""
        self._source.close()
