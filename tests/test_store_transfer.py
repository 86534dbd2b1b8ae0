"""An export takes a set whole and names nobody; an import believes nothing that it has not checked."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_results import made_recording, made_result
from made_store import made_set, opened_store
from made_video import make_video, steady

from formcheck.errors import StoreError
from formcheck.sources.recording import save_recording
from formcheck.specs.loader import load_spec
from formcheck.store import Store
from formcheck.store.files import sha256_of
from formcheck.store.items import item_ids
from formcheck.store.queue import groups
from formcheck.store.reviews import record_review, reviews_of_set, undo
from formcheck.store.scored import load_result, recording_of
from formcheck.store.transfer import export_sets, import_sets


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Somebody else's record."""
    made = opened_store(tmp_path_factory.mktemp("other"))
    yield made
    made.close()


@pytest.fixture
def sent(store: Store, tmp_path: Path) -> tuple[str, Path]:
    """A reviewed set with a clip, and its export."""
    return _send(store, tmp_path)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The same, once for all tests that only change the file."""
    folder = tmp_path_factory.mktemp("sender")
    made = opened_store(folder)
    found = _send(made, folder)
    made.close()
    return found


def _send(store: Store, tmp_path: Path) -> tuple[str, Path]:
    clip = tmp_path / "Ann Example heel raise.mp4"
    make_video(clip, steady(12, 10.0))
    uid = made_set(store, ("ok", "fault", "cannot_judge"), person="Ann Example", clip=clip)[0]
    store.note(uid, pain=3, note="left a little sore")
    record_review(store, item_ids(store, uid)["rep", 2], "knee_bend", "fault", reviewer="Dr Eva", note="yes")
    target = tmp_path / "sent.zip"
    export_sets(store, [uid], target)
    return uid, target


def test_a_set_arrives_as_it_was(store: Store, other: Store, sent: tuple[str, Path]) -> None:
    uid, file = sent
    done = import_sets(other, file)
    assert (done.added, done.known, done.reviews) == ((uid,), (), 1)
    here, there = load_result(store, uid), load_result(other, uid)
    assert (there.reps, there.counts, there.provenance, there.set_faults) == (
        here.reps,
        here.counts,
        here.provenance,
        here.set_faults,
    )
    assert np.array_equal(recording_of(other, uid).points, recording_of(store, uid).points, equal_nan=True)
    assert other.files.clip(uid).read_bytes() == store.files.clip(uid).read_bytes()
    assert (other.find_set(uid).pain, other.note_of(uid)) == (3, "left a little sore")
    assert [(one.rule, one.verdict, one.note) for one in reviews_of_set(other, uid)] == [("knee_bend", "fault", "yes")]
    assert [(one.waiting) for one in groups(other)] == [1]


def test_what_belongs_to_the_whole_set_travels(store: Store, other: Store, tmp_path: Path) -> None:
    spec_file, result = load_spec("heel_raise"), replace(made_result(("ok",)), summary={"cadence_per_min": 111.5})
    uid = store.save_set(spec_file, result, made_recording(result))
    export_sets(store, [uid], tmp_path / "walk.zip")
    import_sets(other, tmp_path / "walk.zip")
    assert load_result(other, uid).summary == {"cadence_per_min": 111.5}


def test_an_export_from_before_that_was_kept_is_taken_in(
    other: Store, export: tuple[str, Path], tmp_path: Path
) -> None:
    def without(members: dict[str, bytes], uid: str) -> None:
        form = json.loads(members[f"{uid}/set.json"])
        del form["scoring"]["summary"]
        members[f"{uid}/set.json"] = json.dumps(form).encode()

    import_sets(other, _changed(export[1], without, tmp_path))
    assert load_result(other, export[0]).summary == {}


def test_importing_twice_changes_nothing(other: Store, sent: tuple[str, Path]) -> None:
    import_sets(other, sent[1])
    before = _all_rows(other)
    again = import_sets(other, sent[1], person="Somebody")
    assert (again.added, again.reviews) == ((), 0)
    assert _all_rows(other) == before


def _all_rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as session:
        ask = session.connection().exec_driver_sql
        names = ("patient", "exercise_set", "scoring", "item", "finding", "review", "spec")
        return {
            name: [tuple(row) for row in ask(f"SELECT * FROM {name} ORDER BY {'sha256' if name == 'spec' else 'id'}")]
            for name in names
        }


def test_an_export_names_nobody_unless_asked(store: Store, sent: tuple[str, Path], tmp_path: Path) -> None:
    uid, file = sent
    for names, expected in ((False, False), (True, True)):
        target = tmp_path / f"{names}.zip"
        export_sets(store, [uid], target, names=names)
        with zipfile.ZipFile(target) as archive:
            text = b"".join(_unpacked(archive.read(name), name) for name in archive.namelist())
        for word in (b"Ann Example", b"Dr Eva"):
            assert (word in text) is expected, word
    assert file.exists()


def _unpacked(content: bytes, name: str) -> bytes:
    """Also what is inside the recording, which is a zip itself."""
    if not name.endswith(".npz"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as inner:
        return content + b"".join(inner.read(one).replace(b"\0", b"") for one in inner.namelist())


def test_a_person_without_a_name_is_called_as_asked(other: Store, sent: tuple[str, Path]) -> None:
    import_sets(other, sent[1], person="The runner")
    assert other.list_sets()[0].person == "The runner"


def test_two_exports_of_one_person_arrive_as_one_person(store: Store, other: Store, tmp_path: Path) -> None:
    for index in range(2):
        uid = made_set(store, person="Ann")[0]
        export_sets(store, [uid], tmp_path / f"{index}.zip")
        import_sets(other, tmp_path / f"{index}.zip")
    assert len({one.patient_id for one in other.list_sets()}) == 1


def test_reviews_come_back_and_undo_travels_too(
    store: Store, other: Store, sent: tuple[str, Path], tmp_path: Path
) -> None:
    uid, file = sent
    import_sets(other, file)
    record_review(other, item_ids(other, uid)["rep", 3], "", "no_fault", reviewer="Bo")
    undo(other, "Bo")
    record_review(other, item_ids(other, uid)["rep", 3], "", "cannot_tell", reviewer="Bo")
    export_sets(other, [uid], tmp_path / "back.zip", names=True)
    done = import_sets(store, tmp_path / "back.zip")
    assert (done.known, done.reviews) == ((uid,), 3)
    last = [one for one in reviews_of_set(store, uid) if one.reviewer == "Bo"]
    assert [(one.verdict, one.current) for one in last] == [
        ("no_fault", False),
        ("withdrawn", False),
        ("cannot_tell", True),
    ]
    assert groups(store) == []


def test_reviewers_without_names_stay_apart(store: Store, other: Store, sent: tuple[str, Path], tmp_path: Path) -> None:
    uid = sent[0]
    record_review(store, item_ids(store, uid)["rep", 2], "knee_bend", "no_fault", reviewer="Bo")
    export_sets(store, [uid], tmp_path / "two.zip")
    import_sets(other, tmp_path / "two.zip")
    said = reviews_of_set(other, uid)
    assert [(one.verdict, one.current) for one in said] == [("fault", True), ("no_fault", True)]
    assert len({one.reviewer for one in said}) == 2


def test_a_failed_export_leaves_no_file(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        export_sets(store, ["0" * 32], tmp_path / "x.zip")
    with pytest.raises(StoreError, match="cannot be written"):
        export_sets(store, ["0" * 32], tmp_path / "no folder" / "x.zip")
    assert not list(tmp_path.glob("*x.zip*"))


# ---------------------------------------------------------------------- files made to harm

Change = Callable[[dict[str, bytes], str], None]


def _changed(file: Path, change: Change, tmp_path: Path) -> Path:
    """Return a copy of an export with its members changed."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    uid = json.loads(members["manifest.json"])["sets"][0]
    change(members, uid)
    target = tmp_path / "evil.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target


def _json(key: str, value: object) -> Change:
    def change(members: dict[str, bytes], uid: str) -> None:
        form = json.loads(members[f"{uid}/set.json"])
        *path, last = key.split("/")
        place = form
        for step in path:
            place = place[int(step)] if step.isdigit() else place[step]
        place[last] = value
        members[f"{uid}/set.json"] = json.dumps(form).encode()

    return change


def _manifest(sets: object) -> Change:
    def change(members: dict[str, bytes], _: str) -> None:
        form = json.loads(members["manifest.json"])
        members["manifest.json"] = json.dumps({**form, "sets": sets}).encode()

    return change


def _put(name: str, content: bytes) -> Change:
    return lambda members, uid: members.__setitem__(name.replace("UID", uid), content)


def _drop(name: str) -> Change:
    return lambda members, uid: members.__delitem__(name.replace("UID", uid))


def _recording(content: bytes) -> Change:
    """A recording whose hash and size are as the JSON says, whatever it is."""

    def change(members: dict[str, bytes], uid: str) -> None:
        import hashlib

        members[f"{uid}/landmarks.npz"] = content
        claim = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        _json("files", {"landmarks.npz": claim})(members, uid)
        members.pop(f"{uid}/clip.mp4")

    return change


def _npy_that_claims(count: int) -> bytes:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({count},), }}".encode()
    header += b" " * (64 - (10 + len(header) + 1) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header


def _npz(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return packed.getvalue()


EVIL: dict[str, Change] = {
    "a path that leaves the folder": _put("../../evil.txt", b"x"),
    "an absolute path": _put("/tmp/evil.txt", b"x"),
    "a file that no export has": _put("UID/more.py", b"x"),
    "a set named by a path": _manifest(["../../../../etc"]),
    "a set of another name": _manifest(["f" * 32]),
    "no set": _manifest([]),
    "a uid that is a path": _json("uid", "../../etc/passwd"),
    "another uid": _json("uid", "e" * 32),
    "another file": _json("files", {"../../x": {"sha256": "0" * 64, "bytes": 1}}),
    "a wrong hash": _json("files/landmarks.npz/sha256", "0" * 64),
    "a wrong size": lambda members, uid: members.__setitem__(
        f"{uid}/landmarks.npz", members[f"{uid}/landmarks.npz"] + b"x"
    ),
    "no recording": _drop("UID/landmarks.npz"),
    "no manifest": _drop("manifest.json"),
    "no JSON": _put("UID/set.json", b"\x00\xff"),
    "JSON of another form": _put("UID/set.json", b"[]"),
    "JSON nested deeply": _put("UID/set.json", b"[" * 100_000),
    "an unknown field": _json("extra", 1),
    "a spec that is another": _json("spec/text", "schema: 1\nid: heel_raise\n"),
    "a spec that is a YAML bomb": _json("spec/text", "a: &a [x]\nb: *a\n"),
    "a spec for another exercise": _json("exercise", "squat"),
    "an exercise that is a path": _json("exercise", "../x"),
    "a number beyond all": _json("duration_s", 1e300),
    "text for a number": _json("frames", "many"),
    "a count below zero": _json("scoring/completed", -1),
    "pain beyond ten": _json("pain", 11),
    "a time without zone": _json("performed_at", "2026-01-01T10:00:00"),
    "a zero byte in a name": _json("person/name", "Ann\0"),
    "half a character": _json("person/name", "\ud800"),
    "an endless name": _json("person/name", "x" * 1000),
    "a rule that is markup": _json("items/1/findings/0/rule", "<script>"),
    "a review of nothing": _json("reviews/0/number", 99),
    "an unknown verdict": _json("reviews/0/verdict", "approved"),
    "the same rep twice": _json("items/1/number", 1),
    "a clip that is no video": lambda members, uid: (
        members.__setitem__(f"{uid}/clip.mp4", b"<html>" + b"x" * 100),
        _json("files/clip.mp4", {"sha256": sha_of(b"<html>" + b"x" * 100), "bytes": 106})(members, uid),
    )[0],
    "a recording that is none": _recording(b"not a recording"),
    "a recording with code in it": _recording(_npz(time_s=b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'shape': (1,)}")),
}


def sha_of(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("change", EVIL.values(), ids=EVIL.keys())
def test_a_changed_export_is_refused_in_one_line_and_leaves_nothing(
    other: Store, export: tuple[str, Path], tmp_path: Path, change: Change
) -> None:
    evil = _changed(export[1], change, tmp_path)
    inside = other.files.folder("0" * 32).parent
    around = sorted(tmp_path.rglob("*"))
    with pytest.raises(StoreError) as caught:
        import_sets(other, evil, shown="evil.zip")
    assert "\n" not in str(caught.value)
    assert other.list_sets() == []
    assert list(inside.iterdir()) == []
    assert sorted(tmp_path.rglob("*")) == around
    assert not Path("/tmp/evil.txt").exists()


def test_the_unchanged_copy_is_taken(other: Store, export: tuple[str, Path], tmp_path: Path) -> None:
    same = _changed(export[1], lambda members, uid: None, tmp_path)
    assert len(import_sets(other, same).added) == 1


def test_a_zip_bomb_is_refused_before_it_unpacks(other: Store, export: tuple[str, Path], tmp_path: Path) -> None:
    bomb = _changed(export[1], _put("UID/set.json", b" " * 50_000_000), tmp_path)
    assert bomb.stat().st_size < 300_000
    with pytest.raises(StoreError, match=r"times its size|claims"):
        import_sets(other, bomb)


def test_a_bomb_inside_the_recording_is_refused(other: Store, export: tuple[str, Path], tmp_path: Path) -> None:
    bomb = _recording(_npz(time_s=b"\0" * 450_000_000))
    with pytest.raises(StoreError, match="claim more than"):
        import_sets(other, _changed(export[1], bomb, tmp_path))


def test_an_array_that_claims_80_gb_is_refused_before_it_is_made(
    other: Store, export: tuple[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="claim more than they hold"):
        import_sets(other, _changed(export[1], _recording(_npz(time_s=_npy_that_claims(10**10))), tmp_path))


def test_a_size_that_lies_is_found_out(other: Store, export: tuple[str, Path], tmp_path: Path) -> None:
    """The directory claims 10 GB for a member of a few bytes."""
    uid, file = export
    content = bytearray(file.read_bytes())
    name = f"{uid}/landmarks.npz".encode()
    at = content.rindex(name) - 46  # its entry in the central directory
    struct.pack_into("<I", content, at + 24, 0xFFFFFFF0)
    target = tmp_path / "evil.zip"
    target.write_bytes(content)
    with pytest.raises(StoreError):
        import_sets(other, target)
    assert other.list_sets() == []


def test_a_link_is_refused(other: Store, export: tuple[str, Path], tmp_path: Path) -> None:
    uid, file = export
    target = tmp_path / "evil.zip"
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(target, "w") as evil:
        for name in archive.namelist():
            info = zipfile.ZipInfo(name)
            if name.endswith(".npz"):
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                evil.writestr(info, "/etc/passwd")
            else:
                evil.writestr(info, archive.read(name))
    with pytest.raises(StoreError, match="is a link"):
        import_sets(other, target)
    assert not other.files.folder(uid).exists()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x05\x06" + b"\0" * 18, b"not a zip" * 50], ids=["empty", "no files", "no zip"]
)
def test_what_is_no_export_is_told_so(other: Store, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(StoreError):
        import_sets(other, tmp_path / "x.zip")


def test_a_symbolic_link_in_place_of_the_folder_is_not_followed(
    other: Store, export: tuple[str, Path], tmp_path: Path
) -> None:
    """Whatever lies where the set's files go is not written through."""
    outside = tmp_path / "outside"
    outside.mkdir()
    uid, file = export
    (outside / "landmarks.npz").write_bytes(b"mine")
    other.files.folder(uid).symlink_to(outside)
    with pytest.raises((StoreError, OSError)):
        import_sets(other, file)
    assert (outside / "landmarks.npz").read_bytes() == b"mine"


def test_words_that_are_markup_arrive_as_words(store: Store, other: Store, tmp_path: Path) -> None:
    name = "<script>alert(1)</script>"
    uid = made_set(store, person=name)[0]
    export_sets(store, [uid], tmp_path / "x.zip", names=True)
    import_sets(other, tmp_path / "x.zip")
    assert other.list_sets()[0].person == name


def test_a_recording_that_is_replaced_by_another_s_is_found_out(
    store: Store, sent: tuple[str, Path], tmp_path: Path
) -> None:
    uid, file = sent
    result = load_result(store, uid)
    recording = made_recording(replace(result, series={**_series(result.source.frames)}))
    save_recording(recording, tmp_path / "other.npz")
    assert sha256_of(tmp_path / "other.npz") != sha256_of(store.files.recording(uid))
    evil = _changed(file, _put("UID/landmarks.npz", (tmp_path / "other.npz").read_bytes()), tmp_path)
    store.delete(uid)
    with pytest.raises(StoreError, match="hash differs"):
        import_sets(store, evil)


def _series(frames: int) -> dict[str, np.ndarray]:
    time = np.arange(frames) / 10
    return {"time_s": time, "heel_height_right_cm": np.zeros(frames)}
