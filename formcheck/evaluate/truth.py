"""Labelled clips: a video or landmark recording with its truth beside it, in NAME.truth.json and NAME.truth.npz."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from formcheck.errors import SourceError
from formcheck.model import FloatArray, Side, View

__all__ = ["TRUTH_SCHEMA", "LabelledClip", "TrueItem", "Truth", "find_labelled", "read_labelled"]

TRUTH_SCHEMA: Final = "formcheck.truth/1"
_VIDEO_SUFFIXES: Final = (".mp4", ".mov", ".mkv", ".webm")

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class _Open(BaseModel):
    """A label may say more than is read here: notes, the size of the picture."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class TrueItem(_Open):
    """A true rep or hold. `faults` must be found; `may` counts neither way; `truth` holds values by side and name."""

    index: int | None = None
    side: Side = "both"
    start_s: Seconds | None = None
    peak_s: Seconds | None = None
    end_s: Seconds | None = None
    held_s: Seconds | None = None
    faults: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    truth: Mapping[Literal["left", "right"], Mapping[str, Number]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_placed_in_time(self) -> TrueItem:
        if self.peak_s is None and (self.start_s is None or self.end_s is None):
            raise ValueError("needs start_s and end_s, or peak_s")
        return self

    def overlap_s(self, start_s: float, end_s: float) -> float:
        """Return how long this and a found stretch overlap; where only the peak is known, 1 if it is inside, else 0."""
        if self.start_s is not None and self.end_s is not None:
            return min(end_s, self.end_s) - max(start_s, self.start_s)
        return float(self.peak_s is not None and start_s <= self.peak_s <= end_s)


class _Camera(_Open):
    azimuth_deg: Number


class Truth(_Open):
    """What is in a clip. `setup` names what must be refused; `rendered` clips have exact joints.

    `worn` says in a few words what covers the feet, where they are not bare: "shoes".
    """

    schema_: Literal["formcheck.truth/1"] = Field(alias="schema")
    exercise: str
    rendered: bool = False
    view: _Camera | View | None = None
    near_side: Literal["left", "right"] | None = None
    height_cm: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    tolerance_s: Seconds = 0.3
    worn: str = ""
    reps: tuple[TrueItem, ...] = ()
    holds: tuple[TrueItem, ...] = ()
    setup: tuple[str, ...] = ()

    @property
    def items(self) -> Sequence[TrueItem]:
        """What the exercise consists of: its reps, or else its holds."""
        return self.reps or self.holds

    @property
    def azimuth_deg(self) -> float:
        """How far the camera is from the person's side, 0..180; NaN where at most a word is given."""
        return abs(self.view.azimuth_deg) if isinstance(self.view, _Camera) else math.nan


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """A video (or landmark recording) and its truth; `frames` from NAME.truth.npz: `time_s` and columns over it."""

    path: Path
    truth: Truth
    frames: Mapping[str, FloatArray]

    @property
    def exercise(self) -> str:
        """The exercise it is to be scored with."""
        return self.truth.exercise


def find_labelled(folder: Path) -> list[LabelledClip]:
    """Return the labelled clips below `folder`, by name. Raises SourceError if there are none."""
    clips = [read_labelled(truth_path) for truth_path in sorted(folder.rglob("*.truth.json"))]
    if not clips:
        raise SourceError(
            f"{folder}: no NAME.truth.json in this folder; labelled clips are NAME.mp4 with one beside it"
        )
    return clips


def read_labelled(truth_path: Path) -> LabelledClip:
    """Return the clip that NAME.truth.json labels. Raises SourceError."""
    name = truth_path.name.removesuffix(".truth.json")
    truth = _parsed(truth_path)
    videos = [path for path in sorted(truth_path.parent.glob(f"{name}.*")) if path.suffix.lower() in _VIDEO_SUFFIXES]
    videos += [path for path in [truth_path.with_name(f"{name}.npz")] if path.exists()]
    if not videos:
        raise SourceError(f"{truth_path}: the clip it labels, {name}.mp4, is not beside it")
    return LabelledClip(videos[0], truth, _frames(truth_path.with_name(f"{name}.truth.npz")))


def _parsed(path: Path) -> Truth:
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: not a truth file: {error}") from error
    if not isinstance(values, dict) or values.get("schema") != TRUTH_SCHEMA or "exercise" not in values:
        raise SourceError(f"{path}: expected schema {TRUTH_SCHEMA!r} and an exercise")
    try:
        return Truth.model_validate(values)
    except ValidationError as error:
        raise SourceError("\n".join(f"{path}: {_told(problem)}" for problem in error.errors())) from error


def _told(problem: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg'].removeprefix('Value error, ')}"


def _frames(path: Path) -> dict[str, FloatArray]:
    if not path.exists():
        return {}
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files if not key.startswith("px_")}
    except (OSError, ValueError, EOFError) as error:
        raise SourceError(f"{path}: cannot be read as arrays: {error}") from error
