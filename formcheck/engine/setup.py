"""What stands in the way of judging one frame, in words a patient can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.measures.table import COLUMN
from formcheck.model import FloatArray, View
from formcheck.skeleton import SIDES
from formcheck.specs.schema import Posture

__all__ = ["PROBLEMS", "classify_view", "find_problems", "is_still", "view_problem"]

PROBLEMS: Final = {
    "no_person": "Nobody is seen. Step into the picture.",
    "body_out_of_frame": "Step back until your whole body, head to feet, is in the picture.",
    "feet_out_of_frame": "Your feet are not in the picture. Step back or tilt the camera down.",
    "too_far": "You are too small in the picture. Come nearer.",
    "not_standing": "Stand upright to begin.",
    "not_seated": "Sit down to begin.",
    "turn_sideways": "Turn sideways to the camera.",
    "turn_to_front": "Turn to face the camera.",
    "moving": "Stand still for a moment.",
    "one_foot": "Stand on one leg to begin.",
    "both_feet": "Put both feet on the floor to begin.",
    "foot_up": "The foot you chose is not on the floor. Stand on it, or choose the other leg.",
    "no_strides": "Walk at least four steps across the picture, or on the spot.",
}
"""Every set-up problem, most basic first, and what to do about it."""

_SEEN = 0.5  # MediaPipe's own meaning of visibility: more likely seen than not
_FOOT_SEEN = 0.35  # feet outside the picture read 0.05-0.2, feet inside at least 0.5
_EDGE = 0.005  # a landmark nearer to the edge than this share of the picture is taken to lie outside
_LEAST_UPRIGHT_PX = 90.0  # a foot is a seventh of the body: below 13 px nothing can be read from it
_BENT_DEG = 75.0
_SEATED_THIGH_DEG = 50.0
_SIDE_DEG, _FRONT_DEG = 28.0, 62.0
"""All of them: default, not from literature."""

_STILL_SHARE = 0.012  # of the body's height, between the 20 % and 80 % quantiles
_STILL_DEG = 6.0
_LEAST_STILL_FRAMES = 3


def find_problems(rows: FloatArray, size: tuple[int, int], posture: Posture = "standing") -> list[str | None]:
    """Return the most basic problem of each frame of `rows` (t, columns), None where there is none.

    Looks at the person's place in the picture only; view and stillness need more than one frame.
    """
    width, height = size
    column = {name: rows[:, i] for name, i in COLUMN.items()}
    foot = np.maximum(column["foot_visibility_left"], column["foot_visibility_right"])
    with np.errstate(invalid="ignore"):
        checks = {
            "no_person": ~np.isfinite(column["body_y"]),
            "body_out_of_frame": (column["head_visibility"] < _SEEN)
            | (column["torso_visibility"] < _SEEN)
            | (column["ordered" if posture == "standing" else "stacked"] < 1)
            | (column["top_y"] < _EDGE * height)
            | (column["hip_x"] < 0)
            | (column["hip_x"] > width),
            "feet_out_of_frame": (foot < _FOOT_SEEN) | (column["bottom_y"] > (1 + 2 * _EDGE) * height),
            "too_far": column["upright_px"] < _LEAST_UPRIGHT_PX,
        } | _posture_checks(column, posture)
    names = list(checks)
    stacked = np.stack([checks[name] for name in names])
    first = np.argmax(stacked, axis=0)
    return [names[k] if stacked[k, i] else None for i, k in enumerate(first.tolist())]


def _posture_checks(column: Mapping[str, FloatArray], posture: Posture) -> dict[str, NDArray[np.bool_]]:
    thighs = np.abs(column["thigh_left"]), np.abs(column["thigh_right"])
    match posture:
        case "standing":
            knees = np.minimum(column["knee_flexion_left"], column["knee_flexion_right"])
            return {"not_standing": (knees > _BENT_DEG) | (np.minimum(*thighs) > _SEATED_THIGH_DEG)}
        case "seated":
            return {"not_seated": np.maximum(*thighs) < _SEATED_THIGH_DEG}
        case "any":
            return {}


def classify_view(azimuth_deg: float) -> View:
    """Name the view for the camera's azimuth (0 = exactly from the side)."""
    turned = abs(azimuth_deg)
    return "side" if turned < _SIDE_DEG else "oblique" if turned < _FRONT_DEG else "front"


def view_problem(view: View, accepted: Sequence[View]) -> str | None:
    """Return the problem of a view that the exercise cannot be counted in."""
    if view in accepted:
        return None
    return "turn_to_front" if accepted[0] == "front" else "turn_sideways"


def is_still(rows: FloatArray) -> bool:
    """Whether the person stands still over `rows`: body, near feet and knees, outliers left out."""
    more_right = rows[:, COLUMN["foot_visibility_right"]] - rows[:, COLUMN["foot_visibility_left"]]
    side = SIDES[int(np.nanmedian(more_right) > 0)]
    rows = rows[np.isfinite(rows[:, COLUMN["body_y"]]) & np.isfinite(rows[:, COLUMN[f"toe_x_{side}"]])]
    if len(rows) < _LEAST_STILL_FRAMES:
        return False
    limit = _STILL_SHARE * float(np.median(rows[:, COLUMN["upright_px"]]))
    places = [COLUMN[name] for name in ("body_y", "hip_x", f"toe_x_{side}", f"toe_y_{side}")]
    angles = [COLUMN[name] for name in (f"knee_flexion_{side}", "trunk", f"shank_{side}")]
    low, high = np.quantile(rows[:, places + angles], (0.2, 0.8), axis=0)
    spread = high - low
    return bool((spread[: len(places)] < limit).all() and (spread[len(places) :] < _STILL_DEG).all())
