"""The picture at each rep's peak: the whole person beside a close view of the feet, with what was measured drawn on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, cast

import cv2
import numpy as np

from formcheck.feedback._ink import Picture
from formcheck.feedback.overlay import draw_marks, draw_skeleton
from formcheck.model import Frame, Hold, LandmarkRecording, PoseObservation, Rep, SetResult
from formcheck.report._story import Story
from formcheck.report._summary import items, strong_side
from formcheck.skeleton import INDEX, SIDES

__all__ = ["peak_pictures"]

_HEIGHT: Final = 300
_WIDTHS: Final = (170, 250)  # whole person, feet
_ENLARGED: Final = 1.7  # the pictures are small, their numbers must be read
_QUALITY: Final = 80
_FEET: Final = ("knee", "ankle", "heel", "foot_index", "heel_base", "ball")
_SEEN: Final = 0.3  # far legs included; landmarks invented outside the picture have 0.2

Box = tuple[int, int, int, int]


def peak_pictures(frames: Iterable[Frame], recording: LandmarkRecording, result: SetResult) -> dict[int, bytes]:
    """Return a JPEG for each rep or hold, by its index, reading the frames once and no further than needed.

    A peak in which nobody was seen, or that the frames do not reach, has no picture.
    """
    wanted: dict[int, list[int]] = {}
    for item in items(result):
        nearest = int(np.argmin(np.abs(recording.time_s - _moment(item)))) if len(recording) else -1
        wanted.setdefault(nearest, []).append(item.index)
    last = max(wanted, default=-1)
    story = Story.of(result)
    pictures: dict[int, bytes] = {}
    for frame in frames if last >= 0 else ():
        observation = recording.observation(frame.index) if frame.index in wanted else None
        if observation is not None and observation.seen:
            jpeg = _jpeg(frame, observation, story)
            pictures.update(dict.fromkeys(wanted[frame.index], jpeg))
        if frame.index >= last:
            break
    return pictures


def _moment(item: Rep | Hold) -> float:
    """Return the time to show: a rep's peak, the middle of a hold or where a fault broke it."""
    if isinstance(item, Rep):
        return item.peak_s
    return item.faults[0].time_s if item.faults else (item.start_s + item.end_s) / 2


def _jpeg(frame: Frame, observation: PoseObservation, story: Story) -> bytes:
    near = strong_side(story.result)
    feet = [INDEX[f"{side}_{part}"] for side in (SIDES if near == "both" else (near,)) for part in _FEET]
    everything = range(len(observation.points))
    boxes = [_box(observation, everything, _WIDTHS[0]), _box(observation, feet, _WIDTHS[1])]
    views = [_view(frame, observation, story, box, width) for box, width in zip(boxes, _WIDTHS, strict=True)]
    gap = np.full((_HEIGHT, 4, 3), 255, dtype=np.uint8)
    picture = np.hstack([views[0], gap, views[1]])
    done, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return data.tobytes() if done else b""


def _view(frame: Frame, observation: PoseObservation, story: Story, box: Box, width: int) -> Picture:
    """Return the part of a frame inside `box`, enlarged first and drawn on then, so that the lines stay sharp."""
    left, top, right, bottom = box
    part = _cut(frame.image, box)
    method = cv2.INTER_AREA if right - left > width else cv2.INTER_CUBIC
    view = cast("Picture", cv2.resize(part, (width, _HEIGHT), interpolation=method))
    scale = np.array([width / (right - left), _HEIGHT / (bottom - top)])
    points = ((observation.points - np.array([left, top])) * scale).astype(np.float32)
    local = replace(observation, size=(width, _HEIGHT), points=points)
    draw_skeleton(view, local, strong_side(story.result))
    if width == _WIDTHS[1]:
        marks = story.marks(frame.time_s, frame.index)
        grown = [replace(mark, length_px=mark.length_px * float(scale[1])) for mark in marks]
        draw_marks(view, local, grown, enlarged=_ENLARGED)
    return view


def _cut(image: Picture, box: Box) -> Picture:
    """Return the pixels inside `box`; what lies outside the picture is dark."""
    left, top, right, bottom = box
    height, width = image.shape[:2]
    inside = image[max(top, 0) : max(min(bottom, height), 0), max(left, 0) : max(min(right, width), 0)]
    cut = np.full((bottom - top, right - left, 3), 30, dtype=np.uint8)
    y, x = max(-top, 0), max(-left, 0)
    cut[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
    return cut


def _box(observation: PoseObservation, landmarks: Sequence[int], width: int) -> Box:
    """Return the box of shape (width, _HEIGHT) around those of the landmarks that were seen."""
    rows = list(landmarks)
    points, visible = observation.points[rows], observation.visibility[rows] >= _SEEN
    chosen = points[visible & np.isfinite(points).all(axis=1)]
    if not len(chosen):
        chosen = np.array([[0.0, 0.0], observation.size])
    low, high = chosen.min(axis=0), chosen.max(axis=0)
    centre, half = (low + high) / 2, (high - low) * 0.62 + 4.0
    half_width = max(float(half[0]), float(half[1]) * width / _HEIGHT)
    half_height = half_width * _HEIGHT / width
    left, top = round(float(centre[0]) - half_width), round(float(centre[1]) - half_height)
    return left, top, left + max(round(2 * half_width), 2), top + max(round(2 * half_height), 2)
