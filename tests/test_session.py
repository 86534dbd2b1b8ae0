"""The loop: order kept, parts joined so that nothing shows, errors of one file stay with it, nothing left behind."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_pose import SIZE, person
from made_video import make_video, steady

from formcheck.errors import FormcheckError, SourceError
from formcheck.model import Frame, LandmarkRecording, PoseObservation
from formcheck.pose import FakeEstimator
from formcheck.session import Progress, record, record_many
from formcheck.session.loop import Task, record_part
from formcheck.session.split import SPLIT_FROM_S, WARM_UP_S, _spans
from formcheck.session.workers import in_processes


def script(seconds: float, *, x: float = 480.0) -> list[PoseObservation]:
    return [person(t, x=x, top=80 + 10 * np.sin(t)) for t in steady(int(seconds * 10), 10)]


def fake(seconds: float = 30.0) -> FakeEstimator:
    return FakeEstimator(script(seconds))


class Marking:
    """A refiner that puts the picture's time and its own count where foot tracking puts its points."""

    def __init__(self) -> None:
        self.count = 0

    def update(self, frame: Frame, observation: PoseObservation) -> PoseObservation:
        assert frame.time_s == observation.time_s
        self.count += 1
        points = observation.points.copy()
        points[-1] = (frame.time_s, self.count)
        return replace(observation, points=points)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("short") / "short.mp4", steady(30, 10))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(
        tmp_path_factory.mktemp("long") / "long.mp4", steady(400, 10), keyframe_every=25, front_loaded=True
    )


def test_each_frame_gives_one_observation_at_its_time(short: Path) -> None:
    recording = record(short, estimator_factory=fake)
    assert recording.time_s == pytest.approx(steady(30, 10))
    expected = np.stack([observation.points for observation in script(3.0)])
    assert np.array_equal(recording.points, expected, equal_nan=True)
    assert recording.points.dtype == recording.visibility.dtype == recording.sd_px.dtype == np.float32
    assert recording.source.frames == 30
    assert recording.backend == "fake"


def test_the_refiner_sees_every_picture_with_its_observation(short: Path) -> None:
    recording = record(short, estimator_factory=fake, refiner_factory=Marking)
    assert recording.points[:, -1, 0] == pytest.approx(recording.time_s)
    assert recording.points[:, -1, 1].tolist() == list(range(1, 31))


def test_recording_twice_gives_the_same_bytes(short: Path) -> None:
    first, second = (record(short, estimator_factory=fake, refiner_factory=Marking) for _ in range(2))
    assert first.points.tobytes() == second.points.tobytes()


def assert_same_frames(one: LandmarkRecording, other: LandmarkRecording) -> None:
    assert np.array_equal(one.time_s, other.time_s)
    assert np.array_equal(one.points, other.points, equal_nan=True)
    assert one.source == other.source
    assert one.notes == other.notes


@pytest.mark.parametrize("jobs", [2, 3])
def test_a_long_video_in_parts_is_the_same(long: Path, jobs: int) -> None:
    factory = partial(FakeEstimator, script(40.0))
    told: list[tuple[float, float]] = []
    whole = record(long, estimator_factory=factory)
    parts = record(long, estimator_factory=factory, jobs=jobs, progress=lambda a, b: told.append((a, b)))
    assert_same_frames(whole, parts)
    assert told[-1][0] == pytest.approx(told[-1][1])
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert not multiprocessing.active_children()


def test_a_video_cut_in_the_middle_is_the_same_in_parts(long: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(long.read_bytes()[: int(long.stat().st_size * 0.45)])
    factory = partial(FakeEstimator, script(40.0))
    whole, parts = (record(path, estimator_factory=factory, jobs=jobs) for jobs in (1, 2))
    assert_same_frames(whole, parts)
    assert any("ends early" in note for note in parts.notes)


class RightAtFirst(FakeEstimator):
    """Of two people it tracks the left one; only when it starts in the middle it takes the right one for a second."""

    def __init__(self) -> None:
        super().__init__([])
        self._first_s: float | None = None

    def estimate(self, frame: Frame) -> PoseObservation:
        self._first_s = frame.time_s if self._first_s is None else self._first_s
        right = self._first_s > 0.0 and frame.time_s < self._first_s + 1.0
        return replace(person(frame.time_s, x=76 if right else 20, height_px=50, top=5), size=(96, 64))


def test_parts_follow_the_person_of_the_first_part(long: Path) -> None:
    nose_x = record(long, estimator_factory=RightAtFirst, jobs=2).points[:, 0, 0]
    assert nose_x == pytest.approx(np.full(400, 20.0), abs=5)


class FromRest:
    """A refiner that measures from the first picture it sees from `ready_s` on, as foot tracking does from a rest."""

    def __init__(self, ready_s: float) -> None:
        self._ready_s = ready_s
        self._rest_s: float | None = None

    def update(self, frame: Frame, observation: PoseObservation) -> PoseObservation:
        if self._rest_s is None and frame.time_s >= self._ready_s:
            self._rest_s = frame.time_s
        points, sd_px = observation.points.copy(), observation.sd_px.copy()
        points[-1] = np.nan if self._rest_s is None else frame.time_s - self._rest_s
        sd_px[-1] = np.nan if self._rest_s is None else 0.5
        return replace(observation, points=points, sd_px=sd_px)


@pytest.mark.parametrize("ready_s", [0.5, 15.0], ids=["rest-at-the-start", "rest-after-the-prelude"])
def test_parts_measure_from_the_same_rest(long: Path, ready_s: float) -> None:
    factories = {
        "estimator_factory": partial(FakeEstimator, script(40.0)),
        "refiner_factory": partial(FromRest, ready_s),
    }
    assert_same_frames(record(long, **factories), record(long, **factories, jobs=2))


def test_a_later_part_looks_at_the_start_first(long: Path) -> None:
    task = Task(str(long), partial(FakeEstimator, script(40.0)), partial(FromRest, 0.5), start_s=25.0)
    part = record_part(task, lambda done_s, total_s: None)
    assert part.time_s[0] == pytest.approx(25.0)
    assert part.points[:, -1, 0] == pytest.approx(part.time_s - 0.5, abs=1e-4)


@given(announced_s=st.floats(SPLIT_FROM_S, 3600), jobs=st.integers(2, 8), lead_s=st.floats(WARM_UP_S, 6.0))
def test_parts_cover_the_video_and_take_equally_long(announced_s: float, jobs: int, lead_s: float) -> None:
    spans = _spans(announced_s, jobs, lead_s)
    assert spans[0][:2] == (0.0, 0.0)
    assert spans[-1][2] == np.inf
    assert 1 < len(spans) <= jobs
    for before, after in pairwise(spans):
        assert before[2] == after[1]
        assert after[1] - after[0] == pytest.approx(WARM_UP_S)
    work = [min(stop, announced_s) - keep + (lead_s if keep else 0.0) for _, keep, stop in spans]
    assert work == pytest.approx([work[0]] * len(spans))
    assert min(work) >= SPLIT_FROM_S / 2 - 1e-9


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_bad_file_does_not_stop_the_others(short: Path, tmp_path: Path, jobs: int) -> None:
    paths = [short, tmp_path / "gone.mp4", short]
    outcomes = dict(record_many(paths, estimator_factory=fake, jobs=jobs))
    assert sorted(outcomes) == [0, 1, 2]
    assert isinstance(outcomes[1], SourceError)
    assert "gone.mp4" in str(outcomes[1])
    assert all(isinstance(outcomes[i], LandmarkRecording) and len(outcomes[i]) == 30 for i in (0, 2))
    assert not multiprocessing.active_children()


class Failing(FakeEstimator):
    """Breaks in the middle with something that is no message for users."""

    def __init__(self) -> None:
        super().__init__([])

    def estimate(self, frame: Frame) -> PoseObservation:
        if frame.index == 10:
            raise ZeroDivisionError("a bug")
        return super().estimate(frame)


@pytest.mark.parametrize("refiner", [None, Marking], ids=["alone", "with-refiner"])
def test_a_bug_is_raised_and_threads_end(short: Path, refiner) -> None:
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        record(short, estimator_factory=Failing, refiner_factory=refiner)
    assert threading.active_count() == before


def test_a_bug_in_a_part_is_raised_and_processes_end(long: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        record(long, estimator_factory=Failing, jobs=2)
    assert not multiprocessing.active_children()


def test_an_interruption_ends_all_processes(long: Path) -> None:
    def interrupt(done: float, total: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(long, estimator_factory=partial(FakeEstimator, script(40.0)), jobs=2, progress=interrupt)
    assert not multiprocessing.active_children()


def _die(argument: int, progress: Progress) -> int:
    if argument == 1:
        raise SystemExit(3)
    return argument


def test_a_worker_that_dies_is_told_and_replaced() -> None:
    arguments: Sequence[int] = [0, 1, 2, 3]
    outcomes = dict(in_processes(_die, arguments, jobs=1, progress=lambda *_: None))
    assert {index: value for index, value in outcomes.items() if index != 1} == {0: 0, 2: 2, 3: 3}
    assert isinstance(outcomes[1], FormcheckError)
    assert "ended unexpectedly" in str(outcomes[1])


def test_size_is_that_of_the_picture(short: Path) -> None:
    recording = record(short, estimator_factory=fake)
    assert (recording.source.width, recording.source.height) == (96, 64) != SIZE
