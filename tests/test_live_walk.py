"""Walking live: strides counted while they are made, turns outside the picture, the dose, and the summary."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_live import Recorder, observations, practised

from formcheck.engine.gait import GaitLimits
from formcheck.live.course import GONE_S
from formcheck.live.summary import summarise
from formcheck.live.walk import StrideWatch, WalkCourse
from formcheck.model import LandmarkRecording, PoseObservation, Update
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import load_spec

RECORDINGS = Path(__file__).parent / "recordings"
WALKS = ("walking", "walking_left", "walking_oblique", "walking_on_the_spot")
SPEC = load_spec("walking").spec


def walk(name: str) -> LandmarkRecording:
    return load_recording(RECORDINGS / f"{name}.npz")


def nobody(observation: PoseObservation, time_s: float) -> PoseObservation:
    return replace(observation, time_s=time_s, points=np.full_like(observation.points, np.nan))


def there_and_back(away_s: float) -> list[PoseObservation]:
    """A walk to the right, `away_s` seconds out of the picture, and a walk to the left."""
    there, back = list(observations(walk("walking"))), list(observations(walk("walking_left")))
    away = [nobody(there[0], there[-1].time_s + k / 25) for k in range(1, round(away_s * 25) + 1)]
    shift_s = away[-1].time_s + 1 / 25
    return [*there, *away, *(replace(one, time_s=one.time_s + shift_s) for one in back)]


def watched(frames: list[PoseObservation]) -> StrideWatch:
    watch = StrideWatch(GaitLimits(0.6, 2.5))
    for frame in frames:
        watch.update(frame)
    return watch


@pytest.mark.parametrize("name", WALKS)
def test_strides_seen_on_the_way_are_those_of_the_result(name: str) -> None:
    outcome, _, live = practised(observations(walk(name)), exercise="walking", window=False, ends_with_dose=False)
    assert isinstance(live.practice, WalkCourse)
    seen = live.practice.scene(10.0).count
    assert outcome.result.counts.completed - 2 <= seen <= outcome.result.counts.completed
    assert outcome.result.summary["cadence_per_min"] > 80
    assert outcome.kept == "kept"


def test_steps_and_seconds_of_a_walk_belong_to_its_strides() -> None:
    watch = watched(list(observations(walk("walking_left"))))
    assert watch.steps == watch.strides + 2
    assert watch.walked_s == pytest.approx((watch.strides + 1) * 0.6, abs=0.25)


def test_a_turn_outside_the_picture_begins_a_new_run() -> None:
    one, both = watched(list(observations(walk("walking")))), watched(there_and_back(4.0))
    assert both.strides > one.strides
    assert both.steps == both.strides + 4
    assert both.walked_s < 9.0


def test_standing_is_no_walk() -> None:
    stand = walk("walking_on_the_spot").observation(0)
    watch = watched([replace(stand, time_s=k / 15) for k in range(150)])
    assert (watch.strides, watch.steps, watch.problem) == (0, 0, "no_strides")


@pytest.mark.parametrize("ends", [True, False], ids=["camera", "video"])
def test_the_dose_ends_the_walk(ends: bool) -> None:
    outcome, devices, live = practised(there_and_back(2.0), exercise="walking", window=False, ends_with_dose=ends)
    assert outcome.result.counts.completed >= 4
    assert "Good. Walk." in devices.words
    assert devices.words[-1] == "Done. Well practised."
    assert (live.practice.scene(0.0).count == 4) == ends


def test_a_walk_cut_short_is_told_as_far_as_it_went() -> None:
    for hold_s, told in ((None, "Done. 2 of 4."), (60.0, "Done. 2 of 60 seconds.")):
        course = WalkCourse(SPEC.model_copy(update={"dose": SPEC.dose.model_copy(update={"hold_s": hold_s})}))
        course._watch.strides, course._watch.walked_s = 2, 2.9
        assert course.finish(3.0)[0].words == told


def test_a_dose_in_seconds_is_walked_for_so_long() -> None:
    dose = SPEC.dose.model_copy(update={"hold_s": 5.0})
    course = WalkCourse(SPEC.model_copy(update={"dose": dose}))
    for frame in there_and_back(2.0):
        course.look(frame)
        problem = None if frame.seen else "no_person"
        course.update(Update(frame.time_s, "moving", 0.0, 0, 0.0, problem, {}))
    assert course.phase == "finished"
    scene = course.scene(20.0)
    assert scene.holds
    assert 5.0 <= scene.held_s < 6.5


def test_turning_round_is_not_spoken_of_and_walking_off_ends_the_walk() -> None:
    stand, walked = walk("walking").observation(0), list(observations(walk("walking")))
    _, devices, _ = practised(there_and_back(4.0), exercise="walking", window=False, ends_with_dose=False)
    assert not any("Nobody" in words for words in devices.words)
    gone = [nobody(stand, walked[-1].time_s + k / 10) for k in range(1, round((GONE_S + 2) * 10))]
    script = [*walked[:80], *(replace(one, time_s=one.time_s) for one in gone)]
    spec = load_spec("walking")
    long = spec.spec.model_copy(update={"dose": spec.spec.dose.model_copy(update={"reps": 400})})
    course = WalkCourse(long)
    for frame in script:
        course.look(frame)
        course.update(Update(frame.time_s, "moving", 0.0, 0, 0.0, None if frame.seen else "no_person", {}))
    assert course.phase == "finished"


def test_who_stands_is_told_to_walk_on_after_a_while() -> None:
    stand = walk("walking_on_the_spot").observation(0)
    course, said, headlines = WalkCourse(SPEC), [], []
    for k in range(180):
        frame = replace(stand, time_s=k / 15)
        course.look(frame)
        said += [cue.words for cue in course.update(Update(frame.time_s, "moving", 0.0, 0, 0.0, None, {}))]
        headlines.append(course.scene(frame.time_s).words.headline)
    assert said[0] == "Good. Walk."
    assert len(said) == 2
    assert "four steps" in said[1]
    assert list(dict.fromkeys(headlines)) == ["Get ready", "Walk", "Walk on"]


def test_space_pauses_a_walk_and_q_ends_it() -> None:
    outcome, devices, _ = practised(
        observations(walk("walking_left")), exercise="walking", keys={40: " ", 60: " ", 100: "q"}, ends_with_dose=False
    )
    assert outcome.quit
    assert [words for words in devices.words if words in ("Paused.", "Go on.")] == ["Paused.", "Go on."]


def test_the_summary_of_a_walk_has_figures_and_no_verdicts() -> None:
    outcome, devices, _ = practised(observations(walk("walking")), exercise="walking", ends_with_dose=False)
    assert isinstance(devices, Recorder)
    summary = summarise(outcome.result, SPEC)
    assert [words for _, words in summary.figures][:2] == ["steps a minute", "for a stride"]
    assert summary.lines[0] == f"{outcome.result.counts.completed} strides measured."
    assert summary.lines[1].startswith("Push-off of the right ankle")
    assert (summary.work_on, summary.why) == ("", "")
