"""What fills the window between and beside judged sets: rests, changes of side, and guided exercises. Pure."""

from __future__ import annotations

import math
from typing import Final

from formcheck.engine.guided import NOT_MEASURED, GuidedUpdate
from formcheck.feedback import _ink as ink
from formcheck.live.pages import MARGIN, foot, heading
from formcheck.live.picture import TRACK, WIDTH, blank

__all__ = ["draw_guided", "draw_rest"]

_CENTRE: Final = (250.0, 400.0)
_RADIUS: Final = 170.0
_BESIDE: Final = 500


def draw_rest(words: str, then: str, left_s: float, whole_s: float) -> ink.Picture:
    """Return a rest or a change of side, with what comes after it."""
    canvas = blank()
    heading(canvas, words)
    _clock(canvas, left_s, left_s / whole_s if whole_s else 0.0)
    if then:
        ink.text(canvas, "Next", _BESIDE, 370, 28, ink.GREY)
        _fitted(canvas, then, 430, 40)
    foot(canvas, "", "space: go on    q: end")
    return canvas


def draw_guided(title: str, update: GuidedUpdate, planned: int, whole_s: float) -> ink.Picture:
    """Return a moment of a guided exercise: what to do now, for how long, and how much was paced."""
    canvas = blank()
    heading(canvas, title, 34)
    _clock(canvas, update.left_s, update.left_s / whole_s if whole_s else 0.0)
    _fitted(canvas, "Paused" if update.stage == "paused" else update.words, 390, 84)
    ink.text(canvas, f"{update.reps_done} of {planned} done", _BESIDE, 470, 40, ink.GREY)
    foot(canvas, NOT_MEASURED[0].upper() + NOT_MEASURED[1:], "space: pause    q: end")
    return canvas


def _clock(canvas: ink.Picture, left_s: float, share: float) -> None:
    """Draw the seconds left in a ring that empties."""
    ink.ring(canvas, _CENTRE, _RADIUS, 1.0, TRACK, 36)
    ink.ring(canvas, _CENTRE, _RADIUS, min(share, 1.0), ink.BLUE, 36)
    number, cap = f"{math.ceil(left_s)}", 112.0
    ink.text(canvas, number, _CENTRE[0] - ink.text_width(number, cap) / 2, _CENTRE[1] + cap / 2, cap, ink.WHITE)


def _fitted(canvas: ink.Picture, words: str, baseline: float, cap: float) -> None:
    while ink.text_width(words, cap) > WIDTH - _BESIDE - MARGIN and cap > 20:
        cap -= 2
    ink.text(canvas, words, _BESIDE, baseline, cap, ink.WHITE)
