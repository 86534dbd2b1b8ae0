"""A sign for each set-up problem, for those who cannot read the words from where they stand.

Each is drawn into a square of side `size` round `centre`; what is wrong is orange and dashed, what to do is blue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from formcheck.feedback import _ink as ink
from formcheck.live.scene import CAMERA_LOST, LOW_LIGHT

__all__ = ["draw_pictogram"]

Point = tuple[float, float]


class _Pen(NamedTuple):
    """Draws in a square from (-1, -1) at its top left to (1, 1)."""

    canvas: ink.Picture
    centre: Point
    half: float

    def at(self, x: float, y: float) -> Point:
        return self.centre[0] + x * self.half, self.centre[1] + y * self.half

    def line(self, a: Point, b: Point, colour: ink.Colour, thick: float = 0.06, dash: float = 0.0) -> None:
        ink.line(self.canvas, self.at(*a), self.at(*b), colour, thick * self.half, dash=dash * self.half)

    def path(self, points: list[Point], colour: ink.Colour, thick: float = 0.06, dash: float = 0.0) -> None:
        for a, b in pairwise(points):
            self.line(a, b, colour, thick, dash)

    def dot(self, at: Point, radius: float, colour: ink.Colour) -> None:
        ink.dot(self.canvas, self.at(*at), radius * self.half, colour)

    def ring(self, at: Point, radius: float, start: float, sweep: float, colour: ink.Colour) -> None:
        ink.arc(self.canvas, self.at(*at), radius * self.half, start, sweep, colour, 0.06 * self.half)

    def arrow(self, a: Point, b: Point, colour: ink.Colour = ink.BLUE) -> None:
        tip, along = np.array(b), np.array(b) - np.array(a)
        along = along / np.hypot(*along)
        across = np.array([-along[1], along[0]])
        self.line(a, b, colour, 0.09)
        for way in (1, -1):
            x, y = tip - 0.22 * along + way * 0.16 * across
            self.line((float(x), float(y)), b, colour, 0.09)

    def frame(self) -> None:
        self.path([(-0.7, -0.9), (0.7, -0.9), (0.7, 0.9), (-0.7, 0.9), (-0.7, -0.9)], ink.GREY, 0.04)

    def person(self, foot: Point, tall: float, colour: ink.Colour, *, dash: float = 0.0, front: bool = False) -> None:
        """Draw somebody standing at `foot`, `tall` high: from the side, facing right, or from the front."""
        x, y = foot
        thick = 0.085 * min(tall, 1.4)
        hip, neck = y - 0.48 * tall, y - 0.8 * tall
        self.dot((x, y - 0.9 * tall), 0.1 * tall, colour)
        self.line((x, neck), (x, hip), colour, thick, dash)
        if front:
            for way in (-1, 1):
                self.path([(x, hip), (x + way * 0.12 * tall, y)], colour, thick, dash)
                self.path([(x, neck + 0.04 * tall), (x + way * 0.18 * tall, hip)], colour, thick, dash)
            return
        self.path([(x, hip), (x, y), (x + 0.16 * tall, y)], colour, thick, dash)
        self.path([(x, neck + 0.04 * tall), (x + 0.1 * tall, hip)], colour, thick, dash)


def _nobody(pen: _Pen) -> None:
    pen.frame()
    pen.person((0.0, 0.75), 1.3, ink.GREY, dash=0.08)
    pen.arrow((-1.05, 0.0), (-0.3, 0.0))


def _step_back(pen: _Pen) -> None:
    pen.path([(-1.0, -0.55), (-1.0, 0.7), (-0.05, 0.7), (-0.05, -0.55), (-1.0, -0.55)], ink.GREY, 0.04)
    pen.person((-0.55, 1.0), 1.9, ink.ORANGE, dash=0.06)
    pen.path([(0.3, -0.55), (1.0, -0.55), (1.0, 0.7), (0.3, 0.7), (0.3, -0.55)], ink.GREY, 0.04)
    pen.person((0.6, 0.58), 1.0, ink.BLUE)
    pen.arrow((-0.2, 0.0), (0.32, 0.0))


def _feet(pen: _Pen) -> None:
    pen.path([(-0.7, 0.45), (-0.7, -0.9), (0.7, -0.9), (0.7, 0.45), (-0.7, 0.45)], ink.GREY, 0.04)
    pen.person((-0.05, 0.85), 1.6, ink.BLUE)
    pen.path([(-0.25, 0.62), (-0.25, 1.0), (0.4, 1.0), (0.4, 0.62)], ink.ORANGE, 0.06, dash=0.07)
    pen.arrow((0.52, 0.9), (0.52, 0.2))


def _nearer(pen: _Pen) -> None:
    pen.frame()
    pen.person((-0.4, 0.35), 0.6, ink.ORANGE, dash=0.06)
    pen.arrow((-0.2, 0.15), (0.15, 0.15))
    pen.person((0.35, 0.75), 1.4, ink.BLUE)


def _upright(pen: _Pen) -> None:
    pen.person((0.05, 0.9), 1.7, ink.BLUE)
    pen.arrow((-0.6, 0.7), (-0.6, -0.6))


def _turn(pen: _Pen, *, to_side: bool) -> None:
    pen.person((-0.6, 0.55), 1.3, ink.ORANGE, dash=0.06, front=to_side)
    pen.person((0.55, 0.55), 1.3, ink.BLUE, front=not to_side)
    pen.ring((0.0, 0.55), 0.42, 150.0, -120.0, ink.BLUE)
    pen.path([(0.26, 0.66), (0.37, 0.76), (0.46, 0.62)], ink.BLUE, 0.06)


def _still(pen: _Pen) -> None:
    pen.person((-0.05, 0.9), 1.7, ink.BLUE)
    for way in (-1, 1):
        pen.line((way * 0.62, -0.2), (way * 0.62, 0.5), ink.WHITE, 0.12)


def _one_leg(pen: _Pen) -> None:
    pen.person((-0.1, 0.9), 1.7, ink.BLUE)
    pen.path([(-0.1, 0.09), (0.3, 0.35), (0.1, 0.72), (0.3, 0.8)], ink.BLUE, 0.12)


def _other_leg(pen: _Pen) -> None:
    _one_leg(pen)
    pen.arrow((0.75, 0.35), (0.75, 0.9), ink.ORANGE)


def _sit(pen: _Pen) -> None:
    pen.path([(-0.45, -0.1), (-0.45, 0.9)], ink.GREY, 0.08)
    pen.path([(-0.45, 0.35), (0.2, 0.35), (0.2, 0.9)], ink.GREY, 0.08)
    pen.dot((-0.25, -0.7), 0.17, ink.BLUE)
    pen.path([(-0.25, -0.5), (-0.25, 0.2), (0.4, 0.2), (0.4, 0.88), (0.65, 0.88)], ink.BLUE, 0.13)


def _both_feet(pen: _Pen) -> None:
    pen.person((0.0, 0.85), 1.7, ink.BLUE, front=True)
    pen.line((-0.7, 0.95), (0.7, 0.95), ink.WHITE, 0.08)


def _walk(pen: _Pen) -> None:
    pen.dot((0.0, -0.72), 0.17, ink.BLUE)
    pen.line((0.0, -0.5), (0.0, 0.1), ink.BLUE, 0.13)
    pen.path([(-0.5, 0.85), (0.0, 0.1), (0.35, 0.45), (0.4, 0.9), (0.62, 0.9)], ink.BLUE, 0.13)
    pen.arrow((0.35, -0.2), (0.95, -0.2))


def _light(pen: _Pen) -> None:
    pen.dot((0.0, 0.0), 0.36, ink.YELLOW)
    for turn in np.arange(8) * np.pi / 4:
        x, y = float(np.cos(turn)), float(np.sin(turn))
        pen.line((0.52 * x, 0.52 * y), (0.8 * x, 0.8 * y), ink.YELLOW, 0.11)


def _camera(pen: _Pen) -> None:
    pen.path([(-0.8, -0.4), (0.35, -0.4), (0.35, 0.4), (-0.8, 0.4), (-0.8, -0.4)], ink.GREY, 0.08)
    pen.path([(0.35, -0.1), (0.8, -0.35), (0.8, 0.35), (0.35, 0.1)], ink.GREY, 0.08)
    pen.line((-0.6, -0.75), (0.6, 0.75), ink.ORANGE, 0.12)
    pen.line((-0.6, 0.75), (0.6, -0.75), ink.ORANGE, 0.12)


_SIGNS: Final[Mapping[str, Callable[[_Pen], None]]] = {
    "no_person": _nobody,
    "body_out_of_frame": _step_back,
    "feet_out_of_frame": _feet,
    "too_far": _nearer,
    "not_standing": _upright,
    "turn_sideways": lambda pen: _turn(pen, to_side=True),
    "turn_to_front": lambda pen: _turn(pen, to_side=False),
    "moving": _still,
    "one_foot": _one_leg,
    "foot_up": _other_leg,
    "not_seated": _sit,
    "both_feet": _both_feet,
    "no_strides": _walk,
    LOW_LIGHT: _light,
    CAMERA_LOST: _camera,
}


def draw_pictogram(canvas: ink.Picture, problem: str, centre: Point, size: float) -> None:
    """Draw the sign for a set-up problem."""
    _SIGNS[problem](_Pen(canvas, centre, size / 2))
