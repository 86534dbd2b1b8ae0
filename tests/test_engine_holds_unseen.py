"""Holds of which part is not seen: drop-outs, absence, and a video that begins within one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from figure import Pose, bumps, drop, film
from hypothesis import example, given, settings
from hypothesis import strategies as st

from formcheck.engine import Engine
from formcheck.model import Hold, LandmarkRecording, Provenance
from formcheck.skeleton import LANDMARKS
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import load_spec

RECORDINGS = Path(__file__).parent / "recordings"
FEET = [i for i, name in enumerate(LANDMARKS) if name.endswith(("heel", "heel_base", "foot_index", "ball", "ankle"))]
GRACE_S = 2.0
FPS = 12.0

Lose = Callable[[LandmarkRecording, float, float], LandmarkRecording]


@cache
def soleus(top_s: float = 12.0) -> LandmarkRecording:
    """Film a good soleus stretch: taken from 2 to 3 s, let go after `top_s`, standing again for 3 s."""
    held = bumps([2.0], up_s=1.0, top_s=top_s)

    def rear(t: float) -> Pose:
        return Pose(shank_deg=4 + 22 * held(t), knee_deg=4 + 28 * held(t), x_cm=200 - 60 * held(t))

    return film(rear, top_s + 7, FPS, other=lambda t: Pose())


@cache
def filmed(name: str) -> LandmarkRecording:
    """Return a labelled recording."""
    return load_recording(RECORDINGS / f"{name}.npz")


def cut(recording: LandmarkRecording, start_s: float) -> LandmarkRecording:
    """Return the recording of the video from `start_s` on."""
    return without(recording, 0.0, start_s)


def without(recording: LandmarkRecording, start_s: float, end_s: float) -> LandmarkRecording:
    """Return the recording without the frames between two times."""
    kept = (recording.time_s < start_s) | (recording.time_s >= end_s)
    return replace(
        recording,
        time_s=recording.time_s[kept],
        points=recording.points[kept],
        visibility=recording.visibility[kept],
        sd_px=recording.sd_px[kept],
    )


def guess_feet(recording: LandmarkRecording, start_s: float, end_s: float) -> LandmarkRecording:
    """Return the recording with feet out of the picture between two times: guessed, heels lifted and toes ahead."""
    part = np.ix_((recording.time_s >= start_s) & (recording.time_s < end_s), FEET)
    points, visibility = recording.points.copy(), recording.visibility.copy()
    visibility[part] = 0.1
    ends = [LANDMARKS[i].rpartition("_")[2] for i in FEET]
    points[part] += [[40 * (end in ("index", "ball")), -25 * (end in ("heel", "base"))] for end in ends]
    return replace(recording, points=points, visibility=visibility)


def judge(recording: LandmarkRecording, exercise: str) -> tuple[Hold, ...]:
    engine = Engine(load_spec(exercise).spec)
    engine.run(recording)
    return engine.finish(recording.source, Provenance("", "", "", "")).holds


# ---------------------------------------------------------------------- laws


@settings(max_examples=10, deadline=None)
@given(
    start_s=st.floats(0.5, 15.0),
    length_s=st.floats(0.1, GRACE_S - 0.3),
    gone=st.sampled_from([drop, without, guess_feet]),
)
@example(start_s=7.0, length_s=1.6, gone=guess_feet)
def test_a_dropout_up_to_the_grace_neither_splits_a_hold_nor_makes_a_fault(
    start_s: float, length_s: float, gone: Lose
) -> None:
    (held,) = judge(gone(soleus(), start_s, start_s + length_s), "soleus_stretch")
    assert held.verdict != "fault"


@pytest.mark.parametrize("exercise", ["single_leg_stance", "ball_of_foot_stretch", "seated_plantar_fascia_stretch"])
@settings(max_examples=6, deadline=None)
@given(where=st.floats(0.25, 0.95), length_s=st.floats(0.3, GRACE_S - 0.3))
def test_a_dropout_up_to_the_grace_costs_a_filmed_hold_what_was_not_seen(
    exercise: str, where: float, length_s: float
) -> None:
    (whole,) = judge(filmed(exercise), exercise)
    start_s = whole.start_s + where * (whole.end_s - whole.start_s - length_s)
    (held,) = judge(drop(filmed(exercise), start_s, start_s + length_s), exercise)
    assert (held.start_s, held.end_s) == (whole.start_s, whole.end_s)
    assert held.held_s == pytest.approx(whole.held_s - length_s, abs=0.25)


@settings(max_examples=10, deadline=None)
@given(start_s=st.floats(5.0, 9.0), length_s=st.floats(GRACE_S + 0.2, 8.0), gone=st.sampled_from([drop, without]))
def test_two_holds_with_absence_between_are_never_one(start_s: float, length_s: float, gone: Lose) -> None:
    end_s = start_s + length_s
    held = judge(gone(soleus(20.0), start_s, end_s), "soleus_stretch")
    assert [one.end_s <= start_s for one in held] == [True, False]
    assert held[1].start_s >= end_s
    assert {one.verdict for one in held} <= {"ok", "cannot_judge"}


@settings(max_examples=10, deadline=None)
@given(start_s=st.floats(0.0, 16.0))
def test_a_video_cut_at_any_moment_into_a_good_stretch_makes_no_fault(start_s: float) -> None:
    assert all(one.faults == () for one in judge(cut(soleus(), start_s), "soleus_stretch"))


# ---------------------------------------------------------------------- examples


def test_what_is_told_against_standing_is_not_judged_before_standing_was_seen() -> None:
    (held,) = judge(cut(soleus(), 5.0), "soleus_stretch")
    assert held.not_judged == {"knee_not_bent": "not seen at rest before"}


def test_standing_seen_between_holds_is_what_the_next_is_told_against() -> None:
    recording = cut(filmed("soleus_stretch"), 5.0)
    first, second = judge(recording, "soleus_stretch")
    assert (first.faults, set(first.not_judged)) == ((), {"knee_not_bent"})
    assert [fault.rule for fault in second.faults] == ["heel_lift"]
    assert "knee_not_bent" not in second.not_judged


def test_who_comes_back_into_a_stretch_is_told_against_the_standing_seen_before() -> None:
    first, second = judge(drop(soleus(20.0), 8.0, 14.0), "soleus_stretch")
    assert (first.not_judged, second.not_judged) == ({}, {})


def test_feet_out_of_the_picture_are_not_seen_to_hold() -> None:
    recording = soleus()
    visibility = recording.visibility.copy()
    hidden = (recording.time_s >= 8.0) & (recording.time_s < 9.5)
    visibility[np.ix_(hidden, FEET)] = 0.1
    (held,) = judge(replace(recording, visibility=visibility), "soleus_stretch")
    (whole,) = judge(recording, "soleus_stretch")
    assert held.held_s == pytest.approx(whole.held_s - 1.5, abs=0.2)
