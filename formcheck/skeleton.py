"""The landmarks, their left/right pairs and the lines between them.

The first 33 are those of the MediaPipe pose model, in its order. Four more follow: the under-heel point and the ball
(first metatarsal head) of each foot, which foot tracking finds in the picture; NaN where it found nothing.
"""

from __future__ import annotations

from typing import Final, Literal

__all__ = ["CONNECTIONS", "INDEX", "LANDMARKS", "MODEL_LANDMARKS", "N_LANDMARKS", "SIDES", "index", "mirrored_order"]

MODEL_LANDMARKS: Final = (
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
)
LANDMARKS: Final = (*MODEL_LANDMARKS, "left_heel_base", "right_heel_base", "left_ball", "right_ball")
N_LANDMARKS: Final = len(LANDMARKS)
INDEX: Final = {name: i for i, name in enumerate(LANDMARKS)}
SIDES: Final[tuple[Literal["left", "right"], ...]] = ("left", "right")

_LIMB = (
    ("shoulder", "elbow"),
    ("elbow", "wrist"),
    ("shoulder", "hip"),
    ("hip", "knee"),
    ("knee", "ankle"),
    ("ankle", "heel"),
    ("heel", "foot_index"),
    ("ankle", "foot_index"),
)
CONNECTIONS: Final = (
    *((INDEX[f"{side}_{a}"], INDEX[f"{side}_{b}"]) for side in SIDES for a, b in _LIMB),
    (INDEX["left_shoulder"], INDEX["right_shoulder"]),
    (INDEX["left_hip"], INDEX["right_hip"]),
)


def index(side: str, part: str) -> int:
    """Return the row of a paired landmark, e.g. `index("left", "heel")`."""
    return INDEX[f"{side}_{part}"]


def mirrored_order() -> list[int]:
    """Return the row order that swaps left and right, for mirrored pictures."""

    def other(name: str) -> str:
        swapped = name.replace("left", "\0").replace("right", "left").replace("\0", "right")
        return swapped

    return [INDEX[other(name)] for name in LANDMARKS]
