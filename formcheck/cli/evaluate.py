"""`formcheck evaluate`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from formcheck.cli.frame import chatter, problem, show
from formcheck.cli.progress import scoring_bar
from formcheck.errors import FormcheckError, SourceError

if TYPE_CHECKING:
    from formcheck.evaluate import ClipScore, LabelledClip, Pair
    from formcheck.specs.schema import ExerciseSpec

__all__ = ["evaluate"]

_SHORT: Final = {
    "heel_height_cm": "heel, cm",
    "ankle_range_deg": "ankle, °",
    "shank_inclination_deg": "shank, °",
    "knee_flexion_change_deg": "knee, °",
}


def evaluate(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="DIR…", help="Hold NAME.mp4 or a recording NAME.npz, with NAME.truth.json beside it."),
    ],
    jobs: Annotated[int, typer.Option(min=1, help="Processes to use.")] = 1,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE.md", help="Write a page with tables, and its pictures to images/FILE/.")
    ] = None,
    held_out: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Clips that nobody saw while limits were chosen; they are told apart."),
    ] = None,
) -> None:
    """Score labelled clips and hold the results against their truth; exit 1 when a count is wrong."""
    from formcheck.evaluate import check_page, find_labelled, summarise, write_page

    if page is not None:
        check_page(page)
    parts, failed = [], False
    for some in (folders, held_out or []):
        clips = [clip for folder in some for clip in find_labelled(folder)]
        scores, some_failed = _scored(*_with_specs(clips), jobs) if some else ([], False)
        parts.append(scores)
        failed |= some_failed
        if scores:
            show(Group(*([Text("Held out")] if some is not folders else []), _tables(scores, summarise(scores))))
    if parts[0] and page is not None:
        write_page(page, *parts)
    if failed or not all(score.count_exact for scores in parts for score in scores):
        raise typer.Exit(1)


def _with_specs(clips: Sequence[LabelledClip]) -> tuple[list[LabelledClip], list[ExerciseSpec]]:
    """Return the clips whose exercise formcheck can judge, and the specs; the others are named on stderr."""
    from formcheck.specs.loader import load_spec
    from formcheck.specs.locator import find_spec_files

    known = {clip.exercise for clip in clips} & set(find_spec_files())
    specs = {exercise: load_spec(exercise).spec for exercise in sorted(known)}
    guided = {exercise for exercise, spec in specs.items() if spec.movement.kind == "guided"}
    for clip in clips:
        if clip.exercise not in known:
            chatter(f"{clip.path}: left out: there is no exercise {clip.exercise}")
        elif clip.exercise in guided:
            chatter(f"{clip.path}: left out: nothing of {clip.exercise} is measured")
    kept = [clip for clip in clips if clip.exercise in known - guided]
    if not kept:
        raise SourceError("no clip of an exercise that formcheck judges; `formcheck specs list` shows those")
    return kept, [specs[clip.exercise] for clip in kept]


def _scored(clips: Sequence[LabelledClip], specs: Sequence[ExerciseSpec], jobs: int) -> tuple[list[ClipScore], bool]:
    """Return the score of each clip that could be read, in their order, and whether one could not."""
    from formcheck.evaluate import evaluate_clip, observe_labelled

    paths = [clip.path for clip in clips]
    scores: dict[int, ClipScore] = {}
    with scoring_bar([path.name for path in paths]) as bar:
        for index, seen in observe_labelled(paths, jobs=jobs, progress=bar.tell):
            bar.finished(index)
            if isinstance(seen, FormcheckError):
                bar.aside(lambda error=seen: problem(error))  # type: ignore[misc]
            else:
                scores[index] = evaluate_clip(clips[index], seen.scored, specs[index], plain=seen.plain)
    return [scores[index] for index in sorted(scores)], len(scores) < len(clips)


def _tables(scores: Sequence[ClipScore], totals: dict[str, float]) -> RenderableType:
    parts: list[RenderableType] = [_counts(scores, totals), *_remarks(scores)]
    if any(score.pairs for score in scores):
        parts += [Text("Mean error, and in brackets that of the pose model's landmarks alone"), _errors(scores, totals)]
    return Group(*parts)


def _counts(scores: Sequence[ClipScore], totals: dict[str, float]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    exact = f"{totals['counts_exact']:.0f} of {totals['clips']:.0f}"
    precision, recall = (_number(totals[f"fault_{name}"], 2) for name in ("precision", "recall"))
    table.add_column("clip", footer="all", overflow="fold")
    table.add_column("true/got", footer=exact, no_wrap=True)
    table.add_column("valid/flag/?", no_wrap=True)
    table.add_column("time, s", footer=_number(totals["time_error_s"], 2), no_wrap=True)
    table.add_column("hold, s", footer=_number(totals["hold_error_s"], 2), no_wrap=True)
    table.add_column("faults", footer=f"P{precision} R{recall}", no_wrap=True)
    for score in scores:
        table.add_row(
            score.name,
            Text(f"{score.true_count}/{score.counted}", style="" if score.count_exact else "bold dark_orange"),
            f"{score.valid}/{score.flagged}/{score.cannot_judge}",
            _number(_mean(score.time_errors_s), 2),
            _number(_mean(score.hold_errors_s), 2),
            f"{score.faults_found}/{score.faults_found + len(score.faults_missed)}",
        )
    return table


def _remarks(scores: Sequence[ClipScore]) -> Iterator[Text]:
    for score in scores:
        words = [
            *([] if score.count_exact else ["count WRONG"]),
            *([] if score.refused_as_asked else ["should have been refused"]),
            *(f"missed {fault}" for fault in score.faults_missed),
            *(f"false alarm {fault}" for fault in score.false_alarms),
            *([f"{score.late} times beyond tolerance"] if score.late else []),
            *([f"set-up: {', '.join(score.setup)}"] if score.setup else []),
        ]
        if words:
            yield Text(f"  {score.name}: {'; '.join(words)}")


def _errors(scores: Sequence[ClipScore], totals: dict[str, float]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    table.add_column("clip", footer="all", overflow="fold")
    for quantity, words in _SHORT.items():
        table.add_column(words, footer=_beside(totals[quantity], totals[f"{quantity}_plain"]), no_wrap=True)
    for score in scores:
        if score.pairs:
            table.add_row(score.name, *(_error(score, quantity) for quantity in _SHORT))
    return table


def _error(score: ClipScore, quantity: str) -> str:
    return _beside(_mean_error(score.pairs.get(quantity, ())), _mean_error(score.plain.get(quantity, ())))


def _mean_error(pairs: Sequence[Pair]) -> float:
    return _mean(pair.error for pair in pairs)


def _mean(errors: Iterable[float]) -> float:
    sizes = [abs(error) for error in errors]
    return sum(sizes) / len(sizes) if sizes else math.nan


def _beside(found: float, plain: float) -> str:
    return "" if math.isnan(found) and math.isnan(plain) else f"{_number(found, 1)} ({_number(plain, 1)})"


def _number(value: float, digits: int) -> str:
    return "–" if math.isnan(value) else f"{value:.{digits}f}"
