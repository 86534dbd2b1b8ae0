"""The real command: what it says where something is missing, and a short video played as the camera."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run
from made_camera import first_seconds

SAMPLES = Path(__file__).parent.parent / "samples"
HOME = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def short_clip(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first six seconds of a sample: one heel raise and the beginning of another."""
    return first_seconds(samples / "hr_double_side.mp4", tmp_path_factory.mktemp("clip") / "short.mp4", 6.0)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--list"], 0, ""),
        ([], 2, "name an exercise"),
        (["heel_raise", "--resolution", "big"], 2, "expected WIDTHxHEIGHT"),
        (["toe_scrunch", "--plan"], 2, "--plan: goes without ID"),
        (["--plan", "--person", "me", "--no-metronome"], 2, "goes without --metronome, --person"),
        (["no_such_exercise"], 1, "no_such_exercise"),
        (["heel_raise", "--camera", "61"], 1, "camera 61: "),
        (["heel_raise", "--camera", "missing.mp4"], 1, "missing.mp4: "),
    ],
    ids=[
        "list",
        "no exercise",
        "odd resolution",
        "both",
        "more than both",
        "unknown exercise",
        "absent camera",
        "absent file",
    ],
)
def test_what_is_missing_is_one_line(formcheck: Run, words: list[str], code: int, told: str) -> None:
    done = formcheck("live", *words, env=HOME)
    assert done.returncode == code
    assert told in " ".join(done.stderr.replace("│", " ").split())
    if code == 0:
        assert "heel_raise" in done.stdout
    if code == 1:
        assert len([line for line in _lines(done.stderr) if "practice aid" not in line]) <= 3
        assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
@pytest.mark.parametrize("display", ["", ":4242"], ids=["none known", "cannot be opened"])
def test_without_a_screen_the_way_out_is_named(formcheck: Run, short_clip: Path, display: str) -> None:
    done = formcheck("live", "heel_raise", "--camera", short_clip, env={**HOME, "DISPLAY": display})
    assert done.returncode == 1
    assert "no window: " in done.stderr
    assert "--no-window" in done.stderr
    assert done.stdout == ""


def test_a_video_as_camera_ends_saved_and_agrees_with_score(formcheck: Run, short_clip: Path, tmp_path: Path) -> None:
    env = {**HOME, "XDG_DATA_HOME": str(tmp_path)}
    live = formcheck("live", "heel_raise", "--camera", short_clip, "--no-window", "--no-sound", env=env)
    assert live.returncode == 0, live.stderr
    assert "1 rep completed" in live.stdout
    assert "practice aid" in live.stderr
    score = formcheck("score", short_clip, "--exercise", "heel_raise", "--json", "-", env=env)
    expected = json.loads(score.stdout)
    (saved,) = json.loads(formcheck("sessions", "list", "--json", env=env).stdout)
    assert saved["counts"] == expected["counts"]
    assert saved["origin"] == "live"
    shown = json.loads(formcheck("sessions", "show", saved["uid"], "--json", env=env).stdout)["result"]
    assert shown["reps"][0]["start_s"] == pytest.approx(expected["reps"][0]["start_s"], abs=0.35)
    assert shown["reps"][0]["verdict"] == expected["reps"][0]["verdict"]
    again = formcheck("live", "heel_raise", "--camera", "61", env=env)
    assert "practice aid" not in again.stderr


_ORDER = """
import sys
from typer.testing import CliRunner
from formcheck.cli import app
done = CliRunner().invoke(app, ["live", "--no-sound", *sys.argv[1:]])
loaded = list(sys.modules)
print(done.exit_code, loaded.index("cv2") < loaded.index("av"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no libxcb")
@pytest.mark.parametrize(
    "words", [["heel_raise"], ["toe_scrunch"], ["--plan", "--camera", "."]], ids=["judged", "guided", "plan"]
)
def test_opencv_is_loaded_before_pyav_or_its_window_hangs(
    own_home: dict[str, str], tmp_path: Path, words: list[str]
) -> None:
    plan = tmp_path / "plan.yaml"
    env = {**own_home, **HOME, "FORMCHECK_PLAN": str(plan), "XDG_DATA_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-m", "formcheck", "plan", "new"], env=env, check=True, capture_output=True)
    if words == ["heel_raise"]:
        words = [*words, "--camera", str(SAMPLES / "hr_double_side.mp4")]
    done = subprocess.run(
        [sys.executable, "-c", _ORDER, *words], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1 True\n"  # no screen, but everything was loaded
