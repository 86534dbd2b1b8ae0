"""Records for tests: in SQLite, and in a PostgreSQL of their own where its server is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from made_results import made_recording, made_result
from sqlalchemy import create_engine, make_url, text

from formcheck.model import Provenance, SetResult
from formcheck.specs.loader import SpecFile, load_spec
from formcheck.store import Store
from formcheck.store.database import database_url
from formcheck.store.files import SetFiles

__all__ = ["made_set", "opened_store", "postgresql", "store", "store_of"]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str | None]:
    """The address of a PostgreSQL server of this test run; None where none is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        yield None
        return
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="fc-pg-", dir="/tmp"))  # a socket's path must be short
    if user is not None:
        shutil.chown(folder, user)

    def call(program: str, *words: str) -> None:
        command = [str(found[-1].parent / program), *words]
        subprocess.run(command, user=user, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    call("initdb", "-D", str(folder / "data"), "-U", "formcheck", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off"
    call("pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", settings, "start")
    try:
        yield f"postgresql+psycopg://formcheck@/postgres?host={folder}"
    finally:
        call("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def opened_store(folder: Path) -> Store:
    """A record in SQLite in a folder."""
    return store_of(folder, None)


def store_of(folder: Path, server: str | None) -> Store:
    """A new record: its rows in SQLite, or in a new database of a server."""
    files = SetFiles(folder)
    files.open()
    if server is None:
        return Store(database_url(folder), files)
    name = f"test_{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return Store(make_url(server).set(database=name), files)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A new record, once in each kind of database."""
    monkeypatch.delenv("FORMCHECK_DATABASE", raising=False)
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    if request.param == "postgresql" and server is None:
        pytest.skip("no PostgreSQL server is installed here")
    made = store_of(tmp_path, server)
    yield made
    made.close()


def made_set(
    store: Store, verdicts: tuple[str, ...] = ("ok", "fault", "cannot_judge"), **more: object
) -> tuple[str, SetResult, SpecFile]:
    """Save a set with one rep a verdict; return its uid, its result and its spec."""
    spec_file = load_spec("heel_raise")
    result = made_result(verdicts)  # type: ignore[arg-type]
    provenance = Provenance("0.1.0", spec_file.sha256, "4" * 64, "fake", ("a note",))
    result = replace(result, provenance=provenance)
    uid = store.save_set(spec_file, result, made_recording(result), **more)  # type: ignore[arg-type]
    return uid, result, spec_file
