"""Specs of one's own: copied under a new id, and learned from a demonstration."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from figure import bumps
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from formcheck.cli import app
from formcheck.engine import Engine
from formcheck.errors import SpecError
from formcheck.model import Provenance
from formcheck.sources.recording import load_recording, save_recording
from formcheck.specs.learn import Learned, find_excursions, learn_bands, learn_limit, with_id, with_learned
from formcheck.specs.learn_holds import find_plateaus, learn_hold_bands
from formcheck.specs.loader import load_spec, parse_spec, read_spec

RECORDINGS = Path(__file__).parent / "recordings"
HOLDS = ("soleus_stretch", "ball_of_foot_stretch", "single_leg_stance", "seated_plantar_fascia_stretch")
LEARNABLE = ("squat", "seated_calf_raise", "forward_lunge", "hops_both", "seated_ankle_pump", "tibial_raise")


def trace(starts: list[float], height: float, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    t = np.arange(0, (starts[-1] if starts else 0.0) + 5.0, 1 / 30)
    course = bumps(starts)
    x = np.array([height * course(float(s)) for s in t])
    return t, x + np.random.default_rng(0).normal(0, noise, len(t))


@given(count=st.integers(1, 6), height=st.floats(1.0, 80.0), noise=st.floats(0.0, 0.02), gap=st.floats(2.5, 5.0))
def test_every_movement_of_a_demonstration_is_found(count: int, height: float, noise: float, gap: float) -> None:
    t, x = trace([1.5 + gap * k for k in range(count)], height, noise * height)
    found = find_excursions(t, x, noise * height)
    assert len(found) == count
    assert [one.height for one in found] == pytest.approx([height] * count, rel=0.1)


@given(noise=st.floats(0.1, 2.0))
def test_noise_is_no_demonstration(noise: float) -> None:
    t, x = trace([], 0.0, noise)
    with pytest.raises(SpecError, match=r"clip\.mp4: no movement"):
        learn_bands(t, x, find_excursions(t, x, noise), noise, "clip.mp4")


@given(height=st.floats(2.0, 60.0))
def test_learned_bands_leave_room_around_what_was_seen(height: float) -> None:
    t, x = trace([1.5, 4.5, 7.5], height)
    found = find_excursions(t, x, 0.01 * height)
    bands = {key: learned.value for key, learned in learn_bands(t, x, found, 0.01 * height, "clip").items()}
    assert bands["least"] < 0 < bands["enter"] < 0.5 * height < height < bands["most"]
    assert bands["min_s"] < 1.9 < bands["max_s"]


@given(values=st.lists(st.floats(0.0, 50.0), min_size=1, max_size=8), sd=st.floats(0.1, 5.0))
def test_a_learned_limit_lies_above_the_demonstration(values: list[float], sd: float) -> None:
    assert learn_limit(values, sd, "clip").value > max(values)


def held_trace(holds: list[tuple[float, float]], level: float, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A position of `level` taken at the first second of each hold and let go at the second one, from a rest of 4."""
    t = np.arange(0, holds[-1][1] + 3.0 if holds else 8.0, 1 / 30)
    x = np.full(len(t), 4.0)
    for start_s, end_s in holds:
        x[(t >= start_s) & (t <= end_s)] += level
        x[(t >= start_s) & (t <= start_s + 0.6)] += 0.4 * level  # a step into it goes too far
    return t, x + np.random.default_rng(0).normal(0, noise, len(t))


@given(lengths=st.lists(st.floats(5.0, 40.0), min_size=1, max_size=3), level=st.floats(5.0, 60.0))
def test_every_position_held_is_found_at_its_level(lengths: list[float], level: float) -> None:
    holds, at = [], 3.0
    for length in lengths:
        holds.append((at, at + length))
        at += length + 4.0
    t, x = held_trace(holds, level, 0.01 * level)
    rest, found = find_plateaus(t, x, 0.01 * level)
    assert rest == pytest.approx(4.0, abs=0.1 * level)
    assert [one.level for one in found] == pytest.approx([4.0 + level] * len(holds), rel=0.03)
    assert [one.held_s for one in found] == pytest.approx(lengths, abs=2.3)


@given(noise=st.floats(0.1, 2.0))
def test_nothing_held_is_told(noise: float) -> None:
    t, x = held_trace([], 0.0, noise)
    rest, found = find_plateaus(t, x, noise)
    with pytest.raises(SpecError, match=r"clip\.mp4: no position held"):
        learn_hold_bands(rest, found, noise, "clip.mp4", above=False)


@pytest.mark.parametrize("above", [False, True], ids=["level", "above"])
@given(level=st.floats(5.0, 60.0))
def test_learned_bands_of_a_hold_lie_between_rest_and_level(above: bool, level: float) -> None:
    t, x = held_trace([(3.0, 17.0)], level, 0.005 * level)
    rest, found = find_plateaus(t, x, 0.005 * level)
    bands = {place[1]: one.value for place, one in learn_hold_bands(rest, found, 0.1, "clip", above=above).items()}
    assert rest < bands["reach"] < 4.0 + level
    assert bands["within"] < bands["lost"] or above
    assert bands["within"] >= 0.1 * level  # nobody holds as still as a demonstration again and again
    assert bands["lost"] < bands["reach"] if above else bands["lost"] < 0.5 * level
    assert bands["hold_s"] == 10.0


def test_only_the_learned_numbers_of_a_text_change() -> None:
    file = load_spec("squat")
    text = file.path.read_text(encoding="utf-8")
    learned = with_learned(text, {("movement", "enter"): Learned(9.5, "learned from a clip")})
    changed = [(a, b) for a, b in zip(text.splitlines(), learned.splitlines(), strict=True) if a != b]
    assert len(changed) == 1
    enter = parse_spec(learned.encode(), file.path).spec.movement.enter  # type: ignore[union-attr]
    assert (enter.value, enter.source) == (9.5, "default, not from literature; learned from a clip")


def test_a_number_that_is_not_there_is_not_learned() -> None:
    text = load_spec("squat").path.read_text(encoding="utf-8")
    with pytest.raises(SpecError, match=r"rules\.knee\.limit\.value is missing"):
        with_learned(text, {("rules", "knee", "limit"): Learned(1.0, "x")})


def test_a_copy_differs_in_id_and_name_only() -> None:
    text = load_spec("heel_raise").path.read_text(encoding="utf-8")
    copy = with_id(text, "my_raise", "Mine & yours")
    changed = [b for a, b in zip(text.splitlines(), copy.splitlines(), strict=True) if a != b]
    assert changed == ["id: my_raise", 'name: "Mine & yours"']


@given(name=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1))
@example(name="Heel raise for Ada: 1")
@example(name='"{[&*#!|>%@`')
def test_a_name_may_be_any_line_of_text(name: str) -> None:
    text = with_id(load_spec("heel_raise").path.read_text(encoding="utf-8"), "my_raise", name)
    assert parse_spec(text.encode(), Path("my_raise.yaml")).spec.name == name


# ---------------------------------------------------------------------- the commands


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["specs", *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("exercise", LEARNABLE)
def test_a_learned_spec_counts_its_demonstration(exercise: str, tmp_path: Path) -> None:
    clip, target = RECORDINGS / f"{exercise}.npz", tmp_path / f"{exercise}.yaml"
    code, _, chatter = run("learn", str(clip), "--from", exercise, "--to", str(target))
    assert code == 0, chatter
    recording = load_recording(clip)
    counts = []
    for spec in (load_spec(exercise).spec, read_spec(target).spec):
        engine = Engine(spec)
        engine.run(recording)
        counts.append(engine.finish(recording.source, Provenance("", "", "", "")).counts.completed)
    partial = 1 if exercise == "squat" else 0  # its shallow one is a quarter of the others
    assert counts[1] >= counts[0] - partial > 0


def test_a_proposal_goes_to_stdout_and_its_reasons_to_stderr() -> None:
    code, text, chatter = run("learn", str(RECORDINGS / "squat.npz"), "--from", "squat")
    assert code == 0
    assert parse_spec(text.encode(), Path("squat.yaml")).spec.id == "squat"
    assert "movement.enter" in chatter


@pytest.mark.parametrize("exercise", ["toe_scrunch", "walking"])
def test_what_is_neither_counted_nor_held_cannot_be_learned(exercise: str) -> None:
    code, _, told = run("learn", str(RECORDINGS / "squat.npz"), "--from", exercise)
    assert code == 1
    assert "counted in reps or held" in told


def _holds(clip: Path, spec: object) -> list[tuple[str, float]]:
    recording, engine = load_recording(clip), Engine(spec)  # type: ignore[arg-type]
    engine.run(recording)
    holds = engine.finish(recording.source, Provenance("", "", "", "")).holds
    return [(hold.side, hold.held_s) for hold in holds]


@pytest.mark.parametrize("exercise", [*HOLDS, "gastrocnemius_stretch"])
def test_a_copy_of_a_hold_learned_from_its_demonstration_counts_it(
    exercise: str, tmp_path: Path, samples: Path
) -> None:
    clip = samples / "gastroc_holds.npz" if exercise == "gastrocnemius_stretch" else RECORDINGS / f"{exercise}.npz"
    target = tmp_path / "my_hold.yaml"
    assert run("new", "my_hold", "--from", exercise, "--to", str(target))[0] == 0
    code, _, chatter = run("learn", str(clip), "--from", str(target), "--to", str(target))
    assert code == 0, chatter
    assert run("check", str(target))[0] == 0
    learned = read_spec(target).spec
    truth = json.loads(clip.with_suffix("").with_suffix(".truth.json").read_text(encoding="utf-8"))["holds"]
    found = _holds(clip, learned)
    assert [side for side, _ in found] == [hold["side"] for hold in truth]
    assert [held for _, held in found] == pytest.approx([hold["held_s"] for hold in truth], abs=0.8)
    assert (learned.dose.hold_s or 0.0) <= max(hold["held_s"] for hold in truth)
    assert "learned from" in learned.dose.source


def test_a_new_spec_is_valid_and_overwrites_nothing(tmp_path: Path) -> None:
    target = tmp_path / "my_raise.yaml"
    assert run("new", "my_raise", "--from", "heel_raise", "--name", "My raise", "--to", str(target))[0] == 0
    assert read_spec(target).spec.name == "My raise"
    code, _, told = run("new", "my_raise", "--from", "squat", "--to", str(target))
    assert code == 1
    assert "is there already" in told


def test_a_proposal_is_called_as_its_file(tmp_path: Path) -> None:
    target = tmp_path / "proposal.yaml"
    assert run("learn", str(RECORDINGS / "squat.npz"), "--from", "squat", "--to", str(target))[0] == 0
    assert run("check", str(target))[0] == 0


def test_what_can_be_no_id_is_refused_before_the_clip_is_read(tmp_path: Path) -> None:
    code, _, told = run("learn", "never-read.mp4", "--from", "squat", "--to", str(tmp_path / "My squat.yaml"))
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert "lower-case" in told


def test_reps_that_fell_short_are_named_and_teach_nothing(samples: Path) -> None:
    code, _, told = run("learn", str(samples / "hr_single_partial.npz"), "--from", "single_heel_raise")
    assert code == 0
    assert [line.split("rep ")[1][0] for line in told.splitlines() if "is left out: The heel came to" in line] == [
        "3",
        "6",
    ]
    assert "4 movements of 6.6 to 6.7" in told


def test_fewer_than_three_good_reps_teach_nothing(samples: Path, tmp_path: Path) -> None:
    whole = load_recording(samples / "hr_single_partial.npz")
    first = whole.time_s < 11.5  # two good reps, and one that came too low
    arrays = {name: getattr(whole, name)[first] for name in ("time_s", "points", "visibility", "sd_px")}
    save_recording(replace(whole, **arrays), tmp_path / "short.npz")
    code, shown, told = run("learn", str(tmp_path / "short.npz"), "--from", "single_heel_raise")
    assert (code, shown) == (1, "")
    assert "2 of 3 movements are good (flagged: 3); film 3 or more" in told


def test_a_bad_id_is_a_usage_error(tmp_path: Path) -> None:
    assert run("new", "My Raise", "--from", "heel_raise", "--to", str(tmp_path / "x.yaml"))[0] == 2
