from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from made_results import NAN, SIZE, made_points, made_recording, made_result

from formcheck.feedback import _ink as ink
from formcheck.feedback.overlay import Mark, Message, Panel, draw, draw_marks, draw_panel, draw_skeleton
from formcheck.model import PoseObservation
from formcheck.skeleton import INDEX, N_LANDMARKS

PANEL = Panel("3 reps", "2 valid, 1 to correct", "moving", 0.5)
SIZES = [(320, 180), (1920, 1080), (202, 360), (64, 48)]
KINDS = ("ankle", "shank", "knee", "heel")


def observed(size: tuple[int, int] = SIZE) -> PoseObservation:
    observation = made_recording(made_result(["ok"]), size).observation(0)
    return replace(observation, points=made_points(size))


def grey(size: tuple[int, int], level: int = 120) -> np.ndarray:
    return np.full((size[1], size[0], 3), level, dtype=np.uint8)


def changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return (before != after).any(axis=2)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_draws_a_new_picture_of_the_same_size_and_leaves_the_old_one(size: tuple[int, int]) -> None:
    image = grey(size)
    marks = [Mark(kind, "right", 8.0, length_px=8.0) for kind in KINDS]
    drawn = draw(image, observed(size), "right", marks, replace(PANEL, message=Message("fault", "Knee bent. " * 9)))
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8
    assert (image == 120).all()
    assert changed(image, drawn).any()


@settings(max_examples=40, deadline=None)
@given(
    points=npst.arrays(np.float32, (N_LANDMARKS, 2), elements=st.floats(width=32)),
    value=st.floats(),
    progress=st.floats(),
    near=st.sampled_from(["left", "right", "both"]),
)
def test_no_number_breaks_it(points: np.ndarray, value: float, progress: float, near) -> None:
    observation = replace(observed(), points=points)
    marks = [Mark(kind, "left", value, length_px=value) for kind in KINDS]
    drawn = draw(grey(SIZE), observation, near, marks, replace(PANEL, progress=progress))
    assert drawn.shape == (SIZE[1], SIZE[0], 3)


@pytest.mark.parametrize("level", [0, 120, 255], ids=["black", "grey", "white"])
def test_lines_stand_out_on_any_ground(level: int) -> None:
    canvas = grey(SIZE, level)
    draw_skeleton(canvas, observed(), "right")
    shin = canvas[int(0.75 * SIZE[1]), :, 0].astype(int)
    assert shin.max() - shin.min() > 150


def test_measured_side_is_stronger() -> None:
    def drawn_pixels(side: str) -> int:
        canvas, observation = grey(SIZE), observed()
        points, visibility = observation.points.copy(), np.ones_like(observation.visibility)
        other = "left" if side == "right" else "right"
        points[[i for name, i in INDEX.items() if name.startswith(other)]] = np.nan
        draw_skeleton(canvas, replace(observation, points=points, visibility=visibility), "right")
        return int((canvas > 200).all(axis=2).sum())

    assert drawn_pixels("right") > 2 * drawn_pixels("left")


def test_hardly_seen_is_dashed() -> None:
    def drawn_pixels(visibility: float) -> int:
        canvas, observation = grey((1280, 720)), observed((1280, 720))
        faint = np.full_like(observation.visibility, visibility)
        draw_skeleton(canvas, replace(observation, visibility=faint), "both")
        return int((canvas > 200).all(axis=2).sum())

    assert drawn_pixels(0.3) < 0.5 * drawn_pixels(0.9)


def test_tracked_sole_takes_the_place_of_the_guessed_one() -> None:
    observation, canvas = observed((1280, 720)), grey((1280, 720))
    points = observation.points.copy()
    points[INDEX["right_heel_base"]], points[INDEX["right_ball"]] = (600, 640), (700, 640)
    points[INDEX["left_ankle"]] = np.nan
    visibility = np.where(np.arange(N_LANDMARKS) >= INDEX["left_heel_base"], 0.0, observation.visibility)
    draw_skeleton(canvas, replace(observation, points=points, visibility=visibility), "right")
    assert (canvas[640, 650:690] > 200).all(), "tracked in the picture: drawn as seen, without gaps"


def test_nobody_seen_leaves_out_the_person_and_keeps_the_words() -> None:
    image = grey(SIZE)
    nobody = replace(observed(), points=np.full((N_LANDMARKS, 2), np.nan, dtype=np.float32))
    marks = [Mark("ankle", "right", 10.0)]
    only_words = image.copy()
    draw_panel(only_words, PANEL)
    assert changed(image, only_words).any()
    assert (draw(image, nobody, "right", marks, PANEL) == only_words).all()
    assert (draw(image, None, "right", marks, PANEL) == only_words).all()


@pytest.mark.parametrize("kind", KINDS)
def test_mark_is_drawn_at_its_own_foot_and_not_at_all_when_not_seen(kind) -> None:
    canvas = grey((1280, 720))
    draw_marks(canvas, observed((1280, 720)), [Mark(kind, "right", 12.0, length_px=12.0)])
    rows, columns = np.nonzero(changed(grey((1280, 720)), canvas))
    assert rows.min() > 0.6 * 720
    assert 0.35 * 1280 < columns.mean() < 0.65 * 1280
    unseen = grey((1280, 720))
    draw_marks(unseen, observed((1280, 720)), [Mark(kind, "right", NAN, length_px=NAN)])
    assert (unseen == 120).all()


def test_value_beyond_its_limit_has_another_colour() -> None:
    calm, stressed = grey((1280, 720)), grey((1280, 720))
    draw_marks(calm, observed((1280, 720)), [Mark("knee", "right", 30.0)])
    draw_marks(stressed, observed((1280, 720)), [Mark("knee", "right", 30.0, stressed=True)])
    assert (stressed == ink.ORANGE).all(axis=2).any()
    assert not (calm == ink.ORANGE).all(axis=2).any()


def test_bar_fills_with_progress() -> None:
    def filled(progress: float) -> int:
        canvas = grey(SIZE)
        draw_panel(canvas, replace(PANEL, progress=progress))
        return int((canvas == ink.BLUE).all(axis=2).sum())

    assert filled(0.0) == filled(NAN) == 0
    assert filled(0.5) == pytest.approx(filled(1.0) / 2, rel=0.05)
    assert filled(7.0) == filled(1.0)


@pytest.mark.parametrize("size", SIZES[:3], ids=str)
def test_words_leave_the_feet_free(size: tuple[int, int]) -> None:
    canvas = grey(size)
    draw_panel(canvas, replace(PANEL, message=Message("fault", "Keep the knee straight while you rise. " * 3)))
    middle = canvas[int(0.75 * size[1]) :, : int(0.85 * size[0])]
    assert (middle == 120).all()


@pytest.mark.parametrize("verdict", ["ok", "watch", "fault", "cannot_judge"])
def test_each_verdict_has_a_sign_of_its_own_shape(verdict) -> None:
    shapes = {}
    for name in ("ok", "watch", "fault", "cannot_judge"):
        canvas = grey((64, 64), 60)
        ink.sign(canvas, name, (32, 32), 48)
        shapes[name] = (canvas == ink.VERDICT_INKS[name]).all(axis=2)
    others = [shape for name, shape in shapes.items() if name != verdict]
    assert all((shapes[verdict] != other).mean() > 0.01 for other in others)


@given(words=st.lists(st.text("abcdefg", min_size=1, max_size=8), min_size=1, max_size=20))
def test_wrapped_lines_fit_and_keep_every_word(words: list[str]) -> None:
    lines = ink.wrapped(" ".join(words), 12.0, 120.0, most_lines=99)
    assert " ".join(lines).split() == words
    assert all(" " not in line or ink.text_width(line, 12.0) <= 120.0 for line in lines)


def test_too_many_words_end_in_an_ellipsis() -> None:
    lines = ink.wrapped("word " * 50, 12.0, 100.0, most_lines=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
