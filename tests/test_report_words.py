from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.feedback.words import folded, number, parse_quantity
from formcheck.measures.names import MEASURES, column_name
from formcheck.report._summary import clock

NAN = float("nan")


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("suffix", ["", "_sd"], ids=["value", "sd"])
def test_every_column_reads_back_as_its_measure(measure, side: str, suffix: str) -> None:
    quantity = parse_quantity(column_name(measure, side) + suffix)
    assert quantity.measure == measure
    assert quantity.side == (side if MEASURES[measure].sided else "")
    assert quantity.unit == {"deg": "°", "cm": " cm"}[MEASURES[measure].unit]
    assert quantity.is_sd == bool(suffix)
    assert quantity.definition


def test_measures_have_different_labels() -> None:
    assert len({parse_quantity(measure).label for measure in MEASURES}) == len(MEASURES)


@pytest.mark.parametrize(
    ("value", "sd", "words"),
    [(7.91, 0.4, "7.9 ± 0.4 cm"), (-31.04, NAN, "−31.0 cm"), (-0.01, NAN, "0.0 cm"), (NAN, 0.4, "not seen")],
    ids=["with sd", "without sd", "no minus zero", "not seen"],
)
def test_number_in_words(value: float, sd: float, words: str) -> None:
    assert number(value, " cm", sd) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0, "0:00.0"), (59.96, "1:00.0"), (75.26, "1:15.3"), (600.0, "10:00.0")]
)
def test_clock(seconds: float, words: str) -> None:
    assert clock(seconds) == words


@given(st.text())
def test_folded_is_ascii(text: str) -> None:
    assert folded(text).isascii()
