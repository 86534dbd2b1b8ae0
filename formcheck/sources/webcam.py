"""A camera of this machine, through OpenCV."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from formcheck.errors import SourceError
from formcheck.sources.camera import Picture

__all__ = ["Webcam"]

_VIDEO_FOLDER: Final = Path("/dev")


class Webcam:
    """Camera `number`, asked for `size` (width, height) and `fps`; it may give others. Raises SourceError."""

    endless = True

    def __init__(self, number: int, *, size: tuple[int, int] = (1280, 720), fps: float = 30.0) -> None:
        self.name = f"camera {number}"
        # OpenCV says in its own words what went wrong, on stderr; formcheck says it in one line.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        self._capture = cv2.VideoCapture(number, cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY)
        if self._capture.isOpened():
            self._ask(size, fps)
        if not self._capture.isOpened() or not self._capture.grab():
            self._capture.release()
            raise SourceError(_cannot_open(number))

    def _ask(self, size: tuple[int, int], fps: float) -> None:
        # Uncompressed pictures of this size do not fit through USB 2 at 30 a second.
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
        self._capture.set(cv2.CAP_PROP_FPS, fps)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def read(self, now: Callable[[], float], stopped: threading.Event) -> Picture | None:
        """Wait for the next picture; None once the camera gives none."""
        if not self._capture.grab():
            return None
        taken_s = now()
        good, image = self._capture.retrieve()
        if not good or image is None:
            return None
        return Picture(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8), taken_s)

    def close(self) -> None:
        """Free the camera for other programs."""
        self._capture.release()


def _cannot_open(number: int) -> str:
    """Return what is wrong with a camera that gives no picture, as far as the system tells."""
    if sys.platform != "linux":
        return (
            f"camera {number}: gives no picture; check that it is plugged in, that no other program uses it and that "
            "this program may use the camera; name another one with --camera N"
        )
    path = _VIDEO_FOLDER / f"video{number}"
    if not path.exists():
        others = sorted(int(each.name[5:]) for each in _VIDEO_FOLDER.glob("video*") if each.name[5:].isdecimal())
        known = f"there are {', '.join(map(str, others))}; name one with --camera N" if others else "plug one in"
        return f"camera {number}: there is no such camera; {known}, or play a video with --camera FILE"
    if not os.access(path, os.R_OK | os.W_OK):
        return f"camera {number}: no permission to use {path}; ask for it, for example to be in the group video"
    return f"camera {number}: gives no picture; close the other program that uses it, or name another with --camera N"
