"""The one loop: source → pose estimator → foot refiner → landmark recording; on one core or several.

Everything right of the recording is pure and happens elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from formcheck.errors import FormcheckError, SourceError
from formcheck.model import Frame, LandmarkRecording, PoseObservation
from formcheck.pose import FollowingEstimator, PoseEstimator, same_place
from formcheck.sources import RecordingStack, VideoSource, early_end_notes, read_ahead
from formcheck.workers import Progress, in_processes

__all__ = ["EstimatorFactory", "Refiner", "RefinerFactory", "record", "record_many"]

SPLIT_FROM_S: Final = 20.0
"""Shorter videos are not split: starting a second process would cost more than it saves."""
WARM_UP_S: Final = 3.0
"""A part starts this much before what it is kept for, so that tracking and smoothing have settled."""
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
class _Task:
    """A part of a video to record: from `start_s` to `stop_s`, kept from `keep_s` on; factories must be picklable."""

    path: str
    estimator_factory: EstimatorFactory
    refiner_factory: RefinerFactory | None
    start_s: float = 0.0
    keep_s: float = 0.0
    stop_s: float = math.inf
    person: PoseObservation | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The recording of a part, warm-up included, and the length that the whole file announces."""

    task: _Task
    recording: LandmarkRecording
    announced_s: float


def record(
    path: str | Path,
    *,
    estimator_factory: EstimatorFactory,
    refiner_factory: RefinerFactory | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> LandmarkRecording:
    """Record the landmarks of the video at `path`.

    With `jobs` above 1 and `SPLIT_FROM_S` or more of video, parts of it go to as many processes; then the factories
    must be picklable and the calling script needs `if __name__ == "__main__":`. Raises SourceError, ModelError.
    """
    tell = progress or _untold
    task = _Task(str(path), estimator_factory, refiner_factory)
    if jobs > 1:
        with VideoSource(path) as source:
            announced_s = source.announced_s
        if announced_s >= SPLIT_FROM_S:
            return _record_split(task, announced_s, jobs, tell)
    return _record_whole(task, tell)


def record_many(
    paths: Sequence[str | Path],
    *,
    estimator_factory: EstimatorFactory,
    refiner_factory: RefinerFactory | None = None,
    jobs: int = 1,
    progress: Callable[[int, float, float], None] | None = None,
) -> Iterator[tuple[int, LandmarkRecording | FormcheckError]]:
    """Yield (index, recording or error) for each of `paths`, as they finish; one bad file does not stop the others.

    `progress` is called with (index, seconds done, seconds in all). A single path is split over the `jobs`.
    """
    tell = progress or (lambda index, done, total: None)
    if jobs > 1 and len(paths) > 1:
        tasks = [_Task(str(path), estimator_factory, refiner_factory) for path in paths]
        yield from in_processes(_record_whole, tasks, jobs=jobs, progress=tell)
        return
    for index, path in enumerate(paths):

        def tell_one(done_s: float, total_s: float, index: int = index) -> None:
            tell(index, done_s, total_s)

        try:
            outcome: LandmarkRecording | FormcheckError = record(
                path,
                estimator_factory=estimator_factory,
                refiner_factory=refiner_factory,
                jobs=jobs,
                progress=tell_one,
            )
        except FormcheckError as error:
            outcome = error
        yield index, outcome


def _untold(done_s: float, total_s: float) -> None:
    """Take progress that nobody asked for."""


def _record_whole(task: _Task, progress: Progress) -> LandmarkRecording:
    recording = _record_part(task, progress).recording
    if len(recording) < 2:
        raise SourceError(f"{task.path}: only one picture in this file; formcheck needs a video of the whole exercise")
    return recording


def _record_part(task: _Task, progress: Progress) -> _Part:
    """Run the loop over one part of a video."""
    stack = RecordingStack()
    with (
        VideoSource(task.path, start_s=task.start_s, stop_s=task.stop_s) as source,
        FollowingEstimator(task.estimator_factory(), start=task.person) as estimator,
    ):
        total_s = min(task.stop_s, source.announced_s) - task.start_s
        told_s = task.start_s
        for observation in _observations(source, estimator, task.refiner_factory):
            stack.add(observation)
            if observation.time_s >= told_s + PROGRESS_S:
                told_s = observation.time_s
                progress(told_s - task.start_s, total_s)
        progress(total_s, total_s)
        recording = stack.recording(
            source.info, model_sha256=estimator.model_sha256, backend=estimator.backend, notes=source.notes
        )
        return _Part(task, recording, source.announced_s)


def _observations(
    source: VideoSource, estimator: PoseEstimator, refiner_factory: RefinerFactory | None
) -> Generator[PoseObservation, None, None]:
    """Yield an observation for each frame; with a refiner the network runs in a thread of its own beside it."""
    if refiner_factory is None:
        for frame in source:
            yield estimator.estimate(frame)
        return
    refiner = refiner_factory()
    estimated = ((frame, estimator.estimate(frame)) for frame in source)
    ahead = read_ahead(estimated, depth=REFINER_QUEUE)
    try:
        for frame, observation in ahead:
            yield refiner.update(frame, observation)
    finally:
        ahead.close()


def _record_split(task: _Task, announced_s: float, jobs: int, progress: Progress) -> LandmarkRecording:
    """Record parts of one video in processes of their own and join them."""
    tasks = [
        replace(task, start_s=start_s, keep_s=keep_s, stop_s=stop_s)
        for start_s, keep_s, stop_s in _spans(announced_s, jobs)
    ]
    done_s = [0.0] * len(tasks)
    total_s = announced_s + (len(tasks) - 1) * WARM_UP_S

    def tell(index: int, part_s: float, _: float) -> None:
        done_s[index] = part_s
        progress(min(sum(done_s), total_s), total_s)

    parts: dict[int, _Part] = {}
    for index, outcome in in_processes(_record_part, tasks, jobs=len(tasks), progress=tell):
        if isinstance(outcome, FormcheckError):
            raise outcome
        parts[index] = outcome
    joined = parts[0].recording
    for index in range(1, len(tasks)):
        checked = _with_same_person(joined, parts[index])
        if checked is None:
            return _record_whole(task, progress)
        joined = _join(joined, checked)
    notes = early_end_notes(joined.source.duration_s, announced_s)
    return replace(joined, notes=(*notes, *joined.notes))


def _spans(announced_s: float, jobs: int) -> list[tuple[float, float, float]]:
    """Return (start, keep from, stop) in seconds of parts that take equally long, the warm-ups counted in."""
    count = max(min(jobs, int(announced_s // (SPLIT_FROM_S / 2))), 1)
    length_s = (announced_s + (count - 1) * WARM_UP_S) / count
    keeps = [index * (length_s - WARM_UP_S) + WARM_UP_S for index in range(1, count)]
    starts = [keep_s - WARM_UP_S for keep_s in keeps]
    return list(zip([0.0, *starts], [0.0, *keeps], [*keeps, math.inf], strict=True))


def _with_same_person(before: LandmarkRecording, part: _Part) -> LandmarkRecording | None:
    """Return the recording of `part`, made again where it follows somebody else than `before` does.

    None when the two have no frame in common, so that nothing can be said.
    """
    recording, task = part.recording, part.task
    if len(recording) == 0:  # the file ended before this part
        return recording
    settled_s = (task.start_s + task.keep_s) / 2
    times, mine, theirs = np.intersect1d(recording.time_s, before.time_s, assume_unique=True, return_indices=True)
    pairs = [(i, j) for time_s, i, j in zip(times, mine, theirs, strict=True) if time_s >= settled_s]
    if not pairs:
        return None
    agreeing = sum(same_place(recording.observation(i), before.observation(j)) for i, j in pairs)
    if agreeing >= len(pairs) / 2:
        return recording
    seen = [j for j in range(len(before)) if before.time_s[j] <= task.start_s and before.observation(j).seen]
    person = before.observation(seen[-1]) if seen else None
    return _record_part(replace(task, person=person), _untold).recording


def _join(before: LandmarkRecording, part: LandmarkRecording) -> LandmarkRecording:
    """Return `before` followed by the frames of `part` after its end."""
    kept = part.time_s > before.time_s[-1]
    if not kept.any():
        return before
    frames = len(before) + int(kept.sum())
    return replace(
        before,
        source=replace(part.source, frames=frames),
        time_s=np.concatenate([before.time_s, part.time_s[kept]]),
        points=np.concatenate([before.points, part.points[kept]]),
        visibility=np.concatenate([before.visibility, part.visibility[kept]]),
        sd_px=np.concatenate([before.sd_px, part.sd_px[kept]]),
        notes=tuple(dict.fromkeys([*before.notes, *part.notes])),
    )
