"""Frozen values that travel through formcheck. Seconds, degrees, centimetres, pixels; NaN for not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Counts",
    "Event",
    "Fault",
    "FloatArray",
    "Frame",
    "Hold",
    "HoldEnded",
    "HoldStarted",
    "LandmarkRecording",
    "NotCounted",
    "PoseObservation",
    "Provenance",
    "Rep",
    "RepEnded",
    "RepStarted",
    "SetResult",
    "SetupChanged",
    "SetupProblem",
    "Side",
    "SourceInfo",
    "Stage",
    "Update",
    "Verdict",
    "View",
]

FloatArray = NDArray[np.float64]
Side = Literal["left", "right", "both"]
Verdict = Literal["ok", "watch", "fault", "cannot_judge"]
View = Literal["side", "oblique", "front"]
Stage = Literal["setup", "ready", "rest", "moving", "hold", "paused"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture. `image` is RGB, shape (height, width, 3), upright; `time_s` counts from the source's first frame."""

    index: int
    time_s: float
    image: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class PoseObservation:
    """Where the landmarks of `formcheck.skeleton.LANDMARKS` are in one frame, in pixels of that frame.

    `points` (n, 2), `visibility` (n,) in 0..1 and `sd_px` (n,), one standard deviation; all float32, so that a
    recording replays them to the bit. Points are NaN where not seen. `size` is (width, height).
    """

    time_s: float
    size: tuple[int, int]
    points: NDArray[np.float32]
    visibility: NDArray[np.float32]
    sd_px: NDArray[np.float32]

    @property
    def seen(self) -> bool:
        """Whether anybody was found in this frame."""
        return bool(np.isfinite(self.points[0, 0]))


@dataclass(frozen=True, slots=True)
class Provenance:
    """What produced a result: versions and hashes. `notes` are plain sentences a reader should know."""

    formcheck: str
    spec_sha256: str
    model_sha256: str
    backend: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """The video behind a result. `duration_s` runs from the first frame to the end of the last one."""

    path: str
    duration_s: float
    frames: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class LandmarkRecording:
    """All observations of one video, stacked: `time_s` (t,), `points` (t, n, 2), `visibility` and `sd_px` (t, n)."""

    source: SourceInfo
    model_sha256: str
    backend: str
    time_s: FloatArray
    points: NDArray[np.float32]
    visibility: NDArray[np.float32]
    sd_px: NDArray[np.float32]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.time_s)

    def observation(self, index: int) -> PoseObservation:
        """Return frame `index` as the observation it was recorded from."""
        return PoseObservation(
            time_s=float(self.time_s[index]),
            size=(self.source.width, self.source.height),
            points=self.points[index],
            visibility=self.visibility[index],
            sd_px=self.sd_px[index],
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """A form rule that did not hold: the measure, its value, its limit (same unit), and a sentence for people.

    `sd` is the standard deviation of `value`; `time_s` is when it was worst, for a cue or a picture.
    """

    rule: str
    measure: str
    value: float
    sd: float
    limit: float
    text: str
    time_s: float


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition. `peak` maps a measure with its unit (`heel_height_cm`, `heel_height_cm_sd`) to its value.

    `faults` make a rep flagged; `watch` are rules near their limit; `not_judged` names rules that could not be
    judged, each with the reason.
    """

    index: int
    side: Side
    start_s: float
    peak_s: float
    end_s: float
    peak: Mapping[str, float]
    verdict: Verdict
    faults: tuple[Fault, ...] = ()
    watch: tuple[Fault, ...] = ()
    not_judged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hold:
    """One held position. `held_s` leaves out drop-outs; `reached` says whether it came to `target_s`."""

    index: int
    side: Side
    start_s: float
    end_s: float
    held_s: float
    target_s: float
    reached: bool
    peak: Mapping[str, float]
    verdict: Verdict
    faults: tuple[Fault, ...] = ()
    watch: tuple[Fault, ...] = ()
    not_judged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetupProblem:
    """Something that kept formcheck from judging, while it lasted, in words the person can act on."""

    problem: str
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Reps (or holds) completed, of those valid (`ok` or `watch`), flagged (`fault`), and not judged."""

    completed: int
    valid: int
    flagged: int
    cannot_judge: int


@dataclass(frozen=True, slots=True, eq=False)
class SetResult:
    """All that one video gave. `series` holds one value a frame: `time_s`, then measures with side and unit.

    `fades` are faults of the whole set rather than of one rep. `view` and `azimuth_deg` say how the person was seen
    (0 = exactly from the side, 90 = from the front). `stature_assumed` marks centimetres that rest on a guess.
    `summary` holds what belongs to the whole set, by name with unit: the cadence of a walk.
    """

    exercise: str
    source: SourceInfo
    counts: Counts
    reps: tuple[Rep, ...]
    holds: tuple[Hold, ...]
    setup: tuple[SetupProblem, ...]
    tracked_fraction: float
    provenance: Provenance
    view: View | None
    azimuth_deg: float
    near_side: Side
    cm_per_px: float
    stature_cm: float
    stature_assumed: bool
    set_faults: tuple[Fault, ...]
    series: Mapping[str, FloatArray]
    limits: Mapping[str, float] = field(default_factory=dict)
    summary: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RepStarted:
    """The movement left rest."""

    time_s: float


@dataclass(frozen=True, slots=True)
class RepEnded:
    """A rep is complete and judged."""

    time_s: float
    rep: Rep


@dataclass(frozen=True, slots=True)
class HoldStarted:
    """The position was reached."""

    time_s: float


@dataclass(frozen=True, slots=True)
class HoldEnded:
    """The position was left; the hold is judged."""

    time_s: float
    hold: Hold


@dataclass(frozen=True, slots=True)
class SetupChanged:
    """What stands in the way of judging changed; `problem` is None once everything is in place."""

    time_s: float
    problem: str | None
    text: str


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A movement or position is over that was clearly another exercise; `text` is what was seen instead."""

    time_s: float
    text: str


Event = RepStarted | RepEnded | HoldStarted | HoldEnded | NotCounted | SetupChanged


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """What the engine made of one observation.

    `progress` is 0 at rest and 1 at the person's own best so far (or, in a hold, the share of the target held);
    `measures` maps the columns of `SetResult.series` to this frame's values.
    """

    time_s: float
    stage: Stage
    progress: float
    completed: int
    held_s: float
    problem: str | None
    measures: Mapping[str, float]
    events: tuple[Event, ...] = ()
