"""Whole files or none: what is written appears under its name only when it is complete."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from formcheck.errors import OutputError

__all__ = [
    "cannot_write",
    "check_target",
    "is_open_to_others",
    "keep_private",
    "make_private",
    "write_text",
    "written_whole",
]

_OTHERS: Final = 0o077


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` and move it there at the end; on any failure, Ctrl-C too, remove it.

    A device or a pipe is written to as it is.
    """
    check_target(path)
    if path.exists() and not path.is_file():
        yield path
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        try:
            partial.replace(path)
        except OSError as error:
            raise cannot_write(path, error) from error
    finally:
        partial.unlink(missing_ok=True)


def check_target(path: Path) -> None:
    """Refuse, before any work is done, a name under which nothing can be written. Raises OutputError."""
    if path.is_dir():
        raise OutputError(f"{path}: cannot write: it is a folder; give the name of a file")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: cannot write: there is no folder {path.parent}; make it first")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise OutputError(f"{path}: cannot write: no permission; choose another folder or name")


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing; only this user may look into what is made."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)


def is_open_to_others(path: Path) -> bool:
    """Whether the file or folder gives other users of this machine any right; never on Windows, which has others."""
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & _OTHERS)


def keep_private(path: Path) -> None:
    """Take from others what rights they have to a file or folder that is there."""
    if is_open_to_others(path):
        with suppress(PermissionError):  # another's folder, or a file system without rights: `formcheck doctor` tells
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Write `text` as UTF-8, whole or not at all; `private` says that only this user may read it."""
    with written_whole(path) as partial:
        try:
            if private:
                partial.touch(mode=0o600)
            partial.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> OutputError:
    """Return the error to tell, with the system's reason."""
    reason = (error.strerror or str(error)).lower()
    return OutputError(f"{path}: cannot write: {reason}; check the folder, its permissions and free space")
