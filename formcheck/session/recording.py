"""Landmarks of one video or many, on one core or several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from formcheck.errors import FormcheckError
from formcheck.model import LandmarkRecording
from formcheck.session.loop import EstimatorFactory, RefinerFactory, Task, record_whole
from formcheck.session.split import SPLIT_FROM_S, record_split
from formcheck.session.workers import Progress, in_processes
from formcheck.sources import VideoSource

__all__ = ["record", "record_many"]


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
    task = Task(str(path), estimator_factory, refiner_factory)
    if jobs > 1:
        with VideoSource(path) as source:
            announced_s = source.announced_s
        if announced_s >= SPLIT_FROM_S:
            return record_split(task, announced_s, jobs, tell)
    return record_whole(task, tell)


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
        tasks = [Task(str(path), estimator_factory, refiner_factory) for path in paths]
        yield from in_processes(record_whole, tasks, jobs=jobs, progress=tell)
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
