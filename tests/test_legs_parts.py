"""The parts of leg tracking, each by its law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_legs import Pose, observation, picture, raised

from formcheck.legs import chain
from formcheck.legs.anchor import Anchor
from formcheck.legs.mask import Leg
from formcheck.legs.rest import Rest, RestFinder
from formcheck.legs.window import SHANK, Window
from formcheck.skeleton import index

LEG = Leg(*(np.array(p, dtype=np.float64) for p in [(50, 0), (50, 100), (50, 200), (50, 224)]))
share = st.floats(-1.0, 3.0)


def rests(poses: list[Pose], fps: float) -> list[Rest | None]:
    finder = RestFinder()
    return [finder.update(i / fps, observation(p, i / fps).points.astype(np.float64)) for i, p in enumerate(poses)]


@given(share, st.floats(-20, 20), st.floats(-20, 20), st.floats(-20, 20))
def test_a_leg_moved_as_a_whole_moves_every_pixel_alike(
    along: float, across: float, down: float, beside: float
) -> None:
    point = np.array([[50.0 + beside, 100.0 + 100.0 * along]])
    sideways, downward = chain.weights(chain.place(point, LEG), point[:, 1] > 195.0)
    motion = np.array([across] * 6 + [down] * 3)
    assert sideways @ motion == pytest.approx(across, abs=1e-4)
    assert downward @ motion == pytest.approx(down, abs=1e-4)


def test_the_ankle_follows_the_ankle_and_the_toes_stay() -> None:
    points = np.array([[50.0, 200.0], [50.0, 224.0]])
    _, downward = chain.weights(chain.place(points, LEG), points[:, 1] > 195.0)
    moved = downward @ chain.pose(np.zeros(2), np.array([0.0, -15.0]))
    assert moved == pytest.approx([-15.0, 0.0], abs=1e-6)


@given(st.lists(st.floats(-30, 30), min_size=chain.SIZE, max_size=chain.SIZE))
def test_expectations_never_reward_a_motion(entries: list[float]) -> None:
    motion = np.array(entries)
    assert motion @ chain.stiffness() @ motion >= -1e-9


@pytest.mark.parametrize("fps", [10.0, 15.0, 30.0, 60.0, 120.0])
def test_rest_takes_the_same_time_at_any_frame_rate(fps: float) -> None:
    found = [r is not None for r in rests([Pose()] * int(fps), fps)]
    assert found.index(True) / fps == pytest.approx(0.4, abs=1.01 / fps)


def test_a_slow_raise_is_not_rest() -> None:
    poses = [raised(v, v) for v in np.linspace(0.0, 25.0, 90)]  # 10 cm in 3 s
    assert not any(rests([Pose()] * 30 + poses, 30.0)[45:])


def test_holding_the_top_or_a_bend_is_not_rest() -> None:
    up = rests([Pose()] * 20 + [raised(14.0, 14.0)] * 60, 30.0)
    assert all(r is not None for r in up[13:20])
    assert not any(up[20:])


def test_the_bottom_of_a_step_down_is_not_rest() -> None:
    standing = observation(Pose(), 0.0).points.astype(np.float64)
    down = standing.copy()
    down[[i for i in range(len(down)) if i != index("right", "ankle")], 1] += 14.0
    finder = RestFinder()
    found = [finder.update(i / 30.0, standing if i < 20 else down) is not None for i in range(80)]
    assert all(found[13:20])
    assert not any(found[20:])


def test_missing_landmarks_interrupt_a_rest() -> None:
    found = rests([Pose()] * 10 + [Pose(seen=False)] + [Pose()] * 10, 30.0)
    assert not any(found)


@pytest.mark.parametrize(
    ("pose", "left"),
    [(Pose(), False), (Pose(step_px=3.0), False), (Pose(step_px=30.0), True), (Pose(azimuth_share=0.3), True)],
    ids=["same", "sway", "step", "turn"],
)
def test_a_rest_is_left_by_a_step_or_a_turn(pose: Pose, left: bool) -> None:
    first, second = rests([Pose()] * 20, 30.0)[-1], rests([pose] * 20, 30.0)[-1]
    assert first is not None
    assert second is not None
    assert first.left_for(second) is left


@pytest.mark.parametrize("shank_px", [60.0, 100.0, 173.0, 420.0])
def test_a_window_shows_a_spot_where_it_says(shank_px: float) -> None:
    image = np.zeros((700, 900, 3), dtype=np.uint8)
    image[300:340, 400:440] = 255
    window = Window.around(np.array([[350.0, 200.0], [480.0, 420.0]]), shank_px)
    bright = window.cut(image)[..., 0].astype(np.float64)
    rows, columns = np.indices(bright.shape)
    centre = np.array([(columns * bright).sum(), (rows * bright).sum()]) / bright.sum()
    assert centre == pytest.approx(window.inward(np.array([419.5, 319.5])), abs=0.35)


def test_a_window_beyond_the_picture_repeats_its_edge() -> None:
    image = np.full((50, 50, 3), 77, dtype=np.uint8)
    window = Window.around(np.array([[10.0, 20.0], [40.0, 60.0]]), SHANK)
    assert (window.cut(image) == 77).all()


def test_a_picture_without_legs_gives_no_templates() -> None:
    rest = rests([Pose()] * 20, 30.0)[-1]
    assert rest is not None
    assert Anchor(picture(Pose()), rest).templates is not None
    assert Anchor(np.full((520, 600, 3), 128, dtype=np.uint8), rest).templates is None
