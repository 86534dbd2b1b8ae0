"""Each form rule on evidence made for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.engine.judge import judge_rep
from formcheck.measures.names import MEASURES, column_name
from formcheck.model import View
from formcheck.rules import (
    BelowOwnBest,
    DropsBelowOwn,
    Evidence,
    Fades,
    NotReturned,
    OffTempo,
    RisesAbove,
    StaysBelow,
    Uneven,
    check_rep,
    check_set,
)
from formcheck.rules.evidence import Finding, grade
from formcheck.specs.loader import load_spec

WORDS: dict[str, Any] = {"cue": "Higher.", "text": "{value} of {limit}, as a test."}
SOURCE = "default, not from literature"


def cited(value: float) -> dict[str, object]:
    return {"value": value, "source": SOURCE}


def evidence(**columns: list[float] | float) -> Evidence:
    """Two seconds of frames; a number is a measure that rises to it and falls back, a list is taken as it is."""
    t = np.linspace(0.0, 2.0, 41)
    course = np.clip(1.4 * np.sin(np.pi * t / 2.0), 0, 1)
    series: dict[str, Any] = {}
    for name, value in columns.items():
        values = course * value if isinstance(value, float) else np.interp(t, np.linspace(0, 2, len(value)), value)
        series[name], series[f"{name}_sd"] = values, np.full(len(t), 0.1)
    return Evidence("right", "both", "side", 0.0, 1.0, 2.0, t, series)


def heels(height: float) -> Evidence:
    return evidence(**{column_name("heel_height_cm", "right"): height})


KNEE = RisesAbove.model_validate(
    {"check": "rises_above", "measure": "knee_flexion_change_deg", "limit": cited(12.0), **WORDS}
)


@pytest.mark.parametrize(("value", "level"), [(5.0, "ok"), (12.05, "watch"), (13.0, "fault"), (30.0, "fault")], ids=str)
def test_rises_above(value: float, level: str) -> None:
    finding = check_rep(KNEE, evidence(knee_flexion_change_right_deg=value), ())
    assert finding is not None
    assert finding.level == level


def test_a_glitch_of_a_few_frames_is_no_fault() -> None:
    rep = evidence(knee_flexion_change_right_deg=2.0)
    rep.series["knee_flexion_change_right_deg"][20:23] = 60.0
    finding = check_rep(KNEE, rep, ())
    assert finding is not None
    assert finding.level == "ok"


def test_what_was_not_seen_is_not_judged() -> None:
    rep = evidence(knee_flexion_change_right_deg=30.0)
    rep.series["knee_flexion_change_right_deg"][:20] = np.nan
    finding = check_rep(KNEE, rep, ())
    assert finding is not None
    assert finding.level == "cannot_judge"
    assert finding.reason


def test_a_rule_says_nothing_of_a_view_it_is_not_for() -> None:
    assert check_rep(KNEE, replace(evidence(knee_flexion_change_right_deg=30.0), view="front"), ()) is None


INWARD = RisesAbove.model_validate(
    {
        "check": "rises_above",
        "measure": "knee_valgus_change_deg",
        "views": ("front",),
        "limit": cited(12.0),
        "own_text": "{value} beyond the others, as a test.",
        **WORDS,
    }
)


def knees(angle: float, sd: float = 2.0) -> Evidence:
    rep = evidence(knee_valgus_change_right_deg=angle)
    rep.series["knee_valgus_change_right_deg_sd"][:] = sd
    return replace(rep, view="front")


@pytest.mark.parametrize(
    ("others", "angle", "level", "against_own"),
    [
        ([-14.0, -14.0, -14.0], 8.0, "fault", True),
        ([-14.0, -14.0], 8.0, "ok", False),
        ([-5.0, -5.0, -5.0], 7.3, "watch", True),
        ([-5.0, -5.0, -5.0], 4.0, "ok", False),
        ([-20.0, -20.0, -20.0], -5.0, "ok", False),
        ([16.0, 16.0, 16.0], 16.0, "fault", False),
    ],
    ids=["beyond_own", "too_few_reps", "within_the_band", "a_little", "shallow", "always_inward"],
)
def test_a_rise_above_the_own_reps(others: list[float], angle: float, level: str, against_own: bool) -> None:
    finding = check_rep(INWARD, knees(angle), [knees(other) for other in others])
    assert finding is not None
    assert (finding.level, finding.against_own) == (level, against_own)


@given(others=st.lists(st.floats(-30, 30), min_size=0, max_size=6), angle=st.floats(-30, 30), sd=st.floats(0.1, 20))
def test_other_reps_excuse_nothing(others: list[float], angle: float, sd: float) -> None:
    severity = {"cannot_judge": 0, "ok": 0, "watch": 1, "fault": 2}
    alone = check_rep(INWARD, knees(angle, sd), ())
    among = check_rep(INWARD, knees(angle, sd), [knees(other, sd) for other in others])
    assert alone is not None
    assert among is not None
    assert severity[among.level] >= severity[alone.level]
    assert among.level != "ok" or alone.level == "ok"


@pytest.mark.parametrize(
    ("value", "sd", "limit", "below", "level"),
    [
        (10.0, 1.0, 12.0, False, "ok"),
        (12.5, 1.0, 12.0, False, "watch"),
        (13.5, 1.0, 12.0, False, "fault"),
        (0.5, 0.05, 0.6, True, "fault"),
        (0.58, 0.05, 0.6, True, "watch"),
        (0.7, 0.05, 0.6, True, "ok"),
        (2.0, 1.5, 1.0, False, "cannot_judge"),
        (4.2, 1.5, 1.0, False, "fault"),
        (-2.2, 1.5, 1.0, False, "ok"),
        (float("nan"), 1.0, 1.0, False, "cannot_judge"),
    ],
)
def test_guard_band(value: float, sd: float, limit: float, below: bool, level: str) -> None:
    assert grade(value, sd, limit, 0.0, below=below).level == level


LOW = BelowOwnBest.model_validate(
    {
        "check": "below_own_best",
        "measure": "heel_height_cm",
        "of_first": 3,
        "watch": cited(0.8),
        "fault": cited(0.6),
        **WORDS,
    }
)


@pytest.mark.parametrize(("height", "level"), [(9.0, "ok"), (7.0, "watch"), (4.0, "fault")], ids=str)
def test_below_own_best(height: float, level: str) -> None:
    peers = [heels(10.0), heels(9.0), heels(9.5)]
    finding = check_rep(LOW, heels(height), peers)
    assert finding is not None
    assert finding.level == level
    assert finding.value == pytest.approx(height / 10.0, rel=1e-6)


def test_own_best_is_of_the_first_reps_only() -> None:
    finding = check_rep(LOW, heels(5.5), [heels(6.0), heels(6.0), heels(6.0), heels(20.0)])
    assert finding is not None
    assert finding.level == "ok"


NOT_DOWN = NotReturned.model_validate(
    {"check": "not_returned", "measure": "heel_height_cm", "limit": cited(0.15), **WORDS}
)


@pytest.mark.parametrize(("left", "level"), [(0.0, "ok"), (1.0, "ok"), (4.0, "fault")], ids=str)
def test_not_returned(left: float, level: str) -> None:
    column = column_name("heel_height_cm", "right")
    finding = check_rep(NOT_DOWN, evidence(**{column: [0.0, 10.0, 10.0, 10.0, left, left]}), ())
    assert finding is not None
    assert finding.level == level


UNEVEN = Uneven.model_validate(
    {
        "check": "uneven",
        "measure": "heel_height_cm",
        "front_measure": "ankle_rise_cm",
        "limit": cited(0.2),
        "views": ["oblique", "front"],
        **WORDS,
    },
    strict=False,
)


def sides(left: float, right: float, view: View, *, body: float = 6.0, sd_cm: float = 0.1) -> Evidence:
    """A rep in which both measures of a side rise by as much, each as uncertain as `sd_cm`."""
    rep = evidence(
        heel_height_left_cm=left,
        heel_height_right_cm=right,
        ankle_rise_left_cm=left,
        ankle_rise_right_cm=right,
        body_rise_cm=body,
    )
    series = {name: np.full(41, sd_cm) if name.endswith("_sd") else values for name, values in rep.series.items()}
    return replace(rep, view=view, series=series | {"body_rise_cm_sd": np.full(41, 0.1)})


def level_of(rep: Evidence, peers: list[Evidence]) -> str:
    finding = check_rep(UNEVEN, rep, peers)
    assert finding is not None
    return finding.level


@pytest.mark.parametrize(("low", "level"), [(8.0, "ok"), (7.5, "ok"), (4.0, "fault")], ids=str)
def test_uneven_is_the_same_for_both_sides(low: float, level: str) -> None:
    assert {level_of(sides(left, right, "front"), []) for left, right in [(8.0, low), (low, 8.0)]} == {level}


@given(st.floats(0.3, 1.0), st.floats(0.3, 1.0), st.floats(2.0, 8.0))
def test_what_a_view_hides_of_each_side_in_every_rep_cancels(left: float, right: float, low: float) -> None:
    """Peers alike, so their median is exact; deviations shrink with what is seen of a side."""

    def finding(of_left: float, of_right: float) -> Finding | None:
        def rep(a: float, b: float, body: float) -> Evidence:
            return sides(a * of_left, b * of_right, "oblique", body=body, sd_cm=0.0)

        return check_rep(UNEVEN, rep(8.0, low, 3.0), [rep(8.0, 8.0, 6.0)] * 3)

    seen, hidden = finding(1.0, 1.0), finding(left, right)
    assert seen is not None
    assert hidden is not None
    assert hidden.value == pytest.approx(seen.value)


def test_obliquely_a_rep_is_uneven_beside_the_others_only() -> None:
    peers = [sides(8.0, 6.0, "oblique")] * 3
    reps = [sides(8.0, right, "oblique", body=right) for right in (6.0, 3.0)]
    assert [level_of(rep, peers) for rep in reps] == ["ok", "fault"]
    assert level_of(reps[1], peers[:2]) == "cannot_judge"


def test_a_lower_bound_will_do_beside_lower_bounds() -> None:
    seen = [sides(8.0, 6.0, "oblique")] * 3 + [sides(8.0, 3.0, "oblique", body=3.0)]
    *peers, rep = (replace(rep, feet_trusted=False) for rep in seen)
    assert level_of(rep, peers) == "fault"


@pytest.mark.parametrize(
    ("body", "level"), [(3.0, "fault"), (5.0, "fault"), (5.2, "cannot_judge"), (5.8, "ok"), (6.5, "ok")], ids=str
)
def test_no_side_stays_low_while_the_body_rises_as_ever(body: float, level: str) -> None:
    peers = [sides(8.0, 8.0, "oblique")] * 3
    assert level_of(sides(8.0, 4.0, "oblique", body=body), peers) == level


def test_a_body_that_rises_more_than_both_feet_shows_that_they_are_not_seen_well() -> None:
    """Half a rep, even: one foot is read right, the other too low."""
    peers = [sides(8.0, 8.0, "oblique")] * 3
    levels = [level_of(sides(4.0, right, "oblique", body=3.0), peers) for right in (4.0, 1.0)]
    assert levels == ["ok", "cannot_judge"]


def test_one_who_is_always_uneven_shows_from_the_front() -> None:
    assert level_of(sides(8.0, 4.0, "front"), [sides(8.0, 4.0, "front")] * 3) == "fault"


def test_a_doubtful_difference_that_all_reps_share_is_how_the_feet_are_seen() -> None:
    rep = sides(8.0, 6.2, "front", sd_cm=0.8)
    assert (level_of(rep, []), level_of(rep, [rep] * 3)) == ("watch", "ok")


TEMPO = OffTempo.model_validate({"check": "off_tempo", "period_s": cited(3.0), "tolerance_s": cited(0.5), **WORDS})


def test_tempo_is_judged_with_a_metronome_only() -> None:
    rep = heels(10.0)
    levels = [check_rep(TEMPO, replace(rep, metronome=on), ()) for on in (True, False)]
    assert [finding.level for finding in levels if finding is not None] == ["fault", "ok"]


BENT = StaysBelow.model_validate(
    {"check": "stays_below", "measure": "knee_flexion_change_deg", "limit": cited(12.0), **WORDS}
)


@pytest.mark.parametrize(("bend", "level"), [(30.0, "ok"), (5.0, "fault")], ids=str)
def test_a_knee_that_must_bend(bend: float, level: str) -> None:
    finding = check_rep(BENT, evidence(knee_flexion_change_right_deg=[bend, bend]), ())
    assert finding is not None
    assert finding.level == level


VALGUS = DropsBelowOwn.model_validate(
    {
        "check": "drops_below_own",
        "measure": "knee_separation_change_cm",
        "views": ("front",),
        "limit": cited(1.0),
        **WORDS,
    },
    strict=False,
)


def test_knees_are_held_against_the_persons_other_reps() -> None:
    def knees(apart: float) -> Evidence:
        return replace(evidence(knee_separation_change_cm=[apart, apart]), view="front")

    peers = [knees(1.0), knees(1.1), knees(0.9)]
    findings = [check_rep(VALGUS, knees(apart), peers) for apart in (0.8, -1.5)]
    assert [finding.level for finding in findings if finding is not None] == ["ok", "fault"]


FADE = Fades.model_validate({"check": "fades", "measure": "heel_height_cm", "limit": cited(0.2), **WORDS})


@pytest.mark.parametrize(("last", "level"), [(9.5, "ok"), (7.0, "fault")], ids=["steady", "fading"])
def test_fade(last: float, level: str) -> None:
    finding = check_set(FADE, [heels(10.0)] * 4 + [heels(last)] * 3)
    assert finding is not None
    assert finding.level == level


def test_fade_needs_six_reps() -> None:
    finding = check_set(FADE, [heels(10.0), heels(10.0), heels(5.0)])
    assert finding is not None
    assert finding.level == "cannot_judge"


def parting(cm: float, left: float, *, body: float, sd_cm: float = 0.1) -> Evidence:
    """A rep of which every measure is known, seen from the front, with legs that part by `cm`."""
    columns = {column_name(measure, side): 0.5 for measure in MEASURES for side in ("left", "right")}
    rep = sides(left, 8.0, "front", body=body, sd_cm=sd_cm)
    rest = evidence(**columns | {"leg_separation_change_cm": [cm, cm]}).series
    return replace(rep, series={**rest, **rep.series})


def test_what_another_fault_explains_is_not_told() -> None:
    spec = load_spec("heel_raise").spec
    peers = [parting(1.0, 8.0, body=6.0)] * 3
    reps = [parting(-2.0, left, body=body) for left, body in ((8.0, 6.0), (3.0, 3.0))]
    together, uneven = (judge_rep(spec, 1, rep, peers) for rep in reps)
    assert [fault.rule for fault in together.faults] == ["knee_valgus"]
    assert [fault.rule for fault in uneven.faults] == ["asymmetry"]
    assert "knee_valgus" in uneven.not_judged


def test_feet_that_cannot_be_told_explain_nothing_while_the_body_rises_as_ever() -> None:
    spec = load_spec("heel_raise").spec
    peers = [parting(1.0, 8.0, body=6.0, sd_cm=5.0)] * 3
    as_ever, lower = (judge_rep(spec, 1, parting(-2.0, 8.0, body=body, sd_cm=5.0), peers) for body in (6.0, 4.0))
    assert [fault.rule for fault in as_ever.faults] == ["knee_valgus"]
    assert lower.faults == ()
    assert all({"asymmetry"} <= set(rep.not_judged) for rep in (as_ever, lower))
