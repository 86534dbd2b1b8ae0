"""The files of the record: one folder a set, below the data folder and nowhere else."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import platformdirs

from formcheck.errors import StoreError
from formcheck.whole_files import keep_private, make_private

__all__ = ["CLIP", "RECORDING", "SetFiles", "data_folder", "sha256_of"]

RECORDING: Final = "landmarks.npz"
CLIP: Final = "clip.mp4"
_UID: Final = re.compile(r"[0-9a-f]{32}")
_GOING: Final = ".deleting-"


def data_folder() -> Path:
    """Return the user's data folder."""
    return platformdirs.user_data_path("formcheck", appauthor=False)


class SetFiles:
    """Where the files of sets lie. `folder` is the data folder; only this user may look into it."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / "sets"

    def open(self) -> None:
        """Make the folder or close it to others, and finish what a crash left half-deleted. Raises StoreError."""
        try:
            make_private(self._root)
            for folder in (self._root.parent, self._root):
                keep_private(folder)
            for leftover in self._root.glob(f"{_GOING}*"):
                shutil.rmtree(leftover, ignore_errors=True)
        except OSError as error:
            raise StoreError(f"{self._root}: the record's folder cannot be made ({error.strerror})") from error

    def folder(self, uid: str) -> Path:
        """Return the folder of a set. A name that is no set's never becomes a path."""
        if not _UID.fullmatch(uid):
            raise StoreError(f"{uid[:40]!r} is not the name of a set: expected 32 digits 0-9 a-f")
        return self._root / uid

    def make(self, uid: str) -> Path:
        """Make the folder of a set and return it."""
        folder = self.folder(uid)
        if folder.is_symlink():
            raise StoreError(f"{folder}: a link lies where a set's folder belongs; remove it")
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    def recording(self, uid: str) -> Path:
        """Return where the landmark recording of a set lies."""
        return self.folder(uid) / RECORDING

    def clip(self, uid: str) -> Path:
        """Return where the clip of a set lies, if it was kept."""
        return self.folder(uid) / CLIP

    @contextmanager
    def leaving(self, uid: str) -> Iterator[None]:
        """Take the files of a set away while the block deletes its rows; a block that fails has them back."""
        folder, aside = self.folder(uid), self._root / f"{_GOING}{uid}"
        try:
            folder.rename(aside)
        except FileNotFoundError:
            yield
            return
        except OSError as error:
            raise StoreError(f"{folder}: cannot be deleted ({error.strerror}); nothing was deleted") from error
        try:
            yield
        except BaseException:
            aside.rename(folder)
            raise
        shutil.rmtree(aside)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
