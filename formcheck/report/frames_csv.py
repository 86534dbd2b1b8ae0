"""One row a frame: time, then every measure with its side and unit in the column name."""

from __future__ import annotations

import csv
import io
from math import isfinite
from pathlib import Path

from formcheck.model import SetResult
from formcheck.numerals import rounded
from formcheck.whole_files import write_text

__all__ = ["frames_csv", "write_frames_csv"]


def frames_csv(result: SetResult) -> str:
    """Return the series as CSV text, `time_s` first; a value that was not seen is an empty cell."""
    names = ["time_s", *(name for name in result.series if name != "time_s")]
    columns = [result.series[name].tolist() for name in names]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in zip(*columns, strict=True))
    return out.getvalue()


def write_frames_csv(result: SetResult, path: Path) -> None:
    """Write `frames_csv` to a file, whole or not at all."""
    write_text(path, frames_csv(result))


def _cell(value: float) -> str:
    """Four decimals tell the frames of the fastest cameras apart; trailing zeros say nothing."""
    if not isfinite(value):
        return ""
    return f"{rounded(value, 4):.4f}".rstrip("0").rstrip(".")
