"""What fills the window before and after a set: the opening and the summary."""

from __future__ import annotations

from formcheck.feedback import _ink as ink
from formcheck.feedback.words import NOTICE
from formcheck.live.pages import MARGIN, TILE, columns, foot, heading
from formcheck.live.picture import WIDTH, blank
from formcheck.live.summary import Summary
from formcheck.specs.schema import ExerciseSpec

__all__ = ["draw_opening", "draw_summary"]


def draw_summary(summary: Summary, *, saved: bool, another: bool = True) -> ink.Picture:
    """Return the summary's picture (RGB): counts with their signs, best and fading, one thing to work on.

    `another` says that another set can be asked for.
    """
    canvas = blank()
    ink.text(canvas, summary.headline, 48, 92, 52, ink.WHITE)
    ink.text(canvas, summary.title, 48, 138, 24, ink.GREY)
    _figures(canvas, summary) if summary.figures else _tiles(canvas, summary)
    y = 418.0
    for words in summary.lines[:2]:
        for line in ink.wrapped(words, 30, WIDTH - 96, most_lines=3):
            ink.text(canvas, line, 48, y, 30, ink.WHITE)
            y += 52
    if summary.work_on:
        top = round(y + 4)
        canvas[top : top + 120] = TILE
        canvas[top : top + 120, :16] = ink.BLUE
        ink.text(canvas, "Work on" if summary.why else "Next time", 48, top + 34, 20, ink.GREY)
        ink.text(canvas, summary.work_on, 48, top + 92, 44, ink.WHITE)
        why = ink.text_width(summary.why, 24)
        ink.text(canvas, summary.why, WIDTH - 48 - why, top + 92, 24, ink.GREY)
    keys = "space: another set    q: end" if another else "q: end"
    foot(canvas, "Saved on this computer." if saved else "Not saved: see the terminal.", keys, warns=not saved)
    return canvas


def draw_opening(spec: ExerciseSpec) -> ink.Picture:
    """Return what is shown while the network starts: the exercise, how to do it, what formcheck is and is not."""
    canvas = blank()
    heading(canvas, spec.name, 52)
    ink.text(canvas, "Starting …", MARGIN, 172, 28, ink.BLUE)
    y = 262.0
    for words in (spec.view.placement, *spec.instructions[:2]):
        for line in ink.wrapped(words, 26, WIDTH - 2 * MARGIN, most_lines=2):
            ink.text(canvas, line, MARGIN, y, 26, ink.WHITE)
            y += 50
        y += 16
    for i, line in enumerate(ink.wrapped(NOTICE, 20, WIDTH - 2 * MARGIN, most_lines=3)):
        ink.text(canvas, line, MARGIN, 640 + 38 * i, 20, ink.GREY)
    return canvas


def _figures(canvas: ink.Picture, summary: Summary) -> None:
    for (left, right), (value, words) in zip(columns(len(summary.figures)), summary.figures, strict=True):
        canvas[172:366, left:right] = TILE
        cap = 64.0
        while ink.text_width(value, cap) > right - left - 48:
            cap -= 2
        ink.text(canvas, value, left + 24, 282, cap, ink.WHITE)
        ink.text(canvas, words, left + 24, 342, 24, ink.GREY)


def _tiles(canvas: ink.Picture, summary: Summary) -> None:
    done = summary.counts.completed
    noun = summary.noun if done == 1 else f"{summary.noun}s"
    shown = [tile for tile in summary.tiles if tile.state != "cannot_judge" or tile.count]
    edges = columns(1 + len(shown))
    _tile(canvas, edges[0], done, f"{noun} completed")
    for (left, right), tile in zip(edges[1:], shown, strict=True):
        _tile(canvas, (left, right), tile.count, tile.words)
        ink.sign(canvas, "watch" if tile.state == "short" else tile.state, (right - 58, 226), 64)


def _tile(canvas: ink.Picture, edges: tuple[int, int], count: int, words: str) -> None:
    left, right = edges
    canvas[172:366, left:right] = TILE
    ink.text(canvas, str(count), left + 28, 290, 88, ink.WHITE)
    cap = 24.0
    while ink.text_width(words, cap) > right - left - 48:
        cap -= 1
    ink.text(canvas, words, left + 28, 342, cap, ink.GREY)
