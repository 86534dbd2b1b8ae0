"""A TRC file read back gives the landmarks: positions, times, gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_results import made_recording, made_result

from formcheck.model import LandmarkRecording
from formcheck.report.trc import trc_text
from formcheck.skeleton import INDEX, LANDMARKS

RECORDING = made_recording(made_result(("ok", "fault")))


@dataclass
class Trc:
    """What a reader of the format finds."""

    fields: dict[str, str]
    names: list[str]
    axes: list[str]
    time_s: np.ndarray
    points: np.ndarray


def _read(text: str) -> Trc:
    """Read as OpenSim does: two header lines of names and values, marker names, axes, a blank line, rows."""
    lines = text.split("\n")
    assert lines[0].split("\t")[:3] == ["PathFileType", "4", "(X/Y/Z)"]
    fields = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=True))
    names = [name for name in lines[3].split("\t")[2:] if name]
    axes = [name for name in lines[4].split("\t") if name]
    assert lines[5] == ""
    rows = [line.split("\t") for line in lines[6:] if line]
    assert {len(row) for row in rows} == {2 + 3 * len(names)}
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
    values = np.array([[float(cell) if cell else nan for cell in row[1:]] for row in rows])
    return Trc(fields, names, axes, values[:, 0], values[:, 1:].reshape(len(rows), len(names), 3))


def test_the_header_says_what_is_there() -> None:
    read = _read(trc_text(RECORDING, cm_per_px=0.5, name="x.trc"))
    assert read.names == list(LANDMARKS)
    assert read.axes[:3] == ["X1", "Y1", "Z1"]
    assert len(read.axes) == 3 * len(LANDMARKS)
    assert int(read.fields["NumFrames"]) == len(RECORDING)
    assert int(read.fields["NumMarkers"]) == len(LANDMARKS)
    assert float(read.fields["DataRate"]) == pytest.approx(10.0)
    assert read.fields["Units"] == "mm"


@given(scale=st.floats(0.01, 5))
def test_positions_are_millimetres_with_y_up_from_the_lower_edge(scale: float) -> None:
    read = _read(trc_text(RECORDING, cm_per_px=scale, name="x.trc"))
    expected = RECORDING.points.astype(float)
    assert np.allclose(read.points[:, :, 0], 10 * scale * expected[:, :, 0], atol=1e-3, equal_nan=True)
    height = RECORDING.source.height
    assert np.allclose(read.points[:, :, 1], 10 * scale * (height - expected[:, :, 1]), atol=1e-3, equal_nan=True)
    assert np.allclose(read.time_s, RECORDING.time_s, atol=1e-6)


def test_the_head_is_above_the_heel() -> None:
    read = _read(trc_text(RECORDING, cm_per_px=0.5, name="x.trc"))
    assert (read.points[:, INDEX["nose"], 1] > read.points[:, INDEX["right_heel"], 1]).all()


def test_a_marker_that_was_not_seen_is_empty_and_never_zero() -> None:
    read = _read(trc_text(RECORDING, cm_per_px=0.5, name="x.trc"))
    missing = ~np.isfinite(RECORDING.points[:, :, 0])
    assert missing.any()
    assert np.isnan(read.points[missing]).all()


def test_an_unknown_scale_gives_pixels_and_says_so() -> None:
    read = _read(trc_text(RECORDING, cm_per_px=nan, name="x.trc"))
    assert read.fields["Units"] == "px"
    assert np.allclose(read.points[:, :, 0], RECORDING.points[:, :, 0], atol=1e-3, equal_nan=True)


def test_a_single_frame_is_a_file_too() -> None:
    one = _cut(RECORDING, 1)
    assert _read(trc_text(one, cm_per_px=0.5, name="x.trc")).fields["NumFrames"] == "1"


def _cut(recording: LandmarkRecording, frames: int) -> LandmarkRecording:
    return replace(
        recording,
        time_s=recording.time_s[:frames],
        points=recording.points[:frames],
        visibility=recording.visibility[:frames],
        sd_px=recording.sd_px[:frames],
    )
