"""Keep to one person when several are in view.

MediaPipe follows a person from frame to frame by itself. Once it loses them it takes whoever it finds next, perhaps
somebody else. Here a find that is too far from the followed person to be them is not handed on: that place is painted
over for the next frames, so that the detector finds the right one again or nobody. After `RELEASE_S` without the
followed person, whoever is in view is taken for the new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from formcheck.model import Frame, PoseObservation
from formcheck.pose.estimator import PoseEstimator, nobody
from formcheck.skeleton import INDEX, MODEL_LANDMARKS

__all__ = ["RELEASE_S", "Followed", "FollowingEstimator", "follow", "is_stranger", "same_place"]

RELEASE_S: Final = 3.0
"""So long may the followed person be unseen before somebody else is accepted."""
SETTLED_S: Final = 0.5
"""Somebody seen for less than this is not followed yet: first finds are often wrong."""
REACH_TORSOS: Final = 0.75
SPEED_TORSOS_S: Final = 4.0
"""Walking fast is about 3 torso lengths a second."""
MOST_TORSOS: Final = 1.5
"""Two people side by side stand some 2 torso lengths apart: no gap in time makes that the same person."""
SIZE_RATIO: Final = 1.6
SAME_PLACE: Final = 0.3
"""Boxes that share this much of the smaller one show the same person: a bad fit that jumps is not a stranger."""
MOST_MASKS: Final = 3
MASK_MARGIN: Final = 0.12

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The person being followed, as last seen: middle of the trunk and its length (px), and the box round them."""

    since_s: float
    time_s: float
    middle: tuple[float, float]
    torso_px: float
    box: Box


def follow(state: Followed | None, observation: PoseObservation) -> Followed | None:
    """Return the state after one observation, or `state` itself when nobody or a stranger was seen.

    A person unseen for `RELEASE_S` is given up: whoever is seen next starts anew, and None stands for nobody.
    """
    gone = state is not None and observation.time_s - state.time_s > RELEASE_S
    state = None if gone else state
    if not observation.seen or (state is not None and is_stranger(state, observation)):
        return state
    since_s = observation.time_s if state is None else state.since_s
    return _seen(observation, since_s)


def is_stranger(state: Followed, observation: PoseObservation) -> bool:
    """Whether the person seen cannot be the followed one: elsewhere, and too far away or of another size."""
    if state.time_s - state.since_s < SETTLED_S:
        return False
    new = _seen(observation, observation.time_s)
    if _shared(state.box, new.box) >= SAME_PLACE:
        return False
    scale = max(min(state.torso_px, new.torso_px), 1.0)
    distance = float(np.hypot(new.middle[0] - state.middle[0], new.middle[1] - state.middle[1]))
    elapsed_s = new.time_s - state.time_s
    far = distance > scale * min(REACH_TORSOS + SPEED_TORSOS_S * elapsed_s, MOST_TORSOS)
    return far or max(state.torso_px, new.torso_px) > SIZE_RATIO * scale


def same_place(a: PoseObservation, b: PoseObservation) -> bool:
    """Whether two observations of one frame show the same person, or both nobody."""
    if not (a.seen and b.seen):
        return a.seen == b.seen
    return _shared(_seen(a, a.time_s).box, _seen(b, b.time_s).box) >= SAME_PLACE


def _seen(observation: PoseObservation, since_s: float) -> Followed:
    points = observation.points
    shoulders = (points[INDEX["left_shoulder"]] + points[INDEX["right_shoulder"]]) / 2
    hips = (points[INDEX["left_hip"]] + points[INDEX["right_hip"]]) / 2
    x, y = (shoulders + hips) / 2
    body = points[: len(MODEL_LANDMARKS)]
    (left, top), (right, bottom) = body.min(axis=0), body.max(axis=0)
    return Followed(
        since_s=since_s,
        time_s=observation.time_s,
        middle=(float(x), float(y)),
        torso_px=float(np.hypot(*(shoulders - hips))),
        box=(float(left), float(top), float(right), float(bottom)),
    )


def _shared(a: Box, b: Box) -> float:
    """Return the area common to both boxes as a share of the smaller one."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return max(width, 0.0) * max(height, 0.0) / max(smaller, 1.0)


class FollowingEstimator:
    """Wraps an estimator and hands on only the person being followed; `start` says whom to follow from the start on."""

    def __init__(self, estimator: PoseEstimator, *, start: PoseObservation | None = None) -> None:
        self._estimator = estimator
        self._followed = None if start is None else _settled(start)
        self._masks: list[Box] = []

    @property
    def model_sha256(self) -> str:
        """Hash of the wrapped estimator's model."""
        return self._estimator.model_sha256

    @property
    def backend(self) -> str:
        """The wrapped estimator's backend."""
        return self._estimator.backend

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the wrapped estimator."""
        self._estimator.close()

    def estimate(self, frame: Frame) -> PoseObservation:
        """Return the landmarks of the followed person; NaN where only others are seen."""
        found = self._estimator.estimate(self._without_strangers(frame))
        before = self._followed
        self._followed = follow(before, found)
        if self._followed is None or not found.seen:
            self._masks = self._masks if self._followed is not None else []
            return found
        if self._followed is before:
            self._paint_over(_seen(found, found.time_s).box)
            return nobody(found.time_s, found.size)
        self._masks = []
        return found

    def _paint_over(self, box: Box) -> None:
        """Hide the stranger in `box` from the next frames, in place of where they were before."""
        elsewhere = [mask for mask in self._masks if _shared(mask, box) < SAME_PLACE]
        self._masks = [*elsewhere, box][-MOST_MASKS:]

    def _without_strangers(self, frame: Frame) -> Frame:
        if not self._masks or self._followed is None:
            return frame
        image = frame.image.copy()
        fill = np.median(image[::16, ::16].reshape(-1, 3), axis=0).astype(np.uint8)
        for mask in self._masks:
            _part(image, mask, MASK_MARGIN)[:] = fill
        # Never over the place where the followed person was: they could not be found again.
        own = self._followed.box
        _part(image, own, MASK_MARGIN)[:] = _part(frame.image, own, MASK_MARGIN)
        return replace(frame, image=image)


def _settled(start: PoseObservation) -> Followed:
    return _seen(start, start.time_s - SETTLED_S)


def _part(image: NDArray[np.uint8], box: Box, margin: float) -> NDArray[np.uint8]:
    """Return the view of `image` inside `box`, grown on each side by a share of the box's longer side."""
    height, width = image.shape[:2]
    grow = margin * max(box[2] - box[0], box[3] - box[1])
    left, right = (int(np.clip(x, 0, width)) for x in (box[0] - grow, box[2] + grow))
    top, bottom = (int(np.clip(y, 0, height)) for y in (box[1] - grow, box[3] + grow))
    return image[top:bottom, left:right]
