"""What a report says beside the result: names, dates, limits with their sources, what the view does not show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from made_results import made_hold, made_result
from test_report_html import page
from test_report_table import printed, unwrapped

from formcheck.feedback.words import RED_FLAG
from formcheck.model import Rep, SetResult
from formcheck.report import About
from formcheck.report.about import limit_rows, view_gaps
from formcheck.report.charts import figure, shown_measures
from formcheck.report.html import report_html
from formcheck.rules import Cited
from formcheck.specs.loader import list_specs, load_spec
from formcheck.web.compare import compared

RAISE = load_spec("heel_raise").spec
WHEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def one_leg(result: SetResult, side: str = "right") -> SetResult:
    reps: tuple[Rep, ...] = tuple(replace(rep, side=side) for rep in result.reps)
    return replace(result, reps=reps)


@pytest.mark.parametrize("metronome", [True, False], ids=["metronome", "no metronome"])
@pytest.mark.parametrize("view", ["side", "oblique", "front"])
def test_every_rule_is_either_a_limit_or_said_not_to_be_judged(view, metronome: bool) -> None:
    for file in list_specs():
        about = About(file.spec, metronome=metronome)
        rules = [rule for rule in file.spec.rules.values() if any(isinstance(v, Cited) for _, v in rule)]
        judged = {row.rule for row in limit_rows(about, view)}
        gaps = sum(len(line.split(": ")[1].split(", ")) for line in view_gaps(about, view))
        assert len(judged) + gaps == len(rules), file.spec.id


def test_report_has_limits_with_sources_and_the_red_flags() -> None:
    text = page(made_result(["ok"]), about=About(RAISE)).text
    assert "Height watch below 80 % docs/clinical.md" in text
    assert "Knee bend limit 12.0° docs/clinical.md" in text
    assert RED_FLAG in text


@pytest.mark.parametrize("say", [lambda r, a: page(r, about=a).text, lambda r, a: unwrapped(printed(r, 80, about=a))])
def test_says_once_what_is_not_judged_in_this_view(say) -> None:
    text = say(made_result(["ok"] * 3), About(RAISE))
    assert text.count("Not judged in this view: asymmetry, knee valgus.") == 1
    assert text.count("Not judged without a metronome: tempo.") == 1
    assert "without a metronome" not in say(made_result(["ok"]), About(RAISE, metronome=True))


def test_exercise_has_its_own_name_where_its_file_is_at_hand() -> None:
    own = RAISE.model_copy(update={"name": "Raise for Ann"})
    assert "Raise for Ann" in page(made_result(["ok"]), about=About(own)).text
    assert printed(made_result(["ok"]), 80, about=About(own)).startswith("Raise for Ann:")
    assert printed(made_result(["ok"]), 80).startswith("Heel raise:")


def test_person_and_day_are_said_where_given() -> None:
    assert (
        "Ann · scored 25 Nov 2026, 09:30" in page(made_result(["ok"]), about=About(RAISE, "Ann", WHEN, "scored")).text
    )


def test_only_measures_that_are_shown_are_explained() -> None:
    text = page(made_result(["ok"])).text
    assert "vertical travel of the heel" in text.lower()
    assert "ankle→knee against the vertical" not in text.lower()


def test_verdict_stands_second_and_each_cell_knows_its_head() -> None:
    tags = page(made_result(["ok", "fault"])).tags
    labels = [attrs["data-label"] for tag, attrs in tags if tag == "td" and "data-label" in attrs]
    assert labels[:3] == ["Rep", "Verdict", "Side"]
    assert len(labels) == 2 * len(set(labels))


def test_short_hold_has_a_tile_a_sign_and_a_colour_of_its_own() -> None:
    result = made_result(holds=[made_hold(1), made_hold(2, 1.7)])
    html = report_html(result, {})
    text = page(result).text
    assert "1 good 1 shorter than asked 0 to correct" in text
    assert "Held 1.7 of 30 s: shorter than asked" in text
    assert 'class="item is-short"' in html
    assert "--short-band" in html
    assert "2 holds completed · 2 valid · 0 flagged" in printed(result, 80)
    assert "↓ shorter than asked" in unwrapped(printed(result, 120))


@pytest.mark.parametrize("width", [80, 120])
def test_table_says_in_the_verdict_what_was_not_judged(width: int) -> None:
    hold = replace(made_hold(1), not_judged={"heel_lift": "it was hidden"})
    lines = printed(made_result(holds=[hold]), width).splitlines()
    assert max(map(len, lines)) <= width
    row = next(i for i, line in enumerate(lines) if "✓" in line)
    at = lines[row].index("✓")
    said = " ".join(f"{lines[row][at:]} {lines[row + 1][at:]}".split())
    assert said.startswith("✓ good, heel lift not judged")


def test_far_leg_is_called_so_in_legend_and_chart() -> None:
    result = made_result(["ok"])
    assert "dashed: left, far leg: reads low, not judged" in page(result).text
    traces = [trace.get("name") for trace in figure(result, ["heel_height_cm"])["data"]]
    assert "Heel height left, far leg: reads low, not judged" in traces
    front = replace(result, view="front")
    assert "far leg" not in page(front).text


def test_free_leg_is_left_out_of_a_one_leg_exercise() -> None:
    result = one_leg(made_result(["ok"]))
    names = [str(trace.get("name")) for trace in figure(result, shown_measures(result))["data"]]
    assert not [name for name in names if "left" in name]
    assert "far leg" not in page(result).text


def test_the_leg_that_was_asked_for_is_the_strong_line_though_it_is_the_far_one() -> None:
    result = one_leg(made_result(["ok"]), "left")
    line = next(trace for trace in figure(result, ["heel_height_cm"])["data"] if "Heel height" in trace.get("name", ""))
    assert (line["name"], line["line"]["color"]) == ("Heel height left", "--ink")


def test_axis_fits_the_judged_leg_and_the_limit_whatever_the_other_does() -> None:
    result = made_result(["ok"])
    wild = {**result.series, "ankle_left_deg": np.full_like(result.series["ankle_left_deg"], 90.0)}
    axes = figure(replace(result, series=wild), ["ankle_deg", "knee_flexion_deg"])["layout"]
    low, high = axes["yaxis1"]["range"]
    assert low < -32.0
    assert high < 10.0
    low, high = axes["yaxis2"]["range"]
    assert low < 5.0
    assert high > 12.0  # the limit


def test_two_sets_of_the_far_leg_are_compared_by_that_leg() -> None:
    result = one_leg(made_result(["ok"]), "left")
    pair = compared(result, result, ("first", "second"))
    assert pair is not None
    assert pair["data"][0]["y"][0] is None  # the left leg is not seen in the first second
