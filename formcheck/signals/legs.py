"""Keep left and right legs apart where the pose network swaps them for a few frames, or jumps with one of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.model import PoseObservation
from formcheck.skeleton import index

__all__ = ["LegIdentity"]

_PARTS = ("knee", "ankle", "heel", "foot_index")
_LEFT = np.array([index("left", part) for part in _PARTS])
_RIGHT = np.array([index("right", part) for part in _PARTS])
_HIPS = [index("left", "hip"), index("right", "hip")]

_SUSPECT_SHARE = 0.12
"""A leg that moved by less than this share of its length since the last frame has not jumped."""
_APPROACH_SHARE = 0.05
"""The network smooths over a swap: both feet then glide towards one another. No exercise does that in one frame."""
_CLEARLY = 0.5
"""Swapped names must bring the legs at least twice as near to where they were."""
_FASTEST = 6.0
"""Leg lengths per second; a leg in a fast walk swings at four (default, not from literature)."""
_BELIEVE_S = 0.6
"""What lasts longer than this is no glitch: the network is believed again."""


@dataclass(slots=True)
class LegIdentity:
    """`update(observation)` returns it with swapped legs put right, and a leg that jumped away marked as not seen."""

    _left: NDArray[np.float32] | None = None
    _right: NDArray[np.float32] | None = None
    _seen_s: float = 0.0
    _odd_since_s: float = float("inf")

    def update(self, observation: PoseObservation) -> PoseObservation:
        """Take one frame."""
        if not observation.seen:
            return observation
        points, t = observation.points, observation.time_s
        left, right = points[_LEFT], points[_RIGHT]
        dt, self_left, self_right = t - self._seen_s, self._left, self._right
        if self_left is None or self_right is None or dt > _BELIEVE_S or t - self._odd_since_s > _BELIEVE_S:
            return self._believe(observation, left, right)
        length = float(np.hypot(*(points[_HIPS].mean(axis=0) - (left[1] + right[1]) / 2)))
        stay = np.array([_distance(left, self_left), _distance(right, self_right)])
        if stay.max() < _APPROACH_SHARE * length:
            return self._believe(observation, left, right)
        swap = np.array([_distance(right, self_left), _distance(left, self_right)])
        if swap.sum() < _CLEARLY * stay.sum():
            self._odd_since_s = min(self._odd_since_s, t)
            self._left, self._right, self._seen_s = right, left, t
            return _swapped(observation)
        reach = max(_FASTEST * length * dt, _SUSPECT_SHARE * length)
        jumped = (stay > reach) | (_approach(left, right, self_left, self_right) > _APPROACH_SHARE * length)
        if not jumped.any():
            return self._believe(observation, left, right)
        self._odd_since_s = min(self._odd_since_s, t)
        return _unseen(observation, left=bool(jumped[0]), right=bool(jumped[1]))

    def _believe(
        self, observation: PoseObservation, left: NDArray[np.float32], right: NDArray[np.float32]
    ) -> PoseObservation:
        self._left, self._right, self._seen_s = left, right, observation.time_s
        self._odd_since_s = float("inf")
        return observation


def _approach(
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    was_left: NDArray[np.float32],
    was_right: NDArray[np.float32],
) -> float:
    """Return by how many pixels both feet have come nearer to one another; 0 where only one of them moved."""
    apart = (was_right - was_left)[1:].mean(axis=0)
    distance = float(np.hypot(*apart))
    if distance == 0:
        return 0.0
    along = apart / distance
    left_by = float((left - was_left)[1:].mean(axis=0) @ along)
    right_by = float((was_right - right)[1:].mean(axis=0) @ along)
    return max(min(left_by, right_by), 0.0)


def _distance(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    d = a - b
    return float(np.sqrt((d * d).sum(axis=1)).mean())


def _swapped(observation: PoseObservation) -> PoseObservation:
    order = np.arange(len(observation.points))
    order[_LEFT], order[_RIGHT] = _RIGHT, _LEFT
    return replace(
        observation,
        points=observation.points[order],
        visibility=observation.visibility[order],
        sd_px=observation.sd_px[order],
    )


def _unseen(observation: PoseObservation, *, left: bool, right: bool) -> PoseObservation:
    """Mark the legs that jumped as not seen."""
    rows = np.concatenate([*([_LEFT] if left else []), *([_RIGHT] if right else [])])
    points, sd_px, visibility = observation.points.copy(), observation.sd_px.copy(), observation.visibility.copy()
    points[rows], sd_px[rows], visibility[rows] = np.nan, np.nan, 0.0
    return replace(observation, points=points, sd_px=sd_px, visibility=visibility)
