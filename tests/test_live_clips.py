"""Clips hold the movements to correct and nothing else, at the times of the set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from figure import film, heel_raises
from made_live import PROVENANCE, observations
from test_live_keep import HEADER

from formcheck.engine import Engine
from formcheck.errors import OutputError
from formcheck.live.clips import AROUND_S, ClipRecorder
from formcheck.live.keep import SetFacts, StoredSet
from formcheck.model import Frame, Rep
from formcheck.specs.loader import load_spec
from formcheck.store import open_store

FPS = 10.0


def _rep(start_s: float, end_s: float) -> Rep:
    return Rep(1, "both", start_s, (start_s + end_s) / 2, end_s, {}, "fault")


def _frame(index: int) -> Frame:
    return Frame(index, index / FPS, np.full((72, 96, 3), 40 + index % 200, dtype=np.uint8))


def _times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [round(frame.time, 3) for frame in container.decode(video=0)]


def _recorded(path: Path, flagged: list[tuple[float, float]], until_s: float = 40.0) -> Path | None:
    recorder, left = ClipRecorder(path), list(flagged)
    for index in range(int(until_s * FPS)):
        recorder.seen(_frame(index))
        if left and index / FPS >= left[0][1]:
            recorder.keep(_rep(*left.pop(0)))
    return recorder.close()


def test_without_a_movement_to_correct_nothing_is_written(tmp_path: Path) -> None:
    assert _recorded(tmp_path / "clip.mp4", []) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "flagged",
    [[(10.0, 12.0)], [(10.0, 12.0), (30.0, 33.0)], [(10.0, 12.0), (13.0, 15.0)]],
    ids=["one", "two far apart", "two that overlap"],
)
def test_a_clip_has_the_seconds_around_each_movement_and_no_others(
    tmp_path: Path, flagged: list[tuple[float, float]]
) -> None:
    path = _recorded(tmp_path / "clip.mp4", flagged)
    assert path is not None
    expected = {0.0}
    for start_s, end_s in flagged:
        expected |= {t / 10 for t in range(round((start_s - AROUND_S) * 10), round((end_s + AROUND_S) * 10) + 1)}
    assert _times(path) == sorted(expected)


def test_a_clip_that_cannot_be_written_is_told_at_the_end(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="the clip cannot be kept"):
        _recorded(tmp_path / "missing" / "clip.mp4", [(2.0, 3.0)], until_s=8.0)


@pytest.mark.parametrize("agreed", [True, False], ids=["agreed", "not agreed"])
def test_no_picture_is_stored_unless_agreed_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, agreed: bool) -> None:
    monkeypatch.delenv("FORMCHECK_DATABASE", raising=False)
    store = open_store(tmp_path)
    spec_file = load_spec("heel_raise")
    kept = StoredSet(store, SetFacts(spec_file, "me", None, None, False, None, keep_clips=agreed), HEADER)
    recording = film(heel_raises([]), 4.0, fps=FPS)
    engine = Engine(spec_file.spec)
    for index, observation in enumerate(observations(recording)):
        kept.observed(replace(_frame(index), time_s=observation.time_s), observation)
        engine.update(observation)
        if index == 30:
            kept.completed(_rep(1.0, 2.0))
    uid = kept.finished(engine.finish(recording.source, PROVENANCE))
    names = sorted(path.name for path in store.files.folder(uid).iterdir())
    assert names == (["clip.mp4", "landmarks.npz"] if agreed else ["landmarks.npz"])
    assert store.find_set(uid).has_clip == agreed
    store.close()
