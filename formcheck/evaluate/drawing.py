"""Pictures of errors as plain SVG text: agreement after Bland and Altman, and mean errors by view."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from formcheck.evaluate.cells import VIEW_BINS, Cell, agreement
from formcheck.evaluate.quantities import Pair
from formcheck.numerals import Readable, rounded

__all__ = ["agreement_svg", "bars_svg"]

# Colours that stay apart for colour-blind readers (Okabe and Ito 2008), and a shape each, for print.
_COLOURS: Final = dict(zip(VIEW_BINS, ("#0072B2", "#009E73", "#E69F00", "#CC79A7"), strict=True))
_OURS, _PLAIN, _INK, _GRID = "#0072B2", "#BBBBBB", "#222222", "#DDDDDD"
_WIDTH, _HEIGHT = 900, 400
_LEFT, _TOP, _BOTTOM, _GAP = 62, 52, 88, 40
_PANEL: Final = (_WIDTH - _LEFT - 20 - _GAP) / 2


@dataclass(frozen=True, slots=True)
class _Axes:
    """Maps values to pixels inside one panel whose left edge is `x0`."""

    x0: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def x(self, value: float) -> float:
        low, high = self.x_range
        return self.x0 + _PANEL * (value - low) / (high - low)

    def y(self, value: float) -> float:
        low, high = self.y_range
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (value - low) / (high - low)


def agreement_svg(
    title: str, unit: str, ours: Mapping[str, Sequence[Pair]], plain: Mapping[str, Sequence[Pair]]
) -> str:
    """Draw found minus true against their mean, ours beside plain landmarks on the same axes; pairs by view bin."""
    panels = (("formcheck", ours), ("pose landmarks alone", plain))
    everything = [pair for _, bins in panels for pairs in bins.values() for pair in pairs]
    x_range = _rounded_range([(pair.found + pair.true) / 2 for pair in everything])
    limits = [edge for _, bins in panels for edge in _edges(bins) if math.isfinite(edge)]
    y_range = _rounded_range([0.0, *(pair.error for pair in everything), *limits])
    parts = [_text(_WIDTH / 2, 20, title, anchor="middle", size=15)]
    for number, (label, bins) in enumerate(panels):
        axes = _Axes(_LEFT + number * (_PANEL + _GAP), x_range, y_range)
        parts += [*_frame(axes, label, f"mean of found and true, {unit}"), *_limit_lines(axes, bins)]
        parts += [_mark(name, axes.x((p.found + p.true) / 2), axes.y(p.error)) for name in bins for p in bins[name]]
    parts += [_upright(f"found − true, {unit}"), *_legend([(name, _COLOURS[name]) for name in VIEW_BINS], shapes=True)]
    return _document(title, parts)


def bars_svg(title: str, panels: Sequence[tuple[str, Sequence[Cell]]]) -> str:
    """Draw mean absolute errors by view bin, ours beside plain landmarks; one panel for each quantity (at most two).

    Landmarks are drawn only where they give a number in the same clips as we do.
    """
    parts = [_text(_WIDTH / 2, 20, title, anchor="middle", size=15)]
    for number, (label, cells) in enumerate(panels):
        plain = [cell.plain if cell.compared == cell.given else math.nan for cell in cells]
        heights = [value for value in (*plain, *(cell.error for cell in cells)) if math.isfinite(value)]
        y_range = _rounded_range([0.0, *(1.05 * height for height in heights)])
        axes = _Axes(_LEFT + number * (_PANEL + _GAP), (0.0, float(len(cells))), y_range)
        parts += _frame(axes, label, "", x_ticks=False)
        for index, (name, cell) in enumerate(zip(VIEW_BINS, cells, strict=True)):
            parts += [_bar(axes, index + 0.14, cell.error, _OURS), _bar(axes, index + 0.5, plain[index], _PLAIN)]
            parts.append(_text(axes.x(index + 0.5), _HEIGHT - _BOTTOM + 18, name, anchor="middle", size=11))
    return _document(title, [*parts, *_legend([("formcheck", _OURS), ("pose landmarks alone", _PLAIN)], shapes=False)])


def _edges(bins: Mapping[str, Sequence[Pair]]) -> tuple[float, float, float]:
    found = agreement([pair for pairs in bins.values() for pair in pairs])
    return found.bias, found.low, found.high


def _limit_lines(axes: _Axes, bins: Mapping[str, Sequence[Pair]]) -> list[str]:
    left, right = axes.x0, axes.x0 + _PANEL
    parts = [_line(left, axes.y(0.0), right, axes.y(0.0), _GRID)]
    for value, dash in zip(_edges(bins), ("", "6 4", "6 4"), strict=True):
        if math.isfinite(value):
            y = axes.y(value)
            parts += [
                _line(left, y, right, y, _INK, dash),
                _text(right - 4, y - 4, _signed(value), anchor="end", size=11),
            ]
    return parts


def _frame(axes: _Axes, label: str, x_title: str, *, x_ticks: bool = True) -> list[str]:
    """Draw a panel's edges, grid and numbers."""
    left, right, bottom = axes.x0, axes.x0 + _PANEL, _HEIGHT - _BOTTOM
    parts = [_text((left + right) / 2, 42, label, anchor="middle", size=13)]
    for value in _ticks(*axes.y_range):
        parts += [_line(left, axes.y(value), right, axes.y(value), _GRID, "1 3")]
        parts += [_text(left - 6, axes.y(value) + 4, f"{Readable(value):g}", anchor="end", size=11)]
    for value in _ticks(*axes.x_range) if x_ticks else ():
        parts += [_text(axes.x(value), bottom + 18, f"{Readable(value):g}", anchor="middle", size=11)]
    parts += [_line(left, _TOP, left, bottom, _INK), _line(left, bottom, right, bottom, _INK)]
    return [*parts, _text((left + right) / 2, bottom + 38, x_title, anchor="middle", size=12)]


def _bar(axes: _Axes, at: float, value: float, colour: str) -> str:
    width = axes.x(at + 0.34) - axes.x(at)
    middle = axes.x(at) + width / 2
    if not math.isfinite(value):
        return _text(middle, axes.y(0.0) - 5, "–", anchor="middle", size=12)
    x, y, height = axes.x(at), axes.y(value), axes.y(0.0) - axes.y(value)
    box = f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
    return box + _text(middle, y - 4, f"{value:.1f}", anchor="middle", size=11)


def _legend(entries: Sequence[tuple[str, str]], *, shapes: bool) -> list[str]:
    parts, x, y = [], float(_LEFT), _HEIGHT - 16
    for name, colour in entries:
        if shapes:
            parts.append(_mark(name, x, y))
        else:
            parts.append(f'<rect x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(x + 12, y + 4, name, size=12))
        x += 42 + 7.2 * len(name)
    return parts


def _mark(name: str, x: float, y: float) -> str:
    """Draw a point: a circle, square, triangle or diamond by its view bin."""
    return _SHAPES[VIEW_BINS.index(name)](x, y).replace("/>", f' fill="{_COLOURS[name]}" fill-opacity="0.75"/>')


_SHAPES: Final[tuple[Callable[[float, float], str], ...]] = (
    lambda x, y: f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>',
    lambda x, y: f'<rect x="{x - 3.6:.1f}" y="{y - 3.6:.1f}" width="7.2" height="7.2"/>',
    lambda x, y: f'<path d="M{x:.1f} {y - 4.8:.1f}l4.6 8.4h-9.2z"/>',
    lambda x, y: f'<path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z"/>',
)


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(words)}</text>'


def _upright(words: str) -> str:
    y = (_TOP + _HEIGHT - _BOTTOM) / 2
    turned = f'transform="rotate(-90 16 {y:.0f})"'
    return f'<text x="16" y="{y:.0f}" font-size="12" text-anchor="middle" {turned}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}"{dashed}/>'


def _document(title: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'role="img" font-family="sans-serif" fill="{_INK}"><title>{escape(title)}</title>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#FFFFFF"/>'
    )
    return "\n".join([head, *parts, "</svg>", ""])


def _rounded_range(values: Sequence[float]) -> tuple[float, float]:
    """Return a range that begins and ends on a tick and holds all values; 0 to 1 where there are none."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high - low < 1e-9:
        high = low + 1.0
    step = _step(low, high)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def _ticks(low: float, high: float) -> list[float]:
    step = _step(low, high)
    return [rounded(k * step, 6) for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _step(low: float, high: float) -> float:
    """Return 1, 2 or 5 times a power of ten, for some five steps."""
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= raw)


def _signed(value: float) -> str:
    return f"{Readable(value):+.1f}"
