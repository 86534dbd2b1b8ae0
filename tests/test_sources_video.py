"""Video files: every frame once, upright, at its true time; anything else is said in one line."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from made_video import index_of, make_sound, make_video, steady

from formcheck.errors import SourceError
from formcheck.sources import VideoSource
from formcheck.sources.video import QUEUE_FRAMES


def read(path: Path, **part: float) -> tuple[list[float], list[int], VideoSource]:
    with VideoSource(path, **part) as source:
        frames = [(frame.time_s, index_of(frame.image)) for frame in source]
    return [time_s for time_s, _ in frames], [index for _, index in frames], source


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        pytest.param(".mp4", "libx264", id="h264-mp4"),
        pytest.param(".mov", "libx264", id="h264-mov"),
        pytest.param(".mkv", "libx264", id="h264-mkv"),
        pytest.param(".mp4", "libx265", id="hevc-mp4"),
        pytest.param(".mov", "libx265", id="hevc-mov"),
        pytest.param(".webm", "libvpx-vp9", id="vp9-webm"),
        pytest.param(".mkv", "libvpx-vp9", id="vp9-mkv"),
    ],
)
def test_every_frame_comes_once_in_order(tmp_path: Path, suffix: str, codec: str) -> None:
    path = make_video(tmp_path / f"clip{suffix}", steady(30, 30), codec=codec)
    times, indices, source = read(path)
    assert indices == list(range(30))
    assert times == pytest.approx(steady(30, 30), abs=0.0011)  # Matroska counts in milliseconds
    assert source.info.frames == 30
    assert source.info.duration_s == pytest.approx(1.0, abs=0.035)
    assert source.notes == ()


@pytest.mark.parametrize("fps", [10, 24, 29.97, 60, 120, 240])
def test_times_are_those_of_the_file_at_any_rate(tmp_path: Path, fps: float) -> None:
    times, _, source = read(make_video(tmp_path / "clip.mp4", steady(25, fps)))
    assert times == pytest.approx(steady(25, fps), abs=2e-5)
    length_of_last = max(1 / fps, 1 / 30)  # which the file only guesses
    assert source.info.duration_s == pytest.approx(25 / fps, abs=length_of_last)


def test_variable_frame_rate_keeps_each_frames_time(tmp_path: Path) -> None:
    gaps = np.random.default_rng(5).uniform(0.008, 0.2, 40)
    shown = [0.0, *np.cumsum(gaps)]
    times, indices, _ = read(make_video(tmp_path / "clip.mp4", shown))
    assert times == pytest.approx(shown, abs=2e-5)
    assert indices == [i % 38 for i in range(41)]


def test_time_zero_is_the_first_frame(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mkv", [5.0 + t for t in steady(10, 10)])
    times, _, _ = read(path)
    assert times[0] == 0.0
    assert times[-1] == pytest.approx(0.9, abs=0.0011)
    with VideoSource(path) as source:
        assert source.announced_s == pytest.approx(1.0, abs=0.11)


@pytest.mark.parametrize("size", [(426, 240), (3840, 2160)], ids=["240p", "4K"])
def test_pictures_keep_their_size(tmp_path: Path, size: tuple[int, int]) -> None:
    with VideoSource(make_video(tmp_path / "clip.mp4", steady(3, 30), size=size)) as source:
        shapes = {frame.image.shape for frame in source}
    assert shapes == {(size[1], size[0], 3)}
    assert (source.info.width, source.info.height) == size


@pytest.mark.parametrize(
    ("rotation", "corner"),
    [
        pytest.param(0, "top left", id="none"),
        pytest.param(90, "bottom left", id="quarter-counterclockwise"),
        pytest.param(180, "bottom right", id="upside-down"),
        pytest.param(-90, "top right", id="quarter-clockwise"),
    ],
)
def test_rotation_flag_is_honoured(tmp_path: Path, rotation: int, corner: str) -> None:
    path = make_video(tmp_path / "clip.mp4", steady(3, 30), size=(96, 64), rotation=rotation)
    with VideoSource(path) as source:
        image = next(iter(source)).image
        expected = (96, 64) if rotation % 180 == 0 else (64, 96)
        assert (source.info.width, source.info.height) == expected
    assert image.shape[:2] == expected[::-1]
    pixels = {
        "top left": image[2, 2],
        "top right": image[2, -3],
        "bottom left": image[-3, 2],
        "bottom right": image[-3, -3],
    }
    red = [place for place, (r, g, _) in pixels.items() if int(r) - int(g) > 100]
    assert red == [corner]


def test_pixels_are_made_square(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4", steady(3, 30), size=(96, 64), aspect=Fraction(4, 3))
    with VideoSource(path) as source:
        assert next(iter(source)).image.shape == (64, 128, 3)


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_parts_cover_the_whole_without_overlap(tmp_path: Path, suffix: str) -> None:
    codec = "libx264" if suffix == ".mp4" else "libvpx-vp9"
    path = make_video(tmp_path / f"clip{suffix}", steady(35, 20), codec=codec)
    whole, indices, _ = read(path)
    first, first_indices, _ = read(path, stop_s=whole[17])
    second, second_indices, _ = read(path, start_s=whole[17])
    assert first + second == whole
    assert first_indices + second_indices == indices


def test_a_part_is_found_where_seeking_lands_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_video(tmp_path / "clip.mp4", steady(35, 20))
    seek = VideoSource._seek
    monkeypatch.setattr(VideoSource, "_seek", lambda source, stamp_s: seek(source, stamp_s + 0.6))
    assert read(path, start_s=0.7)[0] == pytest.approx(steady(35, 20)[14:], abs=2e-5)


def test_a_part_behind_the_end_is_empty(tmp_path: Path) -> None:
    times, _, source = read(make_video(tmp_path / "clip.mp4", steady(10, 10)), start_s=30.0)
    assert times == []
    assert source.notes == ()


def test_a_file_cut_in_the_middle_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4", steady(300, 30), size=(320, 240), front_loaded=True)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * 0.6)])
    times, _, source = read(path)
    assert 20 < len(times) < 290
    assert any("the file ends early" in note for note in source.notes)
    assert source.info.frames == len(times)
    assert source.info.duration_s == pytest.approx(times[-1], abs=0.05)


def test_a_cut_matroska_file_says_that_it_ends_early(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mkv", steady(300, 30), size=(320, 240))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * 0.5)])
    times, _, source = read(path)
    assert times
    assert any("the file ends early" in note for note in source.notes)


def test_damage_in_the_middle_is_left_out_and_told(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mkv", steady(300, 30), size=(320, 240))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = b"\xff" * 400
    path.write_bytes(content)
    times, _, source = read(path)
    assert 150 < len(times) <= 300
    assert (np.diff(times) > 0).all()
    assert source.notes


def _missing(tmp_path: Path) -> Path:
    return tmp_path / "gone.mp4"


def _folder(tmp_path: Path) -> Path:
    return tmp_path


def _empty(tmp_path: Path) -> Path:
    (tmp_path / "clip.mp4").touch()
    return tmp_path / "clip.mp4"


def _text(tmp_path: Path) -> Path:
    (tmp_path / "clip.mp4").write_text("no video at all\n" * 50)
    return tmp_path / "clip.mp4"


def _playlist(tmp_path: Path) -> Path:
    (tmp_path / "clip.mp4").write_text("#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    return tmp_path / "clip.mp4"


def _sound_only(tmp_path: Path) -> Path:
    return make_sound(tmp_path / "clip.mp4")


def _one_frame(tmp_path: Path) -> Path:
    return make_video(tmp_path / "clip.mp4", [0.0])


def _cut_before_its_index(tmp_path: Path) -> Path:
    path = make_video(tmp_path / "clip.mp4", steady(90, 30), size=(320, 240))
    path.write_bytes(path.read_bytes()[:2000])
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(_missing, "check the name", id="missing"),
        pytest.param(_folder, "is a folder", id="folder"),
        pytest.param(_empty, "is empty", id="empty"),
        pytest.param(_text, "not a video", id="text"),
        pytest.param(_playlist, "not a video", id="playlist"),
        pytest.param(_sound_only, "no video in this file, only sound", id="sound-only"),
        pytest.param(_one_frame, "only one picture", id="one-frame"),
        pytest.param(_cut_before_its_index, "cut off", id="cut-before-its-index"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(tmp_path: Path, make, said: str) -> None:
    path = make(tmp_path)
    with pytest.raises(SourceError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert said in message
    assert "\n" not in message


def test_leaving_early_stops_the_decoding_thread(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4", steady(200, 30))
    before = threading.active_count()
    with VideoSource(path) as source:
        frames = iter(source)
        next(frames)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_decoding_keeps_only_a_few_frames_ahead(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4", steady(200, 30))
    with VideoSource(path) as source:
        frames = iter(source)
        for _ in range(5):
            next(frames)
        assert source._frames <= 5 + QUEUE_FRAMES + 1
