"""How well feet are measured, against clips with truth: python benchmarks/foot_tracking.py FOLDER [FOLDER ...].

A clip is NAME.mp4 with NAME.truth.json and NAME.truth.npz beside it. For each it prints, tracked and from the plain
MediaPipe landmarks side by side: the mean absolute error per rep (rest to peak) of heel height and ankle range, the
share of frames whose truth lies within two stated standard deviations, and the milliseconds a frame that tracking took.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tracked import clips_with_truth, track, tracking_parser

from formcheck.feet import FootTracker
from formcheck.measures.view import EYE_HEIGHT
from formcheck.model import FloatArray
from formcheck.skeleton import INDEX, index

_REST_S = (0.3, 0.02)  # before and after a rep's start
_PEAK_S = 0.12
_HEAD = (
    f"{'clip':22}{'view':>6}{'side':>7}{'reps':>5} | {'heel cm':>8}{'error':>7}{'plain':>7} |"
    f" {'ankle °':>8}{'error':>7}{'plain':>7} |"
    f" {'within 2 sd: sole':>18}{'heel':>6}{'sd °':>6}{'cm':>6} | {'ms':>5}{'p95':>6}"
)


@dataclass(frozen=True, slots=True, eq=False)
class Tracked:
    """A clip's landmarks after tracking: `time_s` (t,), `points` (t, n, 2), `sd_px` (t, n), `cost_ms` (t,)."""

    time_s: FloatArray
    points: FloatArray
    sd_px: FloatArray
    cost_ms: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """One leg's heel height (cm), sole and ankle (degrees, heel up and dorsiflexion positive), shape (t,)."""

    heel: FloatArray
    sole: FloatArray
    ankle: FloatArray


def main() -> None:
    """Print one line for each clip and leg."""
    parser = tracking_parser(__doc__)
    parser.add_argument("--far", action="store_true", help="also tell the leg that is farther from the camera")
    asked = parser.parse_args()
    clips = clips_with_truth(asked.folders)
    if not clips:
        parser.error(
            f"no clip with truth in {', '.join(map(str, asked.folders))}; expected NAME.mp4 and NAME.truth.npz"
        )
    print(_HEAD)
    for clip in clips:
        truth = json.loads(clip.with_suffix(".truth.json").read_text())
        if not truth.get("reps"):
            continue
        tracked = tracked_feet(clip, asked.landmarks)
        near = truth["near_side"]
        for side in (near, {"left": "right", "right": "left"}[near]) if asked.far else (near,):
            print(line(clip, truth, tracked, side), flush=True)


def tracked_feet(clip: Path, landmarks: Path | None) -> Tracked:
    """Track the feet of a clip."""
    _, seen, cost_ms = track(clip, landmarks, FootTracker().update)
    return Tracked(
        np.array([o.time_s for o in seen]),
        np.array([o.points for o in seen], dtype=np.float64),
        np.array([o.sd_px for o in seen], dtype=np.float64),
        cost_ms,
    )


def line(clip: Path, truth: dict[str, Any], tracked: Tracked, side: str) -> str:
    """Return one leg's row."""
    real = _true_motion(clip, side)
    own, plain = (
        _measured(tracked, truth, side, ("heel_base", "ball")),
        _measured(tracked, truth, side, ("heel", "foot_index")),
    )
    windows = [(rep["start_s"], rep["peak_s"]) for rep in truth["reps"] if rep["side"] in (side, "both")]
    if not windows or not np.isfinite(own.heel).any():
        return f"{clip.stem:22}{truth['view']['azimuth_deg']:>5}°{side:>7} no numbers"
    heel, heel_own, heel_plain = (_changes(tracked.time_s, m.heel, windows) for m in (real, own, plain))
    ankle, ankle_own, ankle_plain = (_changes(tracked.time_s, m.ankle, windows) for m in (real, own, plain))
    sole_in, heel_in, sole_sd, heel_sd = _coverage(tracked, truth, side, own, real)
    return (
        f"{clip.stem:22}{truth['view']['azimuth_deg']:>5}°{side:>7}{len(windows):>5} |"
        f" {heel.mean():>8.1f}{_mae(heel_own - heel):>7.2f}{_mae(heel_plain - heel):>7.2f} |"
        f" {ankle.mean():>8.1f}{_mae(ankle_own - ankle):>7.2f}{_mae(ankle_plain - ankle):>7.2f} |"
        f" {sole_in:>17.0%}{heel_in:>7.0%}{sole_sd:>6.1f}{heel_sd:>6.2f} |"
        f" {np.median(tracked.cost_ms):>5.1f}{np.quantile(tracked.cost_ms, 0.95):>6.1f}"
    )


def _true_motion(clip: Path, side: str) -> Motion:
    with np.load(clip.with_suffix(".truth.npz")) as arrays:
        shank, ankle = arrays[f"shank_inclination_{side}_deg"], arrays[f"ankle_{side}_deg"]
        return Motion(arrays[f"heel_height_{side}_cm"], shank - ankle, ankle)


def _measured(tracked: Tracked, truth: dict[str, Any], side: str, parts: tuple[str, str]) -> Motion:
    """Read a leg off the picture; the shank is that of the landmarks either way."""
    knee, ankle = (tracked.points[:, index(side, part)] for part in ("knee", "ankle"))
    heel, toe = (tracked.points[:, index(side, part)] for part in parts)
    way = np.sign(
        np.nanmedian(tracked.points[:, index(side, "foot_index"), 0] - tracked.points[:, index(side, "heel"), 0])
    )
    shank = np.degrees(np.arctan2(way * (knee - ankle)[:, 0], -(knee - ankle)[:, 1]))
    sole = np.degrees(np.arctan2((toe - heel)[:, 1], way * (toe - heel)[:, 0]))
    return Motion(-heel[:, 1] * _cm_per_px(tracked, truth, side), sole, shank - sole)


def _cm_per_px(tracked: Tracked, truth: dict[str, Any], side: str) -> float:
    """Return the scale from the true stature: eyes to floor in the first second of standing with a number."""
    floor = tracked.points[:, index(side, "heel_base"), 1]
    seen = np.flatnonzero(np.isfinite(floor))
    if len(seen) == 0:
        return float("nan")
    first = tracked.time_s < tracked.time_s[seen[0]] + 1.0
    eyes = np.nanmedian(tracked.points[first][:, [INDEX["left_eye"], INDEX["right_eye"]], 1])
    return float(EYE_HEIGHT * truth["height_cm"] / (floor[seen[0]] - eyes))


def _changes(time_s: FloatArray, values: FloatArray, windows: list[tuple[float, float]]) -> FloatArray:
    """Return the change from rest to peak of each rep, NaN where either is missing."""

    def middle(start: float, end: float) -> float:
        inside = values[(time_s >= start) & (time_s <= end)]
        inside = inside[np.isfinite(inside)]
        return float(np.median(inside)) if len(inside) else float("nan")

    return np.array([middle(p - _PEAK_S, p + _PEAK_S) - middle(s - _REST_S[0], s + _REST_S[1]) for s, p in windows])


def _mae(errors: FloatArray) -> float:
    kept = errors[np.isfinite(errors)]
    return float(np.abs(kept).mean()) if len(kept) else float("nan")


def _coverage(
    tracked: Tracked, truth: dict[str, Any], side: str, own: Motion, real: Motion
) -> tuple[float, float, float, float]:
    """Return the share of frames within two deviations (sole, heel) and the median deviations (degrees, cm)."""
    seen = np.isfinite(own.heel)
    first = np.flatnonzero(seen)[:5]
    heel, ball = index(side, "heel_base"), index(side, "ball")
    length = np.linalg.norm(tracked.points[:, ball] - tracked.points[:, heel], axis=-1)
    heel_sd = tracked.sd_px[:, heel] * _cm_per_px(tracked, truth, side)
    sole_sd = np.degrees(np.hypot(tracked.sd_px[:, heel], tracked.sd_px[:, ball]) / length)

    def inside(mine: FloatArray, its: FloatArray, sd: FloatArray) -> float:
        error = (mine - np.median(mine[first])) - (its - np.median(its[first]))
        return float((np.abs(error[seen]) <= 2.0 * sd[seen]).mean())

    return (
        inside(own.sole, real.sole, sole_sd),
        inside(own.heel, real.heel, heel_sd),
        float(np.median(sole_sd[seen])),
        float(np.median(heel_sd[seen])),
    )


if __name__ == "__main__":
    main()
