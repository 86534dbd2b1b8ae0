"""The video with what was measured drawn on it: H.264 in MP4, as browsers and phones play it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import av
import cv2
import numpy as np
from av.container import OutputContainer

from formcheck.errors import OutputError
from formcheck.feedback._ink import Picture
from formcheck.feedback.overlay import draw
from formcheck.model import Frame, LandmarkRecording, SetResult
from formcheck.report._story import Story
from formcheck.report._summary import strong_side
from formcheck.whole_files import cannot_write, written_whole

__all__ = ["annotate", "fitted_size"]

_LONG_SIDE: Final = 1920
_SHORT_SIDE: Final = 1080
_LEAST_SIDE: Final = 16  # H.264 works in blocks of 16
_TICKS: Final = 90_000  # a second in the file's clock: holds the timestamps of 24, 25, 30, 50 and 60 fps exactly


def annotate(frames: Iterable[Frame], recording: LandmarkRecording, result: SetResult, path: Path) -> None:
    """Write the annotated video to `path`, one frame in memory at a time, with the timestamps of the source.

    Frames are matched to the recording by their index; those beyond it are written as they are. On any failure, and
    on Ctrl-C, nothing is left behind.
    """
    story = Story.of(result)
    with written_whole(path) as partial:
        pictures = ((frame.time_s, _drawn(frame, recording, story)) for frame in frames)
        first = next(pictures, None)
        if first is None:
            raise OutputError(f"{path}: cannot write an annotated video: the source gave no frame")
        height, width = first[1].shape[:2]
        with _writer(partial, path, width, height) as writer:
            writer.add(*first)
            for time_s, picture in pictures:
                writer.add(time_s, picture)


def fitted_size(width: int, height: int) -> tuple[int, int]:
    """Return the size to write: even, as the encoder wants it, and at most 1920 by 1080 or 1080 by 1920."""
    scale = min(1.0, _LONG_SIDE / max(width, height), _SHORT_SIDE / min(width, height))
    return max(int(width * scale) // 2 * 2, _LEAST_SIDE), max(int(height * scale) // 2 * 2, _LEAST_SIDE)


class _Writer:
    """Encodes pictures in order; knows the file only through the container it is given."""

    def __init__(self, container: OutputContainer, path: Path, width: int, height: int) -> None:
        self._container = container
        self._path = path
        self._last_tick = -1
        self._gap = _TICKS // 30
        stream = container.add_stream("libx264", rate=30, options={"crf": "21", "preset": "veryfast"})
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, _TICKS)
        self._stream = stream

    def add(self, time_s: float, picture: Picture) -> None:
        """Encode one picture, scaled to the first one's size; a time that does not rise is moved up by a tick."""
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        tick = max(round(time_s * _TICKS), self._last_tick + 1)
        frame.pts, frame.time_base = tick, Fraction(1, _TICKS)
        self._gap = tick - self._last_tick if self._last_tick >= 0 else self._gap
        self._last_tick = tick
        self._encode(frame)

    def finish(self) -> None:
        """Write what the encoder still holds and the index of the file."""
        self._encode(None)
        with _output_errors(self._path):
            self._container.close()

    def _encode(self, frame: av.VideoFrame | None) -> None:
        with _output_errors(self._path):
            packets = self._stream.encode(frame)
            for packet in packets:
                packet.duration = self._gap  # counts for the last one only: else the video ends a frame early
            self._container.mux(packets)


@contextmanager
def _writer(partial: Path, path: Path, width: int, height: int) -> Iterator[_Writer]:
    """Open an MP4 whose index stands at the front (it plays while it loads); close it whatever happens."""
    with _output_errors(path):
        container = av.open(str(partial), "w", format="mp4", options={"movflags": "+faststart"})
    try:
        writer = _Writer(container, path, width, height)
        yield writer
        writer.finish()
    except BaseException:
        with suppress(OSError, av.FFmpegError):  # a full disk fails once more here; what came first is what to tell
            container.close()
        raise


@contextmanager
def _output_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error
    except av.FFmpegError as error:
        raise OutputError(f"{path}: cannot write the video: {error}; try another folder or name") from error


def _drawn(frame: Frame, recording: LandmarkRecording, story: Story) -> Picture:
    picture = _fitted(frame.image)
    observation = recording.observation(frame.index) if frame.index < len(recording) else None
    panel = story.panel(frame.time_s, frame.index)
    return draw(picture, observation, strong_side(story.result), story.marks(frame.time_s, frame.index), panel)


def _fitted(image: Picture) -> Picture:
    """Return the picture in the size to write; an odd last row or column is cut off rather than resampled."""
    height, width = image.shape[:2]
    size = fitted_size(width, height)
    if 0 <= width - size[0] <= 1 and 0 <= height - size[1] <= 1:
        return np.ascontiguousarray(image[: size[1], : size[0]])
    return cast("Picture", cv2.resize(image, size, interpolation=cv2.INTER_AREA))
