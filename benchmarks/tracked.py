"""What the tracking benchmarks share: clips with truth, and a tracker run over them with nothing else timed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from formcheck.model import FloatArray, Frame, PoseObservation
from formcheck.sources import VideoSource, load_recording

Tracker = Callable[[Frame, PoseObservation], PoseObservation]


def tracking_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of folders of clips and where their landmarks lie."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--landmarks", type=Path, help="folder of landmark recordings NAME.npz; else the network runs")
    return parser


def clips_with_truth(folders: list[Path]) -> list[Path]:
    """Return each NAME.mp4 that has NAME.truth.npz beside it."""
    clips = [clip for folder in folders for clip in sorted(folder.glob("*.mp4"))]
    return [clip for clip in clips if clip.with_suffix(".truth.npz").exists()]


def track(
    clip: Path, landmarks: Path | None, tracker: Tracker
) -> tuple[list[PoseObservation], list[PoseObservation], FloatArray]:
    """Return the observations of a clip, the same after tracking, and the milliseconds a frame that it took."""
    cv2.setNumThreads(1)
    given: list[PoseObservation] = []
    tracked: list[PoseObservation] = []
    cost: list[float] = []
    for frame, observation in _observed(clip, landmarks):
        start = time.thread_time()
        tracked.append(tracker(frame, observation))
        cost.append((time.thread_time() - start) * 1e3)
        given.append(observation)
    return given, tracked, np.array(cost)


def _observed(clip: Path, landmarks: Path | None) -> Iterator[tuple[Frame, PoseObservation]]:
    """Yield from the recording of that name or else from the network."""
    with VideoSource(clip) as source:
        if landmarks is not None:
            recording = load_recording(landmarks / f"{clip.stem}.npz")
            for i, frame in enumerate(source):
                yield frame, recording.observation(i)
            return
        from formcheck.pose import MediaPipeEstimator

        with MediaPipeEstimator() as estimator:
            for frame in source:
                yield frame, estimator.estimate(frame)
