"""All measures that need no history, for one observation or a whole recording at once."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.measures.angles import (
    compute_inclination,
    compute_joint_flexion,
    compute_segment_angle_sd,
    compute_sole_pitch,
)
from formcheck.measures.scale import compute_standing_px
from formcheck.measures.view import azimuth_deg, facing
from formcheck.model import FloatArray
from formcheck.skeleton import INDEX, SIDES, index

__all__ = ["COLUMN", "COLUMNS", "compute_measures"]

_SIDED = (
    "shank",  # knee over ankle against the vertical, deg, right +; times the facing it is the shank inclination
    "shank_sd",
    "thigh",  # hip over knee against the vertical, deg, right +; some 90 when seated
    "thigh_sd",
    "knee_flexion",
    "sole",  # from heel and foot-index landmarks, deg
    "sole_sd",
    "sole_tracked",  # from the foot tracked in the picture, deg
    "sole_tracked_sd",
    "heel_y",  # px, down
    "heel_y_sd",
    "heel_tracked_y",
    "heel_tracked_y_sd",
    "toe_x",
    "toe_y",
    "ankle_x",
    "ankle_y",
    "ankle_y_sd",
    "knee_x",
    "knee_sd",
    "frontal_knee",  # knee off the line from hip to ankle, deg, towards the other leg +
    "frontal_knee_sd",
    "foot_length",  # px, heel to foot index
    "foot_visibility",
    "leg_visibility",
    "standing_px",
)
_BODY = (
    "body_y",  # px, down; mean of hips and shoulders
    "body_y_sd",
    "hip_x",
    "trunk",  # deg, right +
    "trunk_sd",
    "pelvis_tilt",  # left hip below the right one, deg
    "pelvis_tilt_sd",
    "hips_apart",  # px, left minus right
    "azimuth_deg",
    "facing",  # +1: towards the right of the picture
    "upright_px",  # nose to lower ankle
    "top_y",  # px; the highest of nose and eyes
    "bottom_y",  # px; the lowest foot landmark
    "head_visibility",
    "torso_visibility",
    "ordered",  # 1 where head, hips, knees and ankles stand above one another
    "stacked",  # 1 where head, hips and ankles do: seated people too
)
COLUMNS: Final = (*(f"{name}_{side}" for side in SIDES for name in _SIDED), *_BODY)
COLUMN: Final = {name: i for i, name in enumerate(COLUMNS)}


def compute_measures(
    points: NDArray[np.float32], visibility: NDArray[np.float32], sd_px: NDArray[np.float32]
) -> FloatArray:
    """Return (..., len(COLUMNS)) measures of landmarks `points` (..., n, 2) px; NaN where not seen."""
    p, v, sd = points.astype(np.float64), visibility.astype(np.float64), sd_px.astype(np.float64)
    out = np.empty((*p.shape[:-2], len(COLUMNS)))
    for side in SIDES:
        for name, values in _measure_side(p, v, sd, side).items():
            out[..., COLUMN[f"{name}_{side}"]] = values
    for name, values in _measure_body(p, v, sd).items():
        out[..., COLUMN[name]] = values
    return out


def _measure_side(p: FloatArray, v: FloatArray, sd: FloatArray, side: str) -> dict[str, FloatArray]:
    at = {part: p[..., index(side, part), :] for part in _PARTS}
    err = {part: sd[..., index(side, part)] for part in _PARTS}
    see = {part: v[..., index(side, part)] for part in _PARTS}
    knee_flexion = compute_joint_flexion(at["hip"], at["knee"], at["ankle"])
    shank_sd = compute_segment_angle_sd(at["ankle"], at["knee"], err["ankle"], err["knee"])
    thigh_sd = compute_segment_angle_sd(at["knee"], at["hip"], err["knee"], err["hip"])
    other_hip = p[..., index("right" if side == "left" else "left", "hip"), :]
    inward = np.sign(other_hip[..., 0] - at["hip"][..., 0])
    return {
        "shank": compute_inclination(at["ankle"], at["knee"]),
        "shank_sd": shank_sd,
        "thigh": compute_inclination(at["knee"], at["hip"]),
        "thigh_sd": thigh_sd,
        "knee_flexion": knee_flexion,
        "sole": compute_sole_pitch(at["heel"], at["foot_index"]),
        "sole_sd": compute_segment_angle_sd(at["heel"], at["foot_index"], err["heel"], err["foot_index"]),
        "sole_tracked": compute_sole_pitch(at["heel_base"], at["ball"]),
        "sole_tracked_sd": compute_segment_angle_sd(at["heel_base"], at["ball"], err["heel_base"], err["ball"]),
        "heel_y": at["heel"][..., 1],
        "heel_y_sd": err["heel"],
        "heel_tracked_y": at["heel_base"][..., 1],
        "heel_tracked_y_sd": err["heel_base"],
        "toe_x": at["foot_index"][..., 0],
        "toe_y": at["foot_index"][..., 1],
        "ankle_x": at["ankle"][..., 0],
        "ankle_y": at["ankle"][..., 1],
        "ankle_y_sd": err["ankle"],
        "knee_x": at["knee"][..., 0],
        "knee_sd": err["knee"],
        "frontal_knee": inward
        * (compute_inclination(at["ankle"], at["knee"]) - compute_inclination(at["knee"], at["hip"])),
        "frontal_knee_sd": np.hypot(shank_sd, thigh_sd),
        "foot_length": at["foot_index"][..., 0] - at["heel"][..., 0],
        "foot_visibility": np.minimum(np.minimum(see["heel"], see["foot_index"]), see["ankle"]),
        "leg_visibility": np.minimum(see["knee"], see["ankle"]),
        "standing_px": compute_standing_px(p, side, knee_flexion),
    }


_PARTS: Final = ("hip", "knee", "ankle", "heel", "foot_index", "heel_base", "ball")


def _measure_body(p: FloatArray, v: FloatArray, sd: FloatArray) -> dict[str, FloatArray]:
    def middle(part: str) -> FloatArray:
        return (p[..., index("left", part), :] + p[..., index("right", part), :]) / 2

    shoulder, hip, knee, ankle = (middle(part) for part in ("shoulder", "hip", "knee", "ankle"))
    nose = p[..., INDEX["nose"], :]
    hip_left, hip_right = p[..., index("left", "hip"), :], p[..., index("right", "hip"), :]
    hips_apart = hip_left[..., 0] - hip_right[..., 0]
    torso = [index(side, part) for side in SIDES for part in ("shoulder", "hip")]
    feet = [index(side, part) for side in SIDES for part in ("heel", "foot_index", "ankle")]
    head = [INDEX[name] for name in ("nose", "left_eye", "right_eye")]
    stacked = (nose[..., 1] < hip[..., 1]) & (hip[..., 1] < ankle[..., 1])
    ordered = (nose[..., 1] < hip[..., 1]) & (hip[..., 1] < knee[..., 1]) & (knee[..., 1] < ankle[..., 1])
    return {
        "body_y": (shoulder[..., 1] + hip[..., 1]) / 2,
        "body_y_sd": np.sqrt((sd[..., torso] ** 2).sum(axis=-1)) / len(torso),
        "hip_x": hip[..., 0],
        "trunk": compute_inclination(hip, shoulder),
        "trunk_sd": compute_segment_angle_sd(hip, shoulder, _pair_sd(sd, "hip"), _pair_sd(sd, "shoulder")),
        "pelvis_tilt": np.degrees(np.arctan2(hip_left[..., 1] - hip_right[..., 1], np.abs(hips_apart))),
        "pelvis_tilt_sd": compute_segment_angle_sd(
            hip_left, hip_right, sd[..., index("left", "hip")], sd[..., index("right", "hip")]
        ),
        "hips_apart": hips_apart,
        "azimuth_deg": azimuth_deg(p),
        "facing": facing(p),
        "upright_px": np.maximum(p[..., index("left", "ankle"), 1], p[..., index("right", "ankle"), 1]) - nose[..., 1],
        "top_y": p[..., head, 1].min(axis=-1),
        "bottom_y": p[..., feet, 1].max(axis=-1),
        "head_visibility": v[..., head].max(axis=-1),
        "torso_visibility": np.sort(v[..., torso], axis=-1)[..., 1],
        "ordered": ordered.astype(np.float64),
        "stacked": stacked.astype(np.float64),
    }


def _pair_sd(sd: FloatArray, part: str) -> FloatArray:
    return np.hypot(sd[..., index("left", part)], sd[..., index("right", part)]) / 2
