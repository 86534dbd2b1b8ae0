from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from made_results import made_result

from formcheck.report import frames_csv, write_frames_csv

VALUES = npst.arrays(np.float64, 7, elements=st.one_of(st.floats(-1e4, 1e4), st.just(math.nan)))


@given(values=VALUES)
def test_every_frame_is_a_row_and_reads_back(values: np.ndarray) -> None:
    series = {"ankle_left_deg": values, "time_s": np.arange(7) / 240}
    rows = list(csv.DictReader(frames_csv(replace(made_result(), series=series)).splitlines()))
    assert list(rows[0]) == ["time_s", "ankle_left_deg"]
    back = np.array([float(row["ankle_left_deg"] or "nan") for row in rows])
    np.testing.assert_allclose(back, values, atol=0.5e-4, equal_nan=True)
    assert len({row["time_s"] for row in rows}) == 7


def test_not_seen_is_empty_and_zero_is_zero() -> None:
    series = {"time_s": np.array([0.0, 0.1]), "body_rise_cm": np.array([np.nan, -0.00001])}
    assert frames_csv(replace(made_result(), series=series)) == "time_s,body_rise_cm\n0,\n0.1,0\n"


def test_written_file_is_the_text(tmp_path: Path) -> None:
    result = made_result(["ok"])
    write_frames_csv(result, tmp_path / "f.csv")
    assert (tmp_path / "f.csv").read_text(encoding="utf-8") == frames_csv(result)
