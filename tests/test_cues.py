"""When to speak and when not to: one cue at a time, never late, no nagging."""

from __future__ import annotations

import builtins
import sys
import threading
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.feedback.cues import Cue, FaultPrompts, SetupPrompts, most_urgent
from formcheck.feedback.sound import RATE_HZ, Mixer, Silence, Speakers, open_sound, tone_samples
from formcheck.feedback.speech import Mute, SystemVoice, open_voice

FAULTS = st.lists(st.sampled_from(["knee_bend", "low_height", "trunk_lean"]), unique=True, max_size=3)


@given(st.lists(FAULTS, max_size=40))
def test_a_fault_is_never_prompted_for_in_two_reps_running(reps: list[list[str]]) -> None:
    prompts = FaultPrompts()
    said = [prompts.update(faults) for faults in reps]
    assert all(a is None or a != b for a, b in pairwise(said))


@given(st.lists(FAULTS, max_size=40))
def test_only_a_fault_of_this_rep_is_prompted_for(reps: list[list[str]]) -> None:
    prompts = FaultPrompts()
    for faults in reps:
        said = prompts.update(faults)
        assert said is None or said in faults


def test_a_fault_that_goes_on_is_prompted_for_less_and_less() -> None:
    prompts = FaultPrompts()
    said = [prompts.update(["knee_bend"]) is not None for _ in range(12)]
    assert [i for i, spoken in enumerate(said) if spoken] == [0, 2, 5, 9]


def test_a_fault_that_was_put_right_and_comes_back_is_prompted_for_anew() -> None:
    prompts = FaultPrompts()
    reps = [["knee_bend"], [], [], [], ["knee_bend"]]
    assert [prompts.update(faults) for faults in reps] == ["knee_bend", None, None, None, "knee_bend"]


def test_while_one_fault_is_left_alone_the_next_one_is_told() -> None:
    prompts = FaultPrompts()
    assert prompts.update(["knee_bend", "trunk_lean"]) == "knee_bend"
    assert prompts.update(["knee_bend", "trunk_lean"]) == "trunk_lean"


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5), st.floats(0.1, 1)), max_size=6), st.floats(0, 2))
def test_the_most_urgent_cue_that_is_not_late_is_given(raw: list[tuple[float, int, float]], now_s: float) -> None:
    cues = [Cue(t, "cue", priority=priority, valid_s=valid_s) for t, priority, valid_s in raw]
    given_cue = most_urgent(cues, now_s)
    in_time = [cue for cue in cues if now_s - cue.time_s <= cue.valid_s]
    assert (given_cue is None) == (not in_time)
    assert given_cue is None or given_cue.priority == max(cue.priority for cue in in_time)


@pytest.mark.parametrize(("problem", "first_s"), [("no_person", 1.0), ("moving", 3.0)], ids=["problem", "still moving"])
def test_a_set_up_problem_is_spoken_of_once_it_lasted(problem: str, first_s: float) -> None:
    prompts = SetupPrompts()
    times = [t / 10 for t in range(250) if prompts.update(t / 10, problem) is not None]
    assert times[0] == pytest.approx(first_s)
    assert np.diff(times).min() >= 9.0
    assert len(times) >= 3


def test_problems_that_flicker_are_not_spoken_of() -> None:
    prompts = SetupPrompts()
    said = [prompts.update(t / 10, ["no_person", None, "turn_sideways"][t // 5 % 3]) for t in range(300)]
    assert not any(said)


# ---------------------------------------------------------------------- sound


@pytest.mark.parametrize("tone", ["count", "cue", "attention", "tick", "go", "reached", "done"])
def test_tones_are_audible_short_and_do_not_click(tone: str) -> None:
    samples = tone_samples(tone)  # type: ignore[arg-type]
    assert 0.05 < len(samples) / RATE_HZ < 1.0
    assert 0.1 < np.abs(samples).max() < 0.5
    assert abs(samples[0]) < 0.01
    assert abs(samples[-1]) < 0.02


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=30))
def test_what_is_heard_does_not_depend_on_the_block_size(lengths: list[int]) -> None:
    total = sum(lengths)
    whole, parts = Mixer(), Mixer()
    for mixer in (whole, parts):
        mixer.beat(0.25)
        mixer.play("reached")
    assert np.allclose(np.concatenate([parts.block(n) for n in lengths]), whole.block(total), atol=1e-6)


def test_the_metronome_is_exact_to_a_sample() -> None:
    mixer = Mixer()
    mixer.beat(1.0)
    heard = np.concatenate([mixer.block(441) for _ in range(400)])
    starts = np.flatnonzero((np.abs(heard) > 1e-4) & (np.abs(np.r_[np.zeros(200), heard[:-200]]) < 1e-4))
    beats = [s for i, s in enumerate(starts) if i == 0 or s - starts[i - 1] > 1000]
    assert set(np.diff(beats)) == {RATE_HZ}


# ---------------------------------------------------------------------- speech


class _Engine:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.spoken = threading.Event()

    def say(self, words: str) -> None:
        self.said.append(words)

    def runAndWait(self) -> None:
        self.spoken.set()


def test_the_voice_speaks_what_it_is_given() -> None:
    engine = _Engine()
    voice = SystemVoice(lambda: engine)
    assert voice.wait_until_started()
    voice.say("one")
    assert engine.spoken.wait(10.0)
    voice.close()
    assert engine.said == ["one"]


def test_a_voice_that_cannot_start_says_why() -> None:
    def broken() -> _Engine:
        raise OSError("libespeak.so.1: cannot open shared object file")

    voice = SystemVoice(broken)
    assert not voice.wait_until_started()
    assert voice.error == "no voice: libespeak.so.1: cannot open shared object file"
    voice.say("one")
    voice.close()


# ---------------------------------------------------------------------- machines that lack something


class _Stream:
    def __init__(self, **options: object) -> None:
        self.options = options
        self.log: list[str] = []

    def start(self) -> None:
        self.log.append("start")

    def abort(self) -> None:
        self.log.append("abort")

    def close(self) -> None:
        self.log.append("close")


def test_the_speakers_play_what_the_mixer_gives() -> None:
    streams: list[_Stream] = []

    def output_stream(**options: object) -> _Stream:
        streams.append(_Stream(**options))
        return streams[-1]

    speakers = Speakers(SimpleNamespace(OutputStream=output_stream))
    speakers.play("count")
    out = np.zeros((2000, 1), dtype=np.float32)
    streams[0].options["callback"](out, 2000, None, None)  # type: ignore[operator]
    assert np.array_equal(out[:, 0], np.clip(tone_samples("count")[:2000], -1, 1))
    speakers.close()
    assert streams[0].log == ["start", "abort", "close"]


def _no_device() -> SimpleNamespace:
    class PortAudioError(Exception):
        pass

    def output_stream(**options: object) -> object:
        raise PortAudioError("Error querying device -1")

    return SimpleNamespace(OutputStream=output_stream, PortAudioError=PortAudioError)


def test_without_a_loudspeaker_practice_is_silent_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", _no_device())
    sound, why = open_sound()
    assert isinstance(sound, Silence)
    assert why == "no sound: no loudspeaker was found"
    sound.play("count")
    sound.beat(1.0)
    sound.close()


def test_without_the_sound_library_the_way_to_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return real_import(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    sound, why = open_sound()
    assert isinstance(sound, Silence)
    assert "libportaudio2" in why


def test_without_the_extra_the_voice_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyttsx3", None)
    voice, why = open_voice()
    assert isinstance(voice, Mute)
    assert "formcheck[speech]" in why
    voice.say("one")
    voice.close()
