"""The record: every set with what it was judged by, what was found, and its files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from formcheck.errors import StoreError
from formcheck.model import Hold, LandmarkRecording, Rep, SetResult
from formcheck.sources.recording import save_recording
from formcheck.specs.loader import SpecFile, parse_spec
from formcheck.store.clips import write_clip
from formcheck.store.database import database_url, open_engine, told
from formcheck.store.files import SetFiles, data_folder, sha256_of
from formcheck.store.rows import number, utc_now
from formcheck.store.summaries import SetSummary, summaries, summary_of
from formcheck.store.tables import ExerciseSet, Patient, PersonSpec, Scoring, Spec
from formcheck.store.writing import (
    OpenSet,
    add_item,
    fill_scoring,
    forget_what_nothing_names,
    keep_spec,
    patient_named,
    spec_row,
)

__all__ = ["DEFAULT_PERSON", "OpenSet", "Store", "open_store"]

DEFAULT_PERSON = "me"


def open_store(folder: Path | None = None) -> Store:
    """Open the user's record: files in the data folder, rows where FORMCHECK_DATABASE says. Raises StoreError."""
    folder = folder or data_folder()
    files = SetFiles(folder)
    files.open()
    return Store(database_url(folder), files)


class Store:
    """The record. Each method is one transaction; all raise StoreError."""

    def __init__(self, url: URL, files: SetFiles) -> None:
        self.files = files
        self._engine = open_engine(url)
        self._reading = self._engine.execution_options(writes=False)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only reads."""
        with told("reading"), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that is committed when the block ends, and undone when it fails."""
        with told("writing"), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    # ------------------------------------------------------------------ a set comes in

    def save_set(
        self,
        spec_file: SpecFile,
        result: SetResult,
        recording: LandmarkRecording,
        *,
        person: str = DEFAULT_PERSON,
        origin: str = "score",
        asked_side: str | None = None,
        asked_stature_cm: float | None = None,
        clip: Path | None = None,
    ) -> str:
        """Save a scored set with its recording, and its video (if given) as a clip that browsers play; return its uid.

        Raises SourceError where the video cannot be read.
        """
        going = self.open_set(
            spec_file, person=person, origin=origin, asked_side=asked_side, asked_stature_cm=asked_stature_cm
        )
        try:
            if clip is not None:
                self.files.make(going.uid)
                write_clip(clip, self.files.clip(going.uid))
            self.close_set(going, result, recording)
        except BaseException:
            self.delete(going.uid)
            raise
        return going.uid

    def open_set(
        self,
        spec_file: SpecFile,
        *,
        person: str = DEFAULT_PERSON,
        origin: str = "live",
        asked_side: str | None = None,
        asked_stature_cm: float | None = None,
        metronome: bool = False,
        pain_before: int | None = None,
    ) -> OpenSet:
        """Begin a set; from now on `add` keeps each rep or hold as it ends."""
        spec = spec_row(spec_file)
        with self.writing() as session:
            keep_spec(session, spec)
            patient = patient_named(session, person)
            now = utc_now()
            row = ExerciseSet(
                patient_id=patient.id,
                exercise=spec.exercise,
                performed_at=now,
                saved_at=now,
                origin=origin,
                state="open",
                asked_side=asked_side,
                asked_stature_cm=number(asked_stature_cm),
                metronome=metronome,
                pain_before=pain_before,
            )
            session.add(row)
            session.flush()
            scoring = Scoring(
                set_id=row.id,
                spec_sha256=spec.sha256,
                made_at=now,
                formcheck="",
                model_sha256="",
                backend="",
                notes=[],
                limits={},
                best={},
            )
            session.add(scoring)
            session.flush()
            row.scoring_id = scoring.id
            return OpenSet(row.uid, row.id, scoring.id, patient.id, spec.exercise)

    def left_open(self, uid: str) -> OpenSet:
        """Return a set that was never closed, to go on with it."""
        with self.reading() as session:
            row = session.scalars(select(ExerciseSet).where(ExerciseSet.uid == uid, ExerciseSet.state == "open")).one()
            return OpenSet(row.uid, row.id, row.scoring_id or 0, row.patient_id, row.exercise)

    def add(self, going: OpenSet, item: Rep | Hold) -> None:
        """Keep a rep or hold that has just ended."""
        with self.writing() as session:
            add_item(session, going, item)
            scoring = session.get_one(Scoring, going.scoring_id)
            scoring.completed += 1
            scoring.valid += item.verdict in ("ok", "watch")
            scoring.flagged += item.verdict == "fault"
            scoring.cannot_judge += item.verdict == "cannot_judge"

    def close_set(
        self, going: OpenSet, result: SetResult, recording: LandmarkRecording, *, clip: Path | None = None
    ) -> None:
        """End a set: keep its files, and the final verdicts in place of those given on the way.

        `clip` is H.264 in MP4 with the times of the landmarks, and is kept as it is.
        """
        folder = self.files.make(going.uid)
        nameless = replace(
            recording, source=replace(recording.source, path=going.uid)
        )  # a file's name may name somebody
        save_recording(nameless, self.files.recording(going.uid))
        if clip is not None:
            shutil.copyfile(clip, self.files.clip(going.uid))
        with self.writing() as session:
            row = session.get_one(ExerciseSet, going.set_id)
            row.state = "closed"
            row.saved_at = utc_now()
            row.source_name = Path(result.source.path).name[:255]
            row.duration_s = number(result.source.duration_s)
            row.frames, row.width, row.height = result.source.frames, result.source.width, result.source.height
            row.recording_sha256 = sha256_of(self.files.recording(going.uid))
            row.clip_sha256 = sha256_of(self.files.clip(going.uid)) if (folder / "clip.mp4").exists() else None
            fill_scoring(session, going, result)

    # ------------------------------------------------------------------ sets that are there

    def list_sets(
        self, *, person: str | None = None, patient_id: int | None = None, most: int | None = None, skip: int = 0
    ) -> list[SetSummary]:
        """Return the sets, newest first."""
        query = summaries().order_by(ExerciseSet.performed_at.desc(), ExerciseSet.id.desc())
        if person is not None:
            query = query.where(Patient.name == person)
        if patient_id is not None:
            query = query.where(ExerciseSet.patient_id == patient_id)
        with self.reading() as session:
            return [summary_of(*row) for row in session.execute(query.limit(most).offset(skip)).all()]

    def count_sets(self) -> int:
        """Return how many sets there are."""
        with self.reading() as session:
            return session.scalar(select(func.count()).select_from(ExerciseSet)) or 0

    def find_set(self, name: str) -> SetSummary:
        """Return the set whose uid begins with `name`, where only one does."""
        query = summaries().where(ExerciseSet.uid.startswith(name, autoescape=True)).limit(2)
        with self.reading() as session:
            found = [summary_of(*row) for row in session.execute(query).all()]
        if len(found) != 1 or not name:
            many = "several sets have" if found else "no set has"
            raise StoreError(f"{many} a name beginning with {name[:40]!r}; `formcheck sessions list` shows them")
        return found[0]

    def note(self, uid: str, *, pain: int | None, note: str) -> None:
        """Keep what the person says after a set: pain from 0 to 10, None where not asked, and words."""
        with self.writing() as session:
            row = session.scalars(select(ExerciseSet).where(ExerciseSet.uid == uid)).one()
            row.pain, row.note = pain, note

    def note_of(self, uid: str) -> str:
        """Return the note of a set."""
        with self.reading() as session:
            return session.scalar(select(ExerciseSet.note).where(ExerciseSet.uid == uid)) or ""

    def delete(self, uid: str) -> None:
        """Delete a set: rows and files, in one action."""
        with self.files.leaving(uid), self.writing() as session:
            patient_id = session.scalar(select(ExerciseSet.patient_id).where(ExerciseSet.uid == uid))
            session.execute(delete(ExerciseSet).where(ExerciseSet.uid == uid))
            forget_what_nothing_names(session, patient_id)

    # ------------------------------------------------------------------ specs

    def spec_of(self, sha256: str) -> SpecFile:
        """Return a spec that sets were judged by, from its text in the record."""
        with self.reading() as session:
            row = session.get_one(Spec, sha256)
        return parse_spec(row.text.encode(), Path(f"{row.exercise}.yaml"))

    def spec_for(self, person: str, exercise: str) -> SpecFile | None:
        """Return the spec made for a person, if there is one."""
        query = (
            select(PersonSpec.spec_sha256)
            .join(Patient, Patient.id == PersonSpec.patient_id)
            .where(Patient.name == person, PersonSpec.exercise == exercise)
            .order_by(PersonSpec.id.desc())
            .limit(1)
        )
        with self.reading() as session:
            sha256 = session.scalar(query)
        return None if sha256 is None else self.spec_of(sha256)
