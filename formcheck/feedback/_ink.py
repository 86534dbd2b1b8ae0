"""Strokes, signs and words on a picture: light over dark, so that they show on any background.

Everything here draws into the RGB array it is given, shape (height, width, 3). Lengths are pixels.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.feedback.words import folded
from formcheck.model import Verdict

__all__ = [
    "BLUE",
    "DARK",
    "GREY",
    "ORANGE",
    "VERDICT_INKS",
    "WHITE",
    "YELLOW",
    "Colour",
    "Picture",
    "arc",
    "dot",
    "line",
    "plate",
    "ring",
    "sign",
    "text",
    "text_width",
    "wrapped",
]

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

# Okabe and Ito's palette: told apart with any colour vision; each use also has its own shape and word.
DARK: Final[Colour] = (16, 18, 22)
WHITE: Final[Colour] = (250, 250, 250)
GREY: Final[Colour] = (176, 182, 190)
BLUE: Final[Colour] = (86, 180, 233)
ORANGE: Final[Colour] = (255, 140, 46)
YELLOW: Final[Colour] = (250, 224, 80)
VERDICT_INKS: Final[dict[Verdict, Colour]] = {
    "ok": BLUE,
    "watch": YELLOW,
    "fault": ORANGE,
    "cannot_judge": GREY,
}

_CIRCLE: Final = np.column_stack([np.cos(np.linspace(0, 2 * np.pi, 24)), np.sin(np.linspace(0, 2 * np.pi, 24))])
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
_SHIFT: Final = 4  # cv2 draws to a sixteenth of a pixel: lines that move slowly do not jump
_FARTHEST: Final = 8000.0  # cv2's anti-aliased lines overflow far outside the picture
_UNICODE_TEXT: Final = int(cv2.__version__.split(".")[0]) >= 5  # older ones draw "?" for every letter beyond ASCII


def line(
    canvas: Picture,
    a: tuple[float, float],
    b: tuple[float, float],
    colour: Colour,
    thickness: float,
    *,
    dash: float = 0.0,
) -> None:
    """Draw a straight line, in dashes of length `dash` if that is more than 0; nothing if an end is NaN."""
    ends = np.array([a, b], dtype=np.float64)
    if not np.isfinite(ends).all() or np.abs(ends).max() > _FARTHEST:
        return
    count = max(int(np.hypot(*(ends[1] - ends[0])) / (2 * dash)), 1) if dash > 0 else 0
    pieces = [(k / count, (k + 0.5) / count) for k in range(count)] or [(0.0, 1.0)]
    for start, end in pieces:
        p, q = ends[0] + start * (ends[1] - ends[0]), ends[0] + end * (ends[1] - ends[0])
        cv2.line(canvas, _fixed(p), _fixed(q), colour, _whole(thickness), cv2.LINE_AA, _SHIFT)


def arc(
    canvas: Picture,
    centre: tuple[float, float],
    radius: float,
    start_deg: float,
    sweep_deg: float,
    colour: Colour,
    thickness: float,
) -> None:
    """Draw an arc with its dark edge; degrees clockwise on the screen from the right."""
    if not np.isfinite([*centre, radius, start_deg, sweep_deg]).all() or np.abs(centre).max() > _FARTHEST:
        return
    angles = np.radians(start_deg + sweep_deg * np.linspace(0.0, 1.0, 33))
    path = np.asarray(centre) + radius * np.column_stack([np.cos(angles), np.sin(angles)])
    for ink, width in ((DARK, 2.2 * thickness), (colour, thickness)):
        cv2.polylines(canvas, [_fixed_path(path)], False, ink, _whole(width), cv2.LINE_AA, _SHIFT)


def ring(
    canvas: Picture, centre: tuple[float, float], radius: float, share: float, colour: Colour, thickness: float
) -> None:
    """Draw a share (0 to 1) of a ring, clockwise from its top."""
    if share <= 0:
        return
    turns = np.radians(-90 + 360 * share * np.linspace(0, 1, 121))
    path = np.asarray(centre) + radius * np.column_stack([np.cos(turns), np.sin(turns)])
    cv2.polylines(canvas, [_fixed_path(path)], False, colour, _whole(thickness), cv2.LINE_AA, _SHIFT)


def dot(canvas: Picture, centre: tuple[float, float], radius: float, colour: Colour) -> None:
    """Draw a filled dot; nothing if the centre is NaN."""
    point = np.asarray(centre, dtype=np.float64)
    if np.isfinite(point).all() and np.abs(point).max() < _FARTHEST:
        # cv2.circle makes small discs into diamonds
        cv2.fillPoly(canvas, [_fixed_path(point + radius * _CIRCLE)], colour, cv2.LINE_AA, _SHIFT)


def plate(canvas: Picture, left: float, top: float, right: float, bottom: float) -> None:
    """Darken a rectangle, so that light words on it can be read."""
    x0, y0, x1, y1 = (max(round(v), 0) for v in (left, top, right, bottom))
    area = canvas[y0:y1, x0:x1]
    if area.size:
        area[:] = cv2.addWeighted(area, 0.25, np.full_like(area, DARK), 0.75, 0.0)


def text(canvas: Picture, words: str, left: float, baseline: float, cap_height: float, colour: Colour) -> None:
    """Write one line of words; `cap_height` is the height of a capital letter."""
    origin = (round(left), round(baseline))
    cv2.putText(
        canvas, _drawable(words), origin, _FONT, _font_scale(cap_height), colour, _weight(cap_height), cv2.LINE_AA
    )


def text_width(words: str, cap_height: float) -> int:
    """Return how wide `text` would draw these words."""
    return int(cv2.getTextSize(_drawable(words), _FONT, _font_scale(cap_height), _weight(cap_height))[0][0])


def wrapped(words: str, cap_height: float, width: float, most_lines: int) -> list[str]:
    """Break words into lines of at most `width`; what does not fit in `most_lines` ends in an ellipsis."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, cap_height) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most_lines:
        lines = [*lines[: most_lines - 1], f"{lines[most_lines - 1]} …"]
    return lines


def sign(canvas: Picture, verdict: Verdict, centre: tuple[float, float], size: float) -> None:
    """Draw the sign of a verdict: a disc with a tick, a triangle, a disc with a cross, a ring with a question mark."""
    colour, (x, y), r = VERDICT_INKS[verdict], centre, size / 2
    thickness = max(size / 9, 1.5)
    if verdict == "watch":
        corners = np.array([(x, y - r), (x + r, y + 0.8 * r), (x - r, y + 0.8 * r)]).round().astype(np.int32)
        cv2.fillPoly(canvas, [corners], colour, cv2.LINE_AA)
        line(canvas, (x, y - 0.35 * r), (x, y + 0.2 * r), DARK, thickness)
        dot(canvas, (x, y + 0.55 * r), thickness / 2, DARK)
        return
    dot(canvas, centre, r, colour)
    if verdict == "ok":
        line(canvas, (x - 0.5 * r, y), (x - 0.1 * r, y + 0.42 * r), DARK, thickness)
        line(canvas, (x - 0.1 * r, y + 0.42 * r), (x + 0.5 * r, y - 0.4 * r), DARK, thickness)
    elif verdict == "fault":
        line(canvas, (x - 0.4 * r, y - 0.4 * r), (x + 0.4 * r, y + 0.4 * r), DARK, thickness)
        line(canvas, (x - 0.4 * r, y + 0.4 * r), (x + 0.4 * r, y - 0.4 * r), DARK, thickness)
    else:
        dot(canvas, centre, 0.8 * r, DARK)
        text(canvas, "?", x - text_width("?", r) / 2, y + r / 2, r, colour)


def _fixed(point: NDArray[np.float64]) -> tuple[int, int]:
    return round(point[0] * (1 << _SHIFT)), round(point[1] * (1 << _SHIFT))


def _whole(thickness: float) -> int:
    return max(round(thickness), 1)


def _fixed_path(path: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.round(path * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)


def _weight(cap_height: float) -> int:
    return max(round(cap_height / 9), 1)


@cache
def _font_scale(cap_height: float) -> float:
    return cap_height / cv2.getTextSize("H", _FONT, 1.0, 1)[0][1]


def _drawable(words: str) -> str:
    return words if _UNICODE_TEXT else folded(words)
