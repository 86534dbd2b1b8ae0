"""Keep the pictures of movements to correct, and of nothing else, where the person agreed to it.

The last seconds are held in memory. When a movement is to be corrected, they go into one video whose times are those of
the set: the review shows it beside the measures, and between two such movements there is nothing.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.model import Frame, Hold, Rep

__all__ = ["AROUND_S", "ClipRecorder"]

AROUND_S: Final = 2.0
"""Kept before and after a movement."""
_HELD_S: Final = 20.0
_MOST_WIDTH: Final = 960
_QUALITY: Final = 85
_TICKS: Final = 90_000


class _Picture(NamedTuple):
    time_s: float
    jpeg: NDArray[np.uint8]


class ClipRecorder:
    """`seen(frame)` every frame, `keep(item)` for a movement to correct; `close()` gives the video, if there is one.

    Encoding happens in a thread of its own. Raises OutputError from `close`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: deque[_Picture] = deque()
        self._until_s = -1.0
        self._queue: queue.SimpleQueue[_Picture | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None

    def seen(self, frame: Frame) -> None:
        """Hold a picture for a while, or write it if it lies just behind a movement to correct."""
        picture = _Picture(frame.time_s, _jpeg(frame.image))
        if frame.time_s <= self._until_s:
            self._queue.put(picture)
            return
        self._held.append(picture)
        while frame.time_s - self._held[0].time_s > _HELD_S:
            self._held.popleft()

    def keep(self, item: Rep | Hold) -> None:
        """Write what is held of a movement and what is to come of the seconds after it."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="formcheck-clip", daemon=True)
            self._thread.start()
        for picture in self._held:
            if picture.time_s >= item.start_s - AROUND_S:
                self._queue.put(picture)
        self._held.clear()
        self._until_s = item.end_s + AROUND_S

    def close(self) -> Path | None:
        """Finish the video and return it; None where nothing was to be kept."""
        self._held.clear()
        if self._thread is None:
            return None
        self._queue.put(None)
        self._thread.join()
        if self._error is not None:
            self._path.unlink(missing_ok=True)
            raise OutputError(f"{self._path}: the clip cannot be kept ({self._error}); free some space")
        return self._path

    def _write(self) -> None:
        try:
            _write_video(self._path, self._queue)
        except (OSError, av.FFmpegError) as error:
            self._error = error
            while self._queue.get() is not None:  # let go of what would pile up
                pass


def _jpeg(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    scale = min(1.0, _MOST_WIDTH / width)
    size = (round(width * scale) // 2 * 2, round(height * scale) // 2 * 2)
    small = cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), cv2.COLOR_RGB2BGR)
    return np.asarray(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1], dtype=np.uint8)


def _write_video(path: Path, pictures: queue.SimpleQueue[_Picture | None]) -> None:
    """Write pictures as they come, each at its own time; a black one at 0 keeps players from starting later."""
    first = pictures.get()
    if first is None:
        return
    image = cv2.imdecode(first.jpeg, cv2.IMREAD_COLOR)
    assert image is not None
    height, width = image.shape[:2]
    black = _Picture(0.0, _jpeg(np.zeros((height, width, 3), dtype=np.uint8)))
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "24", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, _TICKS)
        last = -1
        for picture in chain((black, first), iter(pictures.get, None)):
            shown = cv2.imdecode(picture.jpeg, cv2.IMREAD_COLOR)
            frame = av.VideoFrame.from_ndarray(np.asarray(shown, dtype=np.uint8), format="bgr24")
            last = max(round(picture.time_s * _TICKS), last + 1)
            frame.pts, frame.time_base = last, Fraction(1, _TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
