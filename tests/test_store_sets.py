"""What is saved comes back; each rep lasts from the moment it ended; deleting deletes all."""

from __future__ import annotations

import math
import multiprocessing
import os
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_results import made_fault, made_hold, made_problem, made_recording, made_rep, made_result
from made_store import made_set, opened_store

from formcheck.errors import StoreError
from formcheck.scoring import score_recording
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import load_spec
from formcheck.store import Store, open_store
from formcheck.store.database import database_url
from formcheck.store.people import history
from formcheck.store.scored import load_result, recording_of, rescore, save_rescored, series_of

WALK = Path(__file__).parent / "recordings" / "walking.npz"
HOLDS = (made_hold(1), made_hold(2, 12.0, "fault"))


def _same(a: object, b: object) -> bool:
    """Equal, with NaN equal to NaN."""
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    return a == b


def test_a_result_comes_back_as_it_was_saved(store: Store) -> None:
    saved, result, _ = made_set(store, ("ok", "watch", "fault", "cannot_judge"))
    back = load_result(store, saved)
    assert back.reps == result.reps
    assert back.counts == result.counts
    assert back.provenance == result.provenance
    assert _same(dict(back.limits), dict(result.limits))
    for name in ("exercise", "view", "azimuth_deg", "near_side", "cm_per_px", "stature_cm", "stature_assumed"):
        assert _same(getattr(back, name), getattr(result, name)), name


def test_what_belongs_to_the_whole_set_is_kept_and_scored_again(store: Store) -> None:
    recording, spec_file = load_recording(WALK), load_spec("walking")
    result = score_recording(recording, spec_file)
    assert {"cadence_per_min", "push_off_right_deg", "push_off_right_deg_sd"} <= set(result.summary)
    uid = store.save_set(spec_file, result, recording)
    assert load_result(store, uid).summary == result.summary
    assert rescore(store, uid, spec_file).summary == result.summary
    save_rescored(store, uid, spec_file, replace(result, summary={"cadence_per_min": 99.0, "odd_deg": math.nan}))
    assert _same(dict(load_result(store, uid).summary), {"cadence_per_min": 99.0, "odd_deg": math.nan})
    assert history(store, store.find_set(uid).patient_id)[0].summary == {"cadence_per_min": 99.0, "odd_deg": None}


def test_holds_set_faults_and_set_up_problems_come_back(store: Store) -> None:
    spec_file = load_spec("gastrocnemius_stretch")
    result = replace(
        made_result(holds=HOLDS),
        exercise="gastrocnemius_stretch",
        set_faults=(made_fault("fade"),),
        setup=(made_problem(),),
        azimuth_deg=math.nan,
        view=None,
    )
    back = load_result(store, store.save_set(spec_file, result, made_recording(result)))
    assert (back.holds, back.set_faults, back.setup, back.view) == (HOLDS, result.set_faults, result.setup, None)
    assert math.isnan(back.azimuth_deg)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.floats(allow_nan=True, allow_infinity=False),
    text=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=60),
)
def test_any_number_and_any_words_come_back(tmp_path: Path, value: float, text: str) -> None:
    store = opened_store(tmp_path)
    rep = made_rep(1, "fault", faults=(made_fault(text=text),), peak={"heel_height_cm": value})
    result = replace(made_result(("ok",)), reps=(rep,))
    back = load_result(store, store.save_set(load_spec("heel_raise"), result, made_recording(result)))
    store.close()
    assert back.reps[0].faults[0].text == text
    assert _same(back.reps[0].peak["heel_height_cm"], value)


def test_the_recording_comes_back_to_the_bit_and_names_no_file(store: Store) -> None:
    saved, result, _ = made_set(store)
    back = recording_of(store, saved)
    assert np.array_equal(back.points, made_recording(result).points, equal_nan=True)
    assert back.source.path == saved


def test_each_rep_is_there_before_the_set_is_closed(store: Store) -> None:
    going = store.open_set(load_spec("heel_raise"), person="Ann")
    for index, verdict in enumerate(("ok", "fault"), start=1):
        store.add(going, made_rep(index, verdict))
        listed = store.list_sets()[0]
        assert (listed.state, listed.counts.completed) == ("open", index)
    assert [rep.verdict for rep in load_result(store, going.uid).reps] == ["ok", "fault"]


def _practise_and_die(folder: str) -> None:
    store = open_store(Path(folder))
    going = store.open_set(load_spec("heel_raise"))
    store.add(going, made_rep(1, "fault"))
    os.kill(os.getpid(), 9)


def test_a_rep_outlives_the_program_being_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORMCHECK_DATABASE", raising=False)
    process = multiprocessing.get_context("fork").Process(target=_practise_and_die, args=(str(tmp_path),))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    store = open_store(tmp_path)
    assert [one.counts.flagged for one in store.list_sets()] == [1]
    store.close()


def test_closing_takes_the_final_verdicts_and_drops_what_was_no_rep(store: Store) -> None:
    going = store.open_set(load_spec("heel_raise"))
    for index in (1, 2, 3):
        store.add(going, made_rep(index, "fault"))
    result = made_result(("ok", "fault"))
    store.close_set(going, result, made_recording(result))
    back = load_result(store, going.uid)
    assert back.reps == result.reps
    assert store.find_set(going.uid).counts == result.counts


def test_deleting_takes_rows_and_files_and_nobody_else_s(store: Store) -> None:
    gone, kept = made_set(store, person="Ann")[0], made_set(store, person="Bo")[0]
    store.delete(gone)
    assert [one.uid for one in store.list_sets()] == [kept]
    assert not store.files.folder(gone).exists()
    assert store.files.recording(kept).exists()
    with store.reading() as session:
        for table in ("item", "finding", "scoring"):
            others = session.connection().exec_driver_sql(
                f"SELECT count(*) FROM {table} WHERE {'id' if table == 'scoring' else 'scoring_id'} NOT IN "
                "(SELECT scoring_id FROM exercise_set)"
            )
            assert others.scalar() == 0, table
        assert session.connection().exec_driver_sql("SELECT count(*) FROM patient").scalar() == 1


def test_a_failed_delete_leaves_rows_and_files(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    uid = made_set(store)[0]

    def fail(*_: object) -> None:
        raise StoreError("no")

    monkeypatch.setattr("formcheck.store.repository.forget_what_nothing_names", fail)
    with pytest.raises(StoreError):
        store.delete(uid)
    assert store.files.recording(uid).exists()
    assert store.find_set(uid).uid == uid


def test_a_set_that_cannot_be_saved_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr("formcheck.store.repository.fill_scoring", full)
    with pytest.raises(StoreError, match="disk full"):
        made_set(store)
    assert store.list_sets() == []
    assert list((store.files.folder("0" * 32).parent).iterdir()) == []


def test_a_spec_that_changed_while_it_was_used_is_not_kept_under_its_old_hash(store: Store, tmp_path: Path) -> None:
    mine = tmp_path / "heel_raise.yaml"
    mine.write_bytes(load_spec("heel_raise").path.read_bytes())
    read = load_spec(mine)
    mine.write_bytes(mine.read_bytes() + b"# later\n")
    with pytest.raises(StoreError, match="changed while"):
        store.open_set(read)


@pytest.mark.parametrize("name", ["", "zz", "../../etc", "%", "_" * 32])
def test_a_name_that_is_no_set_s_is_told_so(store: Store, name: str) -> None:
    made_set(store)
    with pytest.raises(StoreError):
        store.find_set(name)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a" * 31, "A" * 32, "0" * 32 + "/..", ""])
def test_only_a_set_s_name_becomes_a_path(tmp_path: Path, name: str) -> None:
    store = opened_store(tmp_path)
    with pytest.raises(StoreError, match="not the name of a set"):
        store.files.recording(name)
    store.close()


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_others_on_this_machine_cannot_read_the_files(tmp_path: Path) -> None:
    store = opened_store(tmp_path)
    uid = made_set(store)[0]
    store.close()
    assert stat.S_IMODE((tmp_path / "sets").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "record.sqlite3").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "sets" / uid).stat().st_mode) == 0o700


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_record_that_others_could_read_is_closed_to_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORMCHECK_DATABASE", raising=False)
    open_store(tmp_path).close()
    opened = {tmp_path: 0o755, tmp_path / "sets": 0o750, tmp_path / "record.sqlite3": 0o644}
    for path, mode in opened.items():
        path.chmod(mode)
    open_store(tmp_path).close()
    assert [stat.S_IMODE(path.stat().st_mode) for path in opened] == [0o700, 0o700, 0o600]


def test_sqlite_is_opened_with_a_journal_and_references(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORMCHECK_DATABASE", raising=False)
    store = open_store(tmp_path)
    with store.reading() as session:
        ask = session.connection().exec_driver_sql
        assert ask("PRAGMA journal_mode").scalar() == "wal"
        assert ask("PRAGMA foreign_keys").scalar() == 1
    store.close()


@pytest.mark.parametrize("named", ["nonsense", "oracle://x/y", "postgresql://nobody@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_opened_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("FORMCHECK_DATABASE", named)
    with pytest.raises(StoreError) as caught:
        open_store(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORMCHECK_DATABASE", raising=False)
    (tmp_path / "record.sqlite3").write_text("not a database" * 100)
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path)


def test_a_password_in_the_address_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_DATABASE", "postgresql://me:secret@127.0.0.1:1/none")
    with pytest.raises(StoreError) as caught:
        open_store(tmp_path)
    assert "secret" not in str(caught.value)
    assert database_url(tmp_path).drivername == "postgresql+psycopg"


def test_scoring_again_with_the_same_spec_gives_the_same(tmp_path: Path, samples: Path) -> None:
    store = opened_store(tmp_path)
    spec_file, recording = load_spec("heel_raise"), load_recording(samples / "hr_double_side.npz")
    result = score_recording(recording, spec_file)
    uid = store.save_set(spec_file, result, recording)
    again = rescore(store, uid, store.spec_of(spec_file.sha256))
    assert again.reps == result.reps
    first, kept = series_of(store, uid, spec_file.sha256), series_of(store, uid, spec_file.sha256)
    assert first.keys() == kept.keys() == result.series.keys()
    for name, values in result.series.items():
        assert np.array_equal(values, kept[name], equal_nan=True)
        assert np.array_equal(first[name], kept[name], equal_nan=True)
    store.close()


def test_a_saved_rescoring_keeps_the_earlier_one(store: Store) -> None:
    uid, result, spec_file = made_set(store, ("fault", "fault"))
    after = replace(result, reps=(made_rep(1, "ok"), made_rep(2, "fault")))
    save_rescored(store, uid, spec_file, after)
    assert [rep.verdict for rep in load_result(store, uid).reps] == ["ok", "fault"]
    with store.reading() as session:
        ask = session.connection().exec_driver_sql
        assert ask("SELECT count(*) FROM scoring").scalar() == 2
        assert ask("SELECT count(*) FROM item").scalar() == 4


def test_the_database_file_is_plain_sqlite_that_other_tools_read(tmp_path: Path) -> None:
    store = opened_store(tmp_path)
    made_set(store, ("ok", "fault"))
    store.close()
    with sqlite3.connect(tmp_path / "record.sqlite3") as connection:
        assert connection.execute("SELECT verdict FROM item ORDER BY number").fetchall() == [("ok",), ("fault",)]
    connection.close()
