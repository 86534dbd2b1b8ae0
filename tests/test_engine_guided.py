"""Guided exercises: paced in seconds, counted by the course, confirmed by the person, never measured."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.engine.guided import NOT_MEASURED, GuidedPractice, GuidedUpdate, guided_course, guided_result
from formcheck.errors import SpecError
from formcheck.model import Provenance
from formcheck.report import result_json
from formcheck.report._summary import counts_words
from formcheck.specs.loader import list_specs, load_spec

GUIDED = {file.spec.id: file.spec for file in list_specs() if file.spec.movement.kind == "guided"}


def walk_through(practice: GuidedPractice, times: list[float]) -> list[GuidedUpdate]:
    return [practice.update(t) for t in times]


@pytest.mark.parametrize("exercise", GUIDED)
def test_the_course_has_no_holes_and_ends_every_rep(exercise: str) -> None:
    spec = GUIDED[exercise]
    course = guided_course(spec)
    assert course[0].start_s == 0.0
    assert all(a.end_s == pytest.approx(b.start_s) for a, b in pairwise(course))
    assert sum(segment.ends_rep for segment in course) == spec.dose.sets * (spec.dose.reps or 1)


@given(step_s=st.floats(0.02, 2.0), start_s=st.floats(0.0, 1e5))
def test_every_word_is_said_once_however_often_one_looks(step_s: float, start_s: float) -> None:
    spec = load_spec("toe_scrunch").spec
    course = guided_course(spec)
    times = np.arange(start_s, start_s + course[-1].end_s + 3 * step_s, step_s).tolist()
    updates = walk_through(GuidedPractice(spec), times)
    said = [word for update in updates for word in update.said]
    assert said == [segment.say for segment in course] + ["Done. How much of it did you do?"]
    assert updates[-1].stage == "confirm"
    assert updates[-1].reps_done == 30


def test_reps_follow_the_metronome_of_the_spec() -> None:
    practice = GuidedPractice(load_spec("toe_scrunch").spec)
    practice.update(100.0)
    assert practice.update(100.0 + 5.0 + 3 * 3.5 + 0.1).reps_done == 3


def test_a_position_is_held_for_its_time_in_every_set() -> None:
    practice = GuidedPractice(load_spec("toe_push_flat").spec)
    stages = [update.stage for update in walk_through(practice, np.arange(0.0, 220.0, 1.0).tolist())]
    assert stages.count("hold") == 3 * 45
    assert stages.count("rest") == 2 * 30


def test_a_pause_moves_the_course_and_says_nothing() -> None:
    practice = GuidedPractice(load_spec("toe_scrunch").spec)
    practice.update(0.0)
    practice.update(6.0)
    practice.pause_or_go_on(6.0)
    resting = practice.update(50.0)
    assert resting.stage == "paused"
    assert resting.said == ()
    practice.pause_or_go_on(60.4)
    assert practice.update(60.4).left_s == pytest.approx(1.0)


def test_what_was_done_until_a_stop_can_be_confirmed() -> None:
    practice = GuidedPractice(load_spec("toe_scrunch").spec)
    practice.update(0.0)
    practice.stop(5.0 + 2 * 3.5)
    assert practice.update(30.0).stage == "confirm"
    record = practice.confirm(31.0)
    assert (record.reps, record.planned, record.seconds) == (2, 30, pytest.approx(7.0))
    assert practice.update(32.0).stage == "done"


@given(reps=st.integers(-5, 100))
def test_nobody_can_confirm_more_than_was_planned(reps: int) -> None:
    practice = GuidedPractice(load_spec("toe_scrunch").spec)
    practice.update(0.0)
    assert 0 <= practice.confirm(500.0, reps).reps <= 30


def test_every_update_record_and_result_says_that_nothing_was_measured() -> None:
    practice = GuidedPractice(load_spec("ball_roll").spec)
    assert practice.update(0.0).note == NOT_MEASURED
    record = practice.confirm(70.0)
    assert record.note == NOT_MEASURED
    result = guided_result(record, Provenance("1", "a", "b", "c"))
    assert NOT_MEASURED in result.provenance.notes
    assert result.counts.completed == 0
    assert math.isnan(result.cm_per_px)
    assert result_json(result)["summary"] == {"confirmed": 1.0, "planned": 1.0}


def test_an_exercise_that_a_camera_judges_is_not_guided() -> None:
    with pytest.raises(SpecError, match="a camera judges this exercise"):
        guided_course(load_spec("heel_raise").spec)


def test_a_guided_result_is_told_without_counts() -> None:
    practice = GuidedPractice(load_spec("toe_scrunch").spec)
    practice.update(0.0)
    result = guided_result(practice.confirm(500.0, 12), Provenance("1", "a", "b", "c"))
    assert counts_words(result) == "not measured · 12 of 30 done"
