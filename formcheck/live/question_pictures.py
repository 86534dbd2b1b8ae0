"""What questions look like: large enough for those who stand two metres away, keys named on the picture. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from formcheck.engine.guided import NOT_MEASURED
from formcheck.feedback import _ink as ink
from formcheck.live.pages import MARGIN, TILE, foot, heading
from formcheck.live.picture import HEIGHT, WIDTH, blank

__all__ = ["draw_choice", "draw_number", "draw_pain"]

_TOP, _BOTTOM = 196, 440
_GAP: Final = 12


def draw_pain(words: str, chosen: int | None) -> ink.Picture:
    """Return the scale from 0 to 10; the height of a bar says the same as its number."""
    canvas = blank()
    heading(canvas, words)
    width = (WIDTH - 2 * MARGIN - 10 * _GAP) / 11
    for value in range(11):
        left = round(MARGIN + value * (width + _GAP))
        right = round(left + width)
        on = value == chosen
        canvas[_TOP:_BOTTOM, left:right] = ink.BLUE if on else TILE
        level = round(_BOTTOM - 8 - value * 11)
        canvas[level : _BOTTOM - 8, left + 8 : right - 8] = ink.DARK if on else ink.ORANGE
        number, cap = str(value), 62.0 if value < 10 else 50.0
        middle = (left + right) / 2 - ink.text_width(number, cap) / 2
        ink.text(canvas, number, middle, _TOP + 84, cap, ink.DARK if on else ink.WHITE)
        if on:
            canvas[_TOP - 14 : _TOP - 6, left:right] = ink.WHITE
    ink.text(canvas, "no pain", MARGIN, _BOTTOM + 52, 28, ink.WHITE)
    worst = "worst pain"
    ink.text(canvas, worst, WIDTH - MARGIN - ink.text_width(worst, 28), _BOTTOM + 52, 28, ink.WHITE)
    keys = "Press 0 to 9; for ten press 1, then 0. Space leaves it out."
    ink.text(canvas, keys if chosen is None else f"{chosen} of 10. Another key changes it.", MARGIN, 590, 30, ink.WHITE)
    foot(canvas, "Kept on this computer only.", "space: leave out" if chosen is None else "space: take it")
    return canvas


def draw_number(title: str, words: str, value: int, planned: int) -> ink.Picture:
    """Return the question how many were done, with the number to confirm."""
    canvas = blank()
    heading(canvas, title, 34)
    ink.text(canvas, words, MARGIN, 190, 40, ink.WHITE)
    number = str(value)
    ink.text(canvas, number, MARGIN, 460, 176, ink.BLUE)
    ink.text(canvas, f"of {planned}", MARGIN + 40 + ink.text_width(number, 176), 460, 56, ink.GREY)
    ink.text(canvas, "+ and - change it, space confirms", MARGIN, 590, 30, ink.WHITE)
    foot(canvas, NOT_MEASURED[0].upper() + NOT_MEASURED[1:], "space: confirm")
    return canvas


def draw_choice(words: str, lines: Sequence[str], keys: str) -> ink.Picture:
    """Return a warning with its lines, and the keys."""
    canvas = blank()
    canvas[0:HEIGHT, 0:16] = ink.ORANGE
    heading(canvas, words)
    y = 200.0
    for line in lines:
        for part in ink.wrapped(line, 22, WIDTH - 2 * MARGIN, most_lines=2):
            ink.text(canvas, part, MARGIN, y, 22, ink.WHITE)
            y += 44
        y += 20
    foot(canvas, "", keys)
    return canvas
