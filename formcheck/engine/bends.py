"""How a leg's shank leans and its knee bends, told as seen from exactly the side, and how certain that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.measures.angles import turn_to_side
from formcheck.model import FloatArray

__all__ = ["Bend", "Bone", "knee_bend", "shank_lean"]

_TURN_SD_DEG = 11.0
"""How far the plane a leg moves in lies from the one the azimuth tells. The azimuth, from the shoulders, is off by 5
deg; feet are turned out from the trunk by 7 (sd 4; J Pediatr Orthop 1996;16:570), those of a squat further. Exactly
from the side it matters little; at 40 deg a fifth of a bend."""
_ENDS_SHARE = 0.65
"""The two ends of a bone err together: on rendered clips the bones of legs hardly bent were turned by some such part of
what unrelated errors would make of it."""
_SHANK_SHARE, _KNEE_SHARE = 0.11, 0.13
"""Of a bend landmarks show such a share too little or too much (68th percentile, beside the true joints in the same
picture)."""
_SHANK_AT_REST_DEG, _KNEE_AT_REST_DEG = 1.5, 5.1
"""Landmarks lie beside the joints even at rest: so far off were the angles of 56 resting legs on rendered clips (shank
1.3 at the 68th percentile, 1.8 root mean square; knee 5.6 and 5.1)."""


@dataclass(frozen=True, slots=True, eq=False)
class Bone:
    """A bone's lean in the picture, deg, forward +: `now`, at `rest`, and the `sd` were its ends' errors unrelated.

    The camera stands some `turn_deg` from the side of the plane that the bone moves in.
    """

    now: FloatArray
    rest: FloatArray
    sd: FloatArray
    turn_deg: float

    def lean(self, seen: FloatArray) -> FloatArray:
        """Return a lean in the picture as it is from the side."""
        return turn_to_side(seen, self.turn_deg)

    @property
    def seen_sd(self) -> FloatArray:
        """What the errors of its ends come to from the side."""
        return np.abs(self.lean(self.now + _ENDS_SHARE * self.sd) - self.lean(self.now))

    @property
    def turn_doubt(self) -> FloatArray:
        """How much more it has moved since rest if the camera stands a standard deviation further round; signed."""
        further = self.turn_deg + _TURN_SD_DEG
        moved = turn_to_side(self.now, further) - turn_to_side(self.rest, further)
        return moved - (self.lean(self.now) - self.lean(self.rest))


@dataclass(frozen=True, slots=True, eq=False)
class Bend:
    """An angle and its change since rest, deg, each with its standard deviation."""

    angle: FloatArray
    sd: FloatArray
    change: FloatArray
    change_sd: FloatArray


def shank_lean(shank: Bone) -> Bend:
    """Return the inclination of the shank, knee forward +."""
    angle, rest = shank.lean(shank.now), shank.lean(shank.rest)
    change_sd = _change_sd(shank.seen_sd, shank.turn_doubt, _SHANK_SHARE * (angle - rest))
    return Bend(angle, np.hypot(change_sd, _SHANK_AT_REST_DEG), angle - rest, change_sd)


def knee_bend(shank: Bone, thigh: Bone) -> Bend:
    """Return how far the knee is bent: straight 0, below it where landmarks show it bent the other way.

    An error of the knee's landmark turns shank and thigh apart, so what is wrong with the two adds.
    """
    angle, rest = (
        _between(shank.lean(a), thigh.lean(b)) for a, b in ((shank.now, thigh.now), (shank.rest, thigh.rest))
    )
    change_sd = _change_sd(
        shank.seen_sd + thigh.seen_sd, shank.turn_doubt - thigh.turn_doubt, _KNEE_SHARE * (angle - rest)
    )
    return Bend(angle, np.hypot(change_sd, _KNEE_AT_REST_DEG), angle - rest, change_sd)


def _between(shank: FloatArray, thigh: FloatArray) -> FloatArray:
    return (shank - thigh + 180.0) % 360.0 - 180.0


def _change_sd(seen_sd: FloatArray, turn_doubt: FloatArray, not_followed: FloatArray) -> FloatArray:
    """Return the standard deviation of a change; before any rest was seen, of the angle as the picture shows it."""
    return np.asarray(np.sqrt(seen_sd**2 + np.nan_to_num(turn_doubt) ** 2 + np.nan_to_num(not_followed) ** 2))
