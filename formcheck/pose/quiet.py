"""Keep the chatter of the pose library's C++ code off stderr while it starts, and nothing else."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from typing import Final

__all__ = ["quiet_start"]

_STDERR: Final = 2
# glog and TensorFlow Lite lines of the levels info and warning; errors and everything else are passed on.
_CHATTER: Final = re.compile(rb"^(?:[IW]\d{4} [\d:.]+ .*|INFO: .*|WARNING: All log messages before .*)$")


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Hold back what is written to file descriptor 2 meanwhile, then pass on all that is not known chatter."""
    try:
        kept = os.dup(_STDERR)
    except OSError:  # no stderr at all (a windowed program): nothing to keep quiet
        yield
        return
    with tempfile.TemporaryFile() as held:
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            if sys.stderr is not None:
                sys.stderr.flush()
            os.dup2(kept, _STDERR)
            os.close(kept)
            _pass_on(held.read() if held.seek(0) == 0 else b"")


def _pass_on(text: bytes) -> None:
    for line in text.splitlines(keepends=True):
        if line.strip() and not _CHATTER.match(line.rstrip()):
            os.write(_STDERR, line)
