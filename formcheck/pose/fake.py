"""A pose estimator that needs no model: it plays back what it was given."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import Final, Self

from formcheck.model import Frame, LandmarkRecording, PoseObservation
from formcheck.pose.estimator import nobody

__all__ = ["FakeEstimator"]

SLACK_S: Final = 0.001


class FakeEstimator:
    """Answers each frame with the latest scripted observation at or before its time; nobody before the first one.

    `observations` rise in time. It can be pickled, so that it works in other processes.
    """

    model_sha256 = ""
    backend = "fake"

    def __init__(self, observations: Sequence[PoseObservation]) -> None:
        self._observations = list(observations)
        self._times = [observation.time_s for observation in self._observations]

    @classmethod
    def from_recording(cls, recording: LandmarkRecording) -> Self:
        """Return an estimator that plays back `recording`."""
        return cls([recording.observation(index) for index in range(len(recording))])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: nothing was opened."""

    def estimate(self, frame: Frame) -> PoseObservation:
        """Return the scripted observation for the time of `frame`, with that time."""
        size = (frame.image.shape[1], frame.image.shape[0])
        place = bisect.bisect_right(self._times, frame.time_s + SLACK_S) - 1
        if place < 0:
            return nobody(frame.time_s, size)
        return replace(self._observations[place], time_s=frame.time_s, size=size)
