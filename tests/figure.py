"""A stick figure that does exercises: exact landmarks for tests of the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from formcheck.model import FloatArray, LandmarkRecording, SourceInfo
from formcheck.skeleton import LANDMARKS, N_LANDMARKS, index, mirrored_order

WIDTH, HEIGHT = 960, 540
STATURE_CM = 175.0
PX_PER_CM = 2.3
FLOOR_Y = 500.0
SHANK_CM, THIGH_CM, TRUNK_CM, FOOT_CM, ANKLE_CM, HEAD_CM = 40.0, 43.0, 50.0, 22.0, 7.0, 24.0


@dataclass(frozen=True)
class Pose:
    """Angles in degrees, heights in cm; `x_cm` where the ball of the foot stands."""

    sole_deg: float = 0.0
    shank_deg: float = 3.0
    knee_deg: float = 4.0
    trunk_deg: float = 2.0
    x_cm: float = 200.0


Motion = Callable[[float], Pose]


def _leg(pose: Pose) -> dict[str, FloatArray]:
    """Points of a leg that stands on its ball, in cm: x forward, y up."""
    sole, shank = np.radians(pose.sole_deg), np.radians(pose.shank_deg)
    thigh = np.radians(pose.shank_deg - pose.knee_deg)
    ball = np.array([pose.x_cm, 1.5])
    back = np.array([-np.cos(sole), np.sin(sole)])
    up = np.array([np.sin(sole), np.cos(sole)])
    heel = ball + 0.75 * FOOT_CM * back
    ankle = heel - 5.0 * back + ANKLE_CM * up
    knee = ankle + SHANK_CM * np.array([np.sin(shank), np.cos(shank)])
    hip = knee + THIGH_CM * np.array([np.sin(thigh), np.cos(thigh)])
    return {
        "heel": heel,
        "heel_base": heel - 1.5 * up,
        "ball": ball,
        "foot_index": np.array([pose.x_cm + 0.25 * FOOT_CM, 1.5]),
        "ankle": ankle,
        "knee": knee,
        "hip": hip,
    }


def landmarks(left: Pose, right: Pose) -> FloatArray:
    """Landmarks (n, 2) in px of somebody seen from the side, facing right; the hip is the right leg's."""
    points = np.zeros((N_LANDMARKS, 2))
    legs = {"left": _leg(left), "right": _leg(right)}
    hip, lean = legs["right"]["hip"], np.radians(right.trunk_deg)
    shoulder = hip + TRUNK_CM * np.array([np.sin(lean), np.cos(lean)])
    head = shoulder + np.array([4.0, HEAD_CM])
    for i, name in enumerate(LANDMARKS):
        side, _, part = name.partition("_")
        if side in legs and part in legs[side]:
            points[i] = legs[side][part]
        elif part in ("elbow", "wrist", "pinky", "index", "thumb"):
            points[i] = shoulder - np.array([0.0, 35.0])
        else:
            points[i] = shoulder if part == "shoulder" else head
    for side in legs:
        points[index(side, "hip")] = hip
    return np.column_stack([points[:, 0] * PX_PER_CM, FLOOR_Y - points[:, 1] * PX_PER_CM])


def film(
    motion: Motion,
    duration_s: float,
    fps: float = 30.0,
    *,
    other: Motion | None = None,
    noise_px: float = 0.0,
    tracked: bool = True,
    seed: int = 0,
) -> LandmarkRecording:
    """Record `motion` of the near (right) leg, and of the `other` leg, as landmarks."""
    time_s = np.arange(int(duration_s * fps)) / fps
    points = np.stack([landmarks((other or motion)(t), motion(t)) for t in time_s])
    points += np.random.default_rng(seed).normal(0.0, noise_px, points.shape) if noise_px else 0.0
    if not tracked:
        points[:, len(LANDMARKS) - 4 :] = np.nan
    seen = np.isfinite(points[..., 0])
    return LandmarkRecording(
        source=SourceInfo("figure.mp4", duration_s, len(time_s), WIDTH, HEIGHT),
        model_sha256="0" * 64,
        backend="figure",
        time_s=time_s,
        points=points.astype(np.float32),
        visibility=np.where(seen, 0.99, 0.0).astype(np.float32),
        sd_px=np.where(seen, 1.0, np.nan).astype(np.float32),
    )


def min_jerk(u: float) -> float:
    """How far a movement has come after the share `u` of its time (Flash & Hogan 1985)."""
    u = min(max(u, 0.0), 1.0)
    return u**3 * (10 - 15 * u + 6 * u * u)


def bumps(starts_s: list[float], up_s: float = 0.8, top_s: float = 0.3) -> Callable[[float], float]:
    """Return a course that rises to 1 and falls back after each of `starts_s`."""

    def course(t: float) -> float:
        return max((min_jerk((t - s) / up_s) - min_jerk((t - s - up_s - top_s) / up_s) for s in starts_s), default=0.0)

    return course


def heel_raises(starts_s: list[float], height: float = 1.0, **kwargs: float) -> Motion:
    """Return heel raises of 30° of sole pitch times `height`."""
    course = bumps(starts_s, **kwargs)
    return lambda t: Pose(sole_deg=30.0 * height * course(t))


def mirror(recording: LandmarkRecording) -> LandmarkRecording:
    """Return the recording of the mirrored video."""
    order = mirrored_order()
    points = recording.points[:, order].copy()
    points[..., 0] = WIDTH - points[..., 0]
    return replace(recording, points=points, visibility=recording.visibility[:, order], sd_px=recording.sd_px[:, order])


def drop(recording: LandmarkRecording, start_s: float, end_s: float) -> LandmarkRecording:
    """Return the recording with nobody seen between two times."""
    gone = (recording.time_s >= start_s) & (recording.time_s < end_s)
    points, sd_px, visibility = recording.points.copy(), recording.sd_px.copy(), recording.visibility.copy()
    points[gone], sd_px[gone], visibility[gone] = np.nan, np.nan, 0.0
    return replace(recording, points=points, sd_px=sd_px, visibility=visibility)
