"""The landmarks of labelled clips, twice: as the pose model gave them, and with legs and feet from the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from formcheck.errors import FormcheckError
from formcheck.model import LandmarkRecording
from formcheck.pose import MediaPipeEstimator, find_model
from formcheck.refine import PictureRefiner
from formcheck.scoring import is_recording
from formcheck.session import record_many
from formcheck.sources import VideoSource, load_recording
from formcheck.sources.stack import RecordingStack

__all__ = ["Observed", "observe_labelled"]


@dataclass(frozen=True, slots=True)
class Observed:
    """A clip's landmarks as scored, and `plain` as the pose model gave them; None where the clip is a recording."""

    scored: LandmarkRecording
    plain: LandmarkRecording | None


def observe_labelled(
    paths: Sequence[Path], *, jobs: int = 1, progress: Callable[[int, float, float], None] | None = None
) -> Iterator[tuple[int, Observed | FormcheckError]]:
    """Yield (index, landmarks or error) of each video or recording, as they finish.

    The pose network runs once a video, on `jobs` processes; what `formcheck score` does with its landmarks afterwards
    is done here, so that both are of the same run. `progress` as in `formcheck.scoring.observe`. Raises ModelError.
    """
    videos = [index for index, path in enumerate(paths) if not is_recording(path)]
    if videos:
        find_model()
    for index, path in enumerate(paths):
        if is_recording(path):
            yield index, _attempt(partial(_from_recording, path))
    tell = progress or (lambda index, done_s, total_s: None)
    for number, plain in record_many(
        [paths[index] for index in videos],
        estimator_factory=MediaPipeEstimator,
        jobs=jobs,
        progress=lambda number, done_s, total_s: tell(videos[number], done_s, total_s),
    ):
        index = videos[number]
        yield index, plain if isinstance(plain, FormcheckError) else _attempt(partial(_from_video, paths[index], plain))


def _attempt(read: Callable[[], Observed]) -> Observed | FormcheckError:
    try:
        return read()
    except FormcheckError as error:
        return error


def _from_recording(path: Path) -> Observed:
    return Observed(load_recording(path), None)


def _from_video(path: Path, plain: LandmarkRecording) -> Observed:
    """Add legs and feet from the pictures of a video to the pose model's landmarks of it."""
    refiner, stack = PictureRefiner(), RecordingStack()
    with VideoSource(path) as source:
        for index, frame in enumerate(source):
            stack.add(refiner.update(frame, plain.observation(index)))
    scored = stack.recording(plain.source, model_sha256=plain.model_sha256, backend=plain.backend, notes=plain.notes)
    return Observed(scored, plain)
