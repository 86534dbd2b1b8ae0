"""From a video, or a recording of its landmarks, to a result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import formcheck
from formcheck.engine import Engine
from formcheck.errors import FormcheckError
from formcheck.model import LandmarkRecording, Provenance, SetResult
from formcheck.pose import MediaPipeEstimator, find_model
from formcheck.refine import PictureRefiner
from formcheck.session import record_many
from formcheck.sources import load_recording
from formcheck.specs.loader import SpecFile

__all__ = ["is_recording", "observe", "score_recording"]

RECORDING_SUFFIX: Final = ".npz"


def is_recording(path: Path) -> bool:
    """Whether a path names a landmark recording rather than a video."""
    return path.suffix.lower() == RECORDING_SUFFIX


def observe(
    paths: Sequence[Path], *, jobs: int = 1, progress: Callable[[int, float, float], None] | None = None
) -> Iterator[tuple[int, LandmarkRecording | FormcheckError]]:
    """Yield (index, recording or error) for each of `paths`, as they finish; recordings come first and need no model.

    `progress` is called with (index, seconds done, seconds in all). Raises ModelError before anything is read.
    """
    videos = [index for index, path in enumerate(paths) if not is_recording(path)]
    if videos:
        find_model()  # a missing model is one problem, not one for each video
    for index, path in enumerate(paths):
        if is_recording(path):
            yield index, _loaded(path)
    tell = progress or (lambda index, done_s, total_s: None)
    for index, outcome in record_many(
        [paths[index] for index in videos],
        estimator_factory=MediaPipeEstimator,
        refiner_factory=PictureRefiner,
        jobs=jobs,
        progress=lambda index, done_s, total_s: tell(videos[index], done_s, total_s),
    ):
        yield videos[index], outcome


def _loaded(path: Path) -> LandmarkRecording | FormcheckError:
    try:
        return load_recording(path)
    except FormcheckError as error:
        return error


def score_recording(
    recording: LandmarkRecording,
    spec_file: SpecFile,
    *,
    stature_cm: float | None = None,
    side: Literal["left", "right"] | None = None,
) -> SetResult:
    """Run the engine over a recording. The same recording and spec give the same result."""
    engine = Engine(spec_file.spec, stature_cm=stature_cm, side=side)
    engine.run(recording)
    provenance = Provenance(
        formcheck=formcheck.__version__,
        spec_sha256=spec_file.sha256,
        model_sha256=recording.model_sha256,
        backend=recording.backend,
        notes=recording.notes,
    )
    return engine.finish(recording.source, provenance)
