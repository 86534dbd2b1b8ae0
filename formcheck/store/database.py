"""The database: SQLite in the user's data folder, or what FORMCHECK_DATABASE names; upgraded when it is opened."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from formcheck.errors import StoreError
from formcheck.whole_files import keep_private

__all__ = ["DATABASE_VARIABLE", "HEAD", "database_url", "open_engine", "upgrade"]

DATABASE_VARIABLE: Final = "FORMCHECK_DATABASE"
HEAD: Final = "0003"
"""The newest migration, known here so that an up-to-date database opens without loading Alembic."""
_BUSY_MS: Final = 20_000
_MIGRATION_LOCK: Final = 711_923_004


def database_url(folder: Path) -> URL:
    """Return what FORMCHECK_DATABASE names, else the SQLite file in `folder`. Raises StoreError."""
    named = os.environ.get(DATABASE_VARIABLE)
    if not named:
        return URL.create("sqlite", database=str(folder / "record.sqlite3"))
    try:
        url = make_url(named)
    except ArgumentError as error:
        raise StoreError(
            f"{DATABASE_VARIABLE}: not a database address; expected postgresql://user@host/name or sqlite:///file"
        ) from error
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def open_engine(url: URL) -> Engine:
    """Open the database and bring its tables up to date. Raises StoreError."""
    shown = url.render_as_string(hide_password=True)
    try:
        engine = create_engine(url, **_options(url))
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            f"{shown}: no driver for this database; SQLite works as it is, for PostgreSQL install formcheck[postgresql]"
        ) from error
    if url.get_backend_name() == "sqlite":
        _make_private(url, shown)
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            _lock_for_upgrade(connection)
            upgrade(connection)
    except BaseException as error:
        engine.dispose()
        if not isinstance(error, SQLAlchemyError):
            raise
        reason = str(error.orig).splitlines()[0] if isinstance(error, DBAPIError) and error.orig else str(error)
        raise StoreError(f"{shown}: the record cannot be opened ({reason})") from error
    return engine


def _make_private(url: URL, shown: str) -> None:
    """Make the file, readable by this user only, before SQLite would make it readable by all, and close an old one."""
    if url.database and url.database != ":memory:":
        try:
            os.close(os.open(url.database, os.O_CREAT | os.O_RDWR, 0o600))
            keep_private(Path(url.database))
        except OSError as error:
            raise StoreError(f"{shown}: the record cannot be opened ({error.strerror})") from error


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Bring the tables to a migration, the newest one by default. Raises StoreError for a record of a newer version."""
    found = _version(connection)
    if found == to:
        return
    from alembic import command  # takes a moment to load, and only an upgrade needs it
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise StoreError(
            f"the record was written by a newer formcheck (its tables are at {found}, this one knows {HEAD}); "
            "update formcheck"
        ) from error


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)


def _lock_for_upgrade(connection: Connection) -> None:
    """Let one process at a time look whether to upgrade; SQLite's write lock is taken by BEGIN IMMEDIATE."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})


def _options(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": _BUSY_MS / 1000, "isolation_level": None}}
    return {"pool_pre_ping": True}


def _set_pragmas(connection: sqlite3.Connection, _: object) -> None:
    """Readers beside a writer, references that hold, a committed rep that survives a crash of the program."""
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    """Begin explicitly: a writer asks for the lock at once, so that it waits for another one instead of failing."""
    writing = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn a failure of the database into one line."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(error.orig).splitlines()[0] if isinstance(error, DBAPIError) and error.orig else str(error)
        raise StoreError(f"{what}: the record answered: {reason}; try again") from error
