"""How counts, heel height and ankle range bear worse videos.

    python benchmarks/robustness.py CLIP.mp4 [CLIP.mp4 ...] > docs/robustness.md

Each CLIP.mp4 has its CLIP.truth.json beside it. It is scaled, compressed, made faster and slower in frames, darkened,
brightened, given noise and a drifting camera, and each time goes through pose network, tracking and engine. The page
goes to stdout, progress to stderr. 16 versions of each clip are scored: a minute of video takes some half an hour.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.evaluate import ClipScore, LabelledClip, error_cell, evaluate_clip, read_labelled
from formcheck.model import Frame
from formcheck.pose import MediaPipeEstimator
from formcheck.refine import PictureRefiner
from formcheck.session import record
from formcheck.sources import VideoSource
from formcheck.specs.loader import load_spec

Picture = NDArray[np.uint8]
NOISE_SD, NOISE_SEED = 8.0, 1
DRIFT_SHARE, DRIFT_S = (0.005, 0.003), (8.0, 5.0)  # of the picture's width, across and down; seconds for one swing


def unchanged(image: Picture, time_s: float) -> Picture:
    """Return the picture as it is."""
    return image


def brightened(factor: float) -> Callable[[Picture, float], Picture]:
    """Return a change that multiplies every value."""
    return lambda image, time_s: np.clip(image * factor, 0, 255).astype(np.uint8)


def noisy(image: Picture, time_s: float) -> Picture:
    """Add noise as of a dark room's sensor, new in every frame and the same in every run."""
    random = np.random.default_rng([NOISE_SEED, round(1000 * time_s)])
    return np.clip(image + random.normal(0.0, NOISE_SD, image.shape), 0, 255).astype(np.uint8)


def drifting(image: Picture, time_s: float) -> Picture:
    """Move the picture slowly, as a hand does that holds the camera still."""
    height, width = image.shape[:2]
    across, down = (
        share * width * math.sin(2 * math.pi * time_s / period_s)
        for share, period_s in zip(DRIFT_SHARE, DRIFT_S, strict=True)
    )
    moved = cv2.warpAffine(
        image, np.array([[1, 0, across], [0, 1, down]]), (width, height), borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(moved, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Degradation:
    """One way to make a video worse; `lines` and `fps` None keep the video's own."""

    name: str
    lines: int | None = None
    crf: int = 18
    fps: int | None = None
    change: Callable[[Picture, float], Picture] = unchanged


DEGRADATIONS = (
    *(Degradation(f"{lines} lines", lines=lines) for lines in (320, 480, 720, 1080)),
    *(Degradation(f"H.264 at crf {crf}", crf=crf) for crf in (18, 23, 28, 35)),
    *(Degradation(f"{fps} frames a second", fps=fps) for fps in (15, 30, 60)),
    Degradation("40 % darker", change=brightened(0.6)),
    Degradation("40 % brighter", change=brightened(1.4)),
    Degradation(f"sensor noise, {NOISE_SD:.0f} of 255", change=noisy),
    Degradation("camera drifts by 5 px of 960", change=drifting),
)


def main() -> None:
    """Score every version of every clip and print the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path)
    paths = parser.parse_args().clips
    cv2.setNumThreads(1)
    clips = [read_labelled(path.with_suffix(".truth.json")) for path in paths]
    rows = [("as it is", [scored(clip, path) for clip, path in zip(clips, paths, strict=True)])]
    with tempfile.TemporaryDirectory() as folder:
        for degradation in DEGRADATIONS:
            made = [degraded(path, degradation, Path(folder)) for path in paths]
            rows.append((degradation.name, [scored(clip, path) for clip, path in zip(clips, made, strict=True)]))
            print(row(*rows[-1]), file=sys.stderr, flush=True)
    print(page(clips, rows))


def degraded(path: Path, how: Degradation, folder: Path) -> Path:
    """Write a worse version of a video and return where it is."""
    target = folder / path.name
    with av.open(str(path)) as container:
        own = container.streams.video[0]
        own_fps, own_size = own.average_rate or Fraction(30), (own.height, own.width)
    fps, (height, width) = Fraction(how.fps or own_fps), size_of(own_size, how.lines)
    way = cv2.INTER_AREA if height < own_size[0] else cv2.INTER_CUBIC
    with VideoSource(path) as source, av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=fps)
        stream.pix_fmt, stream.options, stream.height, stream.width = "yuv420p", {"crf": str(how.crf)}, height, width
        for time_s, image in at_rate(source, fps):
            sized: Picture = np.asarray(
                cv2.resize(how.change(image, time_s), (width, height), interpolation=way), dtype=np.uint8
            )
            out.mux(stream.encode(av.VideoFrame.from_ndarray(sized, format="rgb24")))
        out.mux(stream.encode())
    return target


def size_of(own: tuple[int, int], lines: int | None) -> tuple[int, int]:
    """Return height and width, even, as H.264 wants them."""
    height, width = own
    scale = 1.0 if lines is None else lines / height
    return 2 * round(height * scale / 2), 2 * round(width * scale / 2)


def at_rate(frames: Iterable[Frame], fps: Fraction) -> Iterator[tuple[float, Picture]]:
    """Yield the picture that is on at every tick: pictures are dropped, or shown again."""
    tick, shown = 0, None
    for frame in frames:
        while shown is not None and tick / fps < frame.time_s - 1e-6:
            yield float(tick / fps), shown
            tick += 1
        shown = frame.image
    if shown is not None:
        yield float(tick / fps), shown


def scored(clip: LabelledClip, path: Path) -> ClipScore:
    """Run the whole pipeline over a version of a clip."""
    recording = record(path, estimator_factory=MediaPipeEstimator, refiner_factory=PictureRefiner)
    return evaluate_clip(clip, recording, load_spec(clip.exercise).spec)


def row(name: str, scores: list[ClipScore]) -> str:
    """Return one line of the table."""
    cells = []
    for score in scores:
        errors = (error_cell([score], quantity).error for quantity in ("heel_height_cm", "ankle_range_deg"))
        wrong = "" if score.count_exact else " **wrong**"
        cells += [f"{score.counted}/{score.true_count}{wrong}", *(number(error) for error in errors)]
    return f"| {name} | {' | '.join(cells)} |"


def number(value: float) -> str:
    """Return a number for people."""
    return f"{value:.1f}" if math.isfinite(value) else "not given"


def page(clips: list[LabelledClip], rows: list[tuple[str, list[ClipScore]]]) -> str:
    """Return the page."""
    names = " ".join(f"{clip.path.stem}.mp4" for clip in clips)
    head = " | ".join(f"{clip.path.stem}: count | heel, cm | ankle, °" for clip in clips)
    lines = [
        "# How steady the figures are",
        "",
        f"Written by `python benchmarks/robustness.py {names} > docs/robustness.md`. Do not edit: run it again.",
        "",
        "Each version of a clip went through the whole of formcheck. Counted / true reps, and mean absolute errors of",
        "heel height and ankle range per rep. Sizes above the clip's own are enlarged, rates above its own repeat",
        "pictures. The clips are rendered: they have no noise of their own, and are compressed a second time here.",
        "Clips of `samples/` come with formcheck: anybody can run this on them.",
        "",
        f"| video | {head} |",
        f"| --- |{' --- |' * 3 * len(clips)}",
        *(row(name, scores) for name, scores in rows),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
