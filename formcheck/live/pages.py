"""What all pages around a set share: margins, heading, tiles beside one another, the line at the bottom. Pure."""

from __future__ import annotations

from typing import Final

from formcheck.feedback import _ink as ink
from formcheck.live.picture import HEIGHT, WIDTH

__all__ = ["MARGIN", "TILE", "columns", "foot", "heading"]

MARGIN: Final = 48
TILE: Final[ink.Colour] = (38, 42, 50)
_GAP: Final = 24


def heading(canvas: ink.Picture, words: str, cap: float = 44) -> None:
    """Write what a page is about at its top, smaller where it is long."""
    while ink.text_width(words, cap) > WIDTH - 2 * MARGIN and cap > 20:
        cap -= 1
    ink.text(canvas, words, MARGIN, 112, cap, ink.WHITE)


def foot(canvas: ink.Picture, left: str, right: str, *, warns: bool = False) -> None:
    """Write the line at the bottom of a page: what it is, and the keys; `warns` that something is wrong."""
    ink.text(canvas, left, MARGIN, HEIGHT - 28, 18, ink.ORANGE if warns else ink.GREY)
    ink.text(canvas, right, WIDTH - MARGIN - ink.text_width(right, 18), HEIGHT - 28, 18, ink.GREY)


def columns(count: int) -> list[tuple[int, int]]:
    """Return the left and right edges of `count` tiles beside one another."""
    width = (WIDTH - 2 * MARGIN - _GAP * (count - 1)) / count
    lefts = [MARGIN + i * (width + _GAP) for i in range(count)]
    return [(round(left), round(left + width)) for left in lefts]
