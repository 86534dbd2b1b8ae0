"""A kept clip plays in a browser, shows what the landmarks were taken from, and carries nothing else."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from made_store import made_set, opened_store
from made_video import index_of, make_sound, make_video, steady

from formcheck.errors import SourceError, StoreError
from formcheck.sources import VideoSource
from formcheck.store.clips import write_clip

UNEVEN = [0.0, 0.04, 0.11, 0.15, 0.31, 0.33, 0.5, 0.9, 1.0, 1.2]


def _frames(path: Path) -> list[tuple[float, int, tuple[int, ...]]]:
    with VideoSource(path) as source:
        return [(frame.time_s, index_of(frame.image), frame.image.shape) for frame in source]


@pytest.mark.parametrize("times", [steady(20, 25.0), UNEVEN], ids=["steady", "uneven"])
def test_pictures_and_times_are_those_of_the_video(tmp_path: Path, times: list[float]) -> None:
    video = make_video(tmp_path / "video.mp4", times)
    write_clip(video, tmp_path / "clip.mp4")
    before, after = _frames(video), _frames(tmp_path / "clip.mp4")
    assert [one[1] for one in after] == [one[1] for one in before]
    assert np.allclose([one[0] for one in after], [one[0] for one in before], atol=2e-3)


def test_it_is_h264_with_its_index_in_front(tmp_path: Path) -> None:
    write_clip(
        make_video(tmp_path / "video.mp4", steady(10, 25.0), codec="mpeg4", tick=Fraction(1, 1000)),
        tmp_path / "clip.mp4",
    )
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
    content = (tmp_path / "clip.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_a_video_that_lies_on_its_side_is_put_upright(tmp_path: Path) -> None:
    video = make_video(tmp_path / "video.mp4", steady(10, 25.0), size=(96, 64), rotation=90)
    write_clip(video, tmp_path / "clip.mp4")
    assert _frames(tmp_path / "clip.mp4")[0][2] == (96, 64, 3)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert next(container.decode(video=0)).rotation == 0


def test_an_odd_or_large_picture_fits_the_encoder(tmp_path: Path) -> None:
    write_clip(make_video(tmp_path / "large.mp4", steady(3, 25.0), size=(2560, 1442)), tmp_path / "clip.mp4")
    assert _frames(tmp_path / "clip.mp4")[0][2] == (720, 1280, 3)


def test_place_and_sound_stay_behind(tmp_path: Path) -> None:
    path = tmp_path / "phone.mp4"
    with av.open(str(path), "w") as container:
        container.metadata["location"] = "+52.5200+013.4050/"
        container.metadata["comment"] = "Ann Example"
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    assert b"+52.5200" in path.read_bytes() or b"Ann Example" in path.read_bytes()
    write_clip(path, tmp_path / "clip.mp4")
    content = (tmp_path / "clip.mp4").read_bytes()
    assert b"+52.5200" not in content
    assert b"Ann Example" not in content
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert len(container.streams) == 1


def test_what_is_no_video_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        write_clip(make_sound(tmp_path / "sound.mp4"), tmp_path / "clip.mp4")
    with pytest.raises(StoreError):
        write_clip(make_video(tmp_path / "video.mp4", steady(5, 25.0)), tmp_path / "no folder" / "clip.mp4")
    assert not (tmp_path / "clip.mp4").exists()


def test_a_saved_set_keeps_its_clip(tmp_path: Path) -> None:
    store = opened_store(tmp_path)
    uid = made_set(store, clip=make_video(tmp_path / "video.mp4", steady(10, 25.0)))[0]
    assert store.find_set(uid).has_clip
    assert len(_frames(store.files.clip(uid))) == 10
    store.close()


def test_a_video_that_cannot_be_read_leaves_no_set(tmp_path: Path) -> None:
    store = opened_store(tmp_path)
    with pytest.raises(SourceError):
        made_set(store, clip=make_sound(tmp_path / "sound.mp4"))
    assert store.list_sets() == []
    store.close()
