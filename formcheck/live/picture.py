"""The live window as a picture of 1280 × 720: count and phase bar at the left, the person, one line of words below.

Pure: scene, camera picture and observation in, a picture out. Nothing is drawn over the person but their skeleton.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import isfinite
from typing import Final

import cv2
import numpy as np

from formcheck.feedback import _ink as ink
from formcheck.feedback.overlay import Mark, draw_marks, draw_skeleton
from formcheck.live.pictograms import draw_pictogram
from formcheck.live.scene import Scene
from formcheck.model import PoseObservation, Side, Verdict

__all__ = ["HEIGHT", "HELP", "TRACK", "WIDTH", "Sight", "blank", "draw_window"]

WIDTH: Final = 1280
HEIGHT: Final = 720
_COLUMN: Final = 320
_VIDEO: Final = (WIDTH - _COLUMN, 540)
_BAR: Final = (244, 36, 284, 504)
_GROUND: Final[ink.Colour] = (27, 30, 37)
TRACK: Final[ink.Colour] = (58, 63, 73)
_MARK_SIZE: Final = 32.0
_MARKS_A_ROW: Final = 5
_MOST_MARKS: Final = 15
_EDGE: Final = 36
_COUNT_X: Final = 128.0
HELP: Final = "space: pause    m: beat    v: voice    f: full screen    q: end"


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """The picture of this moment: the camera's RGB image, who was seen in it, and what to mark.

    `title` is the exercise's name; `notes` are lines on what does not work.
    """

    image: ink.Picture
    observation: PoseObservation | None
    near_side: Side
    marks: Sequence[Mark]
    mirrored: bool
    title: str
    notes: Sequence[str] = ()


def blank() -> ink.Picture:
    """Return an empty picture of the window's size."""
    return _filled(ink.DARK).copy()


@cache
def _filled(colour: ink.Colour) -> ink.Picture:
    """Return a picture of one colour, to copy: filling costs ten times as much."""
    return np.full((HEIGHT, WIDTH, 3), colour, dtype=np.uint8)


@cache
def _ground() -> ink.Picture:
    """Return the empty window, to copy."""
    canvas = blank()
    canvas[: _VIDEO[1], :_COLUMN] = _GROUND
    return canvas


def draw_window(scene: Scene, sight: Sight) -> ink.Picture:
    """Return the window's picture (RGB)."""
    canvas = _ground().copy()
    _draw_person(canvas, scene, sight)
    _draw_column(canvas, scene)
    _draw_strip(canvas, scene)
    _draw_foot_line(canvas, sight)
    return canvas


def _draw_person(canvas: ink.Picture, scene: Scene, sight: Sight) -> None:
    height, width = sight.image.shape[:2]
    scale = min(_VIDEO[0] / width, _VIDEO[1] / height)
    size = (round(width * scale), round(height * scale))
    # Averaging over areas looks better by little and takes ten times as long.
    picture = np.asarray(cv2.resize(sight.image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    observation = sight.observation
    if sight.mirrored:
        picture = np.asarray(cv2.flip(picture, 1), dtype=np.uint8)
        observation = None if observation is None else _mirrored(observation)
    if scene.phase == "paused":
        picture = np.asarray(cv2.convertScaleAbs(picture, alpha=0.45), dtype=np.uint8)
    if observation is not None and observation.seen:
        draw_skeleton(picture, observation, sight.near_side)
        draw_marks(picture, observation, sight.marks, enlarged=2.2)
    left, top = _COLUMN + (_VIDEO[0] - size[0]) // 2, (_VIDEO[1] - size[1]) // 2
    canvas[top : top + size[1], left : left + size[0]] = picture
    if scene.phase == "paused":
        for x in (WIDTH - 94.0, WIDTH - 50.0):
            ink.line(canvas, (x, 46), (x, 114), ink.WHITE, 24)


def _mirrored(observation: PoseObservation) -> PoseObservation:
    points = observation.points.copy()
    points[:, 0] = observation.size[0] - 1 - points[:, 0]
    return replace(observation, points=points)


# ---------------------------------------------------------------------- the column


def _draw_column(canvas: ink.Picture, scene: Scene) -> None:
    if scene.problem is not None or scene.phase == "getting_ready":
        draw_pictogram(canvas, scene.problem or scene.sign, (_COLUMN / 2, 190), 250)
        if scene.count:
            _centred(canvas, _counted(scene), _COLUMN / 2, 420, 40, ink.WHITE)
    elif scene.countdown is not None:
        _centred(canvas, str(scene.countdown), _COLUMN / 2, 330, 210, ink.YELLOW)
    elif scene.holds:
        _draw_hold(canvas, scene)
    else:
        _draw_count(canvas, scene)
        _draw_bar(canvas, scene)
    _draw_marks(canvas, scene.verdicts, 470 if scene.problem or scene.holds else 400)


def _counted(scene: Scene) -> str:
    return f"{scene.count}" if scene.target is None else f"{scene.count} of {scene.target}"


def _draw_count(canvas: ink.Picture, scene: Scene) -> None:
    words = str(scene.count)
    cap = 176.0
    while ink.text_width(words, cap) > 196:
        cap *= 0.92
    _centred(canvas, words, _COUNT_X, 236, cap, ink.WHITE)
    if scene.target is not None:
        _centred(canvas, f"of {scene.target}", _COUNT_X, 316, 42, ink.GREY)
    _centred(canvas, scene.noun, _COUNT_X, 370, 28, ink.GREY)


def _draw_bar(canvas: ink.Picture, scene: Scene) -> None:
    """Draw the phase bar: it fills with the movement, and its top is the person's own best."""
    left, top, right, bottom = _BAR
    canvas[top:bottom, left:right] = TRACK
    share = min(max(scene.progress, 0.0), 1.0) if isfinite(scene.progress) else 0.0
    level = round(bottom - share * (bottom - top))
    canvas[level:bottom, left:right] = ink.BLUE
    ink.line(canvas, (left - 10, top), (right + 10, top), ink.WHITE, 6)
    ink.line(canvas, (left - 10, level), (right + 10, level), ink.WHITE, 3)


def _draw_hold(canvas: ink.Picture, scene: Scene) -> None:
    """Draw the ring that fills with the seconds held, and the seconds in it."""
    centre, radius = (_COLUMN / 2, 178.0), 122.0
    share = min(max(scene.held_s / scene.target_s, 0.0), 1.0)
    ink.ring(canvas, centre, radius, 1.0, TRACK, 30)
    ink.ring(canvas, centre, radius, share, ink.BLUE, 30)
    _centred(canvas, f"{max(scene.held_s, 0.0):.0f}", centre[0], centre[1] + 45, 96, ink.WHITE)
    _centred(canvas, f"of {scene.target_s:.0f} s", centre[0], 384, 40, ink.GREY)
    if scene.target is not None and scene.target > 1:
        _centred(canvas, f"hold {min(scene.count + 1, scene.target)} of {scene.target}", centre[0], 428, 26, ink.GREY)


def _draw_marks(canvas: ink.Picture, verdicts: Sequence[Verdict], top: float) -> None:
    """Draw a sign for each of the last reps or holds: its shape says the same as its colour.

    Rows keep their place as they fill up: only what leaves the top moves the others.
    """
    hidden = max(-(-(len(verdicts) - _MOST_MARKS) // _MARKS_A_ROW), 0) * _MARKS_A_ROW
    for i, verdict in enumerate(verdicts[hidden:]):
        row, column = divmod(i, _MARKS_A_ROW)
        ink.sign(canvas, verdict, (_EDGE + _MARK_SIZE / 2 + 39 * column, top + 42 * row), _MARK_SIZE)


# ---------------------------------------------------------------------- the words


def _draw_strip(canvas: ink.Picture, scene: Scene) -> None:
    top = _VIDEO[1]
    words, verdict = scene.words, scene.words.verdict
    left = float(_EDGE)
    if verdict is not None:
        colour = ink.WHITE if verdict == "cannot_judge" else ink.VERDICT_INKS[verdict]
        canvas[top:HEIGHT, 0:16] = colour
    if verdict is not None and scene.problem is None:
        ink.sign(canvas, verdict, (92, top + 66), 100)
        left = 168.0
    cap = 58.0
    while ink.text_width(words.headline, cap) > WIDTH - left - 24 and cap > 30:
        cap -= 2
    ink.text(canvas, words.headline, left, top + 78, cap, ink.WHITE)
    small = 26.0
    while ink.text_width(words.detail, small) > WIDTH - left - 24 and small > 18:
        small -= 1
    ink.text(canvas, words.detail, left, top + 126, small, ink.GREY)


def _draw_foot_line(canvas: ink.Picture, sight: Sight) -> None:
    """Write the exercise, what does not work, and the keys."""
    base, cap = HEIGHT - 16, 15
    ink.text(canvas, sight.title, _EDGE, base, cap, ink.GREY)
    left = _EDGE + ink.text_width(sight.title, cap) + 36
    ink.text(canvas, "   ".join(sight.notes), left, base, cap, ink.YELLOW)
    ink.text(canvas, HELP, WIDTH - _EDGE - ink.text_width(HELP, cap), base, cap, ink.GREY)


def _centred(canvas: ink.Picture, words: str, x: float, baseline: float, cap: float, colour: ink.Colour) -> None:
    ink.text(canvas, words, x - ink.text_width(words, cap) / 2, baseline, cap, colour)
