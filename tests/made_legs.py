"""Pictures of a pair of legs seen from the front that rise by known amounts, with landmarks that show half of it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.legs import LegTracker
from formcheck.model import Frame, PoseObservation
from formcheck.skeleton import INDEX, N_LANDMARKS, SIDES, index, mirrored_order

SIZE = (600, 520)
FPS = 15.0
_FINE = 4
_KNEE_Y, _ANKLE_Y, _TOE_Y = 360.0, 460.0, 484.0
_LEG_X = {"left": 340.0, "right": 260.0}
_REST = {
    "nose": (300, 60), "left_eye": (306, 55), "right_eye": (294, 55),
    "left_shoulder": (345, 130), "right_shoulder": (255, 130), "left_hip": (330, 255), "right_hip": (270, 255),
}  # fmt: skip
# Down a leg: place along the shank (0 knee, 1 ankle, 2 ball, 3 toes) and half the width, px.
_OUTLINE = np.array(
    [[-1.0, 24], [-0.3, 18], [0, 15], [0.3, 17], [0.6, 13], [0.85, 8.5], [1, 9], [1.4, 12], [2, 15], [3, 12]]
)


@dataclass(frozen=True, slots=True)
class Pose:
    """How the legs stand, (left, right), px: rises of ankles and knees, knees moved to the picture's right.

    `azimuth_share` is the sine of the azimuth as shoulders show it, `toes_px` how far both feet point to the right.
    """

    ankles: tuple[float, float] = (0.0, 0.0)
    knees: tuple[float, float] = (0.0, 0.0)
    knees_x: tuple[float, float] = (0.0, 0.0)
    step_px: float = 0.0
    covered: bool = False
    seen: bool = True
    azimuth_share: float = 1.0
    toes_px: float = 0.0


def raised(left: float, right: float) -> Pose:
    """Both heels up: the knees rise as much as the ankles."""
    return Pose(ankles=(left, right), knees=(left, right))


@functools.lru_cache(maxsize=64)
def picture(pose: Pose) -> NDArray[np.uint8]:
    """Draw the legs before a wall and a floor of noise."""
    image = _room().copy()
    if pose.covered:
        return image
    fine = np.zeros((SIZE[1] * _FINE, SIZE[0] * _FINE), dtype=np.uint8)
    for k, side in enumerate(SIDES):
        corners = np.rint(_corners(pose, k, _LEG_X[side]) * _FINE).astype(np.int32)
        cv2.fillPoly(fine, [corners], 255)
    cover = cv2.resize(fine, SIZE, interpolation=cv2.INTER_AREA)[..., None].astype(np.float32) / 255.0
    skin = np.array([205, 160, 130], dtype=np.float32)
    return np.rint(image * (1.0 - cover) + skin * cover).astype(np.uint8)


def observation(pose: Pose, time_s: float) -> PoseObservation:
    """Return landmarks that follow the knees and half of the ankles' rise."""
    points = np.full((N_LANDMARKS, 2), 100.0, dtype=np.float32)
    for name, place in _REST.items():
        points[INDEX[name]] = place
    middle = np.float32(300.0)
    for side in SIDES:
        row = index(side, "shoulder")
        points[row, 0] = middle + np.float32(pose.azimuth_share) * (points[row, 0] - middle)
    lift = np.float32(max(pose.ankles))
    points[:, 1] -= lift
    for k, side in enumerate(SIDES):
        x = _LEG_X[side]
        points[index(side, "knee")] = (x + pose.knees_x[k], _KNEE_Y - pose.knees[k])
        points[index(side, "ankle")] = (x, _ANKLE_Y - 0.5 * pose.ankles[k])
        points[index(side, "heel")] = (x, _ANKLE_Y + 15 - 0.5 * pose.ankles[k])
        points[index(side, "foot_index")] = (x + pose.toes_px, _TOE_Y)
    points[:, 0] += np.float32(pose.step_px)
    if not pose.seen:
        points[:] = np.nan
    ones = np.ones(N_LANDMARKS, dtype=np.float32)
    return PoseObservation(time_s, SIZE, points, ones, ones)


def watched(
    poses: Sequence[Pose], *, tracker: LegTracker | None = None, mirror: bool = False, zoom: int = 1
) -> list[tuple[PoseObservation, PoseObservation]]:
    """Show the poses at `FPS`; return what went in and what came out of the tracker."""
    tracker = tracker or LegTracker()
    out = []
    for i, pose in enumerate(poses):
        image, given = picture(pose), observation(pose, i / FPS)
        if mirror:
            image, given = np.ascontiguousarray(image[:, ::-1]), mirrored(given)
        if zoom != 1:
            image = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
            given = replace(given, points=(given.points + 0.5) * np.float32(zoom) - np.float32(0.5))
        out.append((given, tracker.update(Frame(i, i / FPS, image), given)))
    return out


def mirrored(given: PoseObservation) -> PoseObservation:
    """Swap the picture's and the body's left and right."""
    points = given.points[mirrored_order()].copy()
    points[:, 0] = SIZE[0] - 1 - points[:, 0]
    return replace(given, points=points, sd_px=given.sd_px[mirrored_order()])


def rise(result: Sequence[tuple[PoseObservation, PoseObservation]], side: str, part: str = "ankle") -> float:
    """Return how far a tracked landmark stands above its place in the first frame, px."""
    row = index(side, part)
    return float(result[0][0].points[row, 1] - result[-1][1].points[row, 1])


def _corners(pose: Pose, k: int, x: float) -> NDArray[np.float64]:
    place, half = _OUTLINE.T
    fine = np.linspace(place[0], place[-1], 120)
    half = np.interp(fine, place, half)
    foot = np.clip(fine - 1.0, 0.0, 1.0) ** 2
    rest = np.interp(fine, [-1, 0, 1, 2, 3], [_KNEE_Y - 105, _KNEE_Y, _ANKLE_Y, _ANKLE_Y + 18, _TOE_Y + 6])
    follow = np.interp(fine, [0.0, 1.0], [pose.knees[k], pose.ankles[k]])
    y = rest - np.where(fine > 1.0, pose.ankles[k] * (1.0 - foot), follow)
    middle = x + pose.step_px + np.interp(fine, [-1.0, 0.0, 1.0], [0.0, pose.knees_x[k], 0.0])
    return np.concatenate([np.stack([middle - half, y], 1), np.stack([middle + half, y], 1)[::-1]])


@functools.cache
def _room() -> NDArray[np.float32]:
    noise = np.random.default_rng(5).normal(0.0, 6.0, (SIZE[1], SIZE[0], 1)).astype(np.float32)
    room = np.full((SIZE[1], SIZE[0], 3), (150, 165, 175), dtype=np.float32)
    room[420:] = (95, 90, 85)
    return np.clip(room + cv2.GaussianBlur(noise, (0, 0), 1.2)[..., None] * 3.0, 0, 255)
