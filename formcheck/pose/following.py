"""Keep to one person when several are in view.

MediaPipe follows a person from frame to frame by itself, but it errs in two ways. Once it loses the person it takes
whoever it finds next; and when somebody passes close by, it may go along with them. Against the first, a find that
cannot be the followed person is not handed on: that place is painted over for the next frames, so that the detector
finds the right one again or nobody. Against the second, when the person seen leaves the place that the followed one
held, they are painted over for `CHECK_S`: if somebody still stands at the place, that is the followed person.

After `RELEASE_S` without the followed person, whoever is in view is taken for the new one.
"""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from formcheck.model import Frame, PoseObservation
from formcheck.pose.estimator import PoseEstimator, nobody
from formcheck.pose.follow import RELEASE_S, SAME_PLACE, SETTLED_S, Box, Followed, box_of, judge, shared, step

__all__ = ["FollowingEstimator"]

CHECK_S: Final = 0.4
MOST_MASKS: Final = 3
MASK_MARGIN: Final = 0.12


class FollowingEstimator:
    """Wraps an estimator and hands on only the person being followed; `start` says whom to follow from the start on."""

    def __init__(self, estimator: PoseEstimator, *, start: PoseObservation | None = None) -> None:
        self._estimator = estimator
        self._followed = None if start is None else Followed.at(start, since_s=start.time_s - SETTLED_S)
        self._masks: list[Box] = []
        self._check_until_s: float | None = None

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
        self._forget(found.time_s)
        if not found.seen:
            return found
        verdict = judge(self._followed, found)
        if verdict == "leaving" and self._check_until_s is None:
            self._check_until_s = found.time_s + CHECK_S
            self._followed = step(self._followed, found)
        if verdict != "followed":
            self._paint_over(box_of(found))
            return nobody(found.time_s, found.size)
        self._followed = step(self._followed, found)
        self._masks, self._check_until_s = [], None
        return found

    def _forget(self, time_s: float) -> None:
        """Give up the followed person when gone too long, and their place when nobody was found there."""
        if self._check_until_s is not None and time_s > self._check_until_s:
            self._masks, self._check_until_s = [], None
            self._followed = None if self._followed is None else replace(self._followed, home=None)
        if self._followed is not None and time_s - self._followed.time_s > RELEASE_S:
            self._masks, self._followed = [], None

    def _paint_over(self, box: Box) -> None:
        """Hide whoever is in `box` from the next frames, in place of where they were before."""
        elsewhere = [mask for mask in self._masks if shared(mask, box) < SAME_PLACE]
        self._masks = [*elsewhere, box][-MOST_MASKS:]

    def _without_strangers(self, frame: Frame) -> Frame:
        if not self._masks or self._followed is None:
            return frame
        image = frame.image.copy()
        fill = np.median(image[::16, ::16].reshape(-1, 3), axis=0).astype(np.uint8)
        for mask in self._masks:
            _part(image, mask)[:] = fill
        # Never over the place where the followed person may be: they could not be found again.
        own = (self._followed.home or self._followed.last) if self._check_until_s is not None else self._followed.last
        _part(image, own.box)[:] = _part(frame.image, own.box)
        return replace(frame, image=image)


def _part(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Return the view of `image` inside `box`, grown on each side by a share of the box's longer side."""
    height, width = image.shape[:2]
    grow = MASK_MARGIN * max(box[2] - box[0], box[3] - box[1])
    left, right = (int(np.clip(x, 0, width)) for x in (box[0] - grow, box[2] + grow))
    top, bottom = (int(np.clip(y, 0, height)) for y in (box[1] - grow, box[3] + grow))
    return image[top:bottom, left:right]
