"""The loop: what is seen live is what a replay gives; pictures, keys, losses and full disks on the way."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest
from figure import Pose, bumps, drop, film, heel_raises
from made_live import LATE_S, MemoryKeeper, observations, practised

from formcheck.engine import Engine
from formcheck.live.light import is_dark
from formcheck.live.summary import summarise
from formcheck.model import PoseObservation
from formcheck.report import result_json
from formcheck.specs.loader import load_spec

STARTS = [1.5, 4.5, 7.5]


def _recording() -> list[PoseObservation]:
    reps, second = bumps(STARTS), bumps([STARTS[1]])
    return list(
        observations(
            film(lambda t: Pose(sole_deg=30 * reps(t), knee_deg=4 + 22 * second(t), shank_deg=3 + 8 * second(t)), 11.0)
        )
    )


def test_live_gives_what_a_replay_of_its_landmarks_gives() -> None:
    keeper = MemoryKeeper()
    outcome, _, _ = practised(_recording(), keeper=keeper, window=False)
    engine = Engine(load_spec("heel_raise").spec)
    for observation in keeper.frames:
        engine.update(observation)
    replayed = engine.finish(outcome.result.source, outcome.result.provenance)
    assert result_json(replayed) == result_json(outcome.result)
    assert [rep.verdict for rep in outcome.result.reps] == ["ok", "fault", "ok"]
    assert keeper.result is outcome.result
    assert [asdict(item)["index"] for item in keeper.items] == [1, 2, 3]


@pytest.mark.parametrize("every", [2, 3, 6], ids=["15 fps", "10 fps", "5 fps"])
def test_dropped_frames_change_no_count(every: int) -> None:
    outcome, _, _ = practised(_recording()[::every], window=False)
    assert outcome.result.counts.completed == 3
    assert outcome.result.counts.flagged == 1


@pytest.mark.parametrize(("every", "slow"), [(1, 0), (2, 0), (6, 1)], ids=["30 fps", "15 fps", "5 fps"])
def test_a_slow_camera_is_told_once(every: int, slow: int) -> None:
    _, devices, _ = practised(_recording()[::every], window=False)
    assert sum("more light often helps" in line for line in devices.told) == slow


def test_dropped_frames_are_told_in_the_result() -> None:
    outcome, _, live = practised([])
    assert outcome.result.provenance.notes == ()
    live._camera.dropped, live._camera.frames = 7, 100
    assert "7 of 100 camera frames were dropped" in live._outcome().result.provenance.notes[0]


def test_a_picture_is_shown_for_every_frame_and_timed() -> None:
    frames = _recording()
    _, devices, live = practised(frames)
    assert len(live.meter.shown_s) == len(frames)
    assert max(live.meter.shown_s) == pytest.approx(LATE_S, abs=1e-6)
    assert {picture.shape for picture in devices.pictures} == {(720, 1280, 3)}


def test_cues_are_given_within_the_limit_or_not_at_all() -> None:
    _, devices, live = practised(_recording())
    assert len(live.meter.cued_s) == 3
    assert max(live.meter.cued_s) <= 0.3
    assert devices.tones.count("count") == 2
    assert devices.words[-3:] == ["Keep your knees straight.", "3", "Done. 3 of 30."]


def test_a_cue_that_would_come_late_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("made_live.LATE_S", 0.6)
    _, devices, live = practised(_recording())
    assert "count" not in devices.tones
    assert "cue" not in devices.tones
    assert live.meter.late_cues >= 3


def test_space_stops_the_counting_until_it_is_pressed_again() -> None:
    keys = {int(4.0 * 30): " ", int(7.0 * 30): " "}
    keeper = MemoryKeeper()
    outcome, _, _ = practised(_recording(), keys=keys, keeper=keeper)
    assert outcome.result.counts.completed == 2
    times = np.array([frame.time_s for frame in keeper.frames])
    assert np.diff(times).max() == pytest.approx(3.0, abs=0.1)


def test_q_ends_the_set_and_asks_for_no_other() -> None:
    outcome, _, _ = practised(_recording(), keys={60: "q"})
    assert outcome.quit
    assert outcome.result.counts.completed == 0
    assert outcome.kept == "kept"


def test_v_silences_the_voice_and_not_the_tones() -> None:
    _, devices, _ = practised(_recording(), keys={10: "v"})
    assert devices.words == []
    assert "count" in devices.tones


def test_the_metronome_beats_while_reps_are_counted_and_m_stops_it() -> None:
    frames = list(observations(film(heel_raises([6.0, 9.0]), 12.0)))
    _, devices, _ = practised(frames, keys={int(8.0 * 30): "m"}, metronome=True)
    assert devices.beats == [1.0, None, None]


def test_without_a_window_what_is_said_is_told_as_text() -> None:
    _, devices, _ = practised(_recording(), window=False)
    assert devices.pictures == []
    assert devices.told == devices.words  # and nothing else
    assert "Keep your knees straight." in devices.told


def test_a_camera_lost_in_the_middle_is_told_and_the_set_goes_on() -> None:
    frames = _recording()
    script = [*frames[:100], *[0.5] * 8, *(replace(f, time_s=f.time_s + 4.0) for f in frames[100:])]
    outcome, devices, _ = practised(script)
    assert any("gives no picture" in words for words in devices.words)
    assert outcome.result.counts.completed == 3


def test_a_full_disk_is_told_once_and_practice_goes_on() -> None:
    outcome, devices, _ = practised(_recording(), keeper=MemoryKeeper(full_from=1))
    assert outcome.result.counts.completed == 3
    assert outcome.kept == ""
    assert devices.told.count("the disk is full") == 1


@pytest.mark.parametrize(("level", "dark"), [(5, True), (30, True), (90, False), (255, False)])
def test_darkness_is_judged_by_the_brightest_quarter(level: int, dark: bool) -> None:
    image = np.zeros((540, 960, 3), dtype=np.uint8)
    image[:270] = level
    assert is_dark(image) == dark


def test_frames_from_before_the_set_are_left_out() -> None:
    old, frames = _recording()[:30], _recording()
    later = [replace(frame, time_s=frame.time_s + 100.0) for frame in frames]
    keeper = MemoryKeeper()
    outcome, _, _ = practised([*old, *later], keeper=keeper, origin_s=100.0, window=False)
    assert len(keeper.frames) == len(frames)
    assert keeper.frames[0].time_s == 0.0
    assert outcome.result.counts.completed == 3


# ---------------------------------------------------------------------- the summary


def test_the_summary_names_one_thing_to_work_on_and_the_best_good_rep() -> None:
    reps, second = bumps(STARTS), bumps([STARTS[1]])
    higher = film(
        lambda t: Pose(sole_deg=30 * reps(t) + 6 * second(t), knee_deg=4 + 22 * second(t), shank_deg=3 + 8 * second(t)),
        11.0,
    )
    outcome, _, _ = practised(observations(higher), window=False)
    heights = [rep.peak["heel_height_cm"] for rep in outcome.result.reps]
    assert heights.index(max(heights)) == 1
    summary = summarise(outcome.result, load_spec("heel_raise").spec)
    assert summary.work_on == "Keep your knees straight."
    assert summary.why == "in 1 of 3 reps"
    assert summary.headline == "3 of 30 done"
    assert summary.lines[0].startswith("Best heel height")
    assert "in rep 2" not in summary.lines[0]


@pytest.mark.parametrize(
    ("height", "line"),
    [(1.0, "The last three were as good as the first three."), (0.7, "The last three raises were")],
    ids=["steady", "fading"],
)
def test_fading_is_told_where_there_is_some(height: float, line: str) -> None:
    starts = [1.5 + 2.5 * k for k in range(8)]
    early, late = bumps(starts[:4]), bumps(starts[4:])
    recording = film(lambda t: Pose(sole_deg=30 * (early(t) + height * late(t))), 23.0)
    outcome, _, _ = practised(observations(recording), window=False)
    assert summarise(outcome.result, load_spec("heel_raise").spec).lines[1].startswith(line)


def test_the_summary_says_why_nothing_was_counted() -> None:
    outcome, devices, _ = practised(observations(film(heel_raises(STARTS, top_s=1.5), 12.0)), exercise="squat")
    assert sum("not this exercise" in words for words in devices.words) == 1
    (line,) = summarise(outcome.result, load_spec("squat").spec).lines
    assert line == outcome.result.setup[-1].text
    assert "the knee hardly bent" in line


def test_a_set_without_anything_done_has_a_summary_too() -> None:
    outcome, _, _ = practised(observations(drop(film(heel_raises([]), 3.0), 0.0, 9.0)))
    summary = summarise(outcome.result, load_spec("heel_raise").spec)
    assert summary.lines == ("Nobody is seen. Step into the picture.",)
    assert summary.work_on == ""
