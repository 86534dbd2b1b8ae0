"""Observations of a person made of numbers: upright at a place, of a size, in a picture of 960 × 540."""

from __future__ import annotations

import numpy as np

from formcheck.model import PoseObservation
from formcheck.pose import landmark_sd_px, nobody
from formcheck.skeleton import INDEX, MODEL_LANDMARKS, N_LANDMARKS

SIZE = (960, 540)
_HEIGHTS = {"nose": 0.0, "shoulder": 0.15, "hip": 0.45, "knee": 0.7, "ankle": 0.95, "heel": 1.0, "foot_index": 1.0}


def person(time_s: float, *, x: float = 480.0, height_px: float = 400.0, top: float = 80.0) -> PoseObservation:
    points = np.full((N_LANDMARKS, 2), np.nan, dtype=np.float32)
    visibility = np.zeros(N_LANDMARKS, dtype=np.float32)
    for name in MODEL_LANDMARKS:
        part = name.removeprefix("left_").removeprefix("right_")
        sideways = {"left": 0.06, "right": -0.06}.get(name.split("_")[0], 0.0)
        points[INDEX[name]] = (x + sideways * height_px, top + _HEIGHTS.get(part, 0.2) * height_px)
        visibility[INDEX[name]] = 0.9
    return PoseObservation(time_s, SIZE, points, visibility, landmark_sd_px(points, visibility))


def absent(time_s: float) -> PoseObservation:
    return nobody(time_s, SIZE)
