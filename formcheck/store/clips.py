"""Clips for the record: H.264 in MP4 as every browser plays it, upright, without sound and without what phones add."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.errors import StoreError
from formcheck.sources import VideoSource

__all__ = ["write_clip"]

_LONG_SIDE: Final = 1280
_TICKS: Final = 90_000
_FAST_START: Final = {"movflags": "+faststart"}


def write_clip(video: Path, target: Path) -> None:
    """Write a video again for the review; its times are those of the landmarks, from 0 at the first frame.

    Nothing of the file but its pictures is kept: place, device and sound stay behind. Raises SourceError, StoreError.
    """
    try:
        with VideoSource(video) as source, av.open(str(target), "w", format="mp4", options=_FAST_START) as container:
            stream = container.add_stream("libx264", rate=30, options={"crf": "23", "preset": "veryfast"})
            stream.pix_fmt = "yuv420p"
            stream.codec_context.time_base = Fraction(1, _TICKS)
            for frame in source:
                picture = _fitted(frame.image)
                if frame.index == 0:
                    stream.height, stream.width = picture.shape[:2]
                shown = av.VideoFrame.from_ndarray(picture, format="rgb24")
                shown.pts, shown.time_base = round(frame.time_s * _TICKS), Fraction(1, _TICKS)
                container.mux(stream.encode(shown))
            container.mux(stream.encode(None))
    except (OSError, av.FFmpegError) as error:
        target.unlink(missing_ok=True)
        raise StoreError(f"{video}: its clip cannot be kept ({error}); check free space") from error


def _fitted(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture of even sides, at most `_LONG_SIDE` long."""
    height, width = image.shape[:2]
    scale = min(1.0, _LONG_SIDE / max(width, height))
    size = max(int(width * scale) // 2 * 2, 2), max(int(height * scale) // 2 * 2, 2)
    if size == (width, height):
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
