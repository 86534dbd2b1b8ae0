"""Left and right stay what they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figure import Pose, film, heel_raises

from formcheck.model import LandmarkRecording, PoseObservation
from formcheck.signals import LegIdentity
from formcheck.skeleton import index

_PARTS = ("knee", "ankle", "heel", "foot_index")
LEFT = [index("left", part) for part in _PARTS]
RIGHT = [index("right", part) for part in _PARTS]


def swap(observation: PoseObservation, share: float = 1.0) -> PoseObservation:
    """Move both legs towards where the other one is, by `share` of the way."""
    points = observation.points.copy()
    points[LEFT] += np.float32(share) * (observation.points[RIGHT] - observation.points[LEFT])
    points[RIGHT] += np.float32(share) * (observation.points[LEFT] - observation.points[RIGHT])
    return replace(observation, points=points)


@pytest.fixture
def split_stance() -> LandmarkRecording:
    return film(lambda t: Pose(x_cm=230), 3.0, other=lambda t: Pose(x_cm=150))


def test_swapped_legs_are_put_right(split_stance: LandmarkRecording) -> None:
    legs = LegIdentity()
    for i in range(len(split_stance)):
        true = split_stance.observation(i)
        seen = swap(true) if i % 7 in (3, 4) else true
        np.testing.assert_array_equal(legs.update(seen).points, true.points)


def test_legs_that_glide_towards_one_another_are_not_believed(split_stance: LandmarkRecording) -> None:
    legs = LegIdentity()
    for i in range(len(split_stance)):
        true = split_stance.observation(i)
        out = legs.update(swap(true, 0.3) if i % 10 == 5 else true)
        assert np.isnan(out.points[RIGHT]).all() if i % 10 == 5 else (out.points == true.points).all()


def test_a_change_that_lasts_is_believed(split_stance: LandmarkRecording) -> None:
    legs = LegIdentity()
    outs = [
        legs.update(swap(split_stance.observation(i)) if i > 20 else split_stance.observation(i)) for i in range(80)
    ]
    np.testing.assert_array_equal(outs[-1].points, swap(split_stance.observation(79)).points)


def test_movement_is_left_alone() -> None:
    recording = film(heel_raises([0.5, 2.0], up_s=0.3), 4.0)
    legs = LegIdentity()
    for i in range(len(recording)):
        np.testing.assert_array_equal(legs.update(recording.observation(i)).points, recording.points[i])
