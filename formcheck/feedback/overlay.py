"""What is drawn on the person's picture: skeleton, the measured angle at its joint, count, phase, what to correct.

Pure picture functions: picture, observation and words in, a new picture out. Sizes follow the picture, lines are light
on dark, the side that is measured is stronger than the other, and what was hardly seen is thin and dashed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, degrees, hypot, isfinite
from typing import Final, Literal

import numpy as np

from formcheck.feedback import _ink as ink
from formcheck.feedback.words import number
from formcheck.model import PoseObservation, Side, Stage, Verdict
from formcheck.skeleton import CONNECTIONS, INDEX, LANDMARKS, SIDES

__all__ = ["Mark", "MarkKind", "Message", "Panel", "draw", "draw_marks", "draw_panel", "draw_skeleton"]

MarkKind = Literal["ankle", "shank", "knee", "heel"]
Point = tuple[float, float]

_SEEN: Final = 0.5  # visibility below which a landmark is a guess: far legs have 0.25 to 0.6, good ones 0.9
_TRACKED: Final = tuple(INDEX[f"{side}_{part}"] for side in SIDES for part in ("heel_base", "ball"))
_HEEL_DOWN_CM: Final = 0.5  # lower than this is what a heel on the floor reads
_STAGE_WORDS: Final[dict[Stage, str]] = {
    "setup": "Set-up",
    "ready": "Ready",
    "rest": "Rest",
    "moving": "Moving",
    "hold": "Hold",
    "paused": "Paused",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A measured value drawn where it was measured.

    `ankle`, `shank` and `knee` are angles in degrees; `heel` is a height in cm, and then `length_px` is the same
    height in pixels of the observation. `stressed` marks a value beyond its limit.
    """

    kind: MarkKind
    side: Literal["left", "right"]
    value: float
    length_px: float = float("nan")
    stressed: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence to read now, and what it means."""

    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The words and the bar: `headline` (a count, a hold timer), `detail` below it, stage, progress from 0 to 1."""

    headline: str
    detail: str
    stage: Stage
    progress: float
    message: Message | None = None


def draw(
    image: ink.Picture,
    observation: PoseObservation | None,
    near_side: Side,
    marks: Sequence[Mark],
    panel: Panel,
) -> ink.Picture:
    """Return a copy of an RGB picture with everything on it; nobody seen leaves out skeleton and marks."""
    canvas = image.copy()
    if observation is not None:
        draw_skeleton(canvas, observation, near_side)
        draw_marks(canvas, observation, marks)
    draw_panel(canvas, panel)
    return canvas


def draw_skeleton(canvas: ink.Picture, observation: PoseObservation, near_side: Side) -> None:
    """Draw the limbs into `canvas`: the near side light and strong, the other thin and grey, guesses dashed."""
    points, unit = _points(canvas, observation), _unit(canvas)
    seen = [bool(visible >= _SEEN) for visible in observation.visibility]
    for end in _TRACKED:  # there only where foot tracking found them in the picture
        seen[end] = True
    strokes = sorted(_limbs(points, observation), key=lambda limb: _is_near(limb[0], near_side))
    for edge in (True, False):  # all dark edges first: no edge crosses a neighbour's line
        for a, b in strokes:
            near = _is_near(a, near_side) and _is_near(b, near_side)
            faint = not (seen[a] and seen[b])
            thickness = unit * (1.2 if faint else 2.6 if near else 1.6)
            colour = ink.DARK if edge else ink.WHITE if near else ink.GREY
            dash = 5 * unit if faint else 0.0
            ink.line(canvas, points[a], points[b], colour, thickness + (2 * unit if edge else 0), dash=dash)
    for joint in sorted({end for limb in strokes for end in limb}):
        if _is_near(joint, near_side) and seen[joint]:
            ink.dot(canvas, points[joint], 4 * unit, ink.DARK)
            ink.dot(canvas, points[joint], 2.6 * unit, ink.BLUE)


def draw_marks(
    canvas: ink.Picture, observation: PoseObservation, marks: Sequence[Mark], *, enlarged: float = 1.0
) -> None:
    """Draw measured values into `canvas`, each at its joint; a value or a joint that was not seen draws nothing.

    `enlarged` makes signs and numbers larger than the size of the picture asks for, for small pictures.
    """
    unit = enlarged * _unit(canvas)
    points = _points(canvas, observation)
    scale = canvas.shape[0] / observation.size[1]
    for mark in marks:
        if not isfinite(mark.value):
            continue
        at = {part: points[INDEX[f"{mark.side}_{part}"]] for part in ("hip", "knee", "ankle")}
        heel, toe = _sole(points, mark.side)
        if mark.kind == "heel":
            _height_mark(canvas, unit, mark, heel, toe, scale)
        elif mark.kind == "ankle":
            _angle_mark(canvas, unit, mark, at["ankle"], at["knee"], _shifted(at["ankle"], heel, toe))
        elif mark.kind == "shank":
            above = (at["ankle"][0], 2 * at["ankle"][1] - _shifted(at["ankle"], at["knee"], at["ankle"])[1])
            _angle_mark(canvas, unit, mark, at["ankle"], at["knee"], above)
        else:
            _angle_mark(canvas, unit, mark, at["knee"], at["ankle"], _shifted(at["knee"], at["hip"], at["knee"]))


def draw_panel(canvas: ink.Picture, panel: Panel) -> None:
    """Write headline and detail at the top left, the message beside or below them, the bar at the right edge.

    The feet are what matters, and they are at the bottom: nothing is written there.
    """
    unit, width = _unit(canvas), canvas.shape[1]
    pad = 10 * unit
    big, small = 24 * unit, 12 * unit
    box = max(ink.text_width(panel.headline, big), ink.text_width(panel.detail, small)) + 2 * pad
    bottom = 2 * pad + big + (small + 0.8 * pad if panel.detail else 0.0)
    ink.plate(canvas, 0, 0, box, bottom)
    ink.text(canvas, panel.headline, pad, pad + big, big, ink.WHITE)
    if panel.detail:
        ink.text(canvas, panel.detail, pad, pad + big + 0.8 * pad + small, small, ink.GREY)
    if panel.message is not None:
        beside = width - box > 300 * unit
        _message(canvas, panel.message, (box + pad, 0.0) if beside else (0.0, bottom + pad))
    _bar(canvas, panel)


def _message(canvas: ink.Picture, message: Message, corner: Point) -> None:
    unit = _unit(canvas)
    cap, pad, mark = 14 * unit, 10 * unit, 30 * unit
    left, top = corner
    room = canvas.shape[1] - left - mark - 4 * pad
    lines = ink.wrapped(message.text, cap, room, most_lines=3)
    step = 1.9 * cap
    height = max(len(lines) * step + 0.9 * pad, mark + pad)
    right = left + mark + 3.5 * pad + max(ink.text_width(words, cap) for words in lines)
    ink.plate(canvas, left, top, right, top + height)
    colour = ink.VERDICT_INKS[message.verdict]
    ink.line(canvas, (left, top), (left, top + height), colour, 5 * unit)
    ink.sign(canvas, message.verdict, (left + pad + mark / 2, top + height / 2), mark)
    first = top + (height - len(lines) * step) / 2 + 0.5 * (step + cap)
    for i, words in enumerate(lines):
        ink.text(canvas, words, left + 2 * pad + mark, first + i * step, cap, ink.WHITE)


def _bar(canvas: ink.Picture, panel: Panel) -> None:
    """Draw the phase as a bar that fills upwards, with the stage as a word above it."""
    unit, (height, width) = _unit(canvas), canvas.shape[:2]
    cap, pad, thick = 11 * unit, 8 * unit, 14 * unit
    right, top, bottom = width - pad, 0.36 * height, 0.86 * height
    word = _STAGE_WORDS[panel.stage]
    length = ink.text_width(word, cap)
    ink.plate(canvas, right - length - pad, top - cap - 2.2 * pad, width, top - 0.6 * pad)
    ink.text(canvas, word, right - length, top - 1.4 * pad, cap, ink.WHITE)
    ink.plate(canvas, right - thick - 3 * unit, top - 3 * unit, right + 3 * unit, bottom + 3 * unit)
    if isfinite(panel.progress):
        share = min(max(panel.progress, 0.0), 1.0)
        filled = canvas[round(bottom - share * (bottom - top)) : round(bottom), round(right - thick) : round(right)]
        filled[:] = ink.BLUE


def _angle_mark(canvas: ink.Picture, unit: float, mark: Mark, joint: Point, one: Point, other: Point) -> None:
    """Draw the angle at `joint` between the directions to two points, and its value beyond the arc."""
    reach = hypot(one[0] - joint[0], one[1] - joint[1])
    if not all(map(isfinite, (*joint, *one, *other))) or reach < 1.0 or joint == other:
        return
    colour = ink.ORANGE if mark.stressed else ink.YELLOW
    radius = min(max(0.33 * reach, 16 * unit), 46 * unit)
    start = degrees(atan2(one[1] - joint[1], one[0] - joint[0]))
    end = degrees(atan2(other[1] - joint[1], other[0] - joint[0]))
    sweep = (end - start + 180.0) % 360.0 - 180.0
    tip = np.radians(end)
    ray = (joint[0] + 1.35 * radius * float(np.cos(tip)), joint[1] + 1.35 * radius * float(np.sin(tip)))
    ink.line(canvas, joint, ray, ink.DARK, 3.6 * unit, dash=4 * unit)
    ink.line(canvas, joint, ray, colour, 1.6 * unit, dash=4 * unit)
    ink.arc(canvas, joint, radius, start, sweep, colour, 2.4 * unit)
    middle = np.radians(start + sweep / 2)
    x, y = float(np.cos(middle)), float(np.sin(middle))
    if mark.kind == "ankle":
        centre = (joint[0] + (radius + 28 * unit) * x, joint[1] + (radius + 28 * unit) * y)
    else:  # an arc that lies in the leg: its value beside the leg, on the far side of the reference line
        away = 1.0 if other[0] > one[0] else -1.0
        centre = (joint[0] + radius * x + away * 40 * unit, joint[1] + radius * y)
    _tag(canvas, unit, number(mark.value, "°", digits=0), centre, colour)


def _height_mark(canvas: ink.Picture, unit: float, mark: Mark, heel: Point, toe: Point, scale: float) -> None:
    """Draw how far the heel rose as a dimension line behind it, from where it stood to where it is."""
    length = mark.length_px * scale
    if not all(map(isfinite, (*heel, *toe, length))) or mark.value < _HEEL_DOWN_CM:
        return
    colour = ink.ORANGE if mark.stressed else ink.YELLOW
    behind = 1.0 if heel[0] > toe[0] else -1.0
    x = heel[0] + behind * 14 * unit
    ends = ((x, heel[1]), (x, heel[1] + length))
    ticks = [((x - 5 * unit, y), (x + 5 * unit, y)) for _, y in ends]
    for tint, thickness in ((ink.DARK, 4.4 * unit), (colour, 2 * unit)):
        for a, b in (ends, *ticks):
            ink.line(canvas, a, b, tint, thickness)
    words = number(mark.value, " cm")
    half = ink.text_width(words, 12 * unit) / 2 + 12 * unit
    _tag(canvas, unit, words, (x + behind * half, heel[1] + length / 2), colour)


def _tag(canvas: ink.Picture, unit: float, words: str, centre: Point, colour: ink.Colour) -> None:
    """Write a value on a small dark plate, pushed into the picture where it would leave it."""
    height, width = canvas.shape[:2]
    cap, pad = 12 * unit, 5 * unit
    half = ink.text_width(words, cap) / 2
    x = min(max(centre[0], half + pad), width - half - pad)
    y = min(max(centre[1], cap), height - cap)
    ink.plate(canvas, x - half - pad, y - cap / 2 - pad, x + half + pad, y + cap / 2 + pad)
    ink.text(canvas, words, x - half, y + cap / 2, cap, colour)


def _limbs(points: Sequence[Point], observation: PoseObservation) -> list[tuple[int, int]]:
    """Return the lines to draw; where foot tracking found a sole, it takes the place of the guessed one."""
    limbs = list(CONNECTIONS)
    for side in SIDES:
        ends = INDEX[f"{side}_heel_base"], INDEX[f"{side}_ball"]
        if np.isfinite([points[end] for end in ends]).all():
            guessed = {INDEX[f"{side}_heel"], INDEX[f"{side}_foot_index"]}
            limbs = [pair for pair in limbs if not guessed & set(pair)]
            ankle = INDEX[f"{side}_ankle"]
            limbs += [ends, (ankle, ends[0]), (ankle, ends[1])]
    return limbs


def _sole(points: Sequence[Point], side: str) -> tuple[Point, Point]:
    """Return heel and forefoot: as tracked in the picture, else as the model has them."""
    tracked = points[INDEX[f"{side}_heel_base"]], points[INDEX[f"{side}_ball"]]
    if np.isfinite(tracked).all():
        return tracked
    return points[INDEX[f"{side}_heel"]], points[INDEX[f"{side}_foot_index"]]


def _shifted(origin: Point, start: Point, end: Point) -> Point:
    """Return `origin` moved by the way from `start` to `end`."""
    return origin[0] + end[0] - start[0], origin[1] + end[1] - start[1]


def _points(canvas: ink.Picture, observation: PoseObservation) -> list[Point]:
    """Return the landmarks in pixels of the canvas, which may be smaller or larger than the observed frame."""
    scale = np.array([canvas.shape[1] / observation.size[0], canvas.shape[0] / observation.size[1]])
    points = observation.points.astype(np.float64) * scale
    return [(float(x), float(y)) for x, y in points]


def _is_near(landmark: int, near_side: Side) -> bool:
    """Whether a landmark is on the side that is measured; from the front both are."""
    name = LANDMARKS[landmark]
    return near_side == "both" or name.startswith(near_side)


def _unit(canvas: ink.Picture) -> float:
    """Return the length that everything is drawn in: a pixel of a picture 540 high, less in a narrow one."""
    height, width = canvas.shape[:2]
    return float(min(height, 1.1 * width)) / 540.0
