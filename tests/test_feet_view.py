"""From which side a person is seen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.measures.view import (
    EYE_HEIGHT,
    HEEL_TO_INDEX,
    SHOULDER_SEPARATION,
    azimuth_deg,
    facing,
    feet_azimuth_deg,
    near_side,
)
from formcheck.model import FloatArray
from formcheck.skeleton import INDEX, N_LANDMARKS, index, mirrored_order

HEIGHT_PX = 400.0


def person(azimuth: float, near: str = "right") -> FloatArray:
    """Landmarks of somebody upright, turned by `azimuth` from the exact side view on their `near` side."""
    a, way = math.radians(azimuth), 1.0 if near == "right" else -1.0
    points = np.full((N_LANDMARKS, 2), 100.0)
    for side in ("left", "right"):
        beside = 1.0 if side == near else -1.0
        across = -way * beside * math.sin(a)
        points[index(side, "shoulder")] = [200.0 + across * SHOULDER_SEPARATION * HEIGHT_PX / 2, 120.0]
        points[index(side, "heel")] = [200.0 + across * 20.0, 480.0]
        points[index(side, "foot_index")] = [
            200.0 + across * 20.0 + way * HEEL_TO_INDEX * HEIGHT_PX * math.cos(a),
            482.0,
        ]
        points[INDEX[f"{side}_eye"]] = [205.0, 480.0 - EYE_HEIGHT * HEIGHT_PX]
    return points


@given(st.floats(-80.0, 80.0), st.sampled_from(["left", "right"]))
def test_azimuth_is_the_turn_of_the_shoulders(azimuth: float, near: str) -> None:
    assert float(azimuth_deg(person(azimuth, near))) == pytest.approx(azimuth, abs=0.1)


@given(st.floats(10.0, 90.0), st.sampled_from(["left", "right"]), st.floats(0.0, 20.0))
def test_feet_tell_the_azimuth_however_far_they_turn_out(azimuth: float, near: str, out_px: float) -> None:
    points = person(azimuth, near)
    points[index("left", "foot_index"), 0] += out_px
    points[index("right", "foot_index"), 0] -= out_px
    assert float(feet_azimuth_deg(points)) == pytest.approx(azimuth, abs=0.1)


@given(st.floats(-80.0, 80.0), st.sampled_from(["left", "right"]))
def test_near_side_is_the_one_walked_past_on(azimuth: float, near: str) -> None:
    assert near_side(person(azimuth, near)[None]) == near


def test_a_mirror_swaps_the_near_side_and_keeps_the_azimuth() -> None:
    points = person(25.0)
    mirrored = points[mirrored_order()] * [-1.0, 1.0]
    assert float(azimuth_deg(mirrored)) == pytest.approx(25.0, abs=0.1)
    assert near_side(mirrored[None]) == "left"


def test_leading_axes_are_kept_and_nan_stays_where_it_was() -> None:
    many = np.stack([np.stack([person(a, "left") for a in (0.0, 20.0, 40.0)])] * 2)
    many[1, 2, index("left", "shoulder")] = np.nan
    many[0, 0, index("left", "heel")] = np.nan
    got = azimuth_deg(many)
    assert got.shape == (2, 3)
    np.testing.assert_array_equal(np.isnan(got), [[True, False, False], [False, False, True]])
    assert np.isnan(facing(many)[0, 0])
    assert near_side(many) == "left"


def test_a_given_height_is_used() -> None:
    points = person(30.0)
    assert float(azimuth_deg(points, 2 * HEIGHT_PX)) == pytest.approx(math.degrees(math.asin(0.25)), abs=0.1)


def test_nobody_is_near_on_no_side() -> None:
    assert near_side(np.full((4, N_LANDMARKS, 2), np.nan)) == "both"
