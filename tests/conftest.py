"""Fixtures that more than one test file uses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from made_store import opened_store, postgresql, store

from formcheck.store import Store

# How fast an example runs is the machine's affair, not a property of the code.
settings.register_profile("formcheck", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("formcheck")

ROOT = Path(__file__).parent.parent
__all__ = ["postgresql", "store"]  # fixtures from beside this file

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def samples() -> Path:
    """The sample clips, their landmark recordings and truth."""
    return ROOT / "samples"


@pytest.fixture(scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the user has no files of their own."""
    home = str(tmp_path_factory.mktemp("home"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FORMCHECK_")}
    return {**kept, "HOME": home, "XDG_DATA_HOME": home, "COLUMNS": "80"}


@pytest.fixture(scope="session")
def formcheck(own_home: dict[str, str]) -> Run:
    """The real command: `formcheck("score", path, env={...})` returns the finished process."""

    def run(*words: object, env: dict[str, str] | None = None, **more: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "formcheck", *map(str, words)]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        return subprocess.run(command, text=True, check=False, env={**own_home, **(env or {})}, **streams)  # type: ignore[call-overload, no-any-return]

    return run


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[str, str]]]:
    """A filled record, for tests of the review pages that only look: the record, and its sets' uids by name."""
    from made_web import filled

    made = opened_store(tmp_path_factory.mktemp("record"))
    yield made, filled(made)
    made.close()
