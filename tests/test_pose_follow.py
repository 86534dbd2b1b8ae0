"""The person being followed stays the one being followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_pose import SIZE, absent, person

from formcheck.model import Frame, PoseObservation
from formcheck.pose import FollowingEstimator, nobody, same_place
from formcheck.pose.follow import RELEASE_S, Followed, judge, step

TORSO = 0.3 * 400


def settled(seconds: float = 1.5, fps: float = 30.0, x: float = 480.0) -> Followed:
    state: Followed | None = None
    for index in range(int(seconds * fps) + 1):
        state = step(state, person(index / fps, x=x))
    assert state is not None
    return state


@given(speed=st.floats(-3.0, 3.0), fps=st.sampled_from([10, 30, 60, 120]), growth=st.floats(-0.2, 0.2))
def test_somebody_walking_is_never_a_stranger(speed: float, fps: float, growth: float) -> None:
    state = settled()
    for index in range(1, int(2 * fps)):
        time_s = index / fps
        seen = person(1.5 + time_s, x=480 + speed * TORSO * time_s, height_px=400 * (1 + growth * time_s))
        assert judge(state, seen) != "stranger"
        state = step(state, seen)


@given(gap_s=st.floats(0.01, RELEASE_S), side=st.sampled_from([-1, 1]), apart=st.floats(2.0, 8.0))
def test_somebody_beside_is_a_stranger_however_long_the_gap(gap_s: float, side: int, apart: float) -> None:
    assert judge(settled(), person(1.5 + gap_s, x=480 + side * apart * TORSO)) == "stranger"


@given(sway=st.floats(0.0, 0.44), period_s=st.floats(1.0, 10.0))
def test_moving_on_the_spot_is_never_leaving(sway: float, period_s: float) -> None:
    state: Followed | None = None
    for index in range(150):
        seen = person(index / 15, x=480 + sway * TORSO * np.sin(index / 15 / period_s * 6.28))
        assert judge(state, seen) == "followed"
        state = step(state, seen)


@given(rise=st.floats(0.0, 2.5), up_s=st.floats(1.0, 3.0))
def test_stepping_up_is_never_leaving(rise: float, up_s: float) -> None:
    state = settled(4.0)
    for index in range(60):
        time_s = index / 15
        seen = person(4.0 + time_s, top=40 - rise * TORSO * min(time_s / up_s, 1.0))
        assert judge(state, seen) == "followed"
        state = step(state, seen)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        pytest.param(person(1.6), "followed", id="same-place"),
        pytest.param(person(1.6, x=480 + TORSO * 0.3), "followed", id="a-step"),
        pytest.param(person(1.6, height_px=200), "followed", id="bad-fit-in-the-same-place"),
        pytest.param(person(2.0, x=480 + TORSO * 1.2), "followed", id="a-step-after-a-gap"),
        pytest.param(person(2.0, x=480 + TORSO * 0.9, height_px=200, top=320), "stranger", id="near-but-half-as-tall"),
        pytest.param(person(1.53, x=800), "stranger", id="far-away"),
    ],
)
def test_who_is_a_stranger(seen: PoseObservation, verdict: str) -> None:
    assert judge(settled(), seen) == verdict


def test_a_first_find_is_not_followed_yet() -> None:
    assert judge(None, person(0.0)) == "followed"
    assert judge(settled(0.2), person(0.3, x=800)) == "followed"


def test_out_of_a_place_held_long_is_leaving() -> None:
    away = person(4.1, x=480 + TORSO)
    assert judge(settled(1.5), replace(away, time_s=1.6)) == "followed"
    assert judge(settled(4.0), away) == "leaving"


def test_somebody_at_the_place_held_before_is_the_followed_one() -> None:
    state = settled(4.0)
    for index in range(30):
        state = step(state, person(4.0 + index / 30, x=480 + index * 10))
    assert judge(state, person(5.0)) == "followed"
    assert judge(state, person(5.0, x=100)) == "stranger"


def test_same_place_is_also_both_unseen() -> None:
    assert same_place(person(0), person(0, x=490))
    assert same_place(absent(0), absent(0))
    assert not same_place(person(0), absent(0))
    assert not same_place(person(0), person(0, x=800))


class Room:
    """Stands for the network: people are grey patches in the picture; it tracks one and finds the brightest anew."""

    model_sha256 = "room"
    backend = "room"

    def __init__(self) -> None:
        self._tracked: float | None = None

    def __enter__(self) -> Room:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        pass

    def estimate(self, frame: Frame) -> PoseObservation:
        if self._tracked is None or not self._near(frame, self._tracked):
            self._tracked = self._brightest(frame)
        if self._tracked is None:
            return nobody(frame.time_s, SIZE)
        self._tracked = self._near(frame, self._tracked)
        return person(frame.time_s, x=self._tracked or 0.0)

    def _brightest(self, frame: Frame) -> float | None:
        row = frame.image[300, :, 0].astype(int)
        return float(np.argmax(row)) + 10 if row.max() > 60 else None

    def _near(self, frame: Frame, x: float) -> float | None:
        row = frame.image[300, :, 0]
        columns = np.flatnonzero(row[max(int(x) - 40, 0) : int(x) + 40] > 60)
        return max(int(x) - 40, 0) + float(columns.mean()) if len(columns) else None


def room_frame(index: int, people: dict[float, int]) -> Frame:
    image = np.full((540, 960, 3), 30, dtype=np.uint8)
    for x, level in people.items():
        image[80:480, int(x) - 10 : int(x) + 10] = level
    return Frame(index, index / 30, image)


def watch(people: Callable[[float], dict[float, int]], seconds: float) -> list[float]:
    """Return where the followed person was seen in each frame, NaN where not."""
    with FollowingEstimator(Room()) as estimator:
        seen = [estimator.estimate(room_frame(i, people(i / 30))) for i in range(int(seconds * 30))]
    return [float(np.nanmean(observation.points[:33, 0])) if observation.seen else np.nan for observation in seen]


def test_the_followed_person_is_found_again_beside_a_stranger() -> None:
    def people(t: float) -> dict[float, int]:
        return {700: 200} if 1.0 < t < 2.0 else ({300: 120} | ({700: 200} if t > 1.0 else {}))

    x = np.array(watch(people, 4.0))
    assert x[:28] == pytest.approx(300, abs=1)
    assert np.isnan(x[31:59]).all()  # the stranger is in view and never handed on
    assert x[66:] == pytest.approx(300, abs=1)


def test_a_moving_stranger_is_not_handed_on() -> None:
    def people(t: float) -> dict[float, int]:
        walker = {900 - 100 * t: 200} if t > 1.0 else {}
        return walker if 1.0 < t < 2.5 else {300: 120} | walker

    x = np.array(watch(people, 3.5))
    assert (np.isnan(x) | (np.abs(x - 300) < 2)).all()
    assert np.isfinite(x[-20:]).all()


def test_a_stranger_who_stays_is_accepted_in_the_end() -> None:
    x = np.array(watch(lambda t: {300: 120} if t < 1.0 else {700: 200}, 6.0))
    accepted = np.flatnonzero(np.abs(x - 700) < 2)
    assert accepted[0] / 30 == pytest.approx(1.0 + RELEASE_S, abs=0.15)
    assert np.isfinite(x[accepted[0] :]).all()


def test_whom_to_follow_can_be_given() -> None:
    start = person(0.0, x=300)
    with FollowingEstimator(Room(), start=start) as estimator:
        seen = [estimator.estimate(room_frame(i, {300: 120, 700: 200})) for i in range(10)]
    assert not seen[0].seen
    assert np.nanmean(seen[-1].points[:33, 0]) == pytest.approx(300, abs=1)


def test_the_tracker_taken_along_by_a_passer_comes_back() -> None:
    def people(t: float) -> dict[float, int]:
        # The passer stands before the followed person at 4 s, hides them for a moment and walks on.
        passer = {300 + 130 * (t - 4.0): 200} if t > 4.0 else {}
        return passer if 4.0 < t < 4.3 else {300: 120} | passer

    x = np.array(watch(people, 8.0))
    back = np.flatnonzero(np.abs(x - 300) < 2)
    assert np.nanmax(x) < 300 + TORSO  # it went along for a moment only
    assert np.isfinite(x[170:]).all()
    assert set(range(170, 240)) <= set(back)


def test_the_followed_person_may_walk_away() -> None:
    x = np.array(watch(lambda t: {300 + (100 * (t - 4.0) if t > 4.0 else 0.0): 120}, 8.0))
    assert np.isnan(x).sum() <= 15  # the look at the place they left
    assert x[-1] == pytest.approx(300 + 100 * (239 / 30 - 4.0), abs=3)
