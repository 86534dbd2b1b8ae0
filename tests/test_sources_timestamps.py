"""Times rise strictly, whatever a file says."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.sources import read_ahead
from formcheck.sources.timestamps import RisingClock

stamps = st.lists(st.one_of(st.none(), st.floats(-1e5, 1e5)), max_size=60)


@given(stamps=stamps, origin_s=st.floats(-1e5, 1e5))
def test_times_always_rise(stamps: list[float | None], origin_s: float) -> None:
    clock = RisingClock(origin_s=origin_s, period_s=1 / 30)
    placed = [t for t in map(clock.place, stamps) if t is not None]
    assert all(a < b for a, b in pairwise(placed))
    assert len(placed) + clock.dropped == len(stamps)


@given(gaps=st.lists(st.floats(1e-3, 2.0), min_size=1, max_size=60), origin_s=st.floats(-1e3, 1e3))
def test_rising_timestamps_are_kept_as_they_are(gaps: list[float], origin_s: float) -> None:
    times = [origin_s]
    for gap in gaps:
        times.append(times[-1] + gap)
    clock = RisingClock(origin_s=origin_s, period_s=1 / 30)
    assert [clock.place(t) for t in times] == [t - origin_s for t in times]
    assert clock.dropped == clock.restarts == 0


@pytest.mark.parametrize(
    ("stamps", "times"),
    [
        pytest.param([0.0, 0.1, 0.1, 0.2], [0.0, 0.1, None, 0.2], id="repeated-is-dropped"),
        pytest.param([0.0, 0.2, 0.1, 0.3], [0.0, 0.2, None, 0.3], id="out-of-order-is-dropped"),
        pytest.param([0.0, None, 0.2], [0.0, 0.1, 0.2], id="missing-is-one-period-on"),
        pytest.param([0.0, 5.0, 0.0, 0.5], [0.0, 5.0, 5.1, 5.6], id="clock-starts-anew"),
    ],
)
def test_odd_timestamps(stamps: list[float | None], times: list[float | None]) -> None:
    clock = RisingClock(origin_s=0.0, period_s=0.1)
    assert [clock.place(stamp) for stamp in stamps] == pytest.approx(times)


@given(items=st.lists(st.integers()), depth=st.integers(1, 5))
def test_reading_ahead_changes_nothing(items: list[int], depth: int) -> None:
    assert list(read_ahead((item for item in items), depth=depth)) == items


def test_an_error_comes_at_its_place() -> None:
    def failing():
        yield 1
        yield 2
        raise OSError("gone")

    ahead = read_ahead(failing(), depth=1)
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(OSError, match="gone"):
        next(ahead)


def test_closing_closes_the_producer_in_its_own_thread() -> None:
    closed_in: list[threading.Thread] = []

    def endless():
        try:
            while True:
                yield 1
        finally:
            closed_in.append(threading.current_thread())

    ahead = read_ahead(endless(), depth=2)
    next(ahead)
    ahead.close()
    assert len(closed_in) == 1
    assert closed_in[0] is not threading.current_thread()
    assert not closed_in[0].is_alive()
