"""How a leg seen from the front moves: joints that shift, and what lies between them follows.

The motion since rest is a vector of `SIZE` working pixels: sideways shifts of lower thigh, knee, upper calf, lower
calf, ankle and ball of the foot, then downward shifts of knee, ankle and ball. Six stations sideways because a leg that
turns inward about its own length carries knee and calf outline in opposite directions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.legs.mask import Leg
from formcheck.legs.window import SHANK
from formcheck.model import FloatArray

__all__ = ["ANKLE", "BALL_SHARE", "KNEE", "SIZE", "TOP", "Place", "place", "pose", "stiffness", "weights"]

SIZE = 9
KNEE = (1, 6)
"""Where the knee's (x, y) stand in a motion."""
ANKLE = (4, 7)
"""Where the ankle's (x, y) stand in a motion."""

TOP = -0.32
"""Upper end of what is tracked, along the shank from the knee landmark (0) to the ankle landmark (1)."""

BALL_SHARE = 0.75
"""The ball of the foot on the way from ankle to toe landmark: .82 of heel to toe, the ankle standing at .25 of it."""

# The knee joint stands a little above the landmark.
_STATIONS_X = (TOP, -0.10, 0.15, 0.60, 1.0, 2.0)
_STATIONS_Y = (0.0, 1.0, 2.0)

# The instep is flat near the toes and steep near the ankle, so when the heel rises most of the visible rise is reached
# well below the ankle.
_INSTEP = 2.0

# One standard deviation each, shank lengths. Shortening by foreshortening: .08 at 23 deg of tilt.
_SHORTENING = 0.08
_BALL = 0.02
_BOW = 0.015
_THIGH_TILT = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where pixels lie on a leg: `along` the shank (0 knee .. 1 ankle) and along the `foot` (0 ankle .. 1 ball)."""

    along: FloatArray
    foot: FloatArray


def place(points: FloatArray, leg: Leg) -> Place:
    """Locate working points (..., 2) on a leg."""
    shank, foot = leg.ankle - leg.knee, BALL_SHARE * (leg.toe - leg.ankle)
    return Place(
        (points - leg.knee) @ shank / max(float(shank @ shank), 1.0),
        (points - leg.ankle) @ foot / max(float(foot @ foot), 1.0),
    )


def weights(where: Place, below_ankle: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how much each pixel follows each entry of a motion, sideways and downward, each (n, SIZE)."""
    foot = np.clip(where.foot, 0.0, 1.0) ** _INSTEP
    position = np.where(below_ankle & (where.foot > 0.0), 1.0 + foot, np.minimum(where.along, 1.0))
    across, down = np.zeros((2, len(position), SIZE), dtype=np.float32)
    split = len(_STATIONS_X)
    across[:, :split] = _follow(position, _STATIONS_X)
    down[:, split:] = _follow(position, _STATIONS_Y)
    return across, down


def pose(knee: FloatArray, ankle: FloatArray) -> FloatArray:
    """Return the motion of a straight shank between a knee and an ankle that have shifted so far, ball at rest."""
    between = [knee[0] + share * (ankle[0] - knee[0]) for share in (0.0, 0.0, 0.25, 0.6, 1.0)]
    return np.array([*between, 0.0, knee[1], ankle[1], 0.0])


def stiffness() -> FloatArray:
    """Return the precision (SIZE, SIZE) of what a leg is expected not to do: bow, shorten, leave the floor."""
    out = np.zeros((SIZE, SIZE))
    rules = (
        ({6: 1.0, 7: -1.0}, _SHORTENING),
        ({5: 1.0}, _BALL),
        ({8: 1.0}, _BALL),
        ({2: 1.0, 1: -0.75, 4: -0.25}, _BOW),
        ({3: 1.0, 1: -0.4, 4: -0.6}, _BOW),
        ({0: 1.0, 1: -1.0}, _THIGH_TILT),
    )
    for rule, sd in rules:
        row = np.zeros(SIZE)
        row[list(rule)] = list(rule.values())
        out += np.outer(row, row) / (sd * SHANK) ** 2
    return out


def _follow(position: FloatArray, stations: tuple[float, ...]) -> FloatArray:
    basis = np.eye(len(stations))
    return np.stack([np.interp(position, stations, row) for row in basis], axis=-1)
