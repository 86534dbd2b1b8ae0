"""A record of any earlier schema becomes today's when it is opened, with all that is in it."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from formcheck.errors import StoreError
from formcheck.store import open_store
from formcheck.store.database import HEAD, open_engine, upgrade
from formcheck.store.queue import groups, queue_of
from formcheck.store.scored import load_result
from formcheck.store.tables import Base

FIRST = "0001"


def _script() -> ScriptDirectory:
    import formcheck.store

    config = Config()
    config.set_main_option("script_location", str(Path(formcheck.store.__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config)


def test_the_head_that_the_code_names_is_the_newest_migration() -> None:
    assert _script().get_current_head() == HEAD


def test_the_migrations_are_one_line_from_the_first_on() -> None:
    steps = [step.revision for step in _script().walk_revisions()]
    assert steps[-1] == FIRST
    assert len(steps) >= 2
    assert steps == sorted(steps, reverse=True)


def test_migrations_and_tables_agree(store: object) -> None:
    with store._engine.connect() as connection:  # type: ignore[attr-defined]
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [one for one in compare_metadata(context, Base.metadata) if not _is_server_default(one)]
    assert differences == []


def _is_server_default(difference: object) -> bool:
    return isinstance(difference, list) and difference[0][0] == "modify_default"


OLD_ROWS = (
    "INSERT INTO patient (id, uid, name, made_at) VALUES (1, '{a}', 'Ann', '2026-01-01 10:00:00')",
    "INSERT INTO spec (sha256, exercise, text) VALUES ('{s}', 'heel_raise', 'id: heel_raise')",
    "INSERT INTO exercise_set (id, uid, patient_id, exercise, performed_at, saved_at, origin, state, scoring_id, "
    "source_name, frames, width, height, metronome, note) VALUES (1, '{b}', 1, 'heel_raise', '2026-01-01 10:00:00', "
    "'2026-01-01 10:00:00', 'score', 'closed', 1, 'x.mp4', 10, 320, 180, {no}, '')",
    "INSERT INTO scoring (id, set_id, spec_sha256, made_at, formcheck, model_sha256, backend, notes, completed, valid, "
    "flagged, cannot_judge, near_side, stature_assumed, limits, best) VALUES (1, 1, '{s}', '2026-01-01 10:00:00', "
    "'0.1.0', '', 'fake', '[]', 3, 1, 1, 1, 'right', {no}, '{{}}', '{{}}')",
    *(
        "INSERT INTO item (id, scoring_id, patient_id, exercise, kind, number, side, start_s, peak_s, end_s, verdict, "
        f"peak, not_judged) VALUES ({i}, 1, 1, 'heel_raise', 'rep', {i}, 'both', {i}, {i}.5, {i}.9, '{verdict}', "
        "'{{}}', '{{}}')"
        for i, verdict in enumerate(("ok", "cannot_judge", "fault"), start=1)
    ),
    'INSERT INTO finding (id, scoring_id, item_id, level, rule, measure, value, sd, "limit", text) VALUES '
    "(1, 1, 3, 'fault', 'knee_bend', 'knee_flexion_deg', 24.0, 1.5, 12.0, 'Knee bent.')",
)


def _at_first_schema(store: object) -> None:
    """Put a record back to the first schema, with a set in it."""
    engine = store._engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    with engine.begin() as connection:
        upgrade(connection, FIRST)
        no = "0" if engine.dialect.name == "sqlite" else "false"
        for row in OLD_ROWS:
            connection.execute(text(row.format(a="a" * 32, b="b" * 32, s="5" * 64, no=no)))


def test_the_first_schema_upgrades_with_what_is_in_it(store: object) -> None:
    _at_first_schema(store)
    url = store._engine.url  # type: ignore[attr-defined]
    open_engine(url).dispose()
    assert [(one.person, one.waiting, one.worst) for one in groups(store)] == [("Ann", 2, 1.0)]  # type: ignore[arg-type]
    waiting = queue_of(store, 1, "heel_raise")  # type: ignore[arg-type]
    assert [(one.number, one.text) for one in waiting] == [(3, "Knee bent."), (2, "")]
    found = load_result(store, "b" * 32)  # type: ignore[arg-type]
    assert [rep.verdict for rep in found.reps] == ["ok", "cannot_judge", "fault"]
    assert found.summary == {}


def test_every_reference_has_an_index_so_that_deleting_never_looks_at_all_rows(store: object) -> None:
    inspector = inspect(store._engine)  # type: ignore[attr-defined]
    for table in Base.metadata.sorted_tables:
        begun_by = {one["column_names"][0] for one in inspector.get_indexes(table.name)}
        begun_by |= {one["column_names"][0] for one in inspector.get_unique_constraints(table.name)}
        for key in inspector.get_foreign_keys(table.name):
            assert key["constrained_columns"][0] in begun_by, (table.name, key["constrained_columns"])


def test_a_failed_upgrade_leaves_the_old_schema_as_it_was(store: object, monkeypatch: pytest.MonkeyPatch) -> None:
    _at_first_schema(store)
    engine = store._engine  # type: ignore[attr-defined]
    monkeypatch.setattr("sqlalchemy.func.coalesce", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        open_engine(engine.url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == FIRST
        assert not inspect(connection).has_table("review")
        assert "severity" not in [column["name"] for column in inspect(connection).get_columns("item")]


def test_a_record_of_a_newer_version_is_refused_in_one_line(store: object) -> None:
    engine = store._engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer formcheck"):
        open_engine(engine.url)


def _open(folder: str, failed: object) -> None:
    try:
        open_store(Path(folder)).close()
    except BaseException:
        failed.set()  # type: ignore[attr-defined]
        raise


def test_several_programs_may_open_a_new_record_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORMCHECK_DATABASE", raising=False)
    context = multiprocessing.get_context("spawn")
    failed = context.Event()
    processes = [context.Process(target=_open, args=(str(tmp_path), failed)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert not failed.is_set()
    engine = create_engine(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    assert inspect(engine).has_table("review")
    engine.dispose()
