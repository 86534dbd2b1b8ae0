"""Results, recordings and frames made for a test: a person standing sideways who rises on the toes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from formcheck.model import (
    Counts,
    Fault,
    Frame,
    Hold,
    LandmarkRecording,
    Provenance,
    Rep,
    SetResult,
    SetupProblem,
    SourceInfo,
    Verdict,
)
from formcheck.skeleton import INDEX, LANDMARKS, N_LANDMARKS

NAN = float("nan")
PERIOD_S = 3.0
FPS = 10.0
SIZE = (320, 180)
KNEE_TEXT = "Knee bent to 24°; keep it straight."
REASON = "the knee was hidden"

# where the right side's joints are when standing, in parts of the picture
_STANDING = {
    "nose": (0.54, 0.12),
    "shoulder": (0.50, 0.25),
    "elbow": (0.50, 0.38),
    "wrist": (0.51, 0.50),
    "hip": (0.50, 0.52),
    "knee": (0.50, 0.70),
    "ankle": (0.49, 0.88),
    "heel": (0.475, 0.93),
    "foot_index": (0.55, 0.94),
}


def made_fault(rule: str = "knee_bend", text: str = KNEE_TEXT, sd: float = 1.5) -> Fault:
    return Fault(rule, "knee_flexion_deg", 24.126, sd, 12.0, text, 3.5)


def made_rep(index: int, verdict: Verdict = "ok", **changes: object) -> Rep:
    start = PERIOD_S * index - 2.0
    rep = Rep(
        index=index,
        side="both",
        start_s=start,
        peak_s=start + 1.0,
        end_s=start + 2.0,
        peak={"heel_height_cm": 7.912, "heel_height_cm_sd": 0.4, "ankle_deg": -31.04, "ankle_deg_sd": 2.0},
        verdict=verdict,
        faults=(made_fault(),) if verdict == "fault" else (),
        watch=(made_fault("low_height", "Only just high enough."),) if verdict == "watch" else (),
        not_judged={"knee_bend": REASON} if verdict == "cannot_judge" else {},
    )
    return replace(rep, **changes)


def made_hold(index: int, held_s: float = 30.1, verdict: Verdict = "ok") -> Hold:
    return Hold(
        index=index,
        side="right",
        start_s=2.0,
        end_s=2.0 + held_s,
        held_s=held_s,
        target_s=30.0,
        reached=held_s >= 30.0,
        peak={"shank_inclination_deg": 24.0, "shank_inclination_deg_sd": 1.2},
        verdict=verdict,
        faults=(made_fault("heel_lift", "The heel lifted."),) if verdict == "fault" else (),
    )


def made_result(verdicts: Sequence[Verdict] = (), holds: Sequence[Hold] = (), fps: float = FPS) -> SetResult:
    """Return a set with one rep a verdict (or with holds), and the series of the time it takes."""
    items: Sequence[Rep | Hold] = holds or [made_rep(i, verdict) for i, verdict in enumerate(verdicts, start=1)]
    seen = [item.verdict for item in items]
    duration = (items[-1].end_s if items else 0.0) + 3.0
    time = np.arange(round(duration * fps)) / fps
    return SetResult(
        exercise="heel_raise",
        source=SourceInfo("clips/set.mp4", duration, len(time), *SIZE),
        counts=Counts(
            len(seen), seen.count("ok") + seen.count("watch"), seen.count("fault"), seen.count("cannot_judge")
        ),
        reps=() if holds else tuple(items),
        holds=tuple(holds),
        setup=(),
        tracked_fraction=0.987654,
        provenance=Provenance("0.1.0", "5" * 64, "4" * 64, "fake"),
        view="side",
        azimuth_deg=4.25,
        near_side="right",
        cm_per_px=1.0,
        stature_cm=170.0,
        stature_assumed=True,
        set_faults=(),
        series=made_series(time, items),
        limits={"knee_flexion_right_deg": 12.0},
    )


def made_walk(strides: int = 3) -> SetResult:
    """Return a set of strides, of which nothing is judged."""
    return replace(made_result(["ok"] * strides), exercise="walking", summary={"cadence_per_min": 111.7})


def made_guided() -> SetResult:
    """Return a set of which nothing was measured."""
    result = replace(made_result(), exercise="towel_scrunch", summary={"confirmed": 13.0, "planned": 15.0})
    return replace(result, view=None, tracked_fraction=0.0, series={"time_s": np.empty(0)})


def made_series(time: np.ndarray, items: Sequence[Rep | Hold]) -> dict[str, np.ndarray]:
    """Return series in which the heel rises 8 cm in each item; the left side is not seen in the first second."""
    rise = np.zeros_like(time)
    for item in items:
        share = np.clip((time - item.start_s) / (item.end_s - item.start_s), 0.0, 1.0)
        rise += 8.0 * np.sin(np.pi * share)
    left = np.where(time < 1.0, NAN, rise)
    return {
        "time_s": time,
        "ankle_right_deg": -4.0 * rise,
        "ankle_left_deg": -4.0 * left,
        "heel_height_right_cm": rise,
        "heel_height_right_cm_sd": np.full_like(time, 0.4),
        "heel_height_left_cm": left,
        "knee_flexion_right_deg": np.full_like(time, 5.0),
        "shank_inclination_right_deg": np.full_like(time, 3.0),
        "body_rise_cm": 0.77 * rise,
    }


def made_problem(text: str = "Your feet are not in the picture.") -> SetupProblem:
    return SetupProblem("feet_out_of_frame", 0.0, 0.9, text)


def made_points(size: tuple[int, int] = SIZE, rise_px: float = 0.0) -> np.ndarray:
    points = np.full((N_LANDMARKS, 2), np.nan, dtype=np.float32)
    for name, at in _STANDING.items():
        for full in (name, f"right_{name}", f"left_{name}"):
            if full in INDEX:
                away = 0.02 if full.startswith("left") else 0.0
                points[INDEX[full]] = ((at[0] + away) * size[0], at[1] * size[1] - rise_px)
    for side in ("left", "right"):
        points[INDEX[f"{side}_foot_index"], 1] += rise_px
    return points


def made_recording(result: SetResult, size: tuple[int, int] = SIZE) -> LandmarkRecording:
    time = result.series["time_s"]
    near = np.array([not name.startswith("left") for name in LANDMARKS])
    return LandmarkRecording(
        source=replace(result.source, width=size[0], height=size[1]),
        model_sha256="4" * 64,
        backend="fake",
        time_s=time,
        points=np.stack([made_points(size, rise) for rise in result.series["heel_height_right_cm"]]),
        visibility=np.tile(np.where(near, 0.95, 0.4).astype(np.float32), (len(time), 1)),
        sd_px=np.ones((len(time), N_LANDMARKS), dtype=np.float32),
    )


def made_frames(result: SetResult, size: tuple[int, int] = SIZE) -> Iterator[Frame]:
    for index, time_s in enumerate(result.series["time_s"].tolist()):
        yield Frame(index, time_s, np.full((size[1], size[0], 3), 120, dtype=np.uint8))
