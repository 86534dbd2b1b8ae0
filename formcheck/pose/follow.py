"""Who is being followed: pure rules on where the person seen is, against where the followed person was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from formcheck.model import PoseObservation
from formcheck.skeleton import INDEX, MODEL_LANDMARKS

__all__ = ["RELEASE_S", "SAME_PLACE", "Box", "Followed", "box_of", "judge", "same_place", "shared", "step"]

RELEASE_S: Final = 3.0
"""So long may the followed person be unseen before somebody else is accepted."""
SETTLED_S: Final = 0.5
"""Somebody seen for less than this is not followed yet: first finds are often wrong."""
HOME_S: Final = 2.0
"""A place held for this long is where the person exercises."""
HOME_TORSOS: Final = 0.5
LEAVE_TORSOS: Final = 0.9
"""A lunge on the spot moves the trunk by less."""
REACH_TORSOS: Final = 0.75
SPEED_TORSOS_S: Final = 4.0
"""Walking fast is about 3 torso lengths a second."""
MOST_TORSOS: Final = 1.5
"""Two people side by side stand some 2 torso lengths apart: no gap in time makes that the same person."""
SIZE_RATIO: Final = 1.6
SAME_PLACE: Final = 0.3
"""Boxes that share this much of the smaller one show the same person: a bad fit that jumps is not a stranger."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""
Verdict = Literal["followed", "stranger", "leaving"]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where somebody is: the middle of the trunk, its length, the box round them (px), and since when."""

    since_s: float
    middle: tuple[float, float]
    torso_px: float
    box: Box

    def distance_px(self, other: Stand) -> float:
        """Return how far the middles of the trunks are apart."""
        return float(np.hypot(other.middle[0] - self.middle[0], other.middle[1] - self.middle[1]))


@dataclass(frozen=True, slots=True)
class Followed:
    """The followed person: as last seen, at `time_s`; the place they are holding; the last one held for `HOME_S`."""

    since_s: float
    time_s: float
    last: Stand
    place: Stand
    home: Stand | None = None

    @classmethod
    def at(cls, observation: PoseObservation, *, since_s: float) -> Followed:
        """Return the state of somebody followed since `since_s` without having been seen elsewhere."""
        stand = _stand(observation)
        return cls(since_s=since_s, time_s=observation.time_s, last=stand, place=stand)

    @property
    def settled(self) -> bool:
        """Whether they were seen for long enough to be told from a wrong first find."""
        return self.time_s - self.since_s >= SETTLED_S


def step(state: Followed | None, observation: PoseObservation) -> Followed:
    """Return the state after the followed person was seen; None before it stands for nobody followed yet."""
    if state is None:
        return Followed.at(observation, since_s=observation.time_s)
    stand = _stand(observation)
    moved = state.place.distance_px(stand) > HOME_TORSOS * stand.torso_px
    place = stand if moved else state.place
    held = observation.time_s - place.since_s >= HOME_S
    return replace(state, time_s=observation.time_s, last=stand, place=place, home=place if held else state.home)


def judge(state: Followed | None, observation: PoseObservation) -> Verdict:
    """Say who is seen: the followed person, a stranger, or somebody who leaves the followed person's place.

    The last may be the followed person walking off, or somebody who passed before them and took the tracker along.
    """
    if state is None or not state.settled:
        return "followed"
    new = _stand(observation)
    if _at(state.last, new):
        return "leaving" if _leaves(state, new) else "followed"
    if state.home is not None and _at(state.home, new) and _same_size(state.home, new):
        return "followed"
    reach = min(REACH_TORSOS + SPEED_TORSOS_S * (observation.time_s - state.time_s), MOST_TORSOS)
    near = state.last.distance_px(new) <= reach * min(state.last.torso_px, new.torso_px)
    if not (near and _same_size(state.last, new)):
        return "stranger"
    return "leaving" if _leaves(state, new) else "followed"


def same_place(a: PoseObservation, b: PoseObservation) -> bool:
    """Whether two observations of one frame show the same person, or both nobody."""
    if not (a.seen and b.seen):
        return a.seen == b.seen
    return shared(box_of(a), box_of(b)) >= SAME_PLACE


def box_of(observation: PoseObservation) -> Box:
    """Return the box round the model's landmarks."""
    body = observation.points[: len(MODEL_LANDMARKS)]
    (left, top), (right, bottom) = body.min(axis=0), body.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def shared(a: Box, b: Box) -> float:
    """Return the area common to both boxes as a share of the smaller one."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return max(width, 0.0) * max(height, 0.0) / max(smaller, 1.0)


def _stand(observation: PoseObservation) -> Stand:
    points = observation.points
    shoulders = (points[INDEX["left_shoulder"]] + points[INDEX["right_shoulder"]]) / 2
    hips = (points[INDEX["left_hip"]] + points[INDEX["right_hip"]]) / 2
    x, y = (shoulders + hips) / 2
    torso_px = max(float(np.hypot(*(shoulders - hips))), 1.0)
    return Stand(observation.time_s, (float(x), float(y)), torso_px, box_of(observation))


def _at(stand: Stand, new: Stand) -> bool:
    return shared(stand.box, new.box) >= SAME_PLACE


def _same_size(a: Stand, b: Stand) -> bool:
    return max(a.torso_px, b.torso_px) <= SIZE_RATIO * min(a.torso_px, b.torso_px)


def _leaves(state: Followed, new: Stand) -> bool:
    """Whether `new` is beside the followed person's home (if they have one) while they were last seen in it.

    Up and down is exercise (a step, a hop); nobody passes by that way.
    """
    home = state.home
    if home is None or _at(home, new):
        return False
    return abs(new.middle[0] - home.middle[0]) > LEAVE_TORSOS * home.torso_px
