"""The wheel: built, put elsewhere, it brings its exercises and needs nothing of the repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from formcheck.specs.locator import shipped_folder


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content; building needs no network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--no-input"]
    offline = ["--no-deps", "--no-index"]
    build = [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", str(folder), str(root)]
    subprocess.run(build, check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([*pip, "install", *offline, "--target", str(folder / "site"), str(wheel)], check=True)
    return folder / "site"


def run_there(installed: Path, *words: str) -> str:
    command = [sys.executable, *words]
    env = {**os.environ, "PYTHONPATH": str(installed), "COLUMNS": "200"}
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=installed.parent, env=env).stdout


def test_it_is_the_wheel_that_runs(installed: Path) -> None:
    assert run_there(installed, "-c", "import formcheck; print(formcheck.__file__)").startswith(str(installed))


def test_the_wheel_lists_all_exercises_from_its_own_folder(installed: Path) -> None:
    code = "from formcheck.specs.loader import list_specs; [print(file.path) for file in list_specs()]"
    paths = [Path(line) for line in run_there(installed, "-c", code).splitlines()]
    assert {path.name for path in paths} == {path.name for path in shipped_folder().glob("*.yaml")}
    assert {path.parent for path in paths} == {installed / "formcheck" / "exercise_specs"}


def test_the_wheel_scores(installed: Path, samples: Path) -> None:
    recording = str(samples / "hr_double_side.npz")
    printed = run_there(installed, "-m", "formcheck", "score", recording, "--exercise", "heel_raise")
    assert "8 reps completed" in printed


def test_the_wheel_is_typed_and_holds_nothing_but_the_package(installed: Path) -> None:
    assert (installed / "formcheck" / "py.typed").exists()
    assert {path.name for path in installed.iterdir() if path.is_dir() and "dist-info" not in path.name} <= {
        "formcheck",
        "bin",
    }
    page = installed / "formcheck" / "report" / "page.html"
    assert page.exists()
