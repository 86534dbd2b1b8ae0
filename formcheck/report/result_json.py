"""The result as JSON, schema `formcheck.result/1`: the same result gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any, Final

from formcheck.model import Fault, Hold, Rep, SetResult
from formcheck.numerals import rounded
from formcheck.whole_files import write_text

__all__ = ["SCHEMA", "json_text", "result_json", "write_json"]

SCHEMA: Final = "formcheck.result/1"


def result_json(result: SetResult) -> dict[str, Any]:
    """Return one result as plain JSON values.

    Seconds have three decimals, degrees and centimetres two; a number that was not seen is null. A number with an
    uncertainty has it beside it, under its name with `_sd` (one standard deviation, same unit).
    """
    return {
        "schema": SCHEMA,
        "exercise": result.exercise,
        "source": {**asdict(result.source), "duration_s": _rounded(result.source.duration_s, 3)},
        "counts": asdict(result.counts),
        "reps": [_rep(rep) for rep in result.reps],
        "holds": [_hold(hold) for hold in result.holds],
        "setup": [
            {
                "problem": problem.problem,
                "start_s": _rounded(problem.start_s, 3),
                "end_s": _rounded(problem.end_s, 3),
                "text": problem.text,
            }
            for problem in result.setup
        ],
        **({"summary": {name: _rounded(value, 2) for name, value in result.summary.items()}} if result.summary else {}),
        "set_faults": [_fault(fault) for fault in result.set_faults],
        "tracked_fraction": _rounded(result.tracked_fraction, 4),
        "view": result.view,
        "azimuth_deg": _rounded(result.azimuth_deg, 1),
        "near_side": result.near_side,
        "scale": {
            "cm_per_px": _rounded(result.cm_per_px, 5),
            "stature_cm": _rounded(result.stature_cm, 1),
            "stature_assumed": result.stature_assumed,
        },
        "provenance": {**asdict(result.provenance), "notes": list(result.provenance.notes)},
    }


def json_text(results: SetResult | Sequence[SetResult]) -> str:
    """Return one result as an object, a sequence of results as a list, ending in a newline."""
    value = result_json(results) if isinstance(results, SetResult) else [result_json(result) for result in results]
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(results: SetResult | Sequence[SetResult], path: Path) -> None:
    """Write `json_text` to a file, whole or not at all."""
    write_text(path, json_text(results))


def _rep(rep: Rep) -> dict[str, Any]:
    return {
        "index": rep.index,
        "side": rep.side,
        "start_s": _rounded(rep.start_s, 3),
        "peak_s": _rounded(rep.peak_s, 3),
        "end_s": _rounded(rep.end_s, 3),
        **_judged(rep),
    }


def _hold(hold: Hold) -> dict[str, Any]:
    return {
        "index": hold.index,
        "side": hold.side,
        "start_s": _rounded(hold.start_s, 3),
        "end_s": _rounded(hold.end_s, 3),
        "held_s": _rounded(hold.held_s, 3),
        "target_s": _rounded(hold.target_s, 3),
        "reached": hold.reached,
        **_judged(hold),
    }


def _judged(item: Rep | Hold) -> dict[str, Any]:
    return {
        "peak": _peak(item.peak),
        "verdict": item.verdict,
        "faults": [_fault(fault) for fault in item.faults],
        "watch": [_fault(fault) for fault in item.watch],
        "not_judged": dict(item.not_judged),
    }


def _peak(peak: Mapping[str, float]) -> dict[str, float | None]:
    """Numbers not seen are null; an uncertainty that is not known is left out rather than null."""
    return {name: _rounded(value, 2) for name, value in peak.items() if isfinite(value) or not name.endswith("_sd")}


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "rule": fault.rule,
        "measure": fault.measure,
        "value": _rounded(fault.value, 2),
        **({"value_sd": _rounded(fault.sd, 2)} if isfinite(fault.sd) else {}),
        "limit": _rounded(fault.limit, 2),
        "text": fault.text,
        "time_s": _rounded(fault.time_s, 3),
    }


def _rounded(value: float, digits: int) -> float | None:
    if not isfinite(value):
        return None
    return rounded(value, digits)
