"""Landmarks as a TRC file, as OpenSim and other biomechanics programs read it."""

from __future__ import annotations

from math import isfinite
from typing import Final

import numpy as np

from formcheck.model import LandmarkRecording
from formcheck.numerals import rounded
from formcheck.skeleton import LANDMARKS

__all__ = ["trc_text"]

_MM_PER_CM: Final = 10.0


def trc_text(recording: LandmarkRecording, *, cm_per_px: float, name: str) -> str:
    """Return the marker positions of every frame.

    X runs along the picture to the right, Y up from its lower edge, Z is 0: one camera sees a plane. In millimetres at
    the person's scale, in pixels (unit `px`) where the scale is not known. A marker not seen is an empty field. Times
    are those of the recording; DataRate is their median rate.
    """
    factor, unit = (_MM_PER_CM * cm_per_px, "mm") if isfinite(cm_per_px) else (1.0, "px")
    time = recording.time_s
    rate = 1.0 / float(np.median(np.diff(time))) if len(time) > 1 else 0.0
    frames, markers = len(time), len(LANDMARKS)
    header = [
        f"PathFileType\t4\t(X/Y/Z)\t{name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate:.6f}\t{rate:.6f}\t{frames}\t{markers}\t{unit}\t{rate:.6f}\t1\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(LANDMARKS) + "\t\t",
        "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, markers + 1)),
        "",
    ]
    points = recording.points.astype(np.float64)
    x = factor * points[:, :, 0]
    y = factor * (recording.source.height - points[:, :, 1])
    rows = [
        "\t".join([str(i + 1), f"{time[i]:.6f}", *(_marker(x[i, j], y[i, j]) for j in range(markers))])
        for i in range(frames)
    ]
    return "\n".join([*header, *rows]) + "\n"


def _marker(x: float, y: float) -> str:
    return f"{rounded(x, 3):.3f}\t{rounded(y, 3):.3f}\t0.000" if isfinite(x) and isfinite(y) else "\t\t"
