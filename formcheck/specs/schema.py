"""The form of an exercise spec file, schema 1. Every number cites its source."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from formcheck.measures.names import MeasureName
from formcheck.model import View
from formcheck.rules import Cited, Rule

__all__ = [
    "Beat",
    "Dose",
    "ExerciseSpec",
    "GaitMovement",
    "GuidedMovement",
    "HoldMovement",
    "Posture",
    "RepMovement",
    "Shown",
    "ViewSpec",
]

Posture = Literal["standing", "seated", "any"]

RuleName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Dose(_Strict):
    """How much of it the programme asks for; `period_s` is the metronome's time for one rep.

    `hold_s` is how long a position is held; of a walk, how long it lasts (then its `reps`, strides, are not asked for).
    """

    sets: int = Field(default=1, ge=1)
    reps: int | None = Field(default=None, ge=1)
    hold_s: float | None = Field(default=None, gt=0)
    period_s: float | None = Field(default=None, gt=0)
    source: str = Field(min_length=8)


class ViewSpec(_Strict):
    """How the camera should see the person (`asks`), from where it can count all the same, and where to put it."""

    asks: View
    also: tuple[View, ...] = ()
    placement: str = Field(min_length=10)
    trusted_deg: Cited = Field(
        default=Cited(
            value=48.0,
            source="docs/accuracy.md: beyond 45 deg a foot's motion is seen in part; estimates read up to 8 deg high",
        ),
        description="The azimuth up to which heel height and ankle are trusted; beyond they are lower bounds.",
    )

    @property
    def accepted(self) -> tuple[View, ...]:
        """All views in which the exercise can be counted."""
        return (self.asks, *self.also)


class Shown(_Strict):
    """What the exercise shows and others do not: at the top of a rep, or in the middle of a hold.

    The measure comes to `least` there, or stays at or below `most`; it is one of the two. What clearly does not is not
    counted, and `text` says what was seen instead. Where the measure cannot be read well enough nothing is asked for.
    With `either` it is enough if one leg shows it, where which one is judged may not be clear.
    """

    measure: MeasureName
    either: bool = False
    least: Cited | None = None
    most: Cited | None = None
    text: str = Field(min_length=10, max_length=80, description="What was seen instead: 'the knee hardly bent'.")


class RepMovement(_Strict):
    """A movement away from rest and back. All in the unit of `measure`, against the person's own rest.

    `enter` is the least excursion that counts as a movement; outside `least`..`most` it is another movement (sitting
    down, stepping), which counts nothing. `planted`: the feet stay in their place; where they do not (steps, hops), the
    leg judged is found anew at the top of each rep.
    """

    kind: Literal["reps"]
    measure: MeasureName
    timed_by: MeasureName | None = Field(
        default=None,
        description="A second measure that says when a rep began and ended, in views that show it. Where the feet are "
        "not planted it goes ahead of the first and comes back behind it: the foot that steps.",
    )
    sign: Literal[1, -1] = 1
    planted: bool = True
    shows: tuple[Shown, ...] = ()
    enter: Cited
    most: Cited
    least: Cited
    min_s: Cited
    max_s: Cited


class HoldMovement(_Strict):
    """A position taken and kept, in the unit of `measure`.

    It is held from within `within` of the held level until lost by `lost`; the level must come to `reach` and be kept
    to within `within` for `settle_s`. With `keeps: above` no level is held: it lasts from when the measure comes above
    `lost`, and then to `reach`, until it falls below `lost`. Drop-outs up to `grace_s` do not break it and are not
    counted. `planted`: the feet do not step into the position.
    """

    kind: Literal["hold"]
    measure: MeasureName
    keeps: Literal["level", "above"] = "level"
    planted: bool = False
    shows: tuple[Shown, ...] = ()
    reach: Cited
    within: Cited
    lost: Cited
    settle_s: Cited
    grace_s: Cited


class GaitMovement(_Strict):
    """Walking, across the picture or on the spot; a stride takes between `min_s` and `max_s`."""

    kind: Literal["gait"]
    min_s: Cited
    max_s: Cited


class Beat(_Strict):
    """A word said aloud and how long it lasts."""

    say: str = Field(min_length=2, max_length=40)
    seconds: float = Field(gt=0, le=120)


class GuidedMovement(_Strict):
    """An exercise that no camera judges: it is paced, timed and confirmed by the person, and nothing is measured.

    `pace` is spoken in turn for every rep, each word for its seconds; a position is held for the dose's `hold_s`.
    """

    kind: Literal["guided"]
    pace: tuple[Beat, ...] = ()


_NO_CAMERA: Final = ViewSpec(asks="side", placement="No camera is needed: nothing of this exercise is measured.")


class ExerciseSpec(_Strict):
    """One exercise. `side`: which leg is judged; `posture`: what the set-up check expects before it starts.

    `choices` are ways of doing it that the person picks from and that do not change what is judged. Guided exercises
    leave out `view`, `side` and `peak`.
    """

    schema_: Literal[1] = Field(alias="schema")
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: str
    stage: Literal["settle", "mobilise", "strengthen", "restore dorsiflexion", "build resilience"]
    instructions: tuple[str, ...] = Field(min_length=1)
    not_judged: tuple[str, ...] = Field(default=(), description="What the camera cannot judge, in plain sentences.")
    dose: Dose
    choices: tuple[str, ...] = ()
    posture: Posture = "standing"
    view: ViewSpec = _NO_CAMERA
    side: Literal["both", "stance", "lifted", "upper", "front", "rear"] = "both"
    movement: Annotated[RepMovement | HoldMovement | GaitMovement | GuidedMovement, Field(discriminator="kind")]
    peak: tuple[MeasureName, ...] = Field(default=(), description="Shown per rep; the first is the main measure.")
    rules: dict[RuleName, Rule] = Field(default_factory=dict)
