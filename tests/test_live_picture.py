"""The window's picture: readable from three metres, told apart without colours, nothing over the person."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from figure import film, heel_raises

from formcheck.engine.guided import GuidedUpdate
from formcheck.feedback.overlay import Mark
from formcheck.feedback.verdicts import Tile
from formcheck.live.day_pictures import draw_guided, draw_rest
from formcheck.live.pictograms import draw_pictogram
from formcheck.live.picture import HEIGHT, WIDTH, Sight, blank, draw_window
from formcheck.live.scene import HEADLINES, SAID, Scene, Words
from formcheck.live.summary import Summary
from formcheck.live.summary_picture import draw_summary
from formcheck.model import Counts, Verdict

OBSERVATION = film(heel_raises([]), 1.0).observation(10)
VIDEO = (slice(0, 540), slice(320, WIDTH))


def _sight(shape: tuple[int, int] = (540, 960), **more: object) -> Sight:
    image = np.full((*shape, 3), 90, dtype=np.uint8)
    return replace(Sight(image, None, "right", [], False, "Heel raise"), **more)  # type: ignore[arg-type]


def _counting(**more: object) -> Scene:
    return replace(Scene("counting", Words("Good", "", "ok"), count=7, target=30), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "shape",
    [(540, 960), (720, 1280), (480, 640), (1280, 720), (240, 320)],
    ids=["half", "full", "4:3", "upright", "small"],
)
def test_any_camera_fits_without_distortion(shape: tuple[int, int]) -> None:
    picture = draw_window(_counting(), _sight(shape))
    assert picture.shape == (HEIGHT, WIDTH, 3)
    rows, columns = np.nonzero((picture[VIDEO] == 90).all(axis=2))
    assert (np.ptp(columns) + 1) / (np.ptp(rows) + 1) == pytest.approx(shape[1] / shape[0], rel=0.02)
    assert np.ptp(rows) + 1 == 540 or np.ptp(columns) + 1 == 960


def test_nothing_is_drawn_over_the_person_but_the_skeleton() -> None:
    picture = draw_window(_counting(progress=1.0, verdicts=("ok",) * 20), _sight())
    assert (picture[VIDEO] == 90).all()


def test_the_mirror_turns_the_person_and_not_the_words() -> None:
    scene, plain = _counting(), _sight(observation=OBSERVATION)
    straight, mirrored = draw_window(scene, plain), draw_window(scene, replace(plain, mirrored=True))
    flipped = np.abs(straight[VIDEO][:, ::-1].astype(int) - mirrored[VIDEO])
    assert (flipped > 40).mean() < 0.002
    assert (straight[540:] == mirrored[540:]).all()
    assert (straight[:, :320] == mirrored[:, :320]).all()


def _difference(a: np.ndarray, b: np.ndarray) -> float:
    """How much two pictures differ in lightness alone, as somebody who sees no colours sees them."""
    grey_a, grey_b = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(int) for p in (a, b))
    return float((np.abs(grey_a - grey_b) > 30).sum())


@pytest.mark.parametrize("other", ["watch", "fault", "cannot_judge"])
def test_verdicts_differ_in_shape_and_not_only_in_colour(other: Verdict) -> None:
    good = draw_window(_counting(words=Words("x", "", "ok")), _sight())
    bad = draw_window(_counting(words=Words("x", "", other)), _sight())
    assert _difference(good[540:], bad[540:]) > 800


def test_every_problem_has_a_sign_of_its_own() -> None:
    pictures = {}
    for problem in HEADLINES:
        pictures[problem] = blank()
        draw_pictogram(pictures[problem], problem, (160, 190), 250)
    names = list(pictures)
    for i, one in enumerate(names):
        assert _difference(pictures[one], blank()) > 2000
        for other in names[:i]:
            assert _difference(pictures[one], pictures[other]) > 1000, (one, other)


@pytest.mark.parametrize("problem", HEADLINES)
def test_words_stay_inside_the_window(problem: str) -> None:
    words = Words(HEADLINES[problem], SAID[problem], "cannot_judge")
    picture = draw_window(Scene("getting_ready", words, problem=problem), _sight())
    assert (picture[545:680, -16:] == picture[700, -1]).all()


def test_the_count_can_be_read_at_three_metres() -> None:
    """A letter is read at 3 m from 12.5 mm up (0.25° of view); on a laptop of 19 cm height that is 47 rows of 720."""
    column = draw_window(_counting(), _sight())[:, :240]
    rows = np.flatnonzero((column[:300] > 200).all(axis=2).any(axis=1))
    assert np.ptp(rows) > 2 * 47
    strip = draw_window(_counting(words=Words("Keep")), _sight())[545:650]
    rows = np.flatnonzero((strip > 200).all(axis=2).any(axis=1))
    assert np.ptp(rows) > 42


@pytest.mark.parametrize("count", [0, 9, 10, 88, 100, 188])
def test_large_counts_stay_beside_the_bar(count: int) -> None:
    column = draw_window(_counting(count=count, target=None), _sight())[:300, :320]
    columns = np.flatnonzero((column > 240).all(axis=2)[60:280].any(axis=0))
    assert columns.min() > 4
    assert columns[columns < 244].max() < 242


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0, 2.0, float("nan")])
def test_the_bar_fills_with_the_movement(share: float) -> None:
    bar = draw_window(_counting(progress=share), _sight())[36:504, 276]
    filled = (np.abs(bar.astype(int) - (86, 180, 233)) < 8).all(axis=1).mean()
    assert filled == pytest.approx(min(share, 1.0) if share == share else 0.0, abs=0.02)


def test_the_ring_fills_with_the_seconds_held() -> None:
    def blue(held_s: float) -> float:
        scene = Scene("holding", Words("Hold"), target=1, held_s=held_s, target_s=30.0)
        column = draw_window(scene, _sight())[:340, :320].astype(int)
        return float((np.abs(column - (86, 180, 233)) < 8).all(axis=2).sum())

    assert blue(0.0) == 0
    assert blue(15.0) / blue(30.0) == pytest.approx(0.5, abs=0.05)  # round ends
    assert blue(45.0) == blue(30.0)


def test_an_angle_beyond_its_limit_is_marked() -> None:
    marks = [Mark("knee", "right", 24.0)]
    plain = draw_window(_counting(), _sight(observation=OBSERVATION, marks=marks))
    stressed = draw_window(_counting(), _sight(observation=OBSERVATION, marks=[replace(marks[0], stressed=True)]))
    assert (plain != stressed).any()


@pytest.mark.parametrize("saved", [True, False], ids=["saved", "not saved"])
def test_the_summary_shows_counts_and_whether_it_was_saved(saved: bool) -> None:
    summary = Summary("Heel raise", "rep", Counts(8, 6, 2, 0), ("Best 9 cm.",), "Keep straight.", "in 2 of 8 reps")
    picture = draw_summary(summary, saved=saved)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert (picture != draw_summary(summary, saved=not saved)).any()
    more = replace(summary, tiles=(Tile("ok", 6, "good"), Tile("short", 1, "shorter than asked")))
    assert _difference(picture[172:366], draw_summary(more, saved=saved)[172:366]) > 1000


@pytest.mark.parametrize("count", [1, 14, 15, 16, 20, 21, 188])
def test_signs_stay_in_the_column_and_the_newest_is_there(count: int) -> None:
    plain = draw_window(_counting(verdicts=("ok",) * (count - 1)), _sight())
    newest = draw_window(_counting(verdicts=(*("ok",) * (count - 1), "fault")), _sight())
    rows, columns = np.nonzero((plain != newest).any(axis=2))
    assert len(rows)
    assert columns.max() < 240
    assert rows.max() < 540


def _walked(**more: object) -> Summary:
    figures = (("112", "steps a minute"), ("1.07 s", "for a stride"), ("119 cm", "a stride"), ("1 %", "uneven steps"))
    return replace(Summary("Walking", "stride", Counts(5, 5, 0, 0), ("5 strides.",), "", "", figures), **more)  # type: ignore[arg-type]


def test_the_summary_of_a_walk_shows_no_verdict_signs() -> None:
    picture = draw_summary(_walked(), saved=True)
    tiles = picture[172:366].reshape(-1, 3).astype(int)
    assert not (np.abs(tiles - (255, 140, 46)) < 8).all(axis=1).any()
    assert (picture != draw_summary(_walked(figures=()), saved=True)).any()


@pytest.mark.parametrize("left_s", [60.0, 42.3, 0.4, 0.0])
def test_the_ring_of_a_rest_empties(left_s: float) -> None:
    picture = draw_rest("Rest for 60 seconds.", "Balance on one leg, left side.", left_s, 60.0).astype(int)
    blue = (np.abs(picture - (86, 180, 233)) < 8).all(axis=2).sum()
    full = (np.abs(draw_rest("", "", 60.0, 60.0).astype(int) - (86, 180, 233)) < 8).all(axis=2).sum()
    assert blue / full == pytest.approx(left_s / 60.0, abs=0.06)


def test_a_guided_moment_says_on_its_foot_line_that_nothing_is_measured() -> None:
    update = GuidedUpdate(3.0, "pace", "Scrunch", 1.5, 1, 2, 1, ())
    guided = draw_guided("Toe scrunch.", update, 15, 2.0)
    rest = draw_rest("Toe scrunch.", "", 1.5, 2.0)
    foot_line = (slice(660, 720), slice(40, 700))
    assert (guided[foot_line] != rest[foot_line]).any()


@pytest.mark.parametrize("words", ["Scrunch", "Raise the big toe and then all of the others, one by one, slowly"])
def test_long_words_stay_inside_a_guided_page(words: str) -> None:
    update = GuidedUpdate(3.0, "pace", words, 1.5, 1, 2, 1, ())
    picture = draw_guided("Toe scrunch, right side, set 1 of 2.", update, 15, 2.0)
    assert (picture[:, -30:] == picture[0, -1]).all()
