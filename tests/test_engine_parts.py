"""The parts of the engine, one at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from figure import bumps, min_jerk
from hypothesis import given
from hypothesis import strategies as st

from formcheck.engine.problems import ProblemLog
from formcheck.engine.reps import RepCounter, RepLimits
from formcheck.engine.setup import classify_view
from formcheck.engine.timing import RepTiming, time_by_step, time_rep, time_with_second

LIMITS = RepLimits(enter=1.5, most=25.0, least=-12.0, min_s=0.4, max_s=15.0)
STEP = RepLimits(enter=8.0, most=70.0, least=-25.0, min_s=0.4, max_s=15.0)


def count(
    xs: np.ndarray, fps: float = 30.0, base: float = 0.0, limits: RepLimits = LIMITS
) -> tuple[list[RepTiming], RepCounter]:
    counter = RepCounter(limits, base)
    reps = [counter.update(i / fps, float(x)) for i, x in enumerate(xs)]
    return [rep for rep in reps if rep is not None], counter


def trace(starts: list[float], duration_s: float, height: float = 8.0, fps: float = 30.0) -> np.ndarray:
    course = bumps(starts)
    return np.array([height * course(i / fps) for i in range(int(duration_s * fps))])


def test_hovering_at_the_threshold_counts_nothing_twice() -> None:
    t = np.arange(0, 20, 1 / 30)
    hover = 1.5 + 0.3 * np.sin(2 * np.pi * 1.5 * t)
    reps, _ = count(hover)
    assert len(reps) <= 1


def test_a_dip_at_the_top_is_one_rep() -> None:
    xs = trace([1.0], 5.0)
    xs[60:66] -= 2.0
    assert len(count(xs)[0]) == 1


@given(drift=st.floats(-0.15, 0.15))
def test_slow_drift_of_the_camera_changes_no_count(drift: float) -> None:
    xs = trace([2.0, 5.0, 8.0, 11.0], 14.0)
    assert len(count(xs + drift * np.arange(len(xs)) / 30.0)[0]) == 4


def test_reps_that_do_not_come_all_the_way_down_are_told_apart() -> None:
    t = np.arange(0, 9, 1 / 30)
    xs = np.where((t > 1) & (t < 7), 4.0 - 4.0 * np.cos(2 * np.pi * (t - 1) / 1.5), 0.0)
    xs = np.where((t > 1.75) & (t < 6.25), np.maximum(xs, 2.0), xs)
    assert len(count(xs)[0]) == 4


def test_reps_from_half_way_up_are_told_apart() -> None:
    t = np.arange(0, 9, 1 / 30)
    xs = np.where((t > 1) & (t < 7), 4.0 - 4.0 * np.cos(2 * np.pi * (t - 1) / 1.5), 0.0)
    xs = np.where((t > 1.75) & (t < 6.25), 3.5 + 4.5 * xs / 8.0, xs)
    assert len(count(xs)[0]) == 4


def test_a_fidget_after_large_reps_counts_nothing() -> None:
    xs = trace([1.0, 4.0], 9.0, height=10.0)
    fidget = trace([7.0], 9.0, height=1.8)
    assert len(count(xs + fidget)[0]) == 2
    assert len(count(trace([1.0, 4.0, 7.0], 9.0, height=1.8))[0]) == 3


def test_a_slow_dip_is_no_new_rest_and_a_new_rest_is() -> None:
    """Who leans forward to step up sinks by more than sway, and does not stop."""
    t = np.arange(0.0, 5.0, 1 / 30)
    lean = np.where(t > 2.0, -9.0 * np.sin(np.pi * (t - 2.0) / 3.0) ** 2, 0.0)
    _, dipped = count(lean, limits=STEP)
    _, lower = count(np.where(t < 2.0, 0.0, -9.0), limits=STEP)
    assert dipped.base > -4.5
    assert lower.base == pytest.approx(-9.0, abs=0.5)


@pytest.mark.parametrize(
    ("left", "pause_s", "end_s"),
    [(0.3, 1.3, 5.0), (0.45, 1.3, 5.0), (0.1, 1.3, 3.5), (0.3, 6.0, 3.5)],
    ids=["low", "half way", "so low that it is the end", "so long that it is the end"],
)
def test_a_pause_on_the_way_back_does_not_end_a_rep(left: float, pause_s: float, end_s: float) -> None:
    t = np.arange(0.0, 12.0, 1 / 30)
    down_s = 3.3 + pause_s
    (rep,), _ = count(
        np.interp(t, [1.0, 2.0, 2.5, 3.3, down_s, down_s + 0.4], np.array([0, 1, 1, left, left, 0]) * 8.0)
    )
    assert rep.end_s == pytest.approx(end_s, abs=0.25)


def test_a_pause_on_the_way_moves_no_start() -> None:
    t = np.arange(0.0, 6.0, 1 / 30)
    (rep,), _ = count(np.interp(t, [1.0, 1.4, 2.7, 3.3, 3.6, 4.4], np.array([0, 0.3, 0.3, 1, 1, 0]) * 8.0))
    assert rep.start_s == pytest.approx(1.0, abs=0.25)


def test_frames_that_are_missing_altogether_end_a_movement() -> None:
    counter = RepCounter(LIMITS, 0.0)
    course = bumps([1.0])
    times = [t / 30 for t in range(150) if not 60 <= t < 110]
    reps = [counter.update(t, 8.0 * course(t)) for t in times]
    assert all(rep is None for rep in reps)


def test_sitting_down_is_no_rep_and_is_told() -> None:
    xs = -40 * np.array([min_jerk((t - 1.0) / 1.5) for t in np.arange(0, 4, 1 / 30)])
    reps, counter = count(xs)
    assert not reps
    assert counter.strayed


def test_a_long_gap_drops_the_rep_that_was_under_way() -> None:
    xs = trace([1.0], 6.0)
    xs[40:100] = math.nan
    assert not count(xs)[0]


def test_a_rep_is_timed_from_rest_to_rest() -> None:
    t = np.arange(0, 5, 1 / 30)
    rep = time_rep(t, np.array([8 * bumps([1.0])(x) for x in t]), 0.0, 0.0)
    assert rep.start_s == pytest.approx(1.0, abs=0.1)
    assert rep.peak_s == pytest.approx(1.95, abs=0.05)
    assert rep.end_s == pytest.approx(2.9, abs=0.1)
    assert rep.height == pytest.approx(8.0)


def test_problems_are_told_when_they_last() -> None:
    log = ProblemLog()
    course: list[tuple[float, str | None]] = [
        (0.0, "moving"),
        (1.0, None),
        (5.0, "no_person"),
        (5.5, None),
        (8.0, "no_person"),
    ]
    changes = [log.update(t, problem) for t, problem in course]
    assert all(change is not None for change in changes)
    told = log.finish(10.0, anything_seen=True)
    assert [(p.problem, p.start_s, p.end_s) for p in told] == [("no_person", 8.0, 10.0)]


def test_a_problem_is_always_named_where_nothing_was_judged() -> None:
    log = ProblemLog()
    log.update(0.0, "too_far")
    assert [p.problem for p in log.finish(0.4, anything_seen=False)] == ["too_far"]


@pytest.mark.parametrize(
    ("azimuth", "view"), [(0, "side"), (-20, "side"), (40, "oblique"), (-45, "oblique"), (85, "front")]
)
def test_views(azimuth: float, view: str) -> None:
    assert classify_view(azimuth) == view


def _seen_until(share: float, fps: float = 60.0, start_s: float = 1.0, down_s: float = 1.2) -> tuple[np.ndarray, ...]:
    """A joint that bends 60 deg and comes back with minimum jerk, cut off on its way down at `share` of its height."""
    t = np.arange(0.0, start_s + 1.0 + down_s, 1 / fps)
    up = np.array([min_jerk((x - start_s) / 1.0) if x < start_s + 1.0 else 1.0 for x in t])
    down = np.array([1.0 - min_jerk((x - start_s - 1.0) / down_s) if x > start_s + 1.0 else 1.0 for x in t])
    x = 60.0 * up * down
    keep = (t < start_s + 1.0) | (x > share * 60.0)
    return t[keep], x[keep], np.full(keep.sum(), 1.0)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2, 0.3, 0.4, 0.55])
def test_a_joint_still_on_its_way_back_is_timed_by_where_it_goes(share: float) -> None:
    t, x, sd = _seen_until(share)
    body = RepTiming(1.35, 2.0, float(t[-1]) - 0.05, 20.0)
    rep = time_with_second(body, t, x, sd, alone=True)
    assert rep.end_s == pytest.approx(3.2, abs=0.18)
    assert rep.start_s == pytest.approx(1.0, abs=0.12)


def test_a_second_measure_within_its_noise_changes_nothing() -> None:
    t, x, _ = _seen_until(0.1)
    body = RepTiming(1.3, 2.0, 2.9, 20.0)
    assert time_with_second(body, t, x, np.full(len(t), 25.0), alone=True) == body


def test_two_measures_meet_in_the_middle() -> None:
    t, x, sd = _seen_until(0.0)
    body = RepTiming(0.8, 2.0, 3.6, 20.0)
    alone, both = (time_with_second(body, t, x, sd, alone=alone) for alone in (True, False))
    assert both.start_s == pytest.approx((alone.start_s + body.start_s) / 2)
    assert both.end_s == pytest.approx((alone.end_s + body.end_s) / 2, abs=0.02)


def test_a_foot_that_looks_at_rest_until_it_jumps_times_nothing() -> None:
    """Up to a third of its height a dark foot beside its own shadow is taken for one at rest."""
    t, x, sd = _seen_until(0.0)
    body = time_rep(t, x, 0.0, 0.0)
    late = time_with_second(body, t, np.where(x < 20.0, 0.0, x), sd)
    assert (late.start_s, late.end_s) == (body.start_s, body.end_s)


def _stepping(leaves_s: float, back_s: float, t: np.ndarray) -> np.ndarray:
    """The higher foot of a step of 18 cm: up within a third of a second, down as fast, seen but for a few frames."""
    x = 18.0 * np.interp(t, [leaves_s, leaves_s + 0.3, back_s - 0.3, back_s], [0.0, 1.0, 1.0, 0.0])
    x[(t > leaves_s + 0.4) & (t < leaves_s + 0.6)] = np.nan
    return x


@given(leads_s=st.floats(0.1, 1.5), lags_s=st.floats(0.1, 1.5), fps=st.sampled_from([10.0, 30.0, 60.0]))
def test_a_step_lasts_from_when_a_foot_leaves_the_floor_until_it_is_back(
    leads_s: float, lags_s: float, fps: float
) -> None:
    t = np.arange(0.0, 8.0, 1 / fps)
    body = RepTiming(3.0, 4.0, 5.0, 18.0)
    step = time_by_step(body, t, _stepping(3.0 - leads_s, 5.0 + lags_s, t), np.full(len(t), 0.5))
    assert step.start_s == pytest.approx(3.0 - leads_s, abs=0.1)
    assert step.end_s == pytest.approx(5.0 + lags_s, abs=0.1)
    assert (step.peak_s, step.height) == (body.peak_s, body.height)


@pytest.mark.parametrize("seen", [(0.0, 8.0), (2.5, 5.5), (9.0, 9.0)], ids=["stays_up", "cut_off", "unseen"])
def test_a_foot_that_is_not_seen_to_leave_times_nothing(seen: tuple[float, float]) -> None:
    t = np.arange(0.0, 8.0, 0.1)
    body = RepTiming(3.0, 4.0, 5.0, 18.0)
    x = np.where((t >= seen[0]) & (t <= seen[1]), 18.0, np.nan)
    assert time_by_step(body, t, x, np.full(len(t), 0.5)) == body


def test_feet_that_stay_on_the_floor_time_nothing() -> None:
    t = np.arange(0.0, 8.0, 0.1)
    body = RepTiming(3.0, 4.0, 5.0, 18.0)
    assert time_by_step(body, t, np.sin(40 * t), np.full(len(t), 1.0)) == body
