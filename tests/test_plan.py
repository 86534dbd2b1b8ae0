"""The plan: read with every mistake at its place, walked through in order, and told as facts."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.errors import PlanError
from formcheck.plan import DayCourse, Plan, SetFact, Task, done_tasks, planned_spec, read_plan, read_status, tasks_of
from formcheck.plan.file import parse_plan
from formcheck.plan.form import STAGES
from formcheck.specs.loader import load_spec, read_spec

PLAN = """\
schema: 1
person: ada
made_by: Dr Ray
begins: 2026-11-02
stage: strengthen
pain_limit: 3
stages:
  strengthen:
    per_week: 3
    exercises:
      - exercise: heel_raise
        sets: 2
        reps: 25
        rest_s: 45
        limits: {knee_bend: 17.0}
      - {exercise: single_leg_stance, sides: [left, right], sets: 1, choice: eyes open}
      - {exercise: forefoot_dome}
    next_when:
      - {exercise: heel_raise, sessions: 3, reps: 30, pain_at_most: 2}
      - {exercise: single_leg_stance, sessions: 2, held_s: 30}
"""
BEGINS = date(2026, 11, 2)


def made(text: str = PLAN) -> Plan:
    return parse_plan(text.encode(), Path("plan.yaml")).plan


def specs_of(plan: Plan) -> dict[str, object]:
    return {one.exercise: load_spec(one.exercise).spec for one in plan.now.exercises}


def tasks() -> tuple[Task, ...]:
    return tasks_of(made(), specs_of(made()))  # type: ignore[arg-type]


# ---------------------------------------------------------------------- the file


def test_the_template_is_a_valid_plan(tmp_path: Path, root: Path) -> None:
    text = (root / "formcheck" / "plan" / "template.yaml").read_text(encoding="utf-8")
    path = tmp_path / "plan.yaml"
    path.write_text(text.replace("{begins}", "2026-11-24"), encoding="utf-8")
    assert set(read_plan(path).plan.stages) >= {"settle", "strengthen", "build resilience"}


MISTAKES = {
    "unknown exercise": ("exercise: forefoot_dome", "exercise: forefot_dome", "17:20", "did you mean forefoot_dome"),
    "unknown rule": ("knee_bend: 17", "knee_bnd: 17", "15:28", "heel_raise has no rule 'knee_bnd'"),
    "unknown choice": ("choice: eyes open", "choice: on a rope", "16:78", "choices: eyes open, eyes closed"),
    "no such dose": ("sets: 1, choice", "reps: 3, choice", "16:67", "single_leg_stance has no such dose"),
    "stage not planned": ("stage: strengthen", "stage: settle", "5:8", "stage must be one of those under stages"),
    "another date": ("2026-11-02", "24.11.2026", "4:9", "begins must be a date as 2026-11-24, got '24.11.2026'"),
    "a year": ("begins: 2026-11-02", "begins: 2026", "4:9", "begins must be a date as 2026-11-24, got 2026"),
    "no day": ("2026-11-02", "2026-02-30", "4:9", "must be a day of the calendar"),
    "pain beyond the scale": ("pain_limit: 3", "pain_limit: 30", "6:13", "must be at most 10"),
    "measured by nobody": ("exercise: heel_raise, sessions", "exercise: forefoot_dome, sessions", "19:20", "measured"),
    "asks for nothing": (", held_s: 30", "", "20:9", "must ask for reps, held_s or pain_at_most"),
    "misspelt key": ("per_week", "per_weak", "9:5", "did you mean per_week"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_at_its_place(name: str) -> None:
    there, instead, place, words = MISTAKES[name]
    assert PLAN.count(there) == 1
    with pytest.raises(PlanError) as error:
        made(PLAN.replace(there, instead))
    assert any(line.startswith(f"plan.yaml:{place}: ") and words in line for line in str(error.value).splitlines()), (
        str(error.value)
    )


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(PlanError) as error:
        made(PLAN.replace("forefoot_dome", "forefot_dome").replace("knee_bend", "knee_bnd"))
    assert len(str(error.value).splitlines()) == 2


def test_mistakes_of_form_hide_no_mistakes_of_sense() -> None:
    changes = {
        name: MISTAKES[name][:2] for name in MISTAKES if name not in ("another date", "a year", "stage not planned")
    }
    text = PLAN.replace("stage: strengthen", "stage: strenghten")
    for there, instead in changes.values():
        text = text.replace(there, instead)
    with pytest.raises(PlanError) as error:
        made(text)
    told = str(error.value)
    assert "did you mean strengthen?" in told
    for name in changes:
        assert MISTAKES[name][3] in told, name


KEYS = st.sampled_from(["stages", "strengthen", "exercises", "exercise", "limits", "next_when", "choice"])
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text("ab:", max_size=5), lambda some: st.lists(some) | st.dictionaries(KEYS, some)
)


@given(ANYTHING)
def test_whatever_stands_in_a_plan_is_a_problem_told(values: object) -> None:
    with pytest.raises(PlanError):
        parse_plan(json.dumps({"schema": 1, "stages": values}).encode(), Path("plan.yaml"))


def test_the_docs_name_every_stage(root: Path) -> None:
    text = (root / "docs" / "plan.md").read_text(encoding="utf-8")
    assert ", ".join(f"`{stage}`" for stage in STAGES) in text


def test_a_plan_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="`formcheck plan new`"):
        read_plan(tmp_path / "none.yaml")


def test_dose_and_limits_of_the_plan_reach_the_spec(tmp_path: Path) -> None:
    plan = made()
    file = planned_spec(plan, plan.now.exercises[0], tmp_path)
    assert (file.spec.dose.sets, file.spec.dose.reps) == (2, 25)
    assert file.spec.rules["knee_bend"].limit.value == 17.0  # type: ignore[union-attr]
    assert "Dr Ray" in file.spec.rules["knee_bend"].limit.source  # type: ignore[union-attr]
    assert read_spec(file.path).sha256 == file.sha256
    untouched = load_spec("heel_raise").spec.rules["trunk_lean"]
    assert file.spec.rules["trunk_lean"] == untouched


def test_an_exercise_the_plan_does_not_change_keeps_its_spec(tmp_path: Path) -> None:
    plan = made()
    assert planned_spec(plan, plan.now.exercises[2], tmp_path) == load_spec("forefoot_dome")


# ---------------------------------------------------------------------- today


def test_sets_sides_and_rests_come_in_order() -> None:
    told = [(task.kind, task.exercise, task.side, task.set) for task in tasks()]
    assert told == [
        ("exercise", "heel_raise", "both", 1),
        ("rest", "heel_raise", "both", 1),
        ("exercise", "heel_raise", "both", 2),
        ("rest", "heel_raise", "both", 1),
        ("exercise", "single_leg_stance", "left", 1),
        ("change", "single_leg_stance", "right", 1),
        ("exercise", "single_leg_stance", "right", 1),
        ("rest", "single_leg_stance", "both", 1),
        ("exercise", "forefoot_dome", "both", 1),
    ]
    assert [task.guided for task in tasks() if task.kind == "exercise"][-1]


def test_the_dose_of_the_plan_comes_before_that_of_the_spec() -> None:
    first, *_, last = [task for task in tasks() if task.kind == "exercise"]
    assert (first.reps, first.sets) == (25, 2)
    assert last.hold_s == load_spec("forefoot_dome").spec.dose.hold_s


@settings(max_examples=25, deadline=None)
@given(step_s=st.floats(0.5, 20.0), start_s=st.floats(0.0, 1e4))
def test_a_day_is_walked_through_once_whatever_the_steps(step_s: float, start_s: float) -> None:
    course, t, said, done = DayCourse(tasks()), start_s, [], []
    for _ in range(20000):
        update = course.update(t)
        said += update.said
        if update.task is None:
            break
        if update.task.kind == "exercise":
            done.append(update.task)
            course.done(t)
        t += step_s
    assert done == [task for task in tasks() if task.kind == "exercise"]
    assert said[-1] == "That was all for today."
    assert [words for words in said if words.startswith("Heel raise")] == [
        "Heel raise, both legs, set 1 of 2.",
        "Heel raise, both legs, set 2 of 2.",
    ]


def test_a_rest_lasts_as_planned_and_counts_down() -> None:
    course = DayCourse(tasks())
    course.update(0.0)
    course.done(100.0)
    assert course.update(100.0).left_s == 45.0
    assert course.update(142.5).said == ("3.",)
    assert course.update(145.0).task.kind == "exercise"  # type: ignore[union-attr]


def test_what_is_done_today_is_told_once_for_each_set() -> None:
    def one(exercise: str, side: str | None) -> SetFact:
        return SetFact(BEGINS, exercise, 1, 1, 0.0, None, None, side)

    walked = [task for task in tasks() if task.kind == "exercise"]
    sets = [one("heel_raise", None), one("single_leg_stance", "right"), one("squat", None)]
    assert done_tasks(walked, []) == (False,) * 5
    assert done_tasks(walked, sets) == (True, False, False, True, False)
    assert done_tasks(walked, [*sets, one("single_leg_stance", None)]) == (True, False, True, True, False)
    assert done_tasks(walked, [*sets, one("single_leg_stance", "right")]) == (True, False, False, True, False)


# ---------------------------------------------------------------------- facts


def sets_on(
    day: int, *, valid: int = 30, held_s: float = 0.0, pain: int | None = 1, before: int | None = 1
) -> list[SetFact]:
    when = BEGINS + timedelta(days=day)
    return [
        SetFact(when, "heel_raise", valid, valid, 0.0, before, pain),
        SetFact(when, "single_leg_stance", 1, 1, held_s, before, pain),
        SetFact(when, "forefoot_dome", 0, 0, 0.0, None, None),
    ]


def test_criteria_are_facts_over_the_last_sessions() -> None:
    sets = [*sets_on(0, valid=12), *sets_on(2), *sets_on(4), *sets_on(7, held_s=31.0)]
    reps, held = read_status(made(), sets, BEGINS + timedelta(days=8)).criteria
    assert reps.words == "3 of 3 sessions of “Heel raise, both legs” at 30 valid reps, pain ≤ 2"
    assert reps.seen
    assert (held.met, held.of, held.seen) == (1, 2, False)


def test_pain_that_was_not_asked_is_no_good_pain() -> None:
    sets = [one for day in (0, 2, 4) for one in sets_on(day, pain=None)]
    assert read_status(made(), sets, BEGINS + timedelta(days=5)).criteria[0].met == 0


def test_a_week_counts_whole_sessions_and_those_begun() -> None:
    sets = [*sets_on(0), *sets_on(2)[:1], *sets_on(8)]
    weeks = read_status(made(), sets, BEGINS + timedelta(days=9)).weeks
    assert [(week.whole, week.begun, week.asked) for week in weeks] == [(1, 2, 3), (1, 1, 3)]


def test_sets_before_the_plan_or_of_other_exercises_are_left_out() -> None:
    early = [SetFact(BEGINS - timedelta(days=1), "heel_raise", 30, 30, 0.0, 1, 1)]
    other = [SetFact(BEGINS, "squat", 10, 10, 0.0, 1, 9)]
    assert read_status(made(), [*early, *other], BEGINS).sessions == ()


PAINS = {
    "low": ([(1, 1)] * 4, 0),
    "above the limit": ([(1, 1), (4, 4)], 1),
    "at the limit": ([(1, 1), (3, 3)], 0),
    "rises in the session": ([(0, 2)], 1),
    "rises over weeks": ([(1, 1)] * 3 + [(3, 3)] * 3, 1),
    "not asked": ([(None, None)] * 6, 0),
}


@pytest.mark.parametrize("name", PAINS)
def test_pain_that_is_high_or_rises_is_told(name: str) -> None:
    course, concerns = PAINS[name]
    sets = [one for k, (before, pain) in enumerate(course) for one in sets_on(k, before=before, pain=pain)]
    assert len(read_status(made(), sets, BEGINS + timedelta(days=20)).concerns) == concerns


def test_pain_before_and_after_are_those_of_one_sitting() -> None:
    morning, evening = sets_on(0, before=1, pain=4), sets_on(0, before=2, pain=3)
    status = read_status(made(), [*morning, *evening], BEGINS)
    assert status.sessions[0].sittings == ((1, 4), (2, 3))
    assert status.concerns[-1] == f"Pain rose from 1 to 4 in the session of {BEGINS}."
    calm = read_status(made(), [*sets_on(0, before=0, pain=1), *sets_on(0, before=3, pain=3)], BEGINS)
    assert calm.concerns == ()


@given(days=st.lists(st.integers(0, 60), max_size=20), valid=st.integers(0, 40))
def test_facts_never_move_the_stage(days: list[int], valid: int) -> None:
    sets = [one for day in sorted(days) for one in sets_on(day, valid=valid, held_s=40.0)]
    status = read_status(made(), sets, BEGINS + timedelta(days=61))
    assert status.stage == "strengthen"
    assert all(0 <= one.met <= one.of for one in status.criteria)
    assert all(a.begins < b.begins for a, b in pairwise(status.weeks))
