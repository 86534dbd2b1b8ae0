"""The loop over one video, or a part of one: source → pose estimator → refiner → landmark recording."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from formcheck.errors import SourceError
from formcheck.model import Frame, LandmarkRecording, PoseObservation
from formcheck.pose import FollowingEstimator, PoseEstimator
from formcheck.session.workers import Progress
from formcheck.skeleton import MODEL_LANDMARKS
from formcheck.sources import RecordingStack, VideoSource, read_ahead

__all__ = ["REFINED", "EstimatorFactory", "Refiner", "RefinerFactory", "Task", "record_part", "record_whole"]

MOST_PRELUDE_S: Final = 10.0
REFINED: Final = slice(len(MODEL_LANDMARKS), None)
"""The landmarks that only a refiner finds."""
REFINER_QUEUE: Final = 2
PROGRESS_S: Final = 0.5
"""Progress is told once in so many seconds of video."""


class Refiner(Protocol):
    """Makes an observation better from the picture it was made from, frame after frame of one video."""

    def update(self, frame: Frame, observation: PoseObservation, /) -> PoseObservation:
        """Return `observation` with what the picture adds."""


EstimatorFactory = Callable[[], PoseEstimator]
RefinerFactory = Callable[[], Refiner]


@dataclass(frozen=True, slots=True)
class Task:
    """What to record: the frames of the video at `path` from `start_s` up to `stop_s`.

    `person` is whom to follow from the start on. The factories must be picklable to go to another process.
    """

    path: str
    estimator_factory: EstimatorFactory
    refiner_factory: RefinerFactory | None
    start_s: float = 0.0
    stop_s: float = math.inf
    person: PoseObservation | None = None


def record_whole(task: Task, progress: Progress) -> LandmarkRecording:
    """Record a whole video. Raises SourceError also where it turns out to hold a single picture."""
    recording = record_part(task, progress)
    if len(recording) < 2:
        raise SourceError(f"{task.path}: only one picture in this file; formcheck needs a video of the whole exercise")
    return recording


def record_part(task: Task, progress: Progress) -> LandmarkRecording:
    """Record the part of a video that `task` names; it may turn out empty. Raises SourceError, ModelError."""
    stack = RecordingStack()
    with (
        VideoSource(task.path, start_s=task.start_s, stop_s=task.stop_s) as source,
        FollowingEstimator(task.estimator_factory(), start=task.person) as estimator,
    ):
        refiner = None if task.refiner_factory is None else task.refiner_factory()
        if refiner is not None and task.start_s > 0.0:
            _prelude(task.path, estimator, refiner)
        total_s = min(task.stop_s, source.announced_s) - task.start_s
        told_s = task.start_s
        for observation in _observations(source, estimator, refiner):
            stack.add(observation)
            if observation.time_s >= told_s + PROGRESS_S:
                told_s = observation.time_s
                progress(told_s - task.start_s, total_s)
        progress(total_s, total_s)
        return stack.recording(
            source.info, model_sha256=estimator.model_sha256, backend=estimator.backend, notes=source.notes
        )


def _prelude(path: str, estimator: PoseEstimator, refiner: Refiner) -> None:
    """Show both the start of the video, so that a later part measures from the same rest as the first one.

    It lasts until the refiner has found something for a second, at most `MOST_PRELUDE_S`.
    """
    found_s: float | None = None
    with VideoSource(path, stop_s=MOST_PRELUDE_S) as source:
        for frame in source:
            refined = refiner.update(frame, estimator.estimate(frame))
            if not np.isfinite(refined.points[REFINED]).any():
                continue
            found_s = frame.time_s if found_s is None else found_s
            if frame.time_s - found_s >= 1.0:
                return


def _observations(
    source: VideoSource, estimator: PoseEstimator, refiner: Refiner | None
) -> Generator[PoseObservation, None, None]:
    """Yield an observation for each frame; with a refiner the network runs in a thread of its own beside it."""
    if refiner is None:
        for frame in source:
            yield estimator.estimate(frame)
        return
    estimated = ((frame, estimator.estimate(frame)) for frame in source)
    ahead = read_ahead(estimated, depth=REFINER_QUEUE)
    try:
        for frame, observation in ahead:
            yield refiner.update(frame, observation)
    finally:
        ahead.close()
