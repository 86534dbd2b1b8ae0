"""One foot over time: anchored at its rests, followed in between, with landmarks where the picture gives nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from formcheck.feet.align import Alignment
from formcheck.feet.anchor import make_anchor
from formcheck.feet.mask import LegPoints
from formcheck.feet.quality import LOST_MISFIT, FootMotion, from_landmarks, from_picture
from formcheck.feet.rest import RestDetector
from formcheck.feet.tracking import FootFollower
from formcheck.feet.zero import FlatSense, Zero, as_flat, maybe_flat_elsewhere, same_stand, sole_direction, was_raised
from formcheck.model import FloatArray

__all__ = ["Foot"]

_LOST_S = 0.3
_RETRY_S = 1.0  # a refused anchor costs as much as four pictures
_APART = 0.45  # of the foot's length between the tracked heel and its landmark


class Foot:
    """Track one foot. Call `update` in frames in which the leg was usable, `missed` in the others.

    `zero` is None before the first flat rest.
    """

    def __init__(self) -> None:
        self._rest = RestDetector()
        self._flat = FlatSense()
        self._follower: FootFollower | None = None
        self._camera = np.zeros(2)  # how far the floor had moved between the zero's picture and the anchor's
        self._at_anchor = (0.0, 0.0)  # the turn and height told of the anchor's rest, against the zero
        self._good_s = -math.inf
        self._refused_s = -math.inf
        self.zero: Zero | None = None

    def missed(self) -> None:
        """Note that the leg could not be seen."""
        self._rest.missed()

    def update(
        self, image: NDArray[np.uint8] | None, time_s: float, leg: FloatArray, azimuth_rad: float
    ) -> tuple[float, FootMotion] | None:
        """Return the heel base's picture column and the motion since the zero; None before the first flat rest.

        `leg` (4, 2) are knee, ankle, heel and toe. `azimuth_rad` is that of the foot, negative where its inner side or
        its heel is turned to the camera. Without an `image` the landmarks alone are read.
        """
        points = LegPoints.of(leg)
        resting = self._rest.update(time_s, leg[1:], float(np.linalg.norm(points.toe - points.heel)))
        if self.zero is None:
            self._flat.update(time_s, sole_direction(points))
        found = self._followed(image, time_s, points)
        if resting and image is not None and self._wants_anchor(time_s, points, found):
            if self._anchored(image, time_s, points, azimuth_rad):
                found = self._followed(image, time_s, points)
            else:
                self._refused_s = time_s
        if self._follower is None:
            return None
        read = _read_picture(self._follower, found) if found is not None else _read_landmarks(self._follower, points)
        return self._against_anchor(*read)

    def _against_anchor(self, column: float, motion: FootMotion) -> tuple[float, FootMotion]:
        """Return a motion since the anchor as one since the zero."""
        angle, height = self._at_anchor
        return column, replace(motion, angle=motion.angle + angle, height=motion.height + height)

    def _followed(self, image: NDArray[np.uint8] | None, time_s: float, leg: LegPoints) -> Alignment | None:
        """Return the picture's answer where it can be believed."""
        if self._follower is None or image is None:
            return None
        found = self._follower.follow(image, time_s)
        if found.misfit > LOST_MISFIT or _apart(self._follower, found, leg) > _APART:
            return None
        self._good_s = time_s
        return found

    def _wants_anchor(self, time_s: float, leg: LegPoints, found: Alignment | None) -> bool:
        if time_s - self._refused_s < _RETRY_S:
            return False
        if self._follower is None or self.zero is None or was_raised(self.zero, self._against_zero(leg)):
            return True
        return found is None and time_s - self._good_s > _LOST_S

    def _anchored(self, image: NDArray[np.uint8], time_s: float, leg: LegPoints, azimuth_rad: float) -> bool:
        """Take the present rest as a new anchor if its foot is flat; keep the zero of the same stand.

        A step away a flat foot looks otherwise, so there one that may be flat will do: it goes on from what its
        landmarks tell.
        """
        against = self._against_zero(leg)
        zero = self.zero if self.zero is not None and same_stand(self.zero, against) else None
        if zero is not None and was_raised(zero, against):
            zero = None
        flat = as_flat(zero, against) if zero is not None else self._flat.accepts(leg)
        elsewhere = zero is not None and not flat and maybe_flat_elsewhere(zero, against)
        anchor = make_anchor(image, leg, azimuth_rad) if flat or elsewhere else None
        if anchor is None:
            return False
        self._at_anchor = self._told_at_rest(leg) if elsewhere else (0.0, 0.0)
        if self._follower is not None:
            self._camera = self._camera + self._follower.floor_shift
        self._follower = FootFollower(anchor, image, time_s)
        if zero is None:
            self.zero = Zero.of(anchor)
            self._camera = np.zeros(2)
        return True

    def _told_at_rest(self, leg: LegPoints) -> tuple[float, float]:
        """Return the turn and height that the landmarks of the present rest tell."""
        if self._follower is None:
            return 0.0, 0.0
        rest = LegPoints.of(np.vstack([leg.knee, self._rest.points()]))
        _, motion = self._against_anchor(*_read_landmarks(self._follower, rest))
        return motion.angle, motion.height

    def _against_zero(self, leg: LegPoints) -> LegPoints:
        """Return landmarks as if the camera stood where it stood at the zero."""
        here = np.zeros(2) if self._follower is None else self._follower.floor_shift
        return LegPoints.of(leg.stack() - self._camera - here)


def _apart(follower: FootFollower, found: Alignment, leg: LegPoints) -> float:
    """Return how far the tracked heel is from where the landmarks have it, in foot lengths."""
    anchor = follower.anchor
    seen = anchor.template.plane.matrix @ found.motion.travel(np.zeros(2)) / anchor.crop.scale
    moved = leg.heel - anchor.leg.heel - follower.floor_shift
    return float(np.linalg.norm(moved - seen) / np.linalg.norm(anchor.leg.toe - anchor.leg.heel))


def _read_picture(follower: FootFollower, found: Alignment) -> tuple[float, FootMotion]:
    anchor = follower.anchor
    scale, plane = anchor.crop.scale, anchor.template.plane
    carried = found.motion.travel(np.zeros(2))
    column = float(anchor.heel_base[0] + follower.floor_shift[0] + (plane.matrix @ carried)[0] / scale)
    height = float(follower.drift[1] - carried[1]) / scale
    strain = follower.strain(found)
    return column, from_picture(found, height=height, strain=strain, azimuth_rad=plane.azimuth_rad, scale=scale)


def _read_landmarks(follower: FootFollower, leg: LegPoints) -> tuple[float, FootMotion]:
    anchor = follower.anchor
    moved = leg.heel - anchor.leg.heel
    height = -float(anchor.template.plane.to_plane(moved - follower.floor_shift)[1])
    angle = sole_direction(leg) - sole_direction(anchor.leg)
    foot = float(np.linalg.norm(anchor.leg.toe - anchor.leg.heel))
    return float(anchor.heel_base[0] + moved[0]), from_landmarks(angle, height, foot)
