"""What is clearly another movement is not praised, no rep of the exercise is lost, and nothing is left unsaid."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from figure import Motion, Pose, bumps, drop, film, heel_raises, mirror
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.engine import Engine
from formcheck.model import Hold, LandmarkRecording, Provenance, Rep, SetResult
from formcheck.report import result_json
from formcheck.skeleton import index
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import load_spec, read_spec
from formcheck.specs.locator import shipped_folder
from formcheck.specs.schema import ExerciseSpec, HoldMovement, RepMovement

ROOT = Path(__file__).parent.parent
RECORDINGS = {
    path.stem: path for folder in ("tests/recordings", "samples") for path in sorted((ROOT / folder).glob("*.npz"))
}
SPECS = {path.stem: read_spec(path).spec for path in sorted(shipped_folder().glob("*.yaml"))}
JUDGED = sorted(name for name, spec in SPECS.items() if spec.movement.kind != "guided")
STARTS = [1.5, 4.0, 6.5, 9.0]
SLOW = [1.5, 6.0, 10.5]


def truth_exercise(name: str) -> str:
    truth = RECORDINGS[name].with_suffix("").with_suffix(".truth.json").read_text(encoding="utf-8")
    return str(json.loads(truth)["exercise"])


def judge(recording: LandmarkRecording, spec: ExerciseSpec, side: str | None = None) -> SetResult:
    engine = Engine(spec, side=side)  # type: ignore[arg-type]
    engine.run(recording)
    return engine.finish(recording.source, Provenance("", "", "", ""))


@cache
def scored(name: str, exercise: str) -> SetResult:
    return judge(load_recording(RECORDINGS[name]), SPECS[exercise])


def items(result: SetResult) -> tuple[Rep | Hold, ...]:
    return (*result.reps, *result.holds)


def asking_nothing(spec: ExerciseSpec) -> ExerciseSpec:
    """Return the spec without what it asks the movement to show."""
    assert isinstance(spec.movement, RepMovement | HoldMovement)
    return spec.model_copy(update={"movement": spec.movement.model_copy(update={"shows": ()})})


_KNEE_OVER_FOOT = "a knee bends over its foot and the body sinks, which is all that a camera sees of either"
_STEP = "a foot and the body go up or down by a step, and no camera sees the step itself"
_FRONT = "seen from the front, where neither knee nor heel is read"
_HEEL = "the heel rises and the body with it"
_REASONS: dict[str, list[tuple[str, str]]] = {
    _HEEL: [
        ("heel_raise", "heel_raise_off_step"),
        ("heel_raise_knee_bent", "heel_raise"),
        ("heel_raise_knee_bent", "heel_raise_off_step"),
        ("heel_raise_off_step", "heel_raise"),
        ("single_heel_raise", "heel_raise"),
        ("single_heel_raise", "heel_raise_knee_bent"),
        ("single_heel_raise", "heel_raise_off_step"),
        ("hops_both", "heel_raise"),
        ("hops_both", "heel_raise_off_step"),
    ],
    _FRONT: [
        ("step_down", "heel_raise_knee_bent"),
        ("step_down", "heel_raise_off_step"),
        ("step_up", "heel_raise_knee_bent"),
        ("step_up", "heel_raise_off_step"),
        ("step_up", "single_heel_raise"),
        ("squat", "step_down"),
        ("step_down", "squat"),
        ("step_up", "squat"),
    ],
    _KNEE_OVER_FOOT: [
        ("ball_of_foot_stretch", "dorsiflexion_lunge"),
        ("gastrocnemius_stretch", "dorsiflexion_lunge"),
        ("soleus_stretch", "dorsiflexion_lunge"),
        ("gastrocnemius_stretch", "forward_lunge"),
        ("soleus_stretch", "forward_lunge"),
        ("squat", "dorsiflexion_lunge"),
        ("squat", "forward_lunge"),
        ("dorsiflexion_lunge", "forward_lunge"),
        ("dorsiflexion_lunge", "squat"),
    ],
    "the front heel comes up on the way back, in one rep": [
        ("dorsiflexion_lunge", "heel_raise"),
        ("dorsiflexion_lunge", "heel_raise_knee_bent"),
        ("dorsiflexion_lunge", "heel_raise_off_step"),
        ("dorsiflexion_lunge", "single_heel_raise"),
    ],
    _STEP: [
        ("forward_lunge", "step_down"),
        ("step_down", "step_up"),
        ("step_up", "step_down"),
        ("step_up", "walking"),
        ("heel_raise_off_step", "step_up"),
    ],
    "the body and both feet rise": [
        ("hops_both", "step_up"),
        ("hops_single", "step_up"),
        ("hops_single", "hops_both"),
        ("step_up", "hops_both"),
        ("step_up", "hops_single"),
        ("hops_single", "tibial_raise"),
    ],
    "one foot is in the air": [("step_down", "single_leg_stance"), ("step_up", "single_leg_stance")],
    "one foot stands behind the other and is kept there": [("gastrocnemius_stretch", "ball_of_foot_stretch")],
    "the foot points down, on the floor rather than in the air": [("seated_calf_raise", "seated_ankle_pump")],
}
ALLOWED = {pair for pairs in _REASONS.values() for pair in pairs}
"""(what was done, what it was scored as) of which good reps or holds are counted all the same, by the reason for it."""


def praised(name: str) -> set[tuple[str, str]]:
    """Return (what was done, what it was scored as) for each exercise of which something is counted and good."""
    good = (exercise for exercise in JUDGED if any(i.verdict in ("ok", "watch") for i in items(scored(name, exercise))))
    return {(truth_exercise(name), exercise) for exercise in good}


@pytest.mark.parametrize("name", RECORDINGS)
def test_another_exercise_is_praised_only_where_nothing_tells_it_apart(name: str) -> None:
    assert {(done, exercise) for done, exercise in praised(name) if done != exercise} <= ALLOWED


@pytest.mark.parametrize("exercise", [name for name in JUDGED if name.endswith("heel_raise")])
def test_of_lunges_one_at_most_is_counted_as_a_heel_raise(exercise: str) -> None:
    """In praise or blame: who rises from a lunge is not told against the rest at its depth, nor against one before."""
    assert len(scored("dorsiflexion_lunge", exercise).reps) <= 1


def test_every_exception_is_still_needed() -> None:
    found = set().union(*(praised(name) for name in RECORDINGS))
    assert len(RECORDINGS) > 20
    assert found >= ALLOWED


@pytest.mark.parametrize("name", [name for name in RECORDINGS if truth_exercise(name) != "walking"])
def test_what_an_exercise_shows_costs_no_labelled_rep(name: str) -> None:
    spec = SPECS[truth_exercise(name)]
    result = judge(load_recording(RECORDINGS[name]), spec)
    assert items(result) == items(judge(load_recording(RECORDINGS[name]), asking_nothing(spec)))
    assert not {problem.problem for problem in result.setup} & {"not_the_exercise", "begun_before"}


@pytest.mark.parametrize("name", RECORDINGS)
def test_where_nothing_is_counted_a_problem_says_why(name: str) -> None:
    results = [scored(name, exercise) for exercise in JUDGED]
    assert all(items(result) or result.setup for result in results)
    assert all(len(problem.text) > 10 for result in results for problem in result.setup)


def squats(depth: float) -> Motion:
    course = bumps(STARTS)
    return lambda t: Pose(shank_deg=3 + 0.35 * depth * course(t), knee_deg=4 + depth * course(t))


def lunges(depth: float) -> Motion:
    course = bumps(STARTS)
    return lambda t: Pose(shank_deg=5 + depth * course(t), knee_deg=10 + 2 * depth * course(t), x_cm=230)


MADE: dict[str, Callable[[float], LandmarkRecording]] = {
    "squat": lambda size: film(squats(35 + 65 * size), 12.0, 20.0),
    "heel_raise": lambda size: film(heel_raises(STARTS, 0.35 + size), 12.0, 20.0),
    "dorsiflexion_lunge": lambda size: film(lunges(7 + 25 * size), 12.0, 20.0, other=lambda t: Pose(x_cm=150)),
}


@pytest.mark.parametrize("exercise", MADE)
@settings(max_examples=15)
@given(size=st.floats(0.0, 1.0))
def test_no_rep_is_too_small_to_be_the_exercise(exercise: str, size: float) -> None:
    recording = MADE[exercise](size)
    result = judge(recording, SPECS[exercise])
    assert result.counts == judge(recording, asking_nothing(SPECS[exercise])).counts
    assert result.counts.completed == len(STARTS)


@pytest.mark.parametrize("fps", [10.0, 30.0, 60.0])
@pytest.mark.parametrize("turned", [False, True], ids=["as filmed", "mirrored"])
def test_heel_raises_are_no_squats_however_filmed(fps: float, turned: bool) -> None:
    recording = film(heel_raises(SLOW, top_s=1.5), 15.0, fps)
    result = judge(mirror(recording) if turned else recording, SPECS["squat"])
    assert result.counts.completed == 0
    (problem,) = result.setup
    assert problem.problem == "not_the_exercise"
    assert "Squat" in problem.text
    assert "the knee hardly bent" in problem.text


@settings(max_examples=30)
@given(gaps=st.lists(st.tuples(st.floats(0.0, 12.0), st.floats(0.05, 2.0)), max_size=4))
def test_dropouts_make_no_squats_of_heel_raises(gaps: list[tuple[float, float]]) -> None:
    recording = film(heel_raises(SLOW, top_s=1.5), 15.0, 20.0)
    for start_s, length_s in gaps:
        recording = drop(recording, start_s, start_s + length_s)
    assert judge(recording, SPECS["squat"]).counts.completed == 0


def test_what_was_not_counted_is_told_once_and_stands_in_the_json() -> None:
    result = scored("hr_double_side", "squat")
    (problem,) = result_json(result)["setup"]
    assert problem["problem"] == "not_the_exercise"
    assert problem["text"].startswith("7 movements seen were not this exercise (Squat)")
    assert 0.0 < problem["start_s"] < problem["end_s"]


def part(name: str, start_s: float, end_s: float) -> LandmarkRecording:
    whole = load_recording(RECORDINGS[name])
    kept = (whole.time_s >= start_s) & (whole.time_s < end_s)
    arrays = {key: getattr(whole, key)[kept] for key in ("points", "visibility", "sd_px")}
    return replace(whole, time_s=whole.time_s[kept] - start_s, **arrays)


NOTHING = {
    "too small": (film(heel_raises(STARTS, 0.07), 12.0), "heel_raise", "too_small", "1.5 cm on it counts"),
    "no way back": (part("hr_double_side", 0.0, 3.0), "heel_raise", "not_whole", "not seen to end at rest"),
    "let go at once": (part("gastroc_holds", 0.0, 3.0), "gastrocnemius_stretch", "not_whole", "not kept for 2 s"),
    "a second": (part("hr_double_side", 0.0, 1.0), "heel_raise", "too_short", "lasts only 1.0 s"),
    "begun before": (part("hr_double_side", 3.0, 30.0), "heel_raise", "begun_before", "before you stood still"),
}


@pytest.mark.parametrize(("recording", "exercise", "name", "words"), NOTHING.values(), ids=NOTHING)
def test_why_nothing_was_counted_is_said(recording: LandmarkRecording, exercise: str, name: str, words: str) -> None:
    (problem,) = judge(recording, SPECS[exercise]).setup
    assert problem.problem == name
    assert words in problem.text


def test_a_hidden_leg_is_said() -> None:
    recording = film(heel_raises(STARTS), 12.0)
    recording.visibility[np.ix_(recording.time_s > 1.0, [index("left", "knee"), index("right", "knee")])] = 0.1
    assert "leg_hidden" in {problem.problem for problem in judge(recording, SPECS["heel_raise"]).setup}


def test_a_leg_in_the_air_is_not_judged_as_the_standing_one() -> None:
    recording = load_recording(RECORDINGS["hr_single_partial"])
    lifted, standing = (judge(recording, SPECS["single_heel_raise"], side) for side in ("left", "right"))
    assert (lifted.counts.completed, standing.counts.completed) == (0, 6)
    assert [problem.problem for problem in lifted.setup] == ["foot_up"]
    assert standing.setup == ()
    assert load_spec("single_heel_raise").spec.side == "stance"
