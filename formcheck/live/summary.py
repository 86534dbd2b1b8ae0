"""What a set came to, for the person who did it: counts, best and fading, and one thing to work on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from formcheck.feedback.verdicts import Tile, state_of, tiles_of
from formcheck.feedback.words import number, parse_quantity
from formcheck.model import Counts, Hold, Rep, SetResult
from formcheck.skeleton import SIDES
from formcheck.specs.schema import ExerciseSpec

__all__ = ["Summary", "summarise"]

_ENDS: Final = 3
_DETECTABLE_CM: Final = 2.0
_DETECTABLE_DEG: Final = 5.0
"""The least change that is told: docs/clinical.md, what people with tools achieve."""


@dataclass(frozen=True, slots=True)
class Summary:
    """`lines` are whole sentences; `work_on` is the one thing to do better, `why` how often it occurred.

    `tiles` count what became of the reps or holds. `figures` are what is measured where nothing is right or wrong:
    values with their names, of a walk. `asked` is how many the dose asks for, where it asks for a number of reps.
    """

    title: str
    noun: str
    counts: Counts
    lines: tuple[str, ...]
    work_on: str
    why: str
    figures: tuple[tuple[str, str], ...] = ()
    tiles: tuple[Tile, ...] = ()
    asked: int | None = None

    @property
    def headline(self) -> str:
        """What it came to, in a few words."""
        done = self.counts.completed
        if not done:
            return "Nothing counted"
        return f"{done} of {self.asked} done" if self.asked is not None and done < self.asked else "Well practised"


def summarise(result: SetResult, spec: ExerciseSpec) -> Summary:
    """Return the summary of a set."""
    if spec.movement.kind == "gait":
        return _walked(result, spec)
    holds = spec.movement.kind == "hold"
    done: Sequence[Rep | Hold] = result.holds if holds else result.reps
    noun = "hold" if holds else "rep"
    lines = _held(result.holds) if holds else [_best(result.reps), _fading(result)]
    lines = [line for line in (_uncounted(result), *lines) if line]
    work_on, why = _work_on(done, spec, noun)
    asked = None if holds else spec.dose.reps
    tiles = tuple(tiles_of(done))
    return Summary(spec.name, noun, result.counts, tuple(lines), work_on, why, tiles=tiles, asked=asked)


_FIGURES: Final = {
    "cadence_per_min": ("steps a minute", "", 0),
    "stride_time_s": ("for a stride", " s", 2),
    "stride_length_cm": ("a stride", " cm", 0),
    "step_time_asymmetry_percent": ("uneven steps", " %", 0),
}


def _walked(result: SetResult, spec: ExerciseSpec) -> Summary:
    """Return a walk's figures: nothing of it is right or wrong."""
    found = result.summary
    figures = tuple(
        (number(found[name], unit, digits=digits), words)
        for name, (words, unit, digits) in _FIGURES.items()
        if name in found
    )
    lines = [f"{result.counts.completed} strides measured."] if figures else []
    lines += [_push_off(side, found) for side in SIDES if f"push_off_{side}_deg" in found]
    return Summary(spec.name, "stride", result.counts, tuple(lines), "", "", figures)


def _push_off(side: str, found: Mapping[str, float]) -> str:
    name = f"push_off_{side}_deg"
    return f"Push-off of the {side} ankle {number(found[name], '°', found.get(f'{name}_sd', math.nan))}."


def _uncounted(result: SetResult) -> str:
    """Say why nothing was counted; where something was, only that there was more that was another exercise."""
    others = [problem for problem in result.setup if problem.problem == "not_the_exercise"]
    if result.counts.completed:
        return "Some of what was seen was not this exercise." if others else ""
    return next((problem.text for problem in (*others, *reversed(result.setup))), "")


def _held(holds: Sequence[Hold]) -> list[str]:
    if not holds:
        return []
    longest = max(hold.held_s for hold in holds)
    reached = sum(hold.reached for hold in holds)
    lines = [f"Longest hold {longest:.0f} s of {holds[0].target_s:.0f} s."]
    return lines if len(holds) == 1 else [*lines, f"{reached} of {len(holds)} holds reached the time."]


def _best(reps: Sequence[Rep]) -> str:
    name = _main_measure(reps)
    if name is None:
        return ""
    measured = [rep for rep in reps if name in rep.peak]
    good = [rep for rep in measured if rep.verdict in ("ok", "watch")] or measured
    best = max(good, key=lambda rep: abs(rep.peak[name]))
    quantity = parse_quantity(name)
    value = number(best.peak[name], quantity.unit, best.peak.get(f"{name}_sd", math.nan))
    return f"Best {quantity.label.lower()} {value}, in rep {best.index}."


def _main_measure(reps: Sequence[Rep]) -> str | None:
    names = (name for rep in reps for name in rep.peak if not name.endswith("_sd"))
    return next(names, None)


def _fading(result: SetResult) -> str:
    """Say how the last reps compare with the first, where the difference can be told at all."""
    if result.set_faults:
        return result.set_faults[0].text
    name = _main_measure(result.reps)
    values = [abs(rep.peak[name]) for rep in result.reps if name in rep.peak] if name else []
    if name is None or len(values) < 2 * _ENDS:
        return ""
    first, last = (sum(part) / _ENDS for part in (values[:_ENDS], values[-_ENDS:]))
    least = _DETECTABLE_CM if name.endswith("_cm") else _DETECTABLE_DEG
    if abs(last - first) < least:
        return "The last three were as good as the first three."
    unit = parse_quantity(name).unit
    return f"The last three came to {number(last, unit)}, the first three to {number(first, unit)}."


def _work_on(done: Sequence[Rep | Hold], spec: ExerciseSpec, noun: str) -> tuple[str, str]:
    """Return the cue of the fault that occurred most often, the more important one of equals."""
    for kind in ("faults", "watch"):
        often = Counter(fault.rule for item in done for fault in getattr(item, kind))
        if often:
            rule = max(spec.rules, key=lambda name: often[name])
            near = "" if kind == "faults" else "near the limit "
            many = "" if len(done) == 1 else "s"
            return spec.rules[rule].cue, f"{near}in {often[rule]} of {len(done)} {noun}{many}"
    short = sum(state_of(item) == "short" for item in done)
    if short:
        return "Hold for the whole time.", f"in {short} of {len(done)} {noun}{'' if len(done) == 1 else 's'}"
    return ("Nothing to correct. Keep it up.", "") if done else ("", "")
