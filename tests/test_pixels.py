"""Laws of what feet and legs are told by in a picture."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from formcheck.model import FloatArray
from formcheck.pixels import colour_cells, histogram, log_odds, sample


def test_colours_speak_for_the_side_they_were_seen_on() -> None:
    leg, ground = (
        colour_cells(np.full((40, 40, 3), colour, dtype=np.uint8)) for colour in ((205, 160, 130), (90, 90, 85))
    )
    odds = log_odds(histogram(leg), histogram(ground))
    assert odds[leg[0, 0]] > 2.0 > -2.0 > odds[ground[0, 0]]


@given(st.integers(1, 1400))
def test_a_plane_is_read_exactly_at_its_pixels(count: int) -> None:
    plane = np.arange(60, dtype=np.float32).reshape(5, 6, 2)
    at: FloatArray = np.stack([np.arange(count) % 6, np.arange(count) % 5], axis=1).astype(np.float64)
    expected = plane[at[:, 1].astype(int), at[:, 0].astype(int)]
    assert (sample(plane, at) == expected).all()
