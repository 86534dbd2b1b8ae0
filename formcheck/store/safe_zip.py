"""Read a zip file that somebody else made: only what is asked for, no more than declared, never to a path it names."""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO, Final

import numpy as np

from formcheck.errors import StoreError

__all__ = ["SafeZip", "check_recording_size", "opened"]

_CHUNK: Final = 1 << 20
_MOST_MEMBERS: Final = 20_000
_MOST_RATIO: Final = 200
"""JSON of ours shrinks to a tenth at best; what shrinks to a two-hundredth is made to fill a disk."""
_RATIO_FROM: Final = 10_000_000
_ENCRYPTED: Final = 0x1
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


class SafeZip:
    """The members of an opened file, by name; each must be a plain file. Raises StoreError."""

    def __init__(self, archive: zipfile.ZipFile, shown: str) -> None:
        self._archive = archive
        self.shown = shown
        infos = archive.infolist()
        if len(infos) > _MOST_MEMBERS:
            raise StoreError(f"{shown}: holds {len(infos)} files; an export of formcheck has at most {_MOST_MEMBERS}")
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self._check(info)
            if info.filename in self._infos:
                raise StoreError(f"{shown}: holds {info.filename[:80]!r} twice; nothing was imported")
            self._infos[info.filename] = info

    @property
    def names(self) -> frozenset[str]:
        """The names of all members."""
        return frozenset(self._infos)

    def _check(self, info: zipfile.ZipInfo) -> None:
        kind = stat.S_IFMT(info.external_attr >> 16)
        shown = f"{self.shown}: {info.filename[:80]!r}"
        if kind not in (0, stat.S_IFREG) or info.is_dir():
            raise StoreError(f"{shown} is a link or a folder, not a file; nothing was imported")
        if info.flag_bits & _ENCRYPTED:
            raise StoreError(f"{shown} is encrypted; export it again without a password")
        if info.file_size > _RATIO_FROM and info.file_size > _MOST_RATIO * max(info.compress_size, 1):
            raise StoreError(f"{shown} would unpack to {_MOST_RATIO} times its size; nothing was imported")

    def text(self, name: str, most: int) -> bytes:
        """Return the bytes of a small member."""
        return b"".join(self._chunks(name, most))

    def copy(self, name: str, target: Path, *, sha256: str, size: int, most: int) -> None:
        """Write a member to `target` and check that it is what the export says."""
        digest = hashlib.sha256()
        written = 0
        try:
            with target.open("xb") as file:
                for chunk in self._chunks(name, most):
                    written += len(chunk)
                    digest.update(chunk)
                    file.write(chunk)
        except OSError as error:
            raise StoreError(f"{target}: cannot be written ({error.strerror}); nothing was imported") from error
        if written != size or digest.hexdigest() != sha256:
            raise StoreError(f"{self.shown}: {name} is not what was exported (its hash differs); ask for it again")

    def _chunks(self, name: str, most: int) -> Iterator[bytes]:
        info = self._infos.get(name)
        if info is None:
            raise StoreError(f"{self.shown}: {name} is missing; ask for the export again")
        if info.file_size > most:
            raise StoreError(f"{self.shown}: {name} claims {info.file_size} bytes; at most {most} are read")
        left = most
        try:
            with self._archive.open(info) as member:
                while chunk := member.read(min(_CHUNK, left + 1)):
                    left -= len(chunk)
                    if left < 0:
                        raise StoreError(f"{self.shown}: {name} is longer than {most} bytes; nothing was imported")
                    yield chunk
        except _DAMAGED as error:
            raise StoreError(f"{self.shown}: {name} is damaged; ask for the export again") from error


@contextmanager
def opened(source: Path | IO[bytes], shown: str) -> Iterator[SafeZip]:
    """Open a zip file for reading. Raises StoreError."""
    try:
        archive = zipfile.ZipFile(source)
    except OSError as error:
        raise StoreError(f"{shown}: cannot be read ({error.strerror})") from error
    except _DAMAGED as error:
        raise StoreError(f"{shown}: not an export of formcheck (no zip file); nothing was imported") from error
    with archive:
        yield SafeZip(archive, shown)


def check_recording_size(path: Path, shown: str, most: int) -> None:
    """Refuse a recording whose arrays would take more memory than its bytes hold, before anything loads them."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > most:
                raise StoreError(f"{shown}: its landmarks claim more than {most} bytes; nothing was imported")
            for info in archive.infolist():
                with archive.open(info) as member:
                    claimed = _claimed_bytes(member)
                if claimed > info.file_size:
                    raise StoreError(f"{shown}: its landmarks claim more than they hold; nothing was imported")
    except _DAMAGED as error:
        raise StoreError(f"{shown}: its landmark recording is damaged; nothing was imported") from error


def _claimed_bytes(member: IO[bytes]) -> int:
    version = np.lib.format.read_magic(member)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(member)
    return prod(shape) * dtype.itemsize
