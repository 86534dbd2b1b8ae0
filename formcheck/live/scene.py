"""What the window shows at a moment, as plain values, and the short words for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from formcheck.engine.setup import PROBLEMS
from formcheck.model import Verdict

__all__ = ["CAMERA_LOST", "HEADLINES", "LOW_LIGHT", "SAID", "Phase", "Scene", "Words"]

Phase = Literal["getting_ready", "countdown", "counting", "holding", "paused", "finished"]

LOW_LIGHT: Final = "low_light"
CAMERA_LOST: Final = "camera_lost"

HEADLINES: Final = {
    "no_person": "Step into the picture",
    "body_out_of_frame": "Step back",
    "feet_out_of_frame": "Show your feet",
    "too_far": "Come nearer",
    "not_standing": "Stand upright",
    "turn_sideways": "Turn sideways",
    "turn_to_front": "Face the camera",
    "moving": "Stand still",
    "one_foot": "Stand on one leg",
    "not_seated": "Sit down",
    "both_feet": "Both feet down",
    "foot_up": "Stand on the other leg",
    "no_strides": "Walk on",
    LOW_LIGHT: "More light",
    CAMERA_LOST: "Camera lost",
}
"""Every set-up problem in words that can be read at three metres."""

SAID: Final = {
    **PROBLEMS,
    LOW_LIGHT: "It is too dark to see you. Switch on a light, and do not stand in front of a window.",
    CAMERA_LOST: "The camera gives no picture. Check its cable; it goes on by itself.",
}
"""The same in a sentence, as it is said aloud."""


@dataclass(frozen=True, slots=True)
class Words:
    """A headline to read from far away, a sentence for those who stand near, and what it means (None: neither)."""

    headline: str = ""
    detail: str = ""
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the window shows beside the picture.

    `held_s` and `target_s` are NaN where reps are counted. `problem` is a key of HEADLINES; `countdown` the number to
    show large. `verdicts` are those of all reps or holds so far. `noun` names what is counted where it is not plain;
    `sign` is the problem whose sign stands for getting ready.
    """

    phase: Phase
    words: Words
    count: int = 0
    target: int | None = None
    held_s: float = math.nan
    target_s: float = math.nan
    progress: float = 0.0
    verdicts: tuple[Verdict, ...] = ()
    problem: str | None = None
    countdown: int | None = None
    asked_to_pause: bool = False
    noun: str = ""
    sign: str = "moving"

    @property
    def holds(self) -> bool:
        """Whether a position is held, rather than reps counted."""
        return not math.isnan(self.target_s)
