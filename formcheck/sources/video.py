"""Video files: upright RGB frames with their true times."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from formcheck.errors import SourceError
from formcheck.model import Frame, SourceInfo
from formcheck.sources.ahead import read_ahead
from formcheck.sources.timestamps import RisingClock

__all__ = ["VideoSource", "early_end_notes"]

QUEUE_FRAMES: Final = 4
EARLY_END_S: Final = 0.5
"""A video that ends this much before the length it announces was cut."""
DEFAULT_PERIOD_S: Final = 1 / 30

# Nothing but the named file is opened: no network, and no playlist that names other files.
_OPEN_OPTIONS: Final = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,flv,ogg,asf,ivf",
}
_TURNS: Final = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}


class VideoSource:
    """Iterates the frames of a video file, once: RGB, upright, square pixels, strictly rising times from 0.

    Decoding runs in a thread of its own, `QUEUE_FRAMES` ahead. `start_s` and `stop_s` give the part with
    start_s <= time < stop_s (times still count from the first frame of the file; `Frame.index` from the part's first).

    `info` and `notes` are true once the iteration has ended; before it `info` holds what the file announces.
    Raises SourceError where nothing can be read; where reading stops early, `notes` says so.
    """

    def __init__(self, path: str | Path, *, start_s: float = 0.0, stop_s: float = math.inf) -> None:
        self._path = Path(path)
        self._start_s = start_s
        self._stop_s = stop_s
        self._damaged = 0
        self._frames = 0
        self._ended = False
        self._container = _open(self._path)
        try:
            self._stream = _video_stream(self._container, self._path)
            self._first = self._read_first_two()
        except BaseException:
            self._container.close()
            raise
        self._period_s = _period_s(self._stream)
        origin_s = _stamp_s(self._first[0]) or 0.0
        self._clock = RisingClock(origin_s=origin_s, period_s=self._period_s)
        self._origin_s = origin_s
        self._last_end_s = 0.0
        self._reader: Generator[Frame, None, None] | None = None
        self._picture_size = _square_pixel_size(self._first[0], self._stream.sample_aspect_ratio)
        turned = _quarter_turns(self._first[0]) % 2 == 1
        self._size = self._picture_size[::-1] if turned else self._picture_size
        self.announced_s: Final = _announced_s(self._container, self._stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading and free the file. The source cannot be read afterwards."""
        if self._reader is not None:
            self._reader.close()
        self._container.close()

    @property
    def info(self) -> SourceInfo:
        """What the source holds: announced before reading, true afterwards."""
        width, height = self._size
        duration_s = self._last_end_s if self._ended else self.announced_s
        frames = self._frames if self._ended else self._stream.frames
        return SourceInfo(path=str(self._path), duration_s=duration_s, frames=frames, width=width, height=height)

    @property
    def notes(self) -> tuple[str, ...]:
        """Plain sentences on what went wrong while reading; empty for a sound file."""
        if not self._ended:
            return ()
        notes: list[str] = []
        if self._start_s <= 0.0 and self._stop_s == math.inf:
            notes.extend(early_end_notes(self._last_end_s, self.announced_s))
        if self._damaged:
            notes.append("parts of the file are damaged and were left out")
        if self._clock.restarts:
            notes.append("the file's clock starts again in the middle; its parts were joined end to end")
        return tuple(notes)

    def __iter__(self) -> Iterator[Frame]:
        self._reader = read_ahead(self._timed_frames(), depth=QUEUE_FRAMES)
        return self._reader

    def _timed_frames(self) -> Generator[Frame, None, None]:
        for decoded in self._decoded_part():
            time_s = self._clock.place(_stamp_s(decoded))
            if time_s is None or time_s < self._start_s:
                continue
            if time_s >= self._stop_s:
                break
            yield Frame(index=self._frames, time_s=time_s, image=self._upright(decoded))
            self._frames += 1
            self._last_end_s = time_s + (_length_s(decoded) or self._period_s)
        self._ended = True

    def _decoded_part(self) -> Iterator[VideoFrame]:
        """Yield decoded frames from a keyframe before `start_s` on, or all of them where the file cannot seek."""
        if self._start_s <= 0.0:
            return chain(self._first, self._decode())
        self._seek(self._origin_s + self._start_s)
        ahead = list(islice(self._decode(), 1))
        stamp_s = _stamp_s(ahead[0]) if ahead else None
        if stamp_s is None or stamp_s > self._origin_s + self._start_s:
            self._container.close()
            self._container = _open(self._path)
            self._stream = _video_stream(self._container, self._path)
            ahead = []
        return chain(ahead, self._decode())

    def _seek(self, stamp_s: float) -> None:
        base = self._stream.time_base or Fraction(1, 1000)
        try:
            self._container.seek(int(stamp_s / base), stream=self._stream, backward=True)
        except av.FFmpegError:
            return  # what is decoded next lies behind the start, and the caller reads from the beginning

    def _decode(self) -> Iterator[VideoFrame]:
        """Yield the frames that can be decoded; damaged ones are counted and left out."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
                frames = packet.decode()
            except StopIteration:
                return
            except av.EOFError:
                return
            except av.FFmpegError:
                self._damaged += 1
                if self._damaged > self._frames + 1000:  # a stream of nothing but errors need not be read to its end
                    return
                continue
            for frame in frames:
                if isinstance(frame, VideoFrame) and not frame.is_corrupt:
                    yield frame
                else:
                    self._damaged += 1

    def _read_first_two(self) -> list[VideoFrame]:
        frames = list(islice(self._decode(), 2))
        if len(frames) < 2:
            found = "no picture that can be decoded" if not frames else "only one picture"
            raise SourceError(f"{self._path}: {found} in this file; formcheck needs a video of the whole exercise")
        return frames

    def _upright(self, decoded: VideoFrame) -> NDArray[np.uint8]:
        width, height = self._picture_size
        image = np.asarray(decoded.to_ndarray(format="rgb24", width=width, height=height), dtype=np.uint8)
        turns = _quarter_turns(decoded)
        return np.asarray(cv2.rotate(image, _TURNS[turns]), dtype=np.uint8) if turns else image


def early_end_notes(read_s: float, announced_s: float) -> tuple[str, ...]:
    """Return a sentence when the `read_s` seconds that could be read fall short of those announced (NaN: unknown)."""
    if not read_s < announced_s - EARLY_END_S:
        return ()
    return (f"the file ends early: {read_s:.1f} s of the {announced_s:.1f} s it announces could be read",)


def _open(path: Path) -> InputContainer:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}); check the name") from error
    if path.is_dir():
        raise SourceError(f"{path}: is a folder; name the video files in it")
    if size == 0:
        raise SourceError(f"{path}: the file is empty; copy or record it again")
    try:
        # An absolute name cannot be taken for an address (`http:…`) by the library.
        return av.open(str(path.absolute()), options=_OPEN_OPTIONS)
    except PermissionError as error:
        raise SourceError(f"{path}: cannot be read (no permission)") from error
    except (av.FFmpegError, UnicodeError) as error:
        message = (
            "not a video that can be read: another kind of file, or cut off before its end; record or copy it again"
        )
        raise SourceError(f"{path}: {message}") from error


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    streams = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
    if not streams:
        raise SourceError(f"{path}: there is no video in this file, only {_other_content(container)}")
    stream = max(streams, key=lambda s: s.width * s.height)
    stream.thread_type = "AUTO"
    return stream


def _other_content(container: InputContainer) -> str:
    return "sound" if container.streams.audio else "other data"


def _stamp_s(frame: VideoFrame) -> float | None:
    if frame.pts is None or frame.time_base is None:
        return None
    return float(frame.pts * frame.time_base)


def _length_s(frame: VideoFrame) -> float | None:
    if not frame.duration or frame.time_base is None:
        return None
    return float(frame.duration * frame.time_base)


def _period_s(stream: VideoStream) -> float:
    rate = stream.average_rate or stream.base_rate
    return float(1 / rate) if rate else DEFAULT_PERIOD_S


def _announced_s(container: InputContainer, stream: VideoStream) -> float:
    """Return the length the file announces for its pictures (s), or NaN."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    tag = stream.metadata.get("DURATION", "")  # Matroska and WebM: 00:01:02.500000000
    parts = tag.split(":")
    if len(parts) == 3:
        try:
            end_s = float(parts[0]) * 3600 + float(parts[1]) * 60 + float(parts[2])
            return end_s - float((stream.start_time or 0) * (stream.time_base or 0))
        except ValueError:
            return math.nan
    return container.duration / av.time_base if container.duration else math.nan


def _square_pixel_size(frame: VideoFrame, aspect: Fraction | None) -> tuple[int, int]:
    """Return (width, height) of the stored picture once its pixels, `aspect` wide to high, are made square."""
    return (max(round(frame.width * aspect), 1) if aspect else frame.width), frame.height


def _quarter_turns(frame: VideoFrame) -> int:
    """Return how many counterclockwise quarter turns make the picture upright."""
    return round(frame.rotation / 90) % 4
