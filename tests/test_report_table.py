from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from made_results import KNEE_TEXT, REASON, made_fault, made_hold, made_problem, made_result, made_walk
from rich.console import Console

from formcheck.feedback.words import NOTICE
from formcheck.model import SetResult
from formcheck.report import render_table
from formcheck.report.about import NOTHING_MORE, About

WIDTHS = pytest.mark.parametrize("width", [80, 120], ids=["80 columns", "120 columns"])
ALL_VERDICTS = ("ok", "watch", "fault", "cannot_judge")


def printed(result: SetResult, width: int, encoding: str = "utf-8", about: About = NOTHING_MORE) -> str:
    raw = io.BytesIO()
    console = Console(file=io.TextIOWrapper(raw, encoding=encoding, errors="strict"), width=width)
    console.print(render_table(result, about))
    console.file.flush()
    return raw.getvalue().decode(encoding)


def unwrapped(text: str) -> str:
    return " ".join(text.split())


@WIDTHS
def test_nothing_is_cut_or_too_wide(width: int) -> None:
    text = printed(made_result(ALL_VERDICTS), width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text


@WIDTHS
def test_says_each_verdict_in_a_sign_and_a_word(width: int) -> None:
    text = printed(made_result(ALL_VERDICTS), width)
    for words in ("✓ good", "! watch", "✕ to correct", "? cannot judge"):
        assert words in text


@WIDTHS
def test_says_counts_measures_and_uncertainty(width: int) -> None:
    text = unwrapped(printed(made_result(ALL_VERDICTS), width))
    assert "4 reps completed · 2 valid · 1 flagged · 1 cannot judge" in text
    assert "7.9 ± 0.4 cm" in text
    assert "−31.0 ± 2.0°" in text
    assert "0:01.0–0:03.0" in text


@pytest.mark.parametrize("width", [30, 45, 60, 74])
def test_where_no_table_has_room_nothing_of_it_is_lost(width: int) -> None:
    result = made_result(ALL_VERDICTS)
    text = printed(result, width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    plain = unwrapped(text)
    assert "Rep 3 0:07.0–0:09.0 both ✕ to correct Heel height 7.9 ± 0.4 cm, Ankle angle −31.0 ± 2.0°" in plain
    assert "Rep 4 " in plain


def test_narrow_table_says_faults_and_reasons_below() -> None:
    text = unwrapped(printed(made_result(ALL_VERDICTS), 80))
    assert f"Rep 3: {KNEE_TEXT}" in text
    assert f"Rep 4: Not judged: knee bend ({REASON})" in text


def test_wide_table_says_faults_beside_the_rep() -> None:
    lines = printed(made_result(ALL_VERDICTS), 200).splitlines()
    assert any("✕ to correct" in line and KNEE_TEXT in line for line in lines)


@WIDTHS
def test_hold_shows_held_against_target(width: int) -> None:
    text = printed(made_result(holds=[made_hold(1, 13.8, "fault")]), width)
    assert "13.8 of 30 s" in text
    assert "1 hold completed · 0 valid · 1 flagged" in text
    assert "…" not in text


@WIDTHS
def test_says_setup_assumption_whole_set_and_notice(width: int) -> None:
    result = replace(
        made_result(["ok"]), setup=(made_problem(),), set_faults=(made_fault("fade", "The last reps were lower."),)
    )
    text = unwrapped(printed(result, width))
    assert "0:00.0–0:00.9: Your feet are not in the picture." in text
    assert "assume a body height of 170 cm" in text
    assert "Whole set: The last reps were lower." in text
    assert NOTICE in text


def test_true_stature_is_not_called_assumed() -> None:
    assert "assume" not in printed(replace(made_result(["ok"]), stature_assumed=False), 80)


def test_nothing_counted_still_says_so() -> None:
    assert "0 reps completed" in printed(made_result(), 80)


def test_plain_terminal_gets_plain_letters() -> None:
    text = printed(made_result(ALL_VERDICTS), 80, encoding="ascii")
    assert "+ good" in text
    assert "7.9 +/- 0.4 cm" in text


def test_words_from_files_are_no_markup() -> None:
    result = made_result(["ok"])
    named = replace(result, source=replace(result.source, path="[red]set[/red].mp4"))
    assert "[red]set[/red].mp4" in printed(named, 80)


def test_rule_not_judged_in_several_reps_is_said_once() -> None:
    result = made_result(["ok"] * 5)
    unclear = [replace(rep, not_judged={"knee_bend": REASON}) if rep.index != 4 else rep for rep in result.reps]
    text = unwrapped(printed(replace(result, reps=tuple(unclear)), 80))
    assert text.count("Not judged") == 1
    assert f"Not judged: knee bend in reps 1–3, 5 ({REASON})." in text


@WIDTHS
def test_strides_are_measured_and_get_no_verdict(width: int) -> None:
    text = printed(made_walk(), width)
    assert text.splitlines()[1].strip() == "3 strides measured"
    assert "7.9 ± 0.4 cm" in text
    assert re.search(r"^ *Stride +Time +Side", text, re.MULTILINE)
    for verdict in ("✓", "good", "valid", "flagged", "Verdict", "Rep"):
        assert verdict not in text
