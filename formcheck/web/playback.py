"""The landmarks around one rep or hold, for the page to draw and play."""

from __future__ import annotations

from math import isfinite
from typing import Any, Final

import numpy as np

from formcheck.model import LandmarkRecording
from formcheck.skeleton import CONNECTIONS, INDEX, LANDMARKS

__all__ = ["playback"]

_MOST_FRAMES: Final = 3_000
_FACE: Final = frozenset(name for name in LANDMARKS if name.startswith("mouth") or "eye" in name)


def playback(recording: LandmarkRecording, start_s: float, end_s: float) -> dict[str, Any]:
    """Return the frames from `start_s` to `end_s` as plain values: points in pixels, null where not seen.

    Coordinates have one decimal; visibility two. `feet` says for each side whether the sole was found in the picture.
    """
    time = recording.time_s
    first = max(int(np.searchsorted(time, start_s, "right")) - 1, 0)
    last = min(int(np.searchsorted(time, end_s, "left")) + 1, first + _MOST_FRAMES, len(time))
    points = recording.points[first:last].astype(np.float64)
    return {
        "size": [recording.source.width, recording.source.height],
        "time_s": [round(one, 4) for one in time[first:last].tolist()],
        "points": [[_pair(pair) for pair in frame] for frame in points.tolist()],
        "visibility": np.round(recording.visibility[first:last].astype(np.float64), 2).tolist(),
        "lines": [list(pair) for pair in CONNECTIONS],
        "left": [name.startswith("left") for name in LANDMARKS],
        "index": INDEX,
        "dots": [INDEX[name] for name in LANDMARKS if name not in _FACE],
    }


def _pair(pair: list[float]) -> list[float] | None:
    return [round(pair[0], 1), round(pair[1], 1)] if isfinite(pair[0]) and isfinite(pair[1]) else None
