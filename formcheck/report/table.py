"""The result in the terminal: counts, a row for each rep or hold, what to correct, what was assumed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from formcheck.feedback.verdicts import STATE_SIGNS, State, held_words, state_of, verdict_words
from formcheck.feedback.words import NOTICE, folded, is_judged, parse_quantity, title
from formcheck.model import Hold, Rep, SetResult
from formcheck.report._summary import (
    assumptions,
    clock,
    counts_words,
    items,
    main_measures,
    measured,
    noun_of,
    setup_lines,
    spoken_faults,
    whole_set_words,
)
from formcheck.report.about import NOTHING_MORE, About, name_of

__all__ = ["render_table"]

_STYLES: Final[dict[State, str]] = {
    "ok": "bright_blue",
    "short": "magenta",
    "watch": "yellow",
    "fault": "bold dark_orange",
    "cannot_judge": "dim",
}
_VERDICT: Final = 16
"""Columns in which any sign and word of a verdict stand whole; what it leaves open may go on below."""
_WIDE: Final = 110  # columns from which the faults have room beside the numbers


def render_table(result: SetResult, about: About = NOTHING_MORE) -> RenderableType:
    """Return a summary that rich prints: a table from some 80 columns on, in fewer a list, that loses nothing."""
    return _Summary(result, about)


@dataclass(frozen=True, slots=True)
class _Summary:
    result: SetResult
    about: About

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        plain = options.ascii_only
        wide = options.max_width >= _WIDE
        result = self.result
        yield _text(f"{name_of(result, self.about)}: {result.source.path}", "bold", plain)
        yield _text(counts_words(result), "bold", plain)
        for line in whole_set_words(result):
            yield _text(line, "", plain)
        if items(result):
            rows = _rows(result, wide, plain)
            fits = wide or console.measure(rows, options=options.update(width=_WIDE)).maximum <= options.max_width
            yield from [rows] if fits else _listed(result, plain)
        if not wide:
            yield from _fault_list(result, plain)
        for fault in result.set_faults:
            yield _text(f"Whole set: {fault.text}", _STYLES["fault"], plain)
        if result.setup:
            yield _text("Set-up:", "bold", plain)
        for line in setup_lines(result):
            yield _indented(line, "", plain)
        for line in assumptions(result, self.about):
            yield _text(line, "dim", plain)
        yield _text(NOTICE, "dim italic", plain)


def _rows(result: SetResult, wide: bool, plain: bool) -> Table:
    names = main_measures(result)[: 1 if result.holds and not wide else 2]  # a hold's times take the room of one
    table = Table(box=None if plain else box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column(title(noun_of(result)), justify="right")
    table.add_column("Time", no_wrap=True)
    table.add_column("Side", no_wrap=True)
    if result.holds:
        table.add_column("Held", no_wrap=True, justify="right")
    for name in names:
        table.add_column(parse_quantity(name).label, no_wrap=True, justify="right")
    judged = is_judged(result.summary)
    if judged:
        table.add_column("Verdict", min_width=_VERDICT, max_width=None if wide else _VERDICT)
    if judged and wide:
        table.add_column("What to know", overflow="fold", ratio=1)
    for item in items(result):
        cells = [*_measured_cells(item, names), *(_judged_cells(item, wide) if judged else ())]
        table.add_row(*(_text(text, style, plain) for text, style in cells))
    return table


def _listed(result: SetResult, plain: bool) -> Iterator[Text]:
    """Yield what the table says in two lines for each rep or hold."""
    names = main_measures(result)[:2]
    for item in items(result):
        (index, _), *cells = _measured_cells(item, [])
        verdict = _judged_cells(item, wide=False) if is_judged(result.summary) else []
        line = _text(f"{title(noun_of(result))} {index}", "bold", plain)
        for text, style in (*cells, *verdict):
            line.append("  ").append_text(_text(text, style, plain))
        yield line
        told = [f"{parse_quantity(name).label} {measured(item.peak, name)}" for name in names]
        if told:
            yield _text(f"  {', '.join(told)}", "", plain)


def _measured_cells(item: Rep | Hold, names: list[str]) -> list[tuple[str, str]]:
    """Return the text and style of the cells that tell what was measured."""
    cells = [(str(item.index), ""), (f"{clock(item.start_s)}–{clock(item.end_s)}", ""), (item.side, "")]
    if isinstance(item, Hold):
        cells.append((held_words(item), "" if item.reached else _STYLES["short"]))
    return cells + [(measured(item.peak, name), "") for name in names]


def _judged_cells(item: Rep | Hold, wide: bool) -> list[tuple[str, str]]:
    state = state_of(item)
    verdict = (f"{STATE_SIGNS[state]} {verdict_words(item)}", _STYLES[state])
    return [verdict, ("\n".join(spoken_faults(item)), "")] if wide else [verdict]


def _fault_list(result: SetResult, plain: bool) -> Iterator[RenderableType]:
    noun = title(noun_of(result))
    for item in items(result):
        for text in spoken_faults(item):
            yield _indented(f"{noun} {item.index}: {text}", _STYLES[item.verdict], plain)


def _indented(text: str, style: str, plain: bool) -> Padding:
    return Padding(_text(text, style, plain), (0, 0, 0, 2))


def _text(text: str, style: str, plain: bool) -> Text:
    return Text(folded(text) if plain else text, style=style)
