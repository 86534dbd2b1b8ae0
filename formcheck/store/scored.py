"""A set as a result again, its frame-by-frame series, and scoring it anew from its recording."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, cast

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.orm import Session

import formcheck
from formcheck.engine import Engine
from formcheck.errors import FormcheckError, StoreError
from formcheck.model import (
    FloatArray,
    Hold,
    LandmarkRecording,
    Provenance,
    Rep,
    SetResult,
    SetupProblem,
    Side,
    SourceInfo,
)
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import SpecFile
from formcheck.store.repository import Store
from formcheck.store.reviews import settle
from formcheck.store.rows import (
    counts_of,
    fault_of,
    hold_of,
    provenance_of,
    rep_of,
    scoring_values,
    utc_now,
    value,
    view_of,
)
from formcheck.store.tables import ExerciseSet, Finding, Item, Problem, Scoring, Spec
from formcheck.store.writing import OpenSet, add_item, add_of_set, keep_spec, spec_row

__all__ = ["Change", "changes", "load_result", "recording_of", "rescore", "save_rescored", "series_of"]

_SAME: Final = 0.5
"""Two items are the same movement where they share this much of the shorter one."""


@dataclass(frozen=True, slots=True)
class Change:
    """What scoring again makes of one movement; None where only one of the scorings has it."""

    before: Rep | Hold | None
    after: Rep | Hold | None

    @property
    def differs(self) -> bool:
        """Whether verdict or faults changed."""
        if self.before is None or self.after is None:
            return True
        return _said(self.before) != _said(self.after)


def _said(item: Rep | Hold) -> tuple[str, frozenset[str]]:
    return item.verdict, frozenset(fault.rule for fault in item.faults)


def recording_of(store: Store, uid: str) -> LandmarkRecording:
    """Return the landmark recording of a set. Raises StoreError where there is none."""
    path = store.files.recording(uid)
    if not path.exists():
        raise StoreError(f"set {uid[:8]}: its landmark recording is not there; the set was never finished")
    return load_recording(path)


def load_result(store: Store, uid: str, *, series: bool = False) -> SetResult:
    """Return a set as the result in force; `series` is empty unless asked for."""
    with store.reading() as session:
        row, scoring = _set_and_scoring(session, uid)
        items = session.scalars(select(Item).where(Item.scoring_id == scoring.id).order_by(Item.number)).all()
        findings = session.scalars(select(Finding).where(Finding.scoring_id == scoring.id).order_by(Finding.id)).all()
        problems = session.scalars(select(Problem).where(Problem.scoring_id == scoring.id).order_by(Problem.id)).all()
    result = _result(row, scoring, items, findings, problems)
    return replace(result, series=series_of(store, uid, scoring.spec_sha256)) if series else result


def _set_and_scoring(session: Session, uid: str) -> tuple[ExerciseSet, Scoring]:
    query = (
        select(ExerciseSet, Scoring).join(Scoring, Scoring.id == ExerciseSet.scoring_id).where(ExerciseSet.uid == uid)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise StoreError(f"no set is called {uid[:40]!r}; `formcheck sessions list` shows all")
    return found[0], found[1]


def _result(
    row: ExerciseSet,
    scoring: Scoring,
    items: Sequence[Item],
    findings: Sequence[Finding],
    problems: Sequence[Problem],
) -> SetResult:
    of: dict[int | None, list[Finding]] = {}
    for finding in findings:
        of.setdefault(finding.item_id, []).append(finding)
    return SetResult(
        exercise=row.exercise,
        source=SourceInfo(row.source_name, row.duration_s or 0.0, row.frames, row.width, row.height),
        counts=counts_of(scoring),
        reps=tuple(rep_of(item, of.get(item.id, ())) for item in items if item.kind == "rep"),
        holds=tuple(hold_of(item, of.get(item.id, ())) for item in items if item.kind == "hold"),
        setup=tuple(SetupProblem(one.problem, one.start_s, one.end_s, one.text) for one in problems),
        tracked_fraction=value(scoring.tracked_fraction),
        provenance=provenance_of(scoring),
        view=view_of(scoring),
        azimuth_deg=value(scoring.azimuth_deg),
        near_side=cast("Side", scoring.near_side),
        cm_per_px=value(scoring.cm_per_px),
        stature_cm=value(scoring.stature_cm),
        stature_assumed=scoring.stature_assumed,
        set_faults=tuple(fault_of(one) for one in of.get(None, ())),
        series={},
        limits={name: value(one) for name, one in scoring.limits.items()},
        summary={name: value(one) for name, one in scoring.summary.items()},
    )


# ---------------------------------------------------------------------- series


def series_of(store: Store, uid: str, spec_sha256: str) -> Mapping[str, FloatArray]:
    """Return the measures of every frame; worked out from the recording once, then read from a file beside it."""
    path = store.files.folder(uid) / f"series-{spec_sha256[:16]}-{formcheck.__version__}.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as archive:
            return dict(zip(archive["names"].tolist(), archive["values"], strict=True))
    series = rescore(store, uid, store.spec_of(spec_sha256)).series
    _write_series(path, series)
    return series


def _write_series(path: Path, series: Mapping[str, FloatArray]) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            np.savez(file, names=np.array(list(series)), values=np.stack(list(series.values())))
        partial.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror}); check the folder and free space") from error
    finally:
        partial.unlink(missing_ok=True)


# ---------------------------------------------------------------------- scoring again


def rescore(store: Store, uid: str, spec_file: SpecFile) -> SetResult:
    """Run the engine over a set's recording with a spec, as it was asked for then. Nothing is saved."""
    recording = recording_of(store, uid)
    with store.reading() as session:
        row, _ = _set_and_scoring(session, uid)
    if spec_file.spec.id != row.exercise:
        raise StoreError(f"set {uid[:8]} is {row.exercise}, the spec is for {spec_file.spec.id}")
    side = cast("Literal['left', 'right'] | None", row.asked_side)
    engine = Engine(spec_file.spec, stature_cm=row.asked_stature_cm, side=side, metronome=row.metronome)
    try:
        engine.run(recording)
    except FormcheckError as error:
        raise StoreError(f"set {uid[:8]}: cannot be scored again ({error})") from error
    provenance = Provenance(
        formcheck.__version__, spec_file.sha256, recording.model_sha256, recording.backend, recording.notes
    )
    return engine.finish(recording.source, provenance)


def changes(before: SetResult, after: SetResult) -> list[Change]:
    """Return the movements of both results side by side, in time order."""
    left: list[Rep | Hold] = [*before.reps, *before.holds]
    found: list[Change] = []
    items: list[Rep | Hold] = [*after.reps, *after.holds]
    for item in items:
        same = next((old for old in left if type(old) is type(item) and _shared(old, item) >= _SAME), None)
        if same is not None:
            left.remove(same)
        found.append(Change(same, item))
    found += [Change(old, None) for old in left]
    return sorted(found, key=lambda change: (change.after or change.before).start_s)  # type: ignore[union-attr]


def _shared(a: Rep | Hold, b: Rep | Hold) -> float:
    shorter = min(a.end_s - a.start_s, b.end_s - b.start_s)
    return (min(a.end_s, b.end_s) - max(a.start_s, b.start_s)) / shorter if shorter > 0 else 0.0


def save_rescored(store: Store, uid: str, spec_file: SpecFile, result: SetResult) -> None:
    """Make a new scoring the one in force. The earlier one, and what reviewers said of it, stay.

    A movement that was reviewed keeps its reviews; it comes back into the queue only for a fault nobody has judged.
    """
    with store.writing() as session:
        session.scalar(select(ExerciseSet.id).where(ExerciseSet.uid == uid).with_for_update())
        row, old = _set_and_scoring(session, uid)
        before = load_result(store, uid)  # once nobody else can score or review it meanwhile
        if session.get(Spec, spec_file.sha256) is None:
            keep_spec(session, spec_row(spec_file))
        new = Scoring(set_id=row.id, spec_sha256=spec_file.sha256, made_at=utc_now(), **scoring_values(result))
        session.add(new)
        session.flush()
        row.scoring_id = new.id
        going = OpenSet(row.uid, row.id, new.id, row.patient_id, row.exercise)
        roots = {
            (item.kind, item.number): item.root_id
            for item in session.scalars(select(Item).where(Item.scoring_id == old.id))
        }
        for change in changes(before, result):
            if change.after is not None:
                key = None if change.before is None else (_kind(change.before), change.before.index)
                settle(session, add_item(session, going, change.after, roots.get(key) if key else None))
        session.execute(update(Item).where(Item.scoring_id == old.id).values(unresolved=False))
        add_of_set(session, new.id, result)


def _kind(item: Rep | Hold) -> str:
    return "hold" if isinstance(item, Hold) else "rep"
