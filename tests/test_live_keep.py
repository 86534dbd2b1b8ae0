"""What was done is kept: through a kill, a torn file, a full disk."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from figure import film, heel_raises
from made_live import PROVENANCE, observations

from formcheck.engine import Engine
from formcheck.errors import OutputError, SourceError
from formcheck.live.keep import SetFacts, StoredSet, recover_sets
from formcheck.live.spool import FrameSpool, SpoolHeader, is_in_use, read_spool
from formcheck.model import Frame, PoseObservation, RepEnded
from formcheck.sources import load_recording
from formcheck.specs.loader import load_spec
from formcheck.store import Store, open_store
from formcheck.store.scored import load_result

BLANK = Frame(0, 0.0, np.zeros((2, 2, 3), dtype=np.uint8))
HEADER = SpoolHeader("scripted", 960, 540, "1" * 64, "figure")
STARTS = [1.5 + 2.0 * k for k in range(12)]
KILLED_S = STARTS[11] + 1.0  # in the middle of rep 12


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.delenv("FORMCHECK_DATABASE", raising=False)
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def _facts() -> SetFacts:
    return SetFacts(load_spec("heel_raise"), "me", None, 175.0, False, 3)


def practise_until(folder: Path, until_s: float) -> tuple[Engine, StoredSet]:
    """Practise heel raises into the record in `folder` for some seconds; the set stays open."""
    engine = Engine(load_spec("heel_raise").spec, stature_cm=175.0)
    kept = StoredSet(open_store(folder), _facts(), HEADER)
    for observation in observations(film(heel_raises(STARTS), until_s, fps=15.0)):
        kept.observed(BLANK, observation)
        for event in engine.update(observation).events:
            if isinstance(event, RepEnded):
                kept.completed(event.rep)
    return engine, kept


def test_a_set_that_ends_is_in_the_record_with_its_landmarks(store: Store, tmp_path: Path) -> None:
    engine, kept = practise_until(tmp_path, 6.0)
    recording = film(heel_raises(STARTS), 6.0, fps=15.0)
    result = engine.finish(recording.source, PROVENANCE)
    uid = kept.finished(result)
    saved = load_recording(store.files.recording(uid))
    assert np.array_equal(saved.points, recording.points, equal_nan=True)
    assert np.array_equal(saved.time_s, recording.time_s)
    assert load_result(store, uid).counts == result.counts
    assert result.counts.completed == 2
    summary = store.find_set(uid)
    assert (summary.state, summary.origin) == ("closed", "live")
    assert [path.name for path in store.files.folder(uid).iterdir()] == ["landmarks.npz"]


def test_a_kill_in_rep_12_leaves_the_eleven_finished_reps(store: Store, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from test_live_keep import KILLED_S, practise_until; "
        "practise_until(Path(sys.argv[1]), KILLED_S); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).parent, check=False)
    assert killed.returncode == -signal.SIGKILL
    (before,) = store.list_sets()
    assert (before.state, before.counts.completed) == ("open", 11)
    (found,) = recover_sets(store)
    assert (found.completed, found.problem) == (11, "")
    result = load_result(store, found.uid)
    assert [rep.index for rep in result.reps] == list(range(1, 12))
    assert "cut off" in result.provenance.notes[0]
    assert store.find_set(found.uid).state == "closed"
    assert recover_sets(store) == []


def test_a_set_that_is_going_on_elsewhere_is_left_alone(store: Store, tmp_path: Path) -> None:
    _, kept = practise_until(tmp_path, 4.0)
    assert recover_sets(store) == []
    assert store.list_sets()[0].state == "open"
    kept._spool.close()
    assert len(recover_sets(store)) == 1


def test_a_set_that_cannot_be_finished_is_told_and_kept(store: Store, tmp_path: Path) -> None:
    _, kept = practise_until(tmp_path, 4.0)
    kept._spool.close()
    kept._spool.path.write_bytes(b"\x00" * 100)
    (found,) = recover_sets(store)
    assert "damaged" in found.problem
    assert found.completed == 1
    assert store.list_sets()[0].counts.completed == 1


def _spool(path: Path, seconds: float) -> FrameSpool:
    spool = FrameSpool(path, HEADER)
    for observation in observations(film(heel_raises([]), seconds, fps=10.0)):
        spool.add(observation)
    return spool


@pytest.mark.parametrize("cut", [1, 100, 559, 561, 2000])
def test_a_torn_spool_gives_all_its_whole_frames(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "landmarks.part"
    spool = _spool(path, 3.0)
    spool.flush(to_disk=True)
    spool.close()
    whole = read_spool(path)
    assert len(whole) == 30
    path.write_bytes(path.read_bytes()[:-cut])
    torn = read_spool(path)
    frame_bytes = 8 + whole.points[0].nbytes + whole.visibility[0].nbytes + whole.sd_px[0].nbytes
    assert len(torn) == 30 - -(-cut // frame_bytes)
    assert np.array_equal(torn.points, whole.points[: len(torn)])


def test_frames_reach_the_file_within_a_second(tmp_path: Path) -> None:
    spool = _spool(tmp_path / "landmarks.part", 5.0)
    assert len(read_spool(spool.path)) >= 40
    spool.close()


def _fails(spool: FrameSpool, observation: PoseObservation) -> bool:
    try:
        spool.add(observation)
    except OutputError:
        return True
    return False


def test_a_full_disk_tears_nothing_and_what_waited_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "landmarks.part"
    spool = FrameSpool(path, HEADER)
    frames = list(observations(film(heel_raises([]), 4.0, fps=10.0)))
    real_write = os.write
    for observation in frames[:10]:
        spool.add(observation)
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda handle, data: real_write(handle, bytes(data)[:200]))
        failed = sum(_fails(spool, observation) for observation in frames[10:30])
    assert failed > 0
    written = len(read_spool(path))
    assert 0 < written <= 10
    for observation in frames[30:]:
        spool.add(observation)
    spool.flush()
    assert read_spool(path).time_s.tolist() == [frame.time_s for frame in frames]
    spool.close()


def test_a_disk_that_is_full_from_the_start_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: object, flags: int, mode: int = 0) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(OutputError, match=r"this set cannot be saved: no space left on device; practice goes on"):
        FrameSpool(tmp_path / "landmarks.part", HEADER)


@pytest.mark.parametrize("text", [b"", b"{}\n", b'{"schema": "formcheck.spool/9", "landmarks": []}\n'])
def test_what_is_no_spool_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "landmarks.part"
    path.write_bytes(text)
    with pytest.raises(SourceError):
        read_spool(path)


def test_an_open_spool_is_in_use(tmp_path: Path) -> None:
    spool = _spool(tmp_path / "landmarks.part", 1.0)
    assert is_in_use(spool.path)
    spool.close()
    assert not is_in_use(spool.path)


def test_with_a_finished_rep_its_landmarks_are_on_the_disk_too(store: Store, tmp_path: Path) -> None:
    kept = StoredSet(store, _facts(), HEADER)
    frames = list(observations(film(heel_raises([1.5]), 3.8, fps=15.0)))
    engine = Engine(load_spec("heel_raise").spec)
    for observation in frames:
        kept.observed(BLANK, observation)
        for event in engine.update(observation).events:
            if isinstance(event, RepEnded):
                kept.completed(event.rep)
                assert read_spool(kept._spool.path).time_s[-1] == observation.time_s
    assert store.list_sets()[0].counts.completed == 1
    kept._spool.close()
