"""How well legs are measured from the front, against clips with truth: python benchmarks/leg_tracking.py FOLDER [...].

A clip is NAME.mp4 with NAME.truth.json and NAME.truth.npz beside it; those seen from less than 35° are left out. It
prints the milliseconds a frame, then for each rep, rest to peak, in % of the height from nose to ankle: the rise of the
left and right ankle (true, tracked, plain landmarks), the unevenness (left less right, over the larger), and how much
farther knees and ankles part (true, tracked).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tracked import clips_with_truth, track, tracking_parser

from formcheck.legs import LegTracker
from formcheck.model import FloatArray, PoseObservation
from formcheck.skeleton import INDEX, SIDES, index

_REST_S = (0.3, 0.02)  # before and after a rep's start
_PEAK_S = 0.15
_LEAST_AZIMUTH = 35.0


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Where one source sees knees and ankles: `time_s` (t,), `points` by (side, part), each (t, 2), and a height."""

    time_s: FloatArray
    points: dict[tuple[str, str], FloatArray]
    height_px: float

    def change(self, side: str, part: str, axis: int, rep: dict[str, Any]) -> float:
        """Return the change from rest to peak, % of height, of x (axis 0) or y (axis 1)."""
        values = self.points[side, part][:, axis]
        rest = (self.time_s >= rep["start_s"] - _REST_S[0]) & (self.time_s <= rep["start_s"] + _REST_S[1])
        peak = np.abs(self.time_s - rep["peak_s"]) < _PEAK_S
        return float(np.median(values[peak]) - np.median(values[rest])) / self.height_px * 100.0

    def rises(self, rep: dict[str, Any]) -> tuple[float, float]:
        """Return how far the left and the right ankle rise."""
        return -self.change("left", "ankle", 1, rep), -self.change("right", "ankle", 1, rep)

    def parting(self, part: str, rep: dict[str, Any]) -> float:
        """Return how much farther apart left and right are at the peak."""
        return self.change("left", part, 0, rep) - self.change("right", part, 0, rep)


def main() -> None:
    """Print a block for each clip."""
    parser = tracking_parser(__doc__)
    asked = parser.parse_args()
    clips = [clip for clip in clips_with_truth(asked.folders) if _suits(clip)]
    if not clips:
        parser.error("no clip with truth seen from the front; expected NAME.mp4, NAME.truth.json and NAME.truth.npz")
    for clip in clips:
        report(clip, asked.landmarks)


def _suits(clip: Path) -> bool:
    truth = json.loads(clip.with_suffix(".truth.json").read_text())
    return bool(truth["reps"]) and truth["view"]["azimuth_deg"] >= _LEAST_AZIMUTH


def report(clip: Path, landmarks: Path | None) -> None:
    """Print one clip's reps and cost."""
    truth = json.loads(clip.with_suffix(".truth.json").read_text())
    given, seen, cost = track(clip, landmarks, LegTracker().update)
    plain, tracked = _series(given), _series(seen)
    true = _true(clip, plain)
    print(
        f"{clip.stem} at {truth['view']['azimuth_deg']}°: {np.median(cost):.1f} ms, p95 {np.quantile(cost, 0.95):.1f}"
    )
    print(
        "  rep                ankles true    tracked      plain | uneven true tracked plain | knees part    ankles part"
    )
    for rep in truth["reps"]:
        rises = [series.rises(rep) for series in (true, tracked, plain)]
        print(
            f"  {rep['index']:3} {','.join(rep['faults'])[:12]:13}"
            + " ".join(f"{left:5.1f}{right:6.1f}" for left, right in rises)
            + " |"
            + "".join(f"{_uneven(*pair):+8.0%}" for pair in rises)
            + " |"
            + " ".join(f"{true.parting(p, rep):+6.2f} {tracked.parting(p, rep):+6.2f}" for p in ("knee", "ankle")),
            flush=True,
        )


def _uneven(left: float, right: float) -> float:
    return (left - right) / max(left, right, 0.1)


def _series(observations: list[PoseObservation]) -> Series:
    points = np.array([o.points for o in observations], dtype=np.float64)
    ankles = points[:, [index(side, "ankle") for side in SIDES], 1].mean(axis=1)
    height = float(np.nanmedian(ankles - points[:, INDEX["nose"], 1]))
    rows = {(side, part): points[:, index(side, part)] for side in SIDES for part in ("knee", "ankle")}
    return Series(np.array([o.time_s for o in observations]), rows, height)


def _true(clip: Path, plain: Series) -> Series:
    with np.load(clip.with_suffix(".truth.npz")) as arrays:
        rows = {(side, part): arrays[f"px_{side}_{part}"] for side in SIDES for part in ("knee", "ankle")}
        return Series(arrays["time_s"], rows, plain.height_px)


if __name__ == "__main__":
    main()
