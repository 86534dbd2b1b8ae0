"""What people read of a verdict: whether anything was left open, and whether a hold was long enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_results import made_hold, made_rep, made_result

from formcheck.feedback.verdicts import held_words, state_of, tiles_of, verdict_words
from formcheck.live.summary import summarise
from formcheck.model import Hold, Rep, Verdict
from formcheck.specs.loader import load_spec

REASON = "it was hidden"
VERDICTS = st.sampled_from(("ok", "watch", "fault", "cannot_judge"))
ITEMS = st.lists(
    st.one_of(
        st.builds(made_rep, st.just(1), VERDICTS),
        st.builds(made_hold, st.just(1), st.floats(0.0, 60.0), VERDICTS),
    )
)


@given(ITEMS)
def test_tiles_count_each_item_once(items: list[Rep | Hold]) -> None:
    assert sum(tile.count for tile in tiles_of(items)) == len(items)


@given(st.floats(0.0, 29.999999))
def test_a_time_that_was_not_reached_is_never_shown_as_reached(held_s: float) -> None:
    assert float(held_words(made_hold(1, held_s)).split()[0]) < 30.0


def test_where_no_time_is_asked_for_none_is_too_short() -> None:
    hold = replace(made_hold(1, 12.0), target_s=0.0, reached=False)
    assert (state_of(hold), held_words(hold)) == ("ok", "12.0 s")


@pytest.mark.parametrize(
    ("verdict", "rules", "words"),
    [
        ("ok", {}, "good"),
        ("ok", {"heel_lift": REASON}, "good, heel lift not judged"),
        ("watch", {"heel_not_down": REASON}, "watch, heel back down not judged"),
        ("ok", {"low_height": REASON, "pace": REASON}, "good, height and pace not judged"),
        ("ok", {"low_height": REASON, "pace": REASON, "trunk_lean": REASON}, "good, 3 rules not judged"),
        ("fault", {"heel_lift": REASON}, "to correct"),
        ("cannot_judge", {"heel_lift": REASON}, "cannot judge"),
    ],
)
def test_praise_says_what_was_not_judged(verdict: Verdict, rules: Mapping[str, str], words: str) -> None:
    assert verdict_words(replace(made_rep(1, verdict), not_judged=rules)) == words


@pytest.mark.parametrize(
    ("held_s", "verdict", "words"),
    [
        (1.7, "ok", "shorter than asked"),
        (21.0, "watch", "shorter than asked"),
        (30.0, "ok", "good"),
        (13.8, "fault", "to correct"),
        (13.8, "cannot_judge", "cannot judge"),
    ],
)
def test_a_short_hold_is_neither_good_nor_a_fault(held_s: float, verdict: Verdict, words: str) -> None:
    assert verdict_words(made_hold(1, held_s, verdict)) == words


def test_the_live_summary_asks_for_the_whole_time_after_a_short_hold() -> None:
    result = made_result(holds=[made_hold(1), made_hold(2, 21.0)])
    summary = summarise(result, load_spec("gastrocnemius_stretch").spec)
    assert (summary.work_on, summary.why) == ("Hold for the whole time.", "in 1 of 2 holds")
    assert [(tile.count, tile.words) for tile in summary.tiles[:2]] == [(1, "good"), (1, "shorter than asked")]
