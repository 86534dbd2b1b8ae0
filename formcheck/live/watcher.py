"""The pose network in a thread of its own: always the newest frame, one answer waiting at most."""

from __future__ import annotations

import queue
import threading
from types import TracebackType
from typing import Final, Self

import numpy as np

from formcheck.model import Frame, PoseObservation
from formcheck.pose import PoseEstimator
from formcheck.sources.camera import Camera

__all__ = ["Watcher", "warm_up"]

_WAIT_S: Final = 0.1


def warm_up(estimator: PoseEstimator, size: tuple[int, int] = (1280, 720)) -> None:
    """Show the network one black picture: the first one takes it seconds, and a person waits for none of them."""
    estimator.estimate(Frame(index=-1, time_s=0.0, image=np.zeros((size[1], size[0], 3), dtype=np.uint8)))


class Watcher:
    """Takes frames from a camera, hands out what the estimator sees in them. Use as a context manager.

    The next frame is taken only when the last answer was fetched, so stale frames are dropped by the camera, before
    the network, and nothing queues up.
    """

    def __init__(self, camera: Camera, estimator: PoseEstimator) -> None:
        self._camera = camera
        self._estimator = estimator
        self._seen: queue.Queue[tuple[Frame, PoseObservation]] = queue.Queue(maxsize=1)
        self._stopped = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="formcheck-watcher", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()

    @property
    def waiting(self) -> int:
        """How many answers wait to be fetched: 0 or 1."""
        return self._seen.qsize()

    @property
    def over(self) -> bool:
        """Whether everything was fetched and nothing will come any more."""
        return not self._thread.is_alive() and self._seen.empty()

    def next(self, timeout_s: float) -> tuple[Frame, PoseObservation] | None:
        """Return the next frame and who was seen in it, None after `timeout_s`; raise what went wrong in the thread."""
        try:
            return self._seen.get(timeout=timeout_s)
        except queue.Empty:
            if self._error is not None:
                raise self._error from None
            return None

    def _run(self) -> None:
        try:
            while not (self._stopped.is_set() or self._camera.over):
                frame = self._camera.take(_WAIT_S)
                if frame is not None:
                    self._hand_on(frame, self._estimator.estimate(frame))
            self._error = self._camera.error
        except BaseException as error:  # handed to the reading side, which raises it
            self._error = error

    def _hand_on(self, frame: Frame, observation: PoseObservation) -> None:
        while not self._stopped.is_set():
            try:
                self._seen.put((frame, observation), timeout=_WAIT_S)
            except queue.Full:
                continue
            return
