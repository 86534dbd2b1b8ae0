"""Landmark recordings come back to the bit, and anything else is refused in one line."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.errors import OutputError, SourceError
from formcheck.model import LandmarkRecording, SourceInfo
from formcheck.skeleton import N_LANDMARKS
from formcheck.sources import load_recording, save_recording
from formcheck.sources.recording import SCHEMA


def made(frames: int = 20, seed: int = 0, notes: tuple[str, ...] = ()) -> LandmarkRecording:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 900, (frames, N_LANDMARKS, 2)).astype(np.float32)
    points[rng.random(frames) < 0.3] = np.nan
    return LandmarkRecording(
        source=SourceInfo(path="Übung 1.mp4", duration_s=frames / 29.97, frames=frames, width=960, height=540),
        model_sha256="ab" * 32,
        backend="fake 1",
        time_s=np.cumsum(rng.uniform(1e-3, 0.1, frames)),
        points=points,
        visibility=rng.random((frames, N_LANDMARKS), dtype=np.float32),
        sd_px=rng.random((frames, N_LANDMARKS), dtype=np.float32),
        notes=notes,
    )


def assert_same(a: LandmarkRecording, b: LandmarkRecording) -> None:
    for item in fields(LandmarkRecording):
        one, other = getattr(a, item.name), getattr(b, item.name)
        if isinstance(one, np.ndarray):
            assert one.dtype == other.dtype
            assert one.tobytes() == other.tobytes(), item.name
        else:
            assert one == other, item.name


@given(frames=st.integers(1, 50), seed=st.integers(0, 1000), notes=st.lists(st.text(max_size=20), max_size=3))
def test_a_recording_comes_back_to_the_bit(tmp_path_factory, frames: int, seed: int, notes: list[str]) -> None:
    path = tmp_path_factory.mktemp("recordings") / "set.npz"
    recording = made(frames, seed, tuple(notes))
    save_recording(recording, path)
    assert_same(load_recording(path), recording)


def test_saving_leaves_only_the_file(tmp_path: Path) -> None:
    path = tmp_path / "set.npz"
    save_recording(made(5), path)
    save_recording(made(9), path)
    assert [file.name for file in tmp_path.iterdir()] == ["set.npz"]
    assert len(load_recording(path)) == 9


@pytest.mark.parametrize("place", ["missing/set.npz", "folder"])
def test_what_cannot_be_written_is_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot write") as caught:
        save_recording(made(), tmp_path / place)
    assert "\n" not in str(caught.value)
    assert [file.name for file in tmp_path.rglob("*")] == ["folder"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "set.npz"
    save_recording(made(5), path)

    def full(file, **_):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OutputError, match="no space left on device"):
        save_recording(made(9), path)
    assert [file.name for file in tmp_path.iterdir()] == ["set.npz"]
    assert len(load_recording(path)) == 5


def _rewritten(path: Path, **changes: object) -> Path:
    """Save a recording with header values or arrays changed; None leaves one out."""
    save_recording(made(), path)
    with np.load(path) as archive:
        content = dict(archive)
    header = json.loads(str(content.pop("header")))
    arrays = {key: value for key, value in changes.items() if key in content}
    header.update({key: value for key, value in changes.items() if key not in arrays})
    content.update(arrays)
    content = {key: value for key, value in content.items() if value is not None}
    np.savez(path, header=np.array(json.dumps(header)), **content)
    return path


def _text(path: Path) -> Path:
    path.write_text("time,x,y\n")
    return path


def _cut(path: Path) -> Path:
    save_recording(made(), path)
    path.write_bytes(path.read_bytes()[:-900])
    return path


def _foreign(path: Path) -> Path:
    np.savez(path, t=np.arange(3))
    return path


def _pickled(path: Path) -> Path:
    np.savez(path, header=np.array([{"schema": SCHEMA}], dtype=object))
    return path


def _array_alone(path: Path) -> Path:
    with path.open("wb") as file:
        np.save(file, np.arange(3))
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda p: p, "cannot be read", id="missing"),
        pytest.param(lambda p: p.parent, "cannot be read", id="folder"),
        pytest.param(_text, "not a landmark recording", id="text"),
        pytest.param(_cut, "not a landmark recording, or a damaged one", id="cut"),
        pytest.param(_foreign, "not a landmark recording", id="foreign-npz"),
        pytest.param(_array_alone, "not a landmark recording", id="npy"),
        pytest.param(_pickled, "not a landmark recording", id="pickled"),
        pytest.param(lambda p: _rewritten(p, schema="formcheck.landmarks/2"), "newer formcheck", id="newer"),
        pytest.param(lambda p: _rewritten(p, schema="other/1"), "expected 'formcheck.landmarks/1'", id="other-schema"),
        pytest.param(lambda p: _rewritten(p, landmarks=["nose"]), "other landmarks", id="other-landmarks"),
        pytest.param(lambda p: _rewritten(p, source={}), "header", id="header-without-source"),
        pytest.param(lambda p: _rewritten(p, notes=None), "header", id="header-without-notes"),
        pytest.param(lambda p: _rewritten(p, points=np.zeros((20, 3))), "points must be float32", id="wrong-shape"),
        pytest.param(lambda p: _rewritten(p, sd_px=None), "not a landmark recording", id="array-missing"),
        pytest.param(lambda p: _rewritten(p, time_s=np.zeros(20)), "time_s must rise", id="times-stand-still"),
        pytest.param(lambda p: _rewritten(p, time_s=np.full(20, np.nan)), "time_s must rise", id="times-missing"),
    ],
)
def test_a_bad_recording_is_one_clear_line(tmp_path: Path, make, said: str) -> None:
    path = make(tmp_path / "set.npz")
    with pytest.raises(SourceError) as caught:
        load_recording(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert said in message
    assert "\n" not in message


def test_an_observation_is_the_one_recorded() -> None:
    recording = replace(made(), time_s=np.arange(20) / 10)
    observation = recording.observation(3)
    assert observation.time_s == 0.3
    assert observation.size == (960, 540)
    assert np.array_equal(observation.points, recording.points[3], equal_nan=True)
