from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_results import made_result

from formcheck.feedback.words import folded, is_judged, number, parse_quantity, unjudged_words
from formcheck.measures.names import MEASURES, column_name
from formcheck.model import SetupProblem
from formcheck.report._summary import clock, setup_lines

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


@pytest.mark.parametrize(
    ("summary", "completed", "words"),
    [
        ({"confirmed": 13.0, "planned": 15.0}, 0, "not measured · 13 of 15 done"),
        ({"confirmed": 0.0, "planned": 15.0}, 0, "not measured · 0 of 15 done"),
        ({"confirmed": 13.0}, 0, "not measured"),
        ({"confirmed": None, "planned": None}, 0, "not measured"),
        ({"cadence_per_min": 110.0}, 5, "5 strides measured"),
        ({"cadence_per_min": None}, 1, "1 stride measured"),
        ({"cadence_per_min": None}, 0, "no strides were found"),
    ],
)
def test_what_is_not_judged_is_told_in_words(summary: dict[str, float | None], completed: int, words: str) -> None:
    assert not is_judged(summary)
    assert unjudged_words(summary, completed) == words


def test_reps_and_holds_are_judged() -> None:
    assert is_judged({})


def test_a_problem_that_was_gone_for_a_moment_is_told_once() -> None:
    times = [(0.0, 4.8), (4.9, 6.4), (6.5, 25.0), (27.0, 30.8)]
    nobody = [SetupProblem("no_person", start_s, end_s, "Nobody is seen.") for start_s, end_s in times]
    result = replace(made_result(), setup=(*nobody, SetupProblem("moving", 30.9, 33.0, "Stand still.")))
    assert setup_lines(result) == [
        "0:00.0–0:25.0: Nobody is seen.",
        "0:27.0–0:30.8: Nobody is seen.",
        "0:30.9–0:33.0: Stand still.",
    ]
