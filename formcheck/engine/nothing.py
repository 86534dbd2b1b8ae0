"""Why nothing was counted, in words, where no set-up problem has told it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from formcheck.measures.names import MEASURES, MeasureName
from formcheck.model import SetupProblem

__all__ = ["Seen", "too_short"]

_LEAST_SEEN: Final = 0.5
_SHORT_S: Final = 2.0
"""Default, not from literature: a rep or hold with a moment of rest ahead of it takes longer."""


@dataclass(slots=True)
class Seen:
    """What was seen of a movement, frame by frame: `note(x)` its way from rest in the unit of `measure`, NaN unseen."""

    measure: MeasureName
    sign: int = 1
    strayed: bool = False
    largest: float = 0.0
    _frames: int = 0
    _seen: int = 0

    def note(self, x: float) -> None:
        """Take one frame."""
        self._frames += 1
        if not math.isnan(x):
            self._seen += 1
            self.largest = max(self.largest, x)

    def why(self, least: float, unfinished: str, end_s: float) -> SetupProblem:
        """Return why nothing was counted; `unfinished` says what was missing where `least` was reached."""
        name, text = self._why(least, unfinished)
        return SetupProblem(name, 0.0, end_s, text)

    def _why(self, least: float, unfinished: str) -> tuple[str, str]:
        if self._seen < _LEAST_SEEN * self._frames:
            return "leg_hidden", "The leg to be judged is hardly seen. Turn it towards the camera."
        if self.strayed:
            return "other_movement", "What was seen goes beyond this exercise, as sitting down or a step does."
        if self.largest >= least:
            return "not_whole", unfinished
        unit, label = ("°" if MEASURES[self.measure].unit == "deg" else " cm"), MEASURES[self.measure].label
        way = f"{label}, downwards" if self.sign < 0 else label
        text = f"The largest movement seen was {self.largest:.1f}{unit} ({way}); from {least:.1f}{unit} on it counts."
        return "too_small", text


def too_short(start_s: float, end_s: float) -> SetupProblem | None:
    """Return the problem of a clip too short for anything to be counted."""
    if end_s - start_s >= _SHORT_S:
        return None
    return SetupProblem(
        "too_short",
        start_s,
        end_s,
        f"The clip lasts only {end_s - start_s:.1f} s. Film from a moment of standing still to the next one.",
    )
