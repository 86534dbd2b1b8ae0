"""Pictures of a foot made of noise that turns about its ball by a known angle, with landmarks that show half of it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.feet import FootTracker
from formcheck.model import Frame, PoseObservation
from formcheck.skeleton import INDEX, N_LANDMARKS, index, mirrored_order

SIZE = (320, 300)
LENGTH = 60.0  # heel to toe landmark
BALL = np.array([182.0, 254.0])
HEEL_BASE = np.array([133.0, 262.0])  # where the sole meets the floor under the heel
_STATURE_PX = (250.0 - 5.0) / 0.936
_SHRINK = 0.5  # what the landmarks show of a turn
_HIND = np.array(
    [[120, 262], [117, 250], [120, 228], [122, 205], [146, 205], [148, 222], [166, 240], [186, 250], [186, 262]]
)
_TOES = np.array([[180, 247], [197, 252], [203, 262], [176, 262]])


@dataclass(frozen=True, slots=True)
class Pose:
    """How the foot stands in one picture: heel raised by `pitch_deg`, everything moved by `step_px`, light, cover."""

    pitch_deg: float = 0.0
    step_px: tuple[float, float] = (0.0, 0.0)
    camera_px: tuple[float, float] = (0.0, 0.0)
    light: float = 1.0
    covered: bool = False
    seen: bool = True


@functools.cache
def _noise(seed: int, mean: tuple[int, int, int], grain: float, size: tuple[int, int] = SIZE) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    field = rng.normal(size=(size[1], size[0], 1)).astype(np.float32)
    soft = cv2.GaussianBlur(field, (0, 0), grain)
    soft = 14.0 * soft / soft.std()
    return np.asarray(np.array(mean, dtype=np.float32) + soft[..., None], dtype=np.float32)


def _turned(point: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    """Turn a point about the ball so that the heel goes up."""
    a = math.radians(degrees)
    turn = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    return np.asarray((point - BALL) @ turn.T + BALL)


def _mask(polygon: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return a soft-edged filled polygon, drawn at sixteenths of a pixel."""
    mask = np.zeros((SIZE[1], SIZE[0]), dtype=np.uint8)
    cv2.fillPoly(mask, [np.rint(polygon * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
    return mask.astype(np.float32)[..., None] / 255.0


@functools.lru_cache(maxsize=256)
def picture(pose: Pose) -> NDArray[np.uint8]:
    """Draw floor, shank, toes and hind foot, the texture of each moving with it."""
    image = _noise(1, (150, 140, 125), 3.0).copy()
    skin = _noise(2, (205, 150, 120), 2.5)
    ankle = _turned(np.array([134.0, 214.0]), pose.pitch_deg)
    shank = np.array([[ankle[0] - 12, ankle[1]], [ankle[0] + 12, ankle[1]], [150, 60], [124, 60]])
    foot = _turned(_HIND.astype(np.float64), pose.pitch_deg)
    if not pose.covered:
        warp = np.hstack([np.eye(2), np.zeros((2, 1))])
        a = math.radians(pose.pitch_deg)
        warp[:, :2] = [[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]
        warp[:, 2] = BALL - warp[:, :2] @ BALL
        turned = cv2.warpAffine(skin, warp, SIZE, borderMode=cv2.BORDER_REFLECT)
        for polygon, texture in ((shank, skin * 0.96), (_TOES.astype(np.float64), skin), (foot, turned)):
            mask = _mask(polygon + np.array(pose.step_px))
            moved = cv2.warpAffine(texture, np.array([[1.0, 0, pose.step_px[0]], [0, 1.0, pose.step_px[1]]]), SIZE)
            image = image * (1.0 - mask) + moved * mask
    shift = np.array([[1.0, 0, pose.camera_px[0]], [0, 1.0, pose.camera_px[1]]])
    image = cv2.warpAffine(image, shift, SIZE, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(np.clip(image * pose.light, 0, 255), dtype=np.uint8)


def observation(pose: Pose, time_s: float) -> PoseObservation:
    """Return the landmarks that a pose network would give: the right leg near, the left one hidden behind it."""
    points = np.full((N_LANDMARKS, 2), np.nan, dtype=np.float32)
    visibility = np.zeros(N_LANDMARKS, dtype=np.float32)
    if not pose.seen:
        return PoseObservation(time_s, SIZE, points, visibility, np.full(N_LANDMARKS, np.nan, np.float32))
    shown = _SHRINK * pose.pitch_deg
    right = {
        "heel": _turned(np.array([126.0, 250.0]), shown),
        "foot_index": np.array([186.0, 252.0]),
        "ankle": _turned(np.array([134.0, 222.0]), shown),
        "knee": np.array([137.0, 130.0]),
        "hip": np.array([135.0, 60.0]),
        "shoulder": np.array([135.0, 20.0]),
        "eye": np.array([140.0, 5.0]),
    }
    carried = np.array(pose.camera_px) + np.array(pose.step_px)
    for part, place in right.items():
        points[index("right", part)] = place + carried
        points[index("left", part)] = place + carried + np.array([1.0, -3.0])
        visibility[index("right", part)] = 0.95
        visibility[index("left", part)] = 0.35
    # The body is turned away by what a standing foot is turned out: so the foot itself is seen exactly from the side.
    points[index("left", "shoulder"), 0] -= 1.0 + 0.2 * _STATURE_PX * math.sin(math.radians(5.0))
    points[INDEX["nose"]] = np.array([145.0, 8.0]) + carried
    return PoseObservation(time_s, SIZE, points, visibility, np.full(N_LANDMARKS, 2.0, np.float32))


def mirrored(frame: Frame, seen: PoseObservation) -> tuple[Frame, PoseObservation]:
    """Return what a mirror would show: the left leg near, walking the other way."""
    order = mirrored_order()
    points = seen.points[order].copy()
    points[:, 0] = SIZE[0] - 1 - points[:, 0]
    image = np.ascontiguousarray(frame.image[:, ::-1])
    turned = replace(seen, points=points, visibility=seen.visibility[order], sd_px=seen.sd_px[order])
    return replace(frame, image=image), turned


def film(poses: Sequence[Pose], fps: float = 30.0) -> Iterator[tuple[Frame, PoseObservation]]:
    """Yield frames and observations of poses in order."""
    for i, pose in enumerate(poses):
        yield Frame(i, i / fps, picture(pose)), observation(pose, i / fps)


def still(seconds: float, fps: float = 30.0, pose: Pose = Pose()) -> list[Pose]:
    """Return a pose held."""
    return [pose] * round(seconds * fps)


def raises(peak_deg: float, count: int, seconds: float = 1.0, fps: float = 30.0) -> list[Pose]:
    """Return heel raises up and down, each followed by no rest at all."""
    steps = round(seconds * fps)
    cycle = [Pose(peak_deg * (1.0 - math.cos(2.0 * math.pi * i / steps)) / 2.0) for i in range(steps)]
    return cycle * count


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """What was measured, shape (t,): sole pitch and heel height since the first number, and their deviations."""

    pitch_deg: NDArray[np.float64]
    height_px: NDArray[np.float64]
    pitch_sd_deg: NDArray[np.float64]
    height_sd_px: NDArray[np.float64]


def read(
    poses: Sequence[Pose],
    *,
    fps: float = 30.0,
    side: str = "right",
    change: Callable[[Frame, PoseObservation], tuple[Frame, PoseObservation]] | None = None,
) -> Readings:
    """Track a film and read it as the engine does: atan2 and the travel of y."""
    tracker = FootTracker()
    out = [tracker.update(*(change(*pair) if change else pair)) for pair in film(poses, fps)]
    heel, ball = index(side, "heel_base"), index(side, "ball")
    points = np.array([o.points for o in out], dtype=np.float64)
    sd = np.array([o.sd_px for o in out], dtype=np.float64)
    step = points[:, ball] - points[:, heel]
    pitch = np.degrees(np.arctan2(step[:, 1], np.abs(step[:, 0])))
    first = np.flatnonzero(np.isfinite(pitch))[:1]
    zero, floor = (pitch[first], points[first, heel, 1]) if len(first) else (np.nan, np.nan)
    length = np.linalg.norm(step, axis=-1)
    return Readings(
        pitch - zero,
        floor - points[:, heel, 1],
        np.degrees(np.hypot(sd[:, heel], sd[:, ball]) / length),
        sd[:, heel],
    )


def heel_height_px(pitch_deg: float) -> float:
    """Return how high the under-heel point stands at a pitch."""
    return float(HEEL_BASE[1] - _turned(HEEL_BASE, pitch_deg)[1])
