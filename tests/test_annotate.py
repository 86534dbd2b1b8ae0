from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_results import KNEE_TEXT, REASON, made_frames, made_hold, made_problem, made_recording, made_result, made_walk

from formcheck.errors import OutputError, SourceError
from formcheck.model import Frame
from formcheck.report._story import MESSAGE_S, Story
from formcheck.report.annotate import annotate, fitted_size


def times_of(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("annotated") / "out.mp4"
    result = made_result(["ok"])
    annotate(made_frames(result), made_recording(result), result, path)
    return path


def test_is_what_browsers_play(written: Path) -> None:
    with av.open(str(written)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    data = written.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_shows_the_overlay(written: Path) -> None:
    with av.open(str(written)) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert (frame[: frame.shape[0] // 12, : frame.shape[1] // 12] < 90).all(axis=2).mean() > 0.3
    assert (frame > 200).all(axis=2).any()


@pytest.mark.parametrize(
    "times",
    [[0.0, 0.04, 0.08], [0.0, 0.033, 0.1, 0.35, 0.36], [i / 240 for i in range(20)], [0.0], [0.0, 1.0, 31.0]],
    ids=["25 fps", "variable", "240 fps", "one frame", "long gap"],
)
def test_keeps_the_times_of_the_source(tmp_path: Path, times: list[float]) -> None:
    result = made_result(["ok"])
    frames = [Frame(i, t, np.zeros((48, 64, 3), dtype=np.uint8)) for i, t in enumerate(times)]
    annotate(frames, made_recording(result, (64, 48)), result, tmp_path / "out.mp4")
    np.testing.assert_allclose(times_of(tmp_path / "out.mp4"), times, atol=1e-4)


def test_lasts_as_long_as_the_source(written: Path) -> None:
    result = made_result(["ok"])
    with av.open(str(written)) as container:
        assert container.duration / av.time_base == pytest.approx(len(result.series["time_s"]) / 10, abs=0.02)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((960, 540), (960, 540)),
        ((853, 479), (852, 478)),
        ((1080, 1920), (1080, 1920)),
        ((3840, 2160), (1920, 1080)),
        ((2160, 3840), (1080, 1920)),
        ((2000, 2000), (1080, 1080)),
        ((1, 1), (16, 16)),
    ],
    ids=str,
)
def test_fitted_size(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert fitted_size(*size) == expected


@given(st.integers(1, 8000), st.integers(1, 8000))
def test_fitted_size_is_even_and_at_most_full_hd(width: int, height: int) -> None:
    w, h = fitted_size(width, height)
    assert w % 2 == 0
    assert h % 2 == 0
    assert max(w, h) <= 1920
    assert min(w, h) <= 1080
    assert w <= max(width, 16)
    assert h <= max(height, 16)


@pytest.mark.parametrize("size", [(101, 75), (90, 160), (3, 5)], ids=str)
def test_odd_and_upright_sizes_are_written(tmp_path: Path, size: tuple[int, int]) -> None:
    result = made_result(["ok"])
    frames = list(made_frames(result, size))[:3]
    annotate(frames, made_recording(result, size), result, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        frame = next(container.decode(video=0))
        assert (frame.width, frame.height) == fitted_size(*size)


def test_size_may_change_half_way(tmp_path: Path) -> None:
    result = made_result(["ok"])
    white = np.full((480, 640, 3), 255, dtype=np.uint8)
    frames = [Frame(0, 0.0, white[::10, ::10]), Frame(1, 0.1, white)]
    annotate(frames, made_recording(result, (64, 48)), result, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert [picture.shape for picture in pictures] == [(48, 64)] * 2
    assert (pictures[1][30:, :20] > 240).all()


def test_frames_beyond_the_recording_are_written_too(tmp_path: Path) -> None:
    result = made_result(["ok"])
    frames = [Frame(i, i / 10, np.zeros((48, 64, 3), dtype=np.uint8)) for i in range(200)]
    annotate(frames, made_recording(result, (64, 48)), result, tmp_path / "out.mp4")
    assert len(times_of(tmp_path / "out.mp4")) == 200


def test_holds_few_frames_in_memory(tmp_path: Path) -> None:
    result = made_result(["ok"])
    pictures: list[weakref.ref[np.ndarray]] = []
    most = 0

    def frames() -> Iterator[Frame]:
        nonlocal most
        for i in range(150):
            image = np.zeros((48, 64, 3), dtype=np.uint8)
            pictures.append(weakref.ref(image))
            most = max(most, sum(ref() is not None for ref in pictures))
            yield Frame(i, i / 30, image)

    annotate(frames(), made_recording(result, (64, 48)), result, tmp_path / "out.mp4")
    assert most <= 4


@pytest.mark.parametrize(
    "failure", [KeyboardInterrupt(), SourceError("set.mp4: cut")], ids=["Ctrl-C", "source breaks off"]
)
def test_nothing_is_left_behind_on_failure(tmp_path: Path, failure: BaseException) -> None:
    result = made_result(["ok"])

    def frames() -> Iterator[Frame]:
        for frame in made_frames(result):
            if frame.index == 20:
                raise failure
            yield frame

    with pytest.raises(type(failure)):
        annotate(frames(), made_recording(result), result, tmp_path / "out.mp4")
    assert not list(tmp_path.iterdir())


def test_no_frames_is_a_clear_error(tmp_path: Path) -> None:
    result = made_result(["ok"])
    with pytest.raises(OutputError, match="no frame"):
        annotate([], made_recording(result), result, tmp_path / "out.mp4")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("where", ["", "absent/out.mp4"], ids=["a folder", "in no folder"])
def test_unwritable_place_is_a_clear_error(tmp_path: Path, where: str) -> None:
    result = made_result(["ok"])
    with pytest.raises(OutputError, match="cannot write"):
        annotate(made_frames(result), made_recording(result), result, tmp_path / where)


# What the overlay says when


def index_at(time_s: float) -> int:
    return round(time_s * 10)


def test_count_rises_when_a_rep_ends() -> None:
    story = Story.of(made_result(["ok", "fault", "cannot_judge"]))
    said = [story.panel(t, index_at(t)) for t in (0.0, 2.9, 3.1, 6.1, 9.1)]
    assert [panel.headline for panel in said] == ["0 reps", "0 reps", "1 rep", "2 reps", "3 reps"]
    assert said[-1].detail == "1 good, 1 to correct, 1 cannot judge"


def test_strides_are_counted_and_get_no_verdict() -> None:
    panel = Story.of(made_walk()).panel(3.1, 31)
    assert (panel.headline, panel.detail, panel.message) == ("1 stride", "", None)


def test_fault_is_said_for_two_seconds_after_its_rep() -> None:
    story = Story.of(made_result(["fault"]))
    assert story.panel(2.9, 29).message is None
    for time_s in (3.0, 3.0 + MESSAGE_S - 0.1):
        message = story.panel(time_s, index_at(time_s)).message
        assert message is not None
        assert message.verdict == "fault"
        assert KNEE_TEXT.rstrip(".") in message.text
    assert story.panel(3.0 + MESSAGE_S, 50).message is None


def test_cannot_judge_is_said_with_its_reason_and_not_as_a_fault() -> None:
    message = Story.of(made_result(["cannot_judge"])).panel(3.5, 35).message
    assert message is not None
    assert message.verdict == "cannot_judge"
    assert message.text.lower().endswith(REASON)


def test_progress_goes_from_rest_to_peak_and_back() -> None:
    story = Story.of(made_result(["ok", "ok"]))
    shares = [story.panel(t, index_at(t)).progress for t in (0.5, 2.0, 3.5, 5.0)]
    assert shares == pytest.approx([0.0, 1.0, 0.0, 1.0], abs=0.05)


def test_stages_follow_each_other() -> None:
    story = Story.of(replace(made_result(["ok"]), setup=(made_problem(),)))
    assert [story.panel(t, index_at(t)).stage for t in (0.5, 0.95, 2.0, 4.0)] == ["setup", "ready", "moving", "rest"]
    message = story.panel(0.5, 5).message
    assert message is not None
    assert message.text == made_problem().text


def test_hold_timer_runs_and_stops_at_what_was_held() -> None:
    story = Story.of(made_result(holds=[made_hold(1, 12.0, "fault")]))
    assert [story.panel(t, index_at(t)).headline for t in (1.0, 7.0, 14.0, 16.0)] == ["0 s", "5 s", "12 s", "12 s"]
    assert story.panel(8.0, 80).progress == pytest.approx(0.2)
    assert story.panel(8.0, 80).stage == "hold"


def test_marks_are_the_main_measure_the_ankle_and_what_went_wrong() -> None:
    story = Story.of(made_result(["ok", "fault"]))
    assert {(mark.kind, mark.side, mark.stressed) for mark in story.marks(2.0, 20)} == {
        ("ankle", "right", False),
        ("heel", "right", False),
    }
    assert ("knee", True) in {(mark.kind, mark.stressed) for mark in story.marks(5.0, 50)}


def test_hold_marks_the_leg_that_holds() -> None:
    result = replace(made_result(holds=[made_hold(1)]), near_side="left")
    assert {(mark.kind, mark.side) for mark in Story.of(result).marks(5.0, 50)} == {("shank", "right")}


def test_front_view_draws_no_angle_of_the_side_view() -> None:
    assert Story.of(replace(made_result(["fault"]), view="front")).marks(2.0, 20) == []
