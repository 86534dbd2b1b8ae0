"""Replace hips, knees and ankles of an observation by what the picture shows, in front and oblique views."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from formcheck.legs import chain
from formcheck.legs.align import Alignment, Expectation, align, best_start
from formcheck.legs.anchor import Anchor
from formcheck.legs.pelvis import Pelvis, Roll
from formcheck.legs.rest import Rest, RestFinder
from formcheck.legs.window import SHANK
from formcheck.model import FloatArray, Frame, PoseObservation
from formcheck.skeleton import SIDES, index

__all__ = ["LegTracker"]

Landmarks = NDArray[np.float32]

# Degrees from the side. Up to the second limit a leg is read by where its joints stand sideways, which landmarks tell
# well; further round by how high they are, which they do not. Below the third, as either shoulders or feet tell it, a
# foot's outline turns with it and no longer tells the ankle's rise.
_SIDEWAYS = 35.0
_FRONT_FROM = 62.0
_RISE_FROM = 72.0

# How well a landmark tells where the knee has gone, shank lengths.
_KNEE_SD = (0.02, 0.025)
_STIFF = chain.stiffness()
_RISES = np.arange(-0.32, 0.05, 0.04) * SHANK
_DRIFTS = np.array([-0.05, 0.0, 0.05]) * SHANK

# A good top costs .2 to .5, in deep shadow .6; background in place of a leg 1.2 and more.
_LOST = 0.9
_LOST_S = 1.0

# Of the distance moved, knee and ankle: outlines change as a leg bends and a foot turns. Rendered clips: ankles within
# a fifth on light skin, a quarter and in single reps half on dark feet beside their own shadow.
_SHARE_OF_MOTION = (0.06, 0.15)
_LEAST_SD = 0.003  # of body height
_LANDMARK_SD = (0.007, 0.02)  # of body height, knee and ankle, where a front view leaves only the landmark


@dataclass(slots=True, eq=False)
class _Now:
    """The rest in force, its anchor, the last motions, and since when the legs are lost.

    `anchor` is None in a side view, `pelvis` in all but front views.
    """

    rest: Rest
    anchor: Anchor | None
    pelvis: Pelvis | None
    motions: list[FloatArray]
    lost_since: float | None = None


class LegTracker:
    """Follow both legs by the picture. Call `update` once a frame, seen or not.

    Every frame is compared with the rest frame, so nothing drifts.

    In side views, and until a rest of .4 s was seen, observations pass unchanged. Otherwise a point is its landmark's
    place at rest plus the motion measured; where the picture gives none the landmark stays, from the front with a wider
    `sd_px`.
    """

    def __init__(self) -> None:
        self._finder = RestFinder()
        self._now: _Now | None = None

    def update(self, frame: Frame, observation: PoseObservation) -> PoseObservation:
        """Return the observation with `left/right_knee` and `left/right_ankle` as the picture shows them.

        From the front the line of the hips too, about its middle.
        """
        points = np.asarray(observation.points, dtype=np.float64)
        rest = self._finder.update(observation.time_s, points)
        if rest is not None and self._wants(rest, observation.time_s):
            anchor = Anchor(frame.image, rest) if rest.azimuth_deg >= _SIDEWAYS else None
            pelvis = Pelvis(frame.image, rest) if rest.azimuth_deg >= _FRONT_FROM else None
            self._now = _Now(rest, anchor, pelvis, [np.zeros(chain.SIZE) for _ in SIDES])
        if self._now is None or self._now.anchor is None or not observation.seen:
            return observation
        found = _alignments(self._now, self._now.anchor, frame, points)
        self._mark_lost(self._now, found, observation.time_s)
        moved, sd = observation.points.copy(), observation.sd_px.copy()
        for side, alignment in zip(SIDES, found, strict=True):
            _write(side, alignment, self._now.anchor, moved, sd)
        roll = self._now.pelvis.roll(frame.image, points) if self._now.pelvis is not None else None
        if roll is not None:
            _write_hips(roll, rest_points=self._now.rest.points, points=moved, sd=sd)
        return replace(observation, points=moved, sd_px=sd)

    def _wants(self, rest: Rest, time_s: float) -> bool:
        """Whether this rest should become the anchor."""
        now = self._now
        if now is None or now.rest.left_for(rest):
            return True
        return now.lost_since is not None and time_s - now.lost_since > _LOST_S

    def _mark_lost(self, now: _Now, found: list[Alignment | None], time_s: float) -> None:
        if all(_good(alignment) for alignment in found):
            now.lost_since = None
        elif now.lost_since is None:
            now.lost_since = time_s


def _good(alignment: Alignment | None) -> TypeGuard[Alignment]:
    return alignment is not None and alignment.cost < _LOST


def _alignments(now: _Now, anchor: Anchor, frame: Frame, points: FloatArray) -> list[Alignment | None]:
    """Align both legs; None for a leg that has no template or no landmark to start from."""
    if anchor.templates is None:
        return [None, None]
    colours, seen = anchor.look(frame.image)
    found: list[Alignment | None] = []
    for k, side in enumerate(SIDES):
        knee = anchor.shift(points, index(side, "knee"))
        if not np.isfinite(knee).all():
            found.append(None)
            continue
        start = best_start(anchor.templates[k].views[0], seen[0], [now.motions[k], *_starts(knee)])
        result = align(anchor.templates[k].views, seen, start, _expected(knee))
        now.motions[k] = result.motion
        found.append(result)
    anchor.learn(colours, {k: a.motion for k, a in enumerate(found) if _good(a)})
    return found


def _starts(knee: FloatArray) -> list[FloatArray]:
    return [chain.pose(knee, np.array([0.5 * knee[0] + drift, rise])) for rise in _RISES for drift in _DRIFTS]


def _expected(knee: FloatArray) -> Expectation:
    mean, precision = np.zeros(chain.SIZE), np.zeros((chain.SIZE, chain.SIZE))
    for row, value, sd in zip(chain.KNEE, knee, _KNEE_SD, strict=True):
        mean[row], precision[row, row] = value, 1.0 / (sd * SHANK) ** 2
    return Expectation(_STIFF + precision, precision @ mean)


def _write(side: str, alignment: Alignment | None, anchor: Anchor, points: Landmarks, sd: Landmarks) -> None:
    """Write one leg's knee and ankle into an observation's arrays, or widen their deviation."""
    height, azimuth_deg = anchor.rest.height, anchor.rest.azimuth_deg
    parts = (("knee", chain.KNEE), ("ankle", chain.ANKLE))
    for (part, rows), wide, share in zip(parts, _LANDMARK_SD, _SHARE_OF_MOTION, strict=True):
        row = index(side, part)
        landmark_sd = float(np.hypot(sd[row], wide * height)) if azimuth_deg >= _FRONT_FROM else float(sd[row])
        if not _good(alignment):
            sd[row] = landmark_sd
            continue
        shift = alignment.motion[list(rows)] / anchor.window.scale
        spread = float(np.sqrt(alignment.covariance[list(rows), list(rows)].max())) / anchor.window.scale
        points[row, 0] = anchor.rest.points[row, 0] + shift[0]
        error = share * float(np.linalg.norm(shift))
        if part == "knee" or min(azimuth_deg, anchor.rest.feet_deg) >= _RISE_FROM:
            points[row, 1] = anchor.rest.points[row, 1] + shift[1]
        else:
            error = max(error, landmark_sd)
        sd[row] = np.sqrt(spread**2 + error**2 + (_LEAST_SD * height) ** 2)


def _write_hips(roll: Roll, *, rest_points: FloatArray, points: Landmarks, sd: Landmarks) -> None:
    """Turn the line of the hips about its middle to where it was at rest plus a roll; across they stay."""
    left, right = (index(side, "hip") for side in SIDES)
    rest_x, rest_y = rest_points[left] - rest_points[right]
    apart = float(points[left, 0] - points[right, 0])
    drop = apart * np.tan(np.arctan(rest_y / rest_x) + roll.angle)
    middle = (points[left, 1] + points[right, 1]) / 2
    points[left, 1], points[right, 1] = middle + drop / 2, middle - drop / 2
    # The middle stays the landmarks', the mean of two; half the drop is the picture's.
    middle_sd = float(np.hypot(sd[left], sd[right])) / 2
    sd[[left, right]] = np.hypot(middle_sd, roll.sd * apart / 2)
