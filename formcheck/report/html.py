"""The report: one HTML page that needs nothing else, for screen, phone and paper."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path, PurePath
from string import Template

from plotly.offline import get_plotlyjs

from formcheck.feedback.verdicts import STATE_WORDS, held_words, state_of, tiles_of
from formcheck.feedback.words import (
    NOTICE,
    RED_FLAG,
    is_judged,
    parse_quantity,
    title,
    unjudged_words,
)
from formcheck.model import Frame, Hold, LandmarkRecording, Rep, SetResult, SourceInfo
from formcheck.report._summary import (
    assumptions,
    clock,
    counts_words,
    items,
    line_words,
    measured,
    noun_of,
    nouns_of,
    setup_lines,
    spoken_faults,
    whole_set_words,
)
from formcheck.report.about import NOTHING_MORE, About, name_of
from formcheck.report.charts import figure, further_measures, shown_measures
from formcheck.report.html_tables import facts_table, limits_table, numbers_table, verdict, verdict_of
from formcheck.report.pictures import peak_pictures
from formcheck.whole_files import write_text

__all__ = ["report_html", "write_report"]


def write_report(
    result: SetResult, recording: LandmarkRecording, frames: Iterable[Frame], path: Path, about: About = NOTHING_MORE
) -> None:
    """Write the report to `path`, whole or not at all.

    `frames` gives the pictures at the peaks and is read no further than the last of them; with none (a replayed
    recording has no pictures) the page says so.
    """
    write_text(path, report_html(result, peak_pictures(frames, recording, result), about))


def report_html(result: SetResult, pictures: Mapping[int, bytes], about: About = NOTHING_MORE) -> str:
    """Return the page; `pictures` are JPEG files by the index of their rep or hold. All words are escaped."""
    figures = {"chart": figure(result, shown_measures(result))}
    further = further_measures(result)
    if further:
        figures["further-chart"] = figure(result, further)
    # "<" is all that could end the script element that carries the numbers
    packed = json.dumps(figures, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    return Template(_part("page.html")).substitute(
        title=escape(name_of(result, about)),
        counts=escape(" · ".join([counts_words(result), *whole_set_words(result)])),
        file=escape(_file_words(result, about)),
        count_tiles=_count_tiles(result),
        notice=escape(f"{NOTICE} {RED_FLAG}"),
        attention=_attention(result, about),
        legend=_legend(result),
        items=_items(result, pictures),
        numbers=numbers_table(result),
        further=_further(further),
        limits=limits_table(result, about),
        facts=facts_table(result),
        css=_part("page.css"),
        script=_part("page.js"),
        figures=packed,
        plotly=get_plotlyjs(),
    )


def _part(name: str) -> str:
    return files("formcheck.report").joinpath(name).read_text(encoding="utf-8")


def _file_words(result: SetResult, about: About) -> str:
    source = result.source
    known = [about.person] if about.person else []
    known += [f"{about.when_words} {about.when:%-d %b %Y, %H:%M}"] if about.when is not None else []
    return " · ".join([*known, _source_words(source)])


def _source_words(source: SourceInfo) -> str:
    return f"{PurePath(source.path).name} · {clock(source.duration_s)} · {source.width} × {source.height}"


def _count_tiles(result: SetResult) -> str:
    counts = result.counts
    if not is_judged(result.summary):
        return f'<p class="unjudged">{escape(unjudged_words(result.summary, counts.completed))}</p>'
    tiles = [(one.count, one.words, str(one.state)) for one in tiles_of(items(result))]
    cells = "".join(
        f'<div><strong class="{css}">{count}</strong>{words}</div>'
        for count, words, css in [(counts.completed, f"{nouns_of(result)} completed", ""), *tiles]
    )
    return f'<div class="counts">{cells}</div>'


def _attention(result: SetResult, about: About) -> str:
    """Return what stands before the charts: figures and faults of the whole set, set-up problems, assumptions."""
    parts = []
    whole = whole_set_words(result)
    if whole:
        parts.append(_list_section("As a whole", whole, ""))
    if result.set_faults:
        parts.append(_list_section("The whole set", [fault.text for fault in result.set_faults], "attention"))
    if result.setup:
        lines = setup_lines(result)
        parts.append(_list_section("Set-up: here nothing could be judged", lines, "unclear"))
    notes = assumptions(result, about)
    if notes:
        parts.append(_list_section("Good to know", notes, ""))
    return "".join(parts)


def _list_section(heading: str, lines: Sequence[str], css: str) -> str:
    entries = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<section class="{css}"><h2>{escape(heading)}</h2><ul>{entries}</ul></section>'


def _legend(result: SetResult) -> str:
    used = {state_of(item) for item in items(result)} if is_judged(result.summary) else set()
    entries = [verdict(state, words) for state, words in STATE_WORDS.items() if state in used]
    entries.append(f"<span>{line_words(result)}</span><span>shade: ± one standard deviation</span>")
    if result.setup:
        entries.append("<span>dotted frame: set-up</span>")
    return f'<div class="legend">{"".join(entries)}</div>'


def _items(result: SetResult, pictures: Mapping[int, bytes]) -> str:
    if not items(result):
        counted = "<section><h2>Reps</h2><p>No rep or hold was counted in this video.</p></section>"
        return counted if is_judged(result.summary) else ""
    noun = title(noun_of(result))
    heading = "Holds" if result.holds else f"{noun}s, each at its peak"
    judged = is_judged(result.summary)
    cards = "".join(_card(item, noun, pictures.get(item.index), judged=judged) for item in items(result))
    return f'<section><h2>{heading}</h2><div class="items">{cards}</div></section>'


def _card(item: Rep | Hold, noun: str, jpeg: bytes | None, *, judged: bool) -> str:
    picture = '<div class="none">No picture of this moment</div>'
    if jpeg:
        data = base64.b64encode(jpeg).decode("ascii")
        picture = f'<img src="data:image/jpeg;base64,{data}" width="424" height="300" alt="{noun} {item.index}">'
    values = "".join(
        f"<div>{escape(parse_quantity(name).label)}: {escape(measured(item.peak, name))}</div>"
        for name in item.peak
        if not name.endswith("_sd")
    )
    side = "" if item.side == "both" else f", {item.side}"
    lines = "".join(f"<li>{escape(line)}</li>" for line in spoken_faults(item))
    return (
        f'<article class="item is-{state_of(item)}">{picture}<div class="words">'
        f"<header><h3>{noun} {item.index}{side}</h3>{verdict_of(item) if judged else ''}</header>"
        f'<div class="when">{clock(item.start_s)} to {clock(item.end_s)}</div>'
        f"{_held(item) if isinstance(item, Hold) else ''}{values}{f'<ul>{lines}</ul>' if lines else ''}</div></article>"
    )


def _held(hold: Hold) -> str:
    share = min(hold.held_s / hold.target_s, 1.0) if hold.target_s > 0 else 1.0
    outcome = "reached" if hold.reached else "shorter than asked"
    return (
        f'<div class="held"><i style="width:{share:.1%}"></i></div>'
        f"<div>Held {held_words(hold)}{f': {outcome}' if hold.target_s > 0 else ''}</div>"
    )


def _further(measures: Sequence[str]) -> str:
    if not measures:
        return ""
    words = ", ".join(parse_quantity(measure).label.lower() for measure in measures)
    return (
        f"<section><details><summary>More traces: {escape(words)}</summary>"
        '<div class="chart" id="further-chart"></div></details></section>'
    )
