"""The accuracy page: Markdown with its pictures beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

import formcheck
from formcheck.errors import OutputError
from formcheck.evaluate import tables
from formcheck.evaluate.cells import VIEW_BINS, agreement, error_cell, view_bin
from formcheck.evaluate.drawing import agreement_svg, bars_svg
from formcheck.evaluate.quantities import QUANTITIES, Pair
from formcheck.evaluate.score import ClipScore
from formcheck.whole_files import check_target, write_text

__all__ = ["check_page", "page_text", "pictures", "write_page"]

_TEMPLATE: Final = "accuracy.md"
_DRAWN: Final = {"heel_height_cm": ("heel_height", "cm"), "ankle_range_deg": ("ankle_range", "degrees")}
_ROBUSTNESS: Final = "robustness.md"


def check_page(page: Path) -> None:
    """Refuse, before any work is done, a place where the page cannot be written. Raises OutputError."""
    check_target(page)
    folder = _image_folder(page)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot make this folder for the pictures: {error.strerror}") from error


def write_page(page: Path, scores: Sequence[ClipScore], held_out: Sequence[ClipScore] = ()) -> None:
    """Write the page, and its pictures to images/NAME/ beside it. Raises OutputError.

    `held_out` are clips that nobody saw while limits were chosen: they have a section of their own.
    """
    check_page(page)
    for name, text in pictures(scores).items():
        write_text(_image_folder(page) / name, text)
    robustness = page.with_name(_ROBUSTNESS).exists()
    write_text(page, page_text(scores, held_out, images=f"images/{page.stem}", robustness=robustness))


def _image_folder(page: Path) -> Path:
    return page.parent / "images" / page.stem


def pictures(scores: Sequence[ClipScore]) -> dict[str, str]:
    """Return file names and SVG texts."""
    out = {}
    for quantity, (stem, unit) in _DRAWN.items():
        title = f"{QUANTITIES[quantity].capitalize()}: agreement with the truth (bias and 95 % limits)"
        out[f"{stem}.svg"] = agreement_svg(
            title, unit, _by_view(scores, "pairs", quantity), _by_view(scores, "plain", quantity)
        )
    panels = [
        (f"{QUANTITIES[quantity]}, {unit}", [error_cell(_in_view(scores, name), quantity) for name in VIEW_BINS])
        for quantity, (_, unit) in _DRAWN.items()
    ]
    return {**out, "errors.svg": bars_svg("Mean absolute error by view", panels)}


def page_text(scores: Sequence[ClipScore], held_out: Sequence[ClipScore] = (), *, images: str, robustness: bool) -> str:
    """Return the page as Markdown; `images` is where its pictures are, `robustness` whether that page is beside it."""
    template = Template(files("formcheck.evaluate").joinpath(_TEMPLATE).read_text(encoding="utf-8"))
    return template.substitute(
        version=formcheck.__version__,
        images=images,
        clips=len(scores),
        rendered=sum(score.rendered for score in scores),
        real=sum(not score.rendered for score in scores),
        inputs=_inputs(scores),
        held_out=_held_out_words(held_out),
        measured=sum(bool(score.pairs) for score in scores),
        errors=tables.error_table(scores),
        coverage=tables.coverage_table(scores),
        exercises=tables.exercise_table(scores),
        heel_agreement=_agreement_words(scores, "heel_height_cm"),
        ankle_agreement=_agreement_words(scores, "ankle_range_deg"),
        counts=tables.count_table(scores),
        faults=tables.fault_words(scores),
        misses=tables.miss_list(scores),
        worn=tables.worn_table(scores),
        motions=tables.motion_table(scores),
        each=tables.clip_table(scores),
        azimuth=tables.azimuth_words(scores),
        robustness=_robustness_words(robustness),
    )


def _inputs(scores: Sequence[ClipScore]) -> str:
    recorded = sum(score.from_recording for score in scores)
    videos = f"{len(scores) - recorded} scored from the video"
    if not recorded:
        return f"{videos}."
    return (
        f"{videos}, {recorded} from a landmark recording. A recording of a person seen by more than 30° from the "
        "side no longer holds all of the pose model's own landmarks; there only its heel height is compared."
    )


def _held_out_words(scores: Sequence[ClipScore]) -> str:
    """Return the section on clips that nobody saw before."""
    if not scores:
        return "None were kept apart in this run; `--held-out DIR` names them."
    reps = f"{sum(score.counted for score in scores)} of {sum(score.true_count for score in scores)} reps and holds"
    exact = f"{sum(score.count_exact for score in scores)} of {len(scores)} clips"
    return "\n\n".join(
        [
            f"{reps} counted, exact in {exact}. {tables.fault_words(scores)} What went wrong:",
            tables.miss_list(scores),
            tables.error_table(scores),
            tables.clip_table(scores),
        ]
    )


def _robustness_words(there: bool) -> str:
    if there:
        link = f"[{_ROBUSTNESS}]({_ROBUSTNESS})"
        return f"{link} tells what size, compression, frame rate, light, noise and a drifting camera change."
    return "`python benchmarks/robustness.py` measures it; its page is not beside this one."


def _agreement_words(scores: Sequence[ClipScore], quantity: str) -> str:
    told = []
    for which, words in (("pairs", "formcheck"), ("plain", "landmarks alone")):
        pairs = [pair for some in _by_view(scores, which, quantity).values() for pair in some]
        found = agreement(pairs)
        if not math.isfinite(found.bias):
            told.append(f"{words}: too few reps")
            continue
        bias, low, high = (
            tables.in_unit(value, quantity, signed=True) for value in (found.bias, found.low, found.high)
        )
        told.append(f"{words}: bias {bias}, limits {low} to {high} ({len(pairs)} reps)")
    return f"{'; '.join(told)}."


def _by_view(scores: Sequence[ClipScore], which: str, quantity: str) -> Mapping[str, list[Pair]]:
    """Return the pairs of one quantity by view bin; plain ones only of clips in which we give it too."""
    given = [score for score in scores if quantity in score.pairs]
    return {
        name: [pair for score in _in_view(given, name) for pair in getattr(score, which).get(quantity, ())]
        for name in VIEW_BINS
    }


def _in_view(scores: Sequence[ClipScore], name: str) -> list[ClipScore]:
    return [score for score in scores if view_bin(score) == name]
