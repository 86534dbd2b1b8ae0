"""Small videos made for a test: each frame's grey level tells its index, its top left corner is red."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

LEVEL_STEP = 6
CORNER = 4  # the red corner is a quarter of the width and of the height


def steady(frames: int, fps: float) -> list[float]:
    return [index / fps for index in range(frames)]


def make_video(
    path: Path,
    times_s: Sequence[float],
    *,
    size: tuple[int, int] = (96, 64),
    codec: str = "libx264",
    rotation: int = 0,
    aspect: Fraction | None = None,
    front_loaded: bool = False,
    tick: Fraction = Fraction(1, 90000),
    keyframe_every: int = 10,
) -> Path:
    """Write a video whose frames are shown at `times_s`; `front_loaded` puts the index of an MP4 first."""
    options = {"movflags": "faststart"} if front_loaded else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=Fraction(30))
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = tick
        stream.codec_context.gop_size = keyframe_every
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if rotation:
            stream.set_display_rotation(rotation)
        for index, time_s in enumerate(times_s):
            frame = av.VideoFrame.from_ndarray(picture(index, size), format="rgb24")
            frame.pts = round(time_s / tick)
            frame.time_base = tick
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def picture(index: int, size: tuple[int, int]) -> np.ndarray:
    width, height = size
    image = np.full((height, width, 3), 20 + LEVEL_STEP * (index % 38), dtype=np.uint8)
    image[: height // CORNER, : width // CORNER] = (255, 0, 0)
    return image


def index_of(image: np.ndarray) -> int:
    """Return which frame (modulo 38) an upright picture is."""
    level = float(np.median(image[image.shape[0] // 2 :, image.shape[1] // 2 :]))
    return round((level - 20) / LEVEL_STEP)


def make_sound(path: Path) -> Path:
    """Write a second of silence, without any picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 16000), dtype=np.float32), format="fltp", layout="mono")
        frame.sample_rate = 16000
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
