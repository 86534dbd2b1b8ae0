"""Between the values that travel and the rows that last. Not seen is NaN there and NULL here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import inf, isfinite, nan
from typing import Any, cast

from formcheck.model import Counts, Fault, Hold, Provenance, Rep, SetResult, SetupProblem, Side, Verdict, View
from formcheck.store.tables import Finding, Item, Problem, Scoring

__all__ = [
    "best_of",
    "counts_of",
    "fault_of",
    "finding_row",
    "hold_of",
    "item_values",
    "number",
    "plain",
    "problem_row",
    "rep_of",
    "scoring_values",
    "severity",
    "utc_now",
]


def utc_now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


def number(value: float | None) -> float | None:
    """Return a float for the database: NULL where not seen."""
    return float(value) if value is not None and isfinite(value) else None


def value(stored: float | None) -> float:
    """Return a float from the database: NaN where not seen."""
    return nan if stored is None else float(stored)


def plain(values: Mapping[str, float]) -> dict[str, float | None]:
    """Return numbers by name for a JSON column."""
    return {name: number(one) for name, one in values.items()}


def severity(item: Rep | Hold) -> float:
    """Return how far beyond its limit the worst fault is, as a share of the limit; 0 where nothing could be judged."""
    return max((_beyond(fault) for fault in item.faults), default=0.0)


def _beyond(fault: Fault) -> float:
    share = abs(fault.value - fault.limit) / abs(fault.limit) if fault.limit else 0.0
    return share if isfinite(share) else 0.0


def item_values(item: Rep | Hold) -> dict[str, Any]:
    """Return the columns of an item that come from a rep or hold."""
    common: dict[str, Any] = {
        "kind": "hold" if isinstance(item, Hold) else "rep",
        "number": item.index,
        "side": item.side,
        "start_s": float(item.start_s),
        "end_s": float(item.end_s),
        "verdict": item.verdict,
        "peak": plain(item.peak),
        "not_judged": dict(item.not_judged),
        "unresolved": item.verdict in ("fault", "cannot_judge"),
        "severity": severity(item),
    }
    if isinstance(item, Hold):
        return {**common, "held_s": float(item.held_s), "target_s": float(item.target_s), "reached": bool(item.reached)}
    return {**common, "peak_s": float(item.peak_s)}


def finding_row(fault: Fault, level: str, scoring_id: int, item_id: int | None) -> Finding:
    """Return the row of a fault, or of a value near its limit."""
    return Finding(
        scoring_id=scoring_id,
        item_id=item_id,
        level=level,
        rule=fault.rule,
        measure=fault.measure,
        value=number(fault.value),
        sd=number(fault.sd),
        limit=number(fault.limit),
        text=fault.text,
        time_s=number(fault.time_s),
    )


def problem_row(problem: SetupProblem, scoring_id: int) -> Problem:
    """Return the row of a set-up problem."""
    return Problem(
        scoring_id=scoring_id,
        problem=problem.problem,
        start_s=float(problem.start_s),
        end_s=float(problem.end_s),
        text=problem.text,
    )


def scoring_values(result: SetResult) -> dict[str, Any]:
    """Return the columns of a scoring that come from a result."""
    return {
        "formcheck": result.provenance.formcheck,
        "model_sha256": result.provenance.model_sha256,
        "backend": result.provenance.backend,
        "notes": list(result.provenance.notes),
        "completed": result.counts.completed,
        "valid": result.counts.valid,
        "flagged": result.counts.flagged,
        "cannot_judge": result.counts.cannot_judge,
        "tracked_fraction": number(result.tracked_fraction),
        "view": result.view,
        "azimuth_deg": number(result.azimuth_deg),
        "near_side": result.near_side,
        "cm_per_px": number(result.cm_per_px),
        "stature_cm": number(result.stature_cm),
        "stature_assumed": result.stature_assumed,
        "limits": plain(result.limits),
        "best": best_of(result.holds or result.reps),
        "summary": plain(result.summary),
    }


def best_of(items: Sequence[Rep | Hold]) -> dict[str, float | None]:
    """Return each measure's largest excursion over the items that were judged, with its sd, and the longest hold."""
    best: dict[str, float | None] = {}
    for item in items:
        if item.verdict == "cannot_judge":
            continue
        for name, size in item.peak.items():
            if name.endswith("_sd") or not isfinite(size):
                continue
            if abs(size) > abs(best.get(name) or 0.0):
                best[name], best[f"{name}_sd"] = float(size), number(item.peak.get(f"{name}_sd"))
    held = [item.held_s for item in items if isinstance(item, Hold)]
    return {**best, "held_s": float(max(held, default=-inf))} if held else best


def fault_of(row: Finding) -> Fault:
    """Return the fault of a row."""
    return Fault(row.rule, row.measure, value(row.value), value(row.sd), value(row.limit), row.text, value(row.time_s))


def _judged(row: Item, findings: Iterable[Finding]) -> dict[str, Any]:
    listed = list(findings)
    return {
        "index": row.number,
        "side": cast("Side", row.side),
        "start_s": row.start_s,
        "end_s": row.end_s,
        "peak": {name: value(one) for name, one in row.peak.items()},
        "verdict": cast("Verdict", row.verdict),
        "faults": tuple(fault_of(one) for one in listed if one.level == "fault"),
        "watch": tuple(fault_of(one) for one in listed if one.level == "watch"),
        "not_judged": dict(row.not_judged),
    }


def rep_of(row: Item, findings: Iterable[Finding]) -> Rep:
    """Return the rep of a row."""
    return Rep(peak_s=value(row.peak_s), **_judged(row, findings))


def hold_of(row: Item, findings: Iterable[Finding]) -> Hold:
    """Return the hold of a row."""
    return Hold(
        held_s=value(row.held_s), target_s=value(row.target_s), reached=bool(row.reached), **_judged(row, findings)
    )


def provenance_of(row: Scoring) -> Provenance:
    """Return what produced a scoring."""
    return Provenance(row.formcheck, row.spec_sha256, row.model_sha256, row.backend, tuple(row.notes))


def counts_of(row: Scoring) -> Counts:
    """Return how many reps or holds a scoring found, and how they were judged."""
    return Counts(row.completed, row.valid, row.flagged, row.cannot_judge)


def view_of(row: Scoring) -> View | None:
    """Return how the person was seen."""
    return cast("View | None", row.view)
