"""Laws of the foot as a solid: where seen points lie beside its middle plane, against a solid put together by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from formcheck.feet.mask import LegPoints
from formcheck.feet.shape import FOREFOOT_BROADER, HALF_BREADTH, Outline, lateral_place, outline_of

LENGTH = 80.0
HALF = HALF_BREADTH * LENGTH
BALL = 0.73 * LENGTH
AXIS = 100.0  # forward position of the heel's upright axis, as of the instep's, `APART` ahead in the foot
APART = 50.0
HIGH, LOW = 20, 60  # a row at the ankle, and the sole's outline
AZIMUTHS = [-40.0, 0.0, 25.0, 50.0]

from_ahead = pytest.mark.parametrize("azimuth_deg", AZIMUTHS[1:])
from_each_azimuth = pytest.mark.parametrize("azimuth_deg", AZIMUTHS)
either_way = pytest.mark.parametrize("facing", [1.0, -1.0], ids=["right", "left"])


def _outline(azimuth_deg: float, facing: float = 1.0) -> Outline:
    """Return the silhouette of two upright cylinders, heel and instep, that stand on a sole."""
    azimuth = math.radians(azimuth_deg)
    front = AXIS + APART * math.cos(azimuth) + HALF
    rows, columns = np.ones(LOW + 1), np.ones(300)
    return Outline(facing, azimuth, (AXIS - HALF) * rows, front * rows, LOW * columns, AXIS - HALF, LENGTH)


def _place(outline: Outline, forward: float, row: int) -> float:
    return float(lateral_place(outline, np.array([[outline.facing * forward, float(row)]]))[0])


@from_each_azimuth
def test_the_rear_edge_is_where_the_round_heel_passes_out_of_sight(azimuth_deg: float) -> None:
    outline = _outline(azimuth_deg)
    assert _place(outline, AXIS - HALF, HIGH) == pytest.approx(HALF * math.sin(outline.azimuth_rad))


@from_ahead
def test_the_edge_of_the_instep_is_on_the_other_side_than_that_of_the_heel(azimuth_deg: float) -> None:
    outline = _outline(azimuth_deg)
    edge = AXIS + APART * math.cos(outline.azimuth_rad) + HALF
    assert _place(outline, edge, HIGH) == pytest.approx(-HALF * math.sin(outline.azimuth_rad))


@from_ahead
@pytest.mark.parametrize("ahead", [0.0, 10.0, 30.0])
def test_the_side_broadens_evenly_from_heel_to_ball(azimuth_deg: float, ahead: float) -> None:
    outline = _outline(azimuth_deg)
    place = HALF + FOREFOOT_BROADER * LENGTH * ahead / (BALL - HALF)
    seen = AXIS + ahead * math.cos(outline.azimuth_rad) - place * math.sin(outline.azimuth_rad)
    assert _place(outline, seen, HIGH) == pytest.approx(place)


@from_each_azimuth
def test_the_sole_shows_its_edge_further_in_than_the_side_above_it(azimuth_deg: float) -> None:
    outline = _outline(azimuth_deg)
    under_heel = AXIS - HALF * math.sin(outline.azimuth_rad)
    assert _place(outline, under_heel, LOW) == pytest.approx(outline.edge_place)
    assert _place(outline, under_heel, HIGH) == pytest.approx(HALF)
    assert outline.edge_place < HALF


def test_an_oblique_look_shows_less_of_the_edge_from_below() -> None:
    places = [_outline(azimuth).edge_place for azimuth in (0.0, 25.0, 50.0)]
    assert places == sorted(places)


@either_way
def test_a_mirrored_foot_has_the_same_places(facing: float) -> None:
    there, here = _outline(35.0), _outline(35.0, facing)
    assert [_place(here, forward, HIGH) for forward in (92.0, 110.0, 138.0)] == pytest.approx(
        [_place(there, forward, HIGH) for forward in (92.0, 110.0, 138.0)]
    )


@either_way
def test_a_shadow_behind_the_heel_does_not_lengthen_the_foot(facing: float) -> None:
    mask = np.zeros((80, 160), dtype=bool)
    mask[20:70, 40:80] = mask[50:70, 40:120] = True
    leg = LegPoints.of(np.array([[55.0, 0.0], [55.0, 30.0], [46.0, 55.0], [106.0, 60.0]]))
    if facing < 0.0:
        mask, leg = mask[:, ::-1].copy(), LegPoints.of(np.array([159.0, 0.0]) + leg.stack() * [-1.0, 1.0])
    shaded = mask.copy()
    behind = slice(32, 40) if facing > 0.0 else slice(120, 128)
    shaded[67:70, behind] = True
    clean, dark = (outline_of(m, leg, facing, 0.4) for m in (mask, shaded))
    assert clean is not None
    assert dark is not None
    assert (dark.heel_rear, dark.length) == (clean.heel_rear, clean.length)


def _ball_moved(azimuth_deg: float, toe: float) -> float:
    """Return how far the ball goes, along the foot, when the toe landmark is seen `toe` further ahead."""
    outline = _outline(azimuth_deg)
    heel, there = AXIS - 5.0, AXIS + 40.0 * math.cos(outline.azimuth_rad)
    return (outline.ball(heel, there + toe) - outline.ball(heel, there)) / math.cos(outline.azimuth_rad)


def test_a_toe_landmark_beside_the_middle_counts_less_the_more_obliquely_it_is_seen() -> None:
    moved = [_ball_moved(azimuth, 4.0) for azimuth in (0.0, 25.0, 50.0)]
    assert moved == sorted(moved, reverse=True)
    assert moved[0] > 2.0
    assert moved[-1] < 1.0


@from_ahead
def test_landmarks_and_silhouette_that_agree_leave_the_ball_where_both_have_it(azimuth_deg: float) -> None:
    outline = _outline(azimuth_deg)
    ball = AXIS + (BALL - HALF) * math.cos(outline.azimuth_rad)
    heel = AXIS - 5.0
    assert outline.ball(heel, heel + (ball - heel) / 0.82) == pytest.approx(ball)


def test_a_silhouette_without_toes_does_not_tell_the_ball() -> None:
    outline = _outline(50.0)
    heel, toe = AXIS, float(np.max(outline.front)) + 1.0
    assert outline.ball(heel, toe) == pytest.approx(heel + 0.82 * (toe - heel))


def test_the_inner_side_is_no_mirror_of_the_outer() -> None:
    outline = _outline(-40.0)
    side = [_place(outline, forward, HIGH) for forward in (110.0, 130.0, AXIS + APART * math.cos(outline.azimuth_rad))]
    assert side == pytest.approx([HALF] * 3)
    assert outline.ball(AXIS, AXIS + 30.0) == pytest.approx(AXIS + 0.82 * 30.0)
