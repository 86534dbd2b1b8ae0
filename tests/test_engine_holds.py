"""Holds: when a position is taken and left, what breaks it, and what is said of that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from figure import Pose, bumps, drop, film
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.engine import Engine
from formcheck.engine.holds import HoldLimits, HoldTimer, HoldTiming
from formcheck.model import Hold, HoldEnded, LandmarkRecording, Provenance
from formcheck.specs.loader import load_spec

HOLD = HoldLimits(reach=12.0, within=3.0, lost=5.0, settle_s=1.0, grace_s=2.0)
SPEC = load_spec("gastrocnemius_stretch").spec
TAKEN_S, LEFT_S = 2.69, 15.34
"""When the shank of `stretch` comes within 4° of where it is held, and has lost 5°."""


def hold(xs: np.ndarray, fps: float = 15.0, broken: range = range(0), *, sure: bool = True) -> list[HoldTiming]:
    timer = HoldTimer(HOLD)
    rules = ["heel_lift" if i in broken else None for i in range(len(xs))]
    ends = [timer.update(i / fps, float(x), "right", rules[i], sure=sure) for i, x in enumerate(xs)]
    return [end for end in [*ends, timer.finish()] if end is not None]


def lean(duration_s: float, fps: float) -> np.ndarray:
    course = bumps([1.0], up_s=1.0, top_s=duration_s)
    return np.array([4 + 20 * course(t) for t in np.arange(0, duration_s + 5, 1 / fps)])


def stretch(
    fps: float = 15.0,
    *,
    lifted: Sequence[tuple[float, float]] = (),
    sole_deg: float = 20.0,
    bent_until_s: float = 0.0,
    tracked: bool = True,
) -> LandmarkRecording:
    """Film a calf stretch: taken from 2 to 3 s, let go from 15 to 16; the heel is up over each of `lifted`."""
    held = bumps([2.0], up_s=1.0, top_s=12.0)
    lifts = [bumps([up_s], up_s=0.2, top_s=down_s - up_s - 0.2) for up_s, down_s in lifted]

    def rear(t: float) -> Pose:
        bent = 20.0 if t < bent_until_s else 0.0
        return Pose(
            sole_deg * sum(lift(t) for lift in lifts), 4 + 22 * held(t), 4 + bent * held(t), x_cm=200 - 60 * held(t)
        )

    def front(t: float) -> Pose:
        return Pose(shank_deg=4 + 10 * held(t), knee_deg=4 + 20 * held(t))

    return film(rear, 20.0, fps, other=front, tracked=tracked)


def judge(recording: LandmarkRecording) -> tuple[Hold, ...]:
    engine = Engine(SPEC)
    engine.run(recording)
    return engine.finish(recording.source, Provenance("", "", "", "")).holds


# ---------------------------------------------------------------------- laws


@pytest.mark.parametrize("fps", [10.0, 15.0, 24.0, 30.0, 60.0, 120.0])
def test_a_hold_does_not_depend_on_frame_rate(fps: float) -> None:
    (held,) = judge(stretch(fps))
    assert held.start_s == pytest.approx(TAKEN_S, abs=0.11)
    assert held.end_s == pytest.approx(LEFT_S, abs=0.11)
    assert held.held_s == pytest.approx(held.end_s - held.start_s)


@settings(max_examples=20, deadline=None)
@given(gaps=st.lists(st.tuples(st.floats(1.0, 17.0), st.floats(0.05, 2.5)), min_size=1, max_size=4))
def test_dropouts_never_lengthen_a_hold(gaps: list[tuple[float, float]]) -> None:
    recording = stretch()
    whole = judge(recording)[0]
    for start_s, length_s in gaps:
        recording = drop(recording, start_s, start_s + length_s)
    held = judge(recording)
    assert sum(one.held_s for one in held) <= whole.held_s + 1e-6
    assert all(whole.start_s - 1e-6 <= one.start_s and one.end_s <= whole.end_s + 1e-6 for one in held)


@settings(max_examples=12, deadline=None)
@given(gap=st.tuples(st.floats(1.0, 17.0), st.floats(0.05, 2.5)), lifted=st.sampled_from([(), ((8.0, 11.0),)]))
def test_the_clock_never_runs_back_and_says_what_the_record_will_say(
    gap: tuple[float, float], lifted: tuple[tuple[float, float], ...]
) -> None:
    recording = drop(stretch(lifted=lifted), gap[0], sum(gap))
    engine, clock = Engine(SPEC), 0.0
    for update in map(engine.update, map(recording.observation, range(len(recording)))):
        ended = [event.hold for event in update.events if isinstance(event, HoldEnded)]
        assert [one.held_s for one in ended] == pytest.approx([clock] * len(ended))
        clock = 0.0 if ended else clock
        assert update.held_s >= clock
        clock = update.held_s


def test_the_clock_waits_where_the_position_was_reached_later_than_it_seemed() -> None:
    course, timer, clock = bumps([1.0], up_s=5.0, top_s=12.0), HoldTimer(HOLD), [0.0]
    for t in np.arange(0, 17, 1 / 15):
        timer.update(t, 4 + 20 * course(t), "right")
        clock.append(timer.held_s)
    assert clock == sorted(clock)
    ended = timer.finish()
    assert ended is not None
    assert ended.held_s == clock[-1]


# ---------------------------------------------------------------------- taking the position


def test_a_hold_begins_when_the_heel_is_down() -> None:
    (held,) = judge(stretch(30.0, lifted=[(1.5, 3.0)]))
    assert held.start_s == pytest.approx(3.15, abs=0.1)
    assert held.verdict == "ok"


def test_a_hold_begins_when_the_knee_is_straight() -> None:
    (held,) = judge(stretch(30.0, bent_until_s=3.3))
    assert held.start_s == pytest.approx(3.3, abs=0.1)
    assert held.verdict == "ok"


def test_a_heel_that_comes_down_late_is_held_against_the_floor() -> None:
    held, _ = judge(stretch(30.0, lifted=[(1.5, 4.2), (9.0, 11.0)]))
    assert held.start_s == pytest.approx(4.35, abs=0.1)
    assert held.end_s == pytest.approx(9.05, abs=0.1)
    assert [fault.rule for fault in held.faults] == ["heel_lift"]


def test_a_position_that_was_let_go_again_at_once_is_not_where_the_hold_begins() -> None:
    tried, course = bumps([1.0], up_s=0.4, top_s=0.4), bumps([3.0], up_s=1.0, top_s=10.0)
    (held,) = hold(np.array([4 + 20 * max(tried(t), course(t)) for t in np.arange(0, 16, 1 / 15)]))
    assert held.start_s == pytest.approx(3.72, abs=0.1)


@pytest.mark.parametrize("up_s", [0.6, 1.5, 4.0])
def test_a_hold_begins_where_the_held_level_is_reached_however_slowly(up_s: float) -> None:
    course = bumps([1.0], up_s=up_s, top_s=12.0)
    times = np.arange(0, 2 * up_s + 14, 1 / 15)
    (held,) = hold(np.array([4 + 20 * course(t) for t in times]))
    reached_s = next(t for t in times if 20 * course(t) >= 17)
    assert held.start_s == pytest.approx(reached_s, abs=0.1)


@pytest.mark.parametrize("phase", np.arange(0, 6.2, 1.0).tolist())
def test_a_wobble_within_the_band_is_held(phase: float) -> None:
    times = np.arange(0, 15, 1 / 15)
    wobble = 2.7 * np.sin(2 * np.pi * 0.8 * times + phase)
    (held,) = hold(lean(10.0, 15.0) + wobble * (times > 1.9) * (times < 12.1))
    assert held.start_s == pytest.approx(1.75, abs=0.3)
    assert held.end_s == pytest.approx(12.35, abs=0.2)


def test_a_stretch_with_a_bent_knee_is_a_fault_from_where_it_was_taken() -> None:
    (held,) = judge(stretch(bent_until_s=20.0))
    assert held.start_s == pytest.approx(TAKEN_S, abs=0.1)
    assert [fault.rule for fault in held.faults] == ["knee_not_straight"]


@pytest.mark.parametrize("first", [60, 75], ids=["over", "still_on"])
def test_a_heel_that_lifts_for_a_moment_early_on_does_not_move_the_start(first: int) -> None:
    xs = lean(10.0, 15.0)
    (clean,) = hold(xs)
    xs[first + 1 : first + 8] += 8.0  # a heel that lifts tips the shank
    (held,) = hold(xs, broken=range(first, first + 13))
    assert (held.start_s, held.held_s) == (clean.start_s, clean.held_s)


def test_a_hold_does_not_begin_before_a_stretch_of_time_without_pictures() -> None:
    timer, course = HoldTimer(HOLD), bumps([0.0], up_s=0.5, top_s=20.0)
    for t in [*np.arange(0, 1.2, 1 / 15), *np.arange(4.0, 10.0, 1 / 15)]:
        timer.update(t, 4 + 20 * course(t), "right")
    assert timer.start_s == pytest.approx(4.0)


def test_a_glitch_while_the_position_is_taken_does_not_move_its_start() -> None:
    xs = lean(10.0, 15.0)
    (clean,), spoilt = hold(xs), xs.copy()
    spoilt[int(2.4 * 15)] += 15.0
    assert [one.start_s for one in hold(spoilt)] == [clean.start_s]
    spoilt[int(2.4 * 15) : int(2.9 * 15)] += 15.0
    assert [one.start_s for one in hold(spoilt)] == [pytest.approx(2.9, abs=0.1)]


def test_swaying_is_no_hold() -> None:
    t = np.arange(0, 10, 1 / 15)
    assert not hold(14 + 6 * np.sin(2 * np.pi * 0.8 * t))


# ---------------------------------------------------------------------- leaving it


def test_a_stretch_is_timed() -> None:
    (held,) = judge(stretch())
    assert held.held_s == pytest.approx(LEFT_S - TAKEN_S, abs=0.15)
    assert not held.reached
    assert held.verdict == "ok"


@pytest.mark.parametrize("unseen_s", [0.4, 0.8, 1.2])
def test_a_dropout_does_not_break_a_hold_and_is_subtracted(unseen_s: float) -> None:
    (held,) = judge(drop(stretch(), 7.0, 7.0 + unseen_s))
    assert held.held_s == pytest.approx(LEFT_S - TAKEN_S - unseen_s, abs=0.17)


def test_a_hold_let_go_out_of_sight_ends_when_it_was_last_seen() -> None:
    (held,) = judge(drop(stretch(), 14.9, 16.1))
    assert held.end_s == pytest.approx(14.9, abs=0.1)
    assert held.held_s == pytest.approx(14.9 - TAKEN_S, abs=0.15)


def test_a_lifted_heel_breaks_the_hold_and_is_the_fault() -> None:
    held, _ = judge(stretch(lifted=[(8.0, 10.0)]))
    assert held.end_s == pytest.approx(8.05, abs=0.1)
    (fault,) = held.faults
    assert fault.rule == "heel_lift"
    assert fault.value == pytest.approx(5.6, abs=0.4)
    assert fault.time_s == held.end_s


def test_a_hold_is_broken_by_a_rule_that_lasts() -> None:
    assert next(h.broken_by for h in hold(lean(10.0, 15.0), broken=range(90, 130))) == "heel_lift"
    assert [h.broken_by for h in hold(lean(10.0, 15.0), broken=range(90, 93))] == [None]


def test_what_may_be_no_break_is_no_fault_yet_not_held() -> None:
    lifted, fps = range(60, 90), 15.0
    xs = lean(10.0, fps)
    (whole,), (held,) = hold(xs, fps), hold(xs, fps, lifted, sure=False)
    assert (held.start_s, held.end_s, held.broken_by) == (whole.start_s, whole.end_s, None)
    assert held.held_s == pytest.approx(whole.held_s - 31 / fps)


def test_a_hold_let_go_out_of_what_may_be_a_break_ends_where_that_began() -> None:
    (held,) = hold(lean(10.0, 15.0), broken=range(90, 300), sure=False)
    assert held.end_s == pytest.approx(89 / 15)
    assert held.broken_by == "heel_lift"


def test_a_heel_that_may_have_lifted_is_no_fault() -> None:
    lifted = [(8.0, 17.0)]
    seen = judge(stretch(lifted=lifted, sole_deg=8.0))[0]
    guessed = judge(stretch(lifted=lifted, sole_deg=8.0, tracked=False))[0]
    assert [fault.rule for fault in seen.faults] == ["heel_lift"]
    assert guessed.end_s == pytest.approx(seen.end_s, abs=0.2)
    assert (guessed.faults, guessed.not_judged.get("heel_lift")) == (
        (),
        "it could not be measured finely enough to tell",
    )


# ---------------------------------------------------------------------- taking it again


@pytest.mark.parametrize("down_s", [9.0, 10.0, 11.5])
def test_a_stretch_goes_on_as_a_new_hold_once_the_heel_is_down_again(down_s: float) -> None:
    held, again = judge(stretch(lifted=[(8.0, down_s)]))
    assert [fault.rule for fault in held.faults] == ["heel_lift"]
    assert again.verdict == "ok"
    assert (again.start_s, again.end_s) == (pytest.approx(down_s + 0.17, abs=0.1), pytest.approx(LEFT_S, abs=0.1))


def test_no_hold_begins_while_the_heel_is_up() -> None:
    assert len(judge(stretch(lifted=[(8.0, 17.0)]))) == 1


def test_a_heel_that_comes_down_only_to_let_go_begins_no_hold() -> None:
    assert len(judge(stretch(lifted=[(8.0, 14.0)]))) == 1


@pytest.mark.parametrize("pause_s", [0.8, 1.2, 3.0, 20.0])
def test_who_stops_halfway_while_letting_go_has_not_taken_the_position_again(pause_s: float) -> None:
    held, pause = bumps([1.0], up_s=1.0, top_s=8.0), bumps([1.0], up_s=1.0, top_s=9.0 + pause_s)
    times = np.arange(0, 13 + pause_s, 1 / 15)
    (only,) = hold(np.array([4 + 28 * max(held(t), 0.5 * pause(t)) for t in times]))
    assert only.end_s == pytest.approx(10.3, abs=0.2)


@pytest.mark.parametrize("down_to", [0.0, 0.5], ids=["standing", "halfway"])
def test_a_position_let_go_and_taken_again_is_a_second_hold(down_to: float) -> None:
    course = bumps([1.0, 12.0], up_s=1.0, top_s=8.0)
    times = np.arange(0, 24, 1 / 15)
    ends = hold(np.array([4 + 28 * max(course(t), down_to * (2 < t < 20)) for t in times]))
    assert [end.start_s for end in ends] == pytest.approx([1.75, 12.75], abs=0.15)


def test_a_hold_goes_on_until_the_video_ends() -> None:
    (held,) = hold(lean(10.0, 15.0)[:120])
    assert held.end_s == pytest.approx(119 / 15)
