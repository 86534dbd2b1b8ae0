"""One file that takes sets from one machine to another: a zip of JSON, landmark recordings and clips."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

import formcheck
from formcheck.errors import SourceError, SpecError, StoreError
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import parse_spec
from formcheck.store.files import CLIP, RECORDING, sha256_of
from formcheck.store.incoming import add_reviews, add_set
from formcheck.store.repository import Store
from formcheck.store.rows import utc_now
from formcheck.store.safe_zip import SafeZip, check_recording_size, opened
from formcheck.store.tables import Base, ExerciseSet, Finding, Item, Patient, Problem, Review, Scoring, Spec
from formcheck.store.transfer_form import ExportedSet, Manifest

__all__ = ["Imported", "export_sets", "import_sets"]

Form = TypeVar("Form", Manifest, ExportedSet)

MANIFEST: Final = "manifest.json"
MOST_JSON: Final = 40_000_000
MOST_RECORDING: Final = 400_000_000
MOST_CLIP: Final = 2_000_000_000
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_SET: Final = "formcheck.set/1"
_EXPORT: Final = "formcheck.export/1"
_NOT_OURS: Final = {"id", "set_id", "scoring_id", "spec_sha256", "patient_id", "exercise", "item_id", "root_id"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: uids of new sets, of those that were there already, and how many reviews were new."""

    added: tuple[str, ...]
    known: tuple[str, ...]
    reviews: int


# ---------------------------------------------------------------------- out


def export_sets(
    store: Store, uids: Sequence[str], target: Path | IO[bytes], *, names: bool = False, clips: bool = True
) -> None:
    """Write sets to one file, whole or not at all. Names of people and files only where `names` asks for them.

    Clips show the person; they stay behind where `clips` is False.
    """
    if isinstance(target, Path):
        partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            with partial.open("xb") as file:
                export_sets(store, uids, file, names=names, clips=clips)
            partial.replace(target)
        except OSError as error:
            raise StoreError(f"{target}: cannot be written ({error.strerror}); choose another folder") from error
        finally:
            partial.unlink(missing_ok=True)
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        manifest = Manifest(schema=_EXPORT, formcheck=formcheck.__version__, made_at=utc_now(), sets=tuple(uids))
        _write(archive, MANIFEST, manifest.model_dump_json(by_alias=True, indent=1))
        for uid in uids:
            form = exported(store, uid, names=names, clips=clips)
            _write(archive, f"{uid}/set.json", form.model_dump_json(by_alias=True, indent=1))
            for name in form.files:
                info = zipfile.ZipInfo(f"{uid}/{name}", _EPOCH)  # both are compressed already
                with (store.files.folder(uid) / name).open("rb") as file, archive.open(info, "w") as member:
                    shutil.copyfileobj(file, member)


def _write(archive: zipfile.ZipFile, name: str, text: str) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    archive.writestr(info, text, compress_type=zipfile.ZIP_DEFLATED)


def exported(store: Store, uid: str, *, names: bool, clips: bool = True) -> ExportedSet:
    """Return a set in the form that leaves the machine."""
    with store.reading() as session:
        row = session.scalar(select(ExerciseSet).where(ExerciseSet.uid == uid))
        if row is None or row.scoring_id is None:
            raise StoreError(f"no set is called {uid[:40]!r}; `formcheck sessions list` shows all")
        scoring = session.get_one(Scoring, row.scoring_id)
        patient = session.get_one(Patient, row.patient_id)
        spec = session.get_one(Spec, scoring.spec_sha256)
        values = {
            "schema": _SET,
            "uid": uid,
            "person": {"uid": patient.uid, "name": patient.name if names else "", "stature_cm": patient.stature_cm},
            **_columns(row, {"uid", "saved_at", "state", "recording_sha256", "clip_sha256"}),
            "exercise": row.exercise,
            "source_name": row.source_name if names else "",
            "spec": {"sha256": spec.sha256, "text": spec.text},
            "scoring": _columns(scoring),
            **_rows_of(session, scoring.id, names=names),
            "files": {name: _file(path) for name, path in _kept_files(store, uid) if clips or name != CLIP},
        }
    return ExportedSet.model_validate(values, strict=False)


def _rows_of(session: Session, scoring_id: int, *, names: bool) -> dict[str, Any]:
    """Return items, findings, set-up problems and reviews of a scoring."""
    findings = session.scalars(select(Finding).where(Finding.scoring_id == scoring_id).order_by(Finding.id)).all()
    items = session.scalars(select(Item).where(Item.scoring_id == scoring_id).order_by(Item.number)).all()
    problems = session.scalars(select(Problem).where(Problem.scoring_id == scoring_id).order_by(Problem.id)).all()
    query = select(Review).join(Item, Item.root_id == Review.root_id).where(Item.scoring_id == scoring_id)
    reviews = session.scalars(query.order_by(Review.id)).all()
    people = list(dict.fromkeys(review.reviewer for review in reviews))
    by_root = {item.root_id: item for item in items}
    of: dict[int | None, list[dict[str, Any]]] = {}
    for one in findings:
        of.setdefault(one.item_id, []).append(_columns(one))
    return {
        "items": [{**_columns(item, {"unresolved", "severity"}), "findings": of.get(item.id, [])} for item in items],
        "set_findings": of.get(None, []),
        "setup": [_columns(one) for one in problems],
        "reviews": [
            {
                **_columns(review, {"current"}),
                "kind": by_root[review.root_id].kind,
                "number": by_root[review.root_id].number,
                "reviewer": review.reviewer if names else f"reviewer {people.index(review.reviewer) + 1}",
            }
            for review in reviews
        ],
    }


def _columns(row: Base, without: Set[str] = frozenset()) -> dict[str, Any]:
    names = (column.key for column in row.__table__.columns)
    return {name: getattr(row, name) for name in names if name not in _NOT_OURS and name not in without}


def _kept_files(store: Store, uid: str) -> Iterator[tuple[str, Path]]:
    for name in (RECORDING, CLIP):
        path = store.files.folder(uid) / name
        if path.exists():
            yield name, path


def _file(path: Path) -> dict[str, object]:
    return {"sha256": sha256_of(path), "bytes": path.stat().st_size}


# ---------------------------------------------------------------------- in


def import_sets(store: Store, source: Path | IO[bytes], *, shown: str = "", person: str | None = None) -> Imported:
    """Take in an export file. A set that is there already only gains reviews that are new.

    `person` is what to call somebody whose export has no name. The file is checked before each set is kept; a set
    that is not right stops the import with one line, and leaves nothing of itself.
    """
    shown = shown or str(source)
    added: list[str] = []
    known: list[str] = []
    reviews = 0
    with opened(source, shown) as archive:
        manifest = _parsed(Manifest, archive.text(MANIFEST, MOST_JSON), f"{shown}: {MANIFEST}")
        forms = [_form(archive, uid) for uid in dict.fromkeys(manifest.sets)]
        expected = {f"{form.uid}/{name}" for form in forms for name in ("set.json", *form.files)}
        strange = sorted(archive.names - expected - {MANIFEST})
        if strange:
            raise StoreError(f"{shown}: holds {strange[0][:80]!r}, which no export has; nothing was imported")
        for form in forms:
            new, more = _import_one(store, archive, form, person)
            (added if new else known).append(form.uid)
            reviews += more
    return Imported(tuple(added), tuple(known), reviews)


def _parsed(kind: type[Form], text: bytes, shown: str) -> Form:
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))[:120]
        raise StoreError(f"{shown}: {where}: {first['msg']}; nothing was imported") from error


def _form(archive: SafeZip, uid: str) -> ExportedSet:
    shown = f"{archive.shown}: {uid}/set.json"
    form = _parsed(ExportedSet, archive.text(f"{uid}/set.json", MOST_JSON), shown)
    if form.uid != uid:
        raise StoreError(f"{shown}: uid differs from the folder's; nothing was imported")
    numbers = {(item.kind, item.number) for item in form.items}
    if len(numbers) != len(form.items):
        raise StoreError(f"{shown}: the same rep twice; nothing was imported")
    if any((review.kind, review.number) not in numbers for review in form.reviews):
        raise StoreError(f"{shown}: a review of a rep that is not there; nothing was imported")
    content = form.spec.text.encode()
    try:
        spec = parse_spec(content, Path(f"{form.exercise}.yaml"))
    except SpecError as error:
        raise StoreError(f"{shown}: its spec cannot be used: {str(error).splitlines()[0]}") from error
    if spec.sha256 != form.spec.sha256:
        raise StoreError(f"{shown}: the spec is not what it says (its hash differs); nothing was imported")
    return form


def _import_one(store: Store, archive: SafeZip, form: ExportedSet, person: str | None) -> tuple[bool, int]:
    with store.writing() as session:
        there = session.scalar(select(ExerciseSet).where(ExerciseSet.uid == form.uid).with_for_update())
        if there is not None:
            return False, add_reviews(session, there, form)
        with _files_in(store, archive, form):
            row = add_set(session, form, person)
            return True, add_reviews(session, row, form)


@contextmanager
def _files_in(store: Store, archive: SafeZip, form: ExportedSet) -> Iterator[None]:
    """Put the files of a set in place; a block that fails leaves none."""
    folder = store.files.make(form.uid)
    try:
        for name, file in form.files.items():
            most = MOST_RECORDING if name == RECORDING else MOST_CLIP
            (folder / name).unlink(missing_ok=True)
            archive.copy(f"{form.uid}/{name}", folder / name, sha256=file.sha256, size=file.bytes, most=most)
        _check_files(folder, archive.shown)
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _check_files(folder: Path, shown: str) -> None:
    recording, clip = folder / RECORDING, folder / CLIP
    if recording.exists():
        check_recording_size(recording, shown, MOST_RECORDING)
        try:
            load_recording(recording)
        except SourceError as error:
            raise StoreError(f"{shown}: its landmark recording cannot be read; nothing was imported") from error
    if clip.exists():
        with clip.open("rb") as file:
            head = file.read(12)
        if head[4:8] != b"ftyp":
            raise StoreError(f"{shown}: its clip is no MP4 video; nothing was imported")
