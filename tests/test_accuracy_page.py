"""The accuracy page: its figures, its tables and its pictures."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

from formcheck.errors import OutputError
from formcheck.evaluate import (
    QUANTITIES,
    VIEW_BINS,
    ClipScore,
    Pair,
    Truth,
    check_page,
    error_cell,
    inside_cell,
    view_bin,
    write_page,
)
from formcheck.evaluate.cells import agreement
from formcheck.evaluate.motion import FootMotion
from formcheck.evaluate.page import page_text, pictures

SVG = "{http://www.w3.org/2000/svg}"


def score(name: str = "a", azimuth_deg: float = 5.0, error: float = 0.5, **changes: object) -> ClipScore:
    """A clip in which everything was found `error` too high, and three times that by landmarks alone."""
    pairs = {q: tuple(Pair(true, true + error, 0.4) for true in (8.0, 9.0)) for q in QUANTITIES}
    plain = {q: tuple(Pair(pair.true, pair.true + 3 * error, 0.4) for pair in found) for q, found in pairs.items()}
    made = ClipScore(
        name=name,
        exercise="heel_raise",
        rendered=True,
        worn="",
        from_recording=False,
        azimuth_deg=azimuth_deg,
        estimated_azimuth_deg=azimuth_deg + 2.0,
        counted=2,
        true_count=2,
        valid=2,
        flagged=0,
        cannot_judge=0,
        refused_as_asked=True,
        time_errors_s=(0.1, -0.2),
        late=0,
        hold_errors_s=(),
        faults_found=1,
        faults_missed=(),
        false_alarms=(),
        setup=(),
        asked=frozenset(QUANTITIES),
        pairs=pairs,
        plain=plain,
        inside_2sd={"heel_height_cm": (9, 10), "sole_deg": (10, 10)},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


FRONT = score("front", 88.0, pairs={}, plain={}, inside_2sd={}, faults_missed=("asymmetry in 3",))
SCORES = [score("side", 0.0), score("turned", 20.0, 1.0), score("oblique", 40.0, 2.0), FRONT]


def text_of(scores: list[ClipScore]) -> str:
    return page_text(scores, images="images/accuracy", robustness=False)


def section(text: str, title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found is not None, title
    return found[1]


def cells(text: str) -> list[list[str]]:
    """Return the rows of all tables, without head and rule."""
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines]


def test_errors_name_every_quantity_in_every_view() -> None:
    rows = cells(section(text_of(SCORES), "Errors by quantity and view"))[2:]
    assert [row[:2] for row in rows] == [[words, name] for words in QUANTITIES.values() for name in VIEW_BINS]


def test_errors_stand_beside_those_of_landmarks_alone() -> None:
    rows = cells(section(text_of(SCORES), "Errors by quantity and view"))[2:]
    turned = next(row for row in rows if row[:2] == ["heel height per rep", "15–25°"])
    assert turned[2:] == ["1.0 cm", "3.0 cm", "+1.0 cm", "1.0 cm", "1 of 1", "≤ 1.2 cm"]


def test_what_is_not_given_is_said_and_is_no_error() -> None:
    rows = cells(section(text_of(SCORES), "Errors by quantity and view"))[2:]
    assert all(row[2] == "not given" and row[6] == "0 of 1" for row in rows if row[1] == "front")
    assert all(row[2] == "no clip" for row in cells(section(text_of(SCORES[:1]), "Errors by quantity and view"))[3:6])


def test_coverage_names_the_share_and_the_frames() -> None:
    rows = cells(section(text_of(SCORES), "Is the stated uncertainty right?"))
    assert rows[0][1:] == list(VIEW_BINS)
    assert ["heel height", *["90 % of 10"] * 3, "not given"] in rows
    assert {row[0] for row in rows} >= {"heel height", "sole angle", "shank inclination", "knee flexion change"}


def test_what_went_wrong_is_named() -> None:
    wrong = replace(SCORES[0], name="odd", counted=3, false_alarms=("knee_bend in 2",))
    told = section(text_of([*SCORES, wrong]), "Counts, times and faults")
    assert "- `front`: missed `asymmetry` in 3" in told
    assert "- `odd`: counted 3 of 2; false alarm `knee_bend` in 2" in told
    assert "recall 0.83" in told
    assert "10 / 10" not in told
    assert "11 / 10" in told


def test_clips_kept_apart_have_a_section_of_their_own_and_change_no_other() -> None:
    apart = [score("unseen", 10.0, 3.0, faults_missed=("knee_bend in 2",))]
    text = page_text(SCORES, apart, images="images/accuracy", robustness=False)
    kept = section(text, "Clips kept apart")
    assert "- `unseen`: missed `knee_bend` in 2" in kept
    assert text.replace(kept, "") == text_of(SCORES).replace(section(text_of(SCORES), "Clips kept apart"), "")


def test_real_clips_are_counted_and_claim_no_truth() -> None:
    feet = (
        FootMotion("heel_height_cm", True, 8.1, 0.03, 3.5, 0.4),
        FootMotion("sole_deg", False, 29.0, 0.1, 12.0, 1.0),
    )
    nothing = {"asked": frozenset(), "pairs": {}, "plain": {}, "inside_2sd": {}}
    real = score("filmed", math.nan, rendered=False, motions=feet, **nothing)
    text = text_of([*SCORES, real])
    assert "4 rendered with exactly known joints, 1 real" in text
    rows = cells(section(text, "Real clips"))
    assert ["`filmed`", "heel height", "near", "8.1 cm", "3.5 cm", "0.03 cm", "0.40 cm"] in rows
    assert ["`filmed`", "sole angle", "far", "29.0°", "12.0°", "0.10°", "1.00°"] in rows
    assert "filmed" not in section(text, "Every clip")


def test_landmarks_that_a_recording_has_lost_are_not_compared() -> None:
    lost = score("lost", 40.0, 1.0, plain={}, from_recording=True)
    cell = error_cell([SCORES[2], lost], "ankle_range_deg")
    assert (cell.given, cell.compared) == (2, 1)
    assert (cell.error, cell.beside, cell.plain) == (1.5, 2.0, 6.0)
    not_ours = error_cell([SCORES[2], score("none", 40.0, 1.0, pairs={})], "ankle_range_deg")
    assert (not_ours.given, not_ours.compared, not_ours.plain) == (1, 1, 6.0)
    text = text_of([SCORES[2], lost])
    assert "6.0° (formcheck 2.0° on the same 1)" in text
    assert "1 scored from the video, 1 from a landmark recording" in text


def test_the_page_says_what_is_not_known_and_how_to_repeat_it() -> None:
    text = text_of(SCORES)
    assert "No real person was measured beside an instrument." in section(text, "What is not known")
    assert "formcheck evaluate samples" in section(text, "Repeat it")
    assert "$" not in text


def test_the_label_of_the_how_to_is_valid() -> None:
    blocks = re.findall(r"```json\n(.*?)```", text_of(SCORES), re.S)
    assert len(blocks) == 1
    truth = Truth.model_validate(json.loads(blocks[0]))
    assert len(truth.reps) == 5
    assert all(rep.truth["right"]["heel_height_cm"] > 0 for rep in truth.reps)


@pytest.mark.parametrize(
    "scores", [SCORES, [FRONT], [score(error=0.0)]], ids=["all views", "nothing given", "no error"]
)
def test_pictures_are_well_formed_and_stay_inside(scores: list[ClipScore]) -> None:
    drawn = pictures(scores)
    assert set(drawn) == {"heel_height.svg", "ankle_range.svg", "errors.svg"}
    for text in drawn.values():
        root = ElementTree.fromstring(text)
        assert root.tag == f"{SVG}svg"
        assert root.find(f"{SVG}title") is not None
        assert "nan" not in text
        numbers = [float(x) for mark in root.iter() for x in (mark.get("cx"), mark.get("x")) if x is not None]
        assert all(0 <= x <= 900 for x in numbers)


def test_agreement_draws_a_mark_for_each_rep_and_one_in_the_legend() -> None:
    root = ElementTree.fromstring(pictures(SCORES)["heel_height.svg"])
    assert len(root.findall(f"{SVG}circle")) == 2 + 2 + 1
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert all(name in words for name in VIEW_BINS)
    assert "formcheck" in words
    assert "pose landmarks alone" in words


def test_page_and_pictures_lie_beside_one_another(tmp_path: Path) -> None:
    write_page(tmp_path / "mine.md", SCORES)
    linked = re.findall(r"\]\((images/[^)]+)\)", (tmp_path / "mine.md").read_text(encoding="utf-8"))
    assert len(linked) == 3
    assert all((tmp_path / link).is_file() for link in linked)
    assert "its page is not beside this one" in (tmp_path / "mine.md").read_text(encoding="utf-8")
    (tmp_path / "robustness.md").write_text("")
    write_page(tmp_path / "mine.md", SCORES)
    assert "[robustness.md](robustness.md)" in (tmp_path / "mine.md").read_text(encoding="utf-8")


def test_the_same_scores_give_the_same_bytes() -> None:
    assert text_of(SCORES) == text_of(list(SCORES))
    assert pictures(SCORES) == pictures(list(SCORES))


def test_a_page_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no folder"):
        check_page(tmp_path / "none" / "page.md")
    (tmp_path / "images").write_text("")
    with pytest.raises(OutputError, match="cannot make this folder"):
        check_page(tmp_path / "page.md")


@pytest.mark.parametrize(
    ("azimuth_deg", "name"),
    [(0, 0), (15, 0), (15.1, 1), (25, 1), (45, 2), (46, 3), (90, 3), (130, 3), (140, 2), (170, 0)],
)
def test_views_are_folded_behind_the_person(azimuth_deg: float, name: int) -> None:
    assert view_bin(score(azimuth_deg=azimuth_deg)) == VIEW_BINS[name]


def test_the_estimated_angle_counts_where_none_is_known() -> None:
    assert view_bin(score(azimuth_deg=math.nan, estimated_azimuth_deg=-20.0)) == VIEW_BINS[1]
    assert view_bin(score(azimuth_deg=math.nan, estimated_azimuth_deg=math.nan)) == "front"


def test_clips_weigh_alike_however_many_reps_they_have() -> None:
    many = score(error=1.0, pairs={"heel_height_cm": (Pair(8.0, 9.0, 0.1),) * 50})
    cell = error_cell([many, score(error=3.0)], "heel_height_cm")
    assert (cell.error, cell.worst, cell.pairs) == (2.0, 3.0, 52)


def test_shares_are_of_frames() -> None:
    few, many = (score(inside_2sd={"sole_deg": counts}) for counts in ((0, 10), (90, 90)))
    assert inside_cell([few, many], "sole_deg") == (0.9, 100)
    assert math.isnan(inside_cell([few], "heel_height_cm")[0])


errors = st.lists(st.floats(-20, 20), min_size=2, max_size=40)


@given(errors, st.floats(-5, 5))
def test_bias_moves_with_the_errors_and_limits_lie_around_it(values: list[float], shift: float) -> None:
    here = agreement([Pair(8.0, 8.0 + value, 1.0) for value in values])
    moved = agreement([Pair(8.0, 8.0 + value + shift, 1.0) for value in values])
    assert here.low <= here.bias <= here.high
    assert moved.bias == pytest.approx(here.bias + shift, abs=1e-9)
    assert moved.high - moved.low == pytest.approx(here.high - here.low, abs=1e-6)


def test_limits_of_agreement_are_those_of_a_known_sample() -> None:
    found = agreement([Pair(8.0, 8.0 + error, 1.0) for error in (-1.0, 0.0, 1.0)])
    assert (found.bias, found.low, found.high) == pytest.approx((0.0, -1.96, 1.96))


def test_one_rep_has_no_limits_of_agreement() -> None:
    assert math.isnan(agreement([Pair(8.0, 9.0, 1.0)]).low)


def test_the_command_writes_the_page_of_several_folders(formcheck: Run, samples: Path, tmp_path: Path) -> None:
    for name in ("hr_single_partial", "gastroc_holds"):
        folder = tmp_path / name
        folder.mkdir()
        for suffix in (".npz", ".truth.json"):
            (folder / f"{name}{suffix}").write_bytes((samples / f"{name}{suffix}").read_bytes())
    (tmp_path / "hr_single_partial" / "x.npz").write_bytes(b"")
    (tmp_path / "hr_single_partial" / "x.truth.json").write_text(
        '{"schema": "formcheck.truth/1", "exercise": "towel_scrunch"}'
    )
    page = tmp_path / "page.md"
    done = formcheck(
        "evaluate", tmp_path / "hr_single_partial", tmp_path / "gastroc_holds", "--jobs", "2", "--page", page
    )
    assert done.returncode == 0
    assert "2 of 2" in done.stdout
    assert done.stderr.endswith("x.npz: left out: nothing of towel_scrunch is measured\n")
    text = page.read_text(encoding="utf-8")
    assert "`hr_single_partial`" in text
    assert "`gastrocnemius_stretch`" in text
    assert (tmp_path / "images" / "page" / "errors.svg").is_file()


def test_covered_feet_have_a_table_of_their_own() -> None:
    assert "| shoes | 1 |" in text_of([score("a"), score("b", worn="shoes")])
    assert "All feet of this run are bare." in text_of([score("a")])
