"""The course of a set: getting ready, countdown, counting, holding, paused, finished."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from figure import Pose, bumps, drop, film, heel_raises, min_jerk
from made_live import followed

from formcheck.engine.setup import PROBLEMS
from formcheck.feedback.cues import TURN_S
from formcheck.live.course import GONE_S
from formcheck.live.practice import Practice
from formcheck.live.scene import HEADLINES, LOW_LIGHT, SAID
from formcheck.model import Update
from formcheck.specs.loader import load_spec

LATE_STARTS = [5.0, 8.0, 11.0, 14.0]


def _words(got: object) -> list[str]:
    return [cue.words for cue in got.cues if cue.words]  # type: ignore[attr-defined]


def test_standing_still_starts_a_countdown_and_then_the_counting() -> None:
    got = followed(film(heel_raises(LATE_STARTS), 17.0))
    assert [phase for _, phase in got.phases] == ["getting_ready", "countdown", "counting"]
    (_, _), (place_s, _), (go_s, _) = got.phases
    assert place_s < 1.0
    assert go_s - place_s == pytest.approx(3.0, abs=0.05)
    assert _words(got) == ["Good. 3", "2", "1", "Go.", "1", "2", "3", "4"]


def test_who_begins_before_the_countdown_ends_is_counted_all_the_same() -> None:
    got = followed(film(heel_raises([1.5, 4.5]), 8.0))
    assert got.scenes[-1].count == 2
    assert [phase for _, phase in got.phases] == ["getting_ready", "countdown", "counting"]
    assert "Go." not in _words(got)


def test_every_cue_about_a_movement_is_for_its_end_and_within_the_limit() -> None:
    got = followed(film(heel_raises(LATE_STARTS), 17.0))
    for cue in got.cues:
        if cue.tone in ("count", "cue"):
            assert cue.valid_s == TURN_S


def test_a_fault_is_said_in_the_words_of_the_spec_and_shown_with_its_sign() -> None:
    all_reps, second = bumps(LATE_STARTS), bumps([LATE_STARTS[1]])
    got = followed(
        film(lambda t: Pose(sole_deg=30 * all_reps(t), knee_deg=4 + 22 * second(t), shank_deg=3 + 8 * second(t)), 17.0)
    )
    assert _words(got)[4:] == ["1", "Keep your knees straight.", "3", "4"]
    shown = next(scene for scene in got.scenes if scene.count == 2)
    assert shown.words.headline == "Keep your knees straight."
    assert shown.words.verdict == "fault"
    assert got.scenes[-1].verdicts == ("ok", "fault", "ok", "ok")


def test_leaving_pauses_and_coming_back_goes_on() -> None:
    recording = drop(film(heel_raises([2.0, 12.0]), 16.0), 5.0, 9.0)
    got = followed(recording)
    assert [phase for _, phase in got.phases] == ["getting_ready", "countdown", "counting", "paused", "counting"]
    assert got.scenes[-1].count == 2
    assert PROBLEMS["no_person"] in _words(got)
    assert "Go on." in _words(got)


@pytest.mark.parametrize(("ends", "phase"), [(True, "finished"), (False, "paused")], ids=["camera", "video"])
def test_walking_off_ends_the_set(ends: bool, phase: str) -> None:
    recording = drop(film(heel_raises([2.0]), 5.0 + GONE_S + 3.0, fps=10.0), 5.0, 1e9)
    got = followed(recording, ends_with_dose=ends)
    assert got.practice.phase == phase


def test_nobody_there_yet_is_waited_for() -> None:
    recording = drop(film(heel_raises([]), 60.0, fps=5.0), 0.0, 1e9)
    got = followed(recording)
    assert got.practice.phase == "getting_ready"
    assert got.scenes[-1].problem == "no_person"
    assert 4 <= len(got.cues) <= 8


@pytest.mark.parametrize(("ends", "count"), [(True, 30), (False, 31)], ids=["camera", "video"])
def test_the_dose_ends_the_set(ends: bool, count: int) -> None:
    starts = [1.5 + 2.0 * k for k in range(31)]
    got = followed(film(heel_raises(starts), 66.0, fps=15.0), ends_with_dose=ends)
    assert got.scenes[-1].count == count
    assert (got.practice.phase == "finished") == ends
    assert ("Done. Well practised." in _words(got)) == ends
    assert "29. One more." in _words(got)


def _stretch(t: float, start_s: float = 4.0, end_s: float = 40.0) -> Pose:
    lean = min_jerk((t - start_s) / 1.0) - min_jerk((t - end_s) / 1.0)
    return Pose(shank_deg=3 + 24 * lean, trunk_deg=2 + 20 * lean, sole_deg=0.0)


def test_a_hold_is_counted_down_and_ends_the_set_when_it_is_let_go() -> None:
    got = followed(film(_stretch, 45.0, other=lambda t: Pose(x_cm=240.0)), "gastrocnemius_stretch")
    phases = [phase for _, phase in got.phases]
    assert phases == ["getting_ready", "counting", "holding", "finished"]
    said = _words(got)
    assert said == [
        "Good. Take up the position.",
        "Hold.",
        "Ten seconds.",
        "5",
        "4",
        "3",
        "2",
        "1",
        "Done. Let go slowly.",
        "Done. Well practised.",
    ]
    held = [scene.held_s for scene in got.scenes if scene.phase == "holding"]
    assert held == sorted(held)
    assert max(held) > 30.0


def test_a_hold_let_go_too_early_is_to_be_taken_up_again() -> None:
    motion = film(lambda t: _stretch(t, end_s=16.0), 22.0, other=lambda t: Pose(x_cm=240.0))
    got = followed(motion, "gastrocnemius_stretch")
    assert got.practice.phase == "counting"
    assert any("Take it up again" in words for words in _words(got))
    assert re.fullmatch(r"Done\. 1[0-3] of 30 seconds\.", got.practice.finish(22.0)[0].words)


def test_a_heel_that_lifts_in_a_hold_is_told_while_there_is_time_to_put_it_down() -> None:
    def motion(t: float) -> Pose:
        return replace(_stretch(t), sole_deg=9.0 * (min_jerk((t - 15.0) / 0.3) - min_jerk((t - 15.7) / 0.2)))

    got = followed(film(motion, 20.0, other=lambda t: Pose(x_cm=240.0)), "gastrocnemius_stretch")
    told = [cue for cue in got.cues if cue.words == "Press your back heel down."]
    assert len(told) == 1
    assert 15.0 < told[0].time_s < 16.2
    assert got.practice.phase == "holding"


# ---------------------------------------------------------------------- keys, light, camera


def _update(t: float, stage: str = "rest", problem: str | None = None) -> Update:
    return Update(t, stage, 0.0, 0, 0.0, problem, {})  # type: ignore[arg-type]


def _counting() -> Practice:
    practice = Practice(load_spec("heel_raise").spec)
    for t in np.arange(0.0, 4.0, 0.1):
        practice.update(_update(float(t)))
    assert practice.phase == "counting"
    return practice


def test_space_pauses_and_goes_on() -> None:
    practice = _counting()
    assert [cue.words for cue in practice.pause_or_go_on(4.0)] == ["Paused."]
    assert practice.scene(4.0).phase == "paused"
    assert [cue.words for cue in practice.pause_or_go_on(9.0)] == ["Go on."]
    assert practice.scene(9.0).phase == "counting"


@pytest.mark.parametrize(
    ("problem", "shown"),
    [("no_person", LOW_LIGHT), ("moving", LOW_LIGHT), (None, None)],
    ids=["nobody seen", "not steady", "seen well all the same"],
)
def test_darkness_is_told_where_it_stands_in_the_way(problem: str | None, shown: str | None) -> None:
    practice = Practice(load_spec("heel_raise").spec)
    stage = "rest" if problem is None else "setup"
    cues = [cue for t in range(20) for cue in practice.update(_update(t / 10, stage, problem), dark=True)]
    assert practice.scene(2.0).problem == shown
    assert any(cue.words == SAID[LOW_LIGHT] for cue in cues) == (shown is not None)


def test_a_lost_camera_is_told_and_forgotten_when_it_is_back() -> None:
    practice = _counting()
    said = [cue.words for k in range(30) for cue in practice.camera_lost(4.0 + k / 10)]
    assert said == [SAID["camera_lost"]]
    assert practice.scene(7.0).words.headline == "Camera lost"
    practice.update(_update(7.1))
    assert practice.scene(7.1).problem is None


def test_nothing_changes_after_the_end() -> None:
    practice = _counting()
    practice.finish(5.0)
    assert practice.update(_update(6.0)) == []
    assert practice.camera_lost(9.0) == []
    assert practice.pause_or_go_on(9.0) == []
    assert practice.finish(9.0) == []
    assert practice.scene(9.0).phase == "finished"


def test_every_problem_has_words_to_show_and_to_say() -> None:
    assert set(PROBLEMS) <= set(HEADLINES) == set(SAID)
    assert all(len(headline) <= 24 for headline in HEADLINES.values())


def test_a_good_rep_says_what_it_came_to() -> None:
    got = followed(film(heel_raises([1.5, 4.5]), 8.0))
    words = got.scenes[-1].words
    assert words.headline == "Good"
    assert words.detail.startswith("Heel height ")
    assert words.detail.endswith(" cm.")


def test_a_limit_exceeded_in_a_rep_is_shown_while_it_moves_and_said_once_it_is_over() -> None:
    reps = bumps([1.5, 4.5])
    bent = bumps([4.5])
    got = followed(
        film(lambda t: Pose(sole_deg=30 * reps(t), knee_deg=4 + 22 * bent(t), shank_deg=3 + 8 * bent(t)), 8.0)
    )
    shown = [scene.words for scene in got.scenes if scene.count == 1 and scene.words.verdict == "watch"]
    assert {words.headline for words in shown} == {"Keep your knees straight."}
    assert _words(got).count("Keep your knees straight.") == 1


def test_another_exercise_is_shown_and_said_once() -> None:
    got = followed(film(heel_raises([6.0, 10.5, 15.0], top_s=1.5), 20.0), "squat")
    said = [words for words in _words(got) if "not this exercise" in words]
    assert said == ["Not counted. It was not this exercise: the knee hardly bent. Is it the right one?"]
    last = got.scenes[-1]
    assert (last.count, last.verdicts, last.phase) == (0, (), "counting")
    assert (last.words.headline, last.words.verdict) == ("Not counted", "cannot_judge")
    assert "the knee hardly bent" in last.words.detail


def test_a_position_of_another_exercise_is_over_when_it_is_let_go() -> None:
    got = followed(film(lambda t: _stretch(t, end_s=16.0), 22.0), "gastrocnemius_stretch")
    assert [phase for _, phase in got.phases][-2:] == ["holding", "counting"]
    assert sum("the feet stood beside one another" in words for words in _words(got)) == 1
    assert got.scenes[-1].words.headline == "Not counted"
