"""One foot over time: anchored at its rests, followed in between, with landmarks where the picture gives nothing."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from formcheck.feet.align import Alignment
from formcheck.feet.anchor import make_anchor
from formcheck.feet.mask import LegPoints
from formcheck.feet.quality import LOST_COST, WORN_COST, FootMotion, from_landmarks, from_picture
from formcheck.feet.rest import RestDetector
from formcheck.feet.tracking import FootFollower
from formcheck.feet.zero import Zero, as_flat, is_flat, same_stand, sole_direction, was_raised
from formcheck.model import FloatArray

__all__ = ["Foot"]

_LOST_S = 0.3
_RETRY_S = 1.0  # a refused anchor costs as much as four pictures
_REST_ANGLE = math.radians(2.5)
_APART = 0.45  # of the foot's length between the tracked heel and its landmark


class Foot:
    """Track one foot. `update` once a frame in which the leg was usable, `missed` in the others."""

    def __init__(self) -> None:
        self._rest = RestDetector()
        self._follower: FootFollower | None = None
        self._good_s = -math.inf
        self._tried_s = -math.inf
        self.zero: Zero | None = None

    def missed(self) -> None:
        """Note that the leg could not be seen."""
        self._rest.missed()

    def update(
        self, image: NDArray[np.uint8] | None, time_s: float, leg: FloatArray, azimuth_rad: float
    ) -> tuple[float, FootMotion] | None:
        """Return the heel base's picture column and the motion since the zero; None before the first flat rest.

        `leg` (4, 2) are knee, ankle, heel and toe. Without an `image` the landmarks alone are read.
        """
        points = LegPoints.of(leg)
        length = float(np.linalg.norm(points.toe - points.heel))
        resting = self._rest.update(time_s, leg, length)
        found = self._followed(image, time_s, points)
        if resting and image is not None and self._wants_anchor(time_s, found):
            self._anchor(image, time_s, azimuth_rad)
            found = self._followed(image, time_s, points)
        if self.zero is None or self._follower is None:
            return None
        return self._picture(found) if found is not None else self._landmarks(points)

    def _followed(self, image: NDArray[np.uint8] | None, time_s: float, leg: LegPoints) -> Alignment | None:
        """Return the picture's answer where it can be believed."""
        if self._follower is None or image is None:
            return None
        found = self._follower.follow(image, time_s)
        if found.cost > LOST_COST or self._astray(found, leg):
            return None
        self._good_s = time_s
        return found

    def _astray(self, found: Alignment, leg: LegPoints) -> bool:
        """Tell whether the picture's foot is not where the landmarks have it."""
        assert self._follower is not None
        anchor = self._follower.anchor
        seen = anchor.template.plane.matrix @ found.motion.travel(np.zeros(2)) / anchor.crop.scale
        length = float(np.linalg.norm(anchor.leg.toe - anchor.leg.heel))
        return float(np.linalg.norm(leg.heel - anchor.leg.heel - seen)) > _APART * length

    def _wants_anchor(self, time_s: float, found: Alignment | None) -> bool:
        if time_s - self._tried_s < _RETRY_S:
            return False
        if self._follower is None or self.zero is None:
            return True
        if was_raised(self.zero, LegPoints.of(self._rest.points())):
            return True
        if found is None:
            return time_s - self._good_s > _LOST_S
        return found.cost > WORN_COST and abs(found.motion.angle) < _REST_ANGLE

    def _anchor(self, image: NDArray[np.uint8], time_s: float, azimuth_rad: float) -> None:
        """Take the present rest as a new anchor if its foot is flat; keep the zero of the same stand."""
        self._tried_s = time_s
        leg = LegPoints.of(self._rest.points())
        same = self.zero is not None and same_stand(self.zero, leg) and not was_raised(self.zero, leg)
        flat = as_flat(self.zero, leg) if same and self.zero is not None else is_flat(leg, azimuth_rad)
        anchor = make_anchor(image, leg, azimuth_rad) if flat else None
        if anchor is None:
            return
        self._follower = FootFollower(anchor, time_s)
        if not same:
            self.zero = Zero.of(anchor)

    def _picture(self, found: Alignment) -> tuple[float, FootMotion]:
        assert self._follower is not None
        anchor = self._follower.anchor
        scale, plane = anchor.crop.scale, anchor.template.plane
        carried = found.motion.travel(np.zeros(2))
        column = float(anchor.heel_base[0] + (plane.matrix @ carried)[0] / scale)
        rise = carried - self._follower.drift
        motion = from_picture(
            found,
            height=-float(rise[1]) / scale,
            forward=float(rise[0]) / scale,
            azimuth_rad=plane.azimuth_rad,
            scale=scale,
        )
        return column, motion

    def _landmarks(self, leg: LegPoints) -> tuple[float, FootMotion]:
        assert self._follower is not None
        anchor = self._follower.anchor
        moved = leg.heel - anchor.leg.heel
        plane = anchor.template.plane
        travel = plane.to_plane(moved)
        angle = sole_direction(leg) - sole_direction(anchor.leg)
        foot = float(np.linalg.norm(anchor.leg.toe - anchor.leg.heel))
        return float(anchor.heel_base[0] + moved[0]), from_landmarks(angle, -float(travel[1]), float(travel[0]), foot)
