"""Short synthesised tones and a metronome; a machine without sound stays silent and says so once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cache
from types import TracebackType
from typing import Any, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from formcheck.feedback.cues import Tone

__all__ = ["Mixer", "Silence", "Sound", "Speakers", "open_sound", "tone_samples"]

Samples = NDArray[np.float32]

RATE_HZ: Final = 44100
_LOUDNESS: Final = 0.35
_FADE_S: Final = 0.008  # without it a tone begins and ends with a click
_TICK_HZ: Final = 1000.0

_NOTES: Final[Mapping[Tone, Sequence[tuple[float, float]]]] = {
    "count": ((880.0, 0.09),),
    "cue": ((660.0, 0.12), (440.0, 0.18)),
    "attention": ((523.3, 0.14), (523.3, 0.14)),
    "tick": ((740.0, 0.07),),
    "go": ((740.0, 0.1), (1108.7, 0.22)),
    "reached": ((659.3, 0.12), (880.0, 0.12), (1318.5, 0.3)),
    "done": ((523.3, 0.15), (659.3, 0.15), (784.0, 0.15), (1046.5, 0.4)),
}
"""Frequency (Hz) and length (s): falling means correct something, rising means well done."""


class Sound(Protocol):
    """What plays tones."""

    def play(self, tone: Tone) -> None:
        """Play a tone now."""

    def beat(self, period_s: float | None) -> None:
        """Beat from now on, once in `period_s`; None stops."""

    def close(self) -> None:
        """Free the device."""


@cache
def tone_samples(tone: Tone) -> Samples:
    """Return the samples of a tone, within -1..1."""
    notes = [_note(hertz, length_s) for hertz, length_s in _NOTES.get(tone, ())]
    return np.concatenate(notes) if notes else np.zeros(0, dtype=np.float32)


def _note(hertz: float, length_s: float) -> Samples:
    t = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    fade = np.minimum(1.0, np.minimum(t, length_s - t) / _FADE_S)
    wave = np.sin(2 * np.pi * hertz * t) + 0.25 * np.sin(4 * np.pi * hertz * t)
    return (_LOUDNESS / 1.25 * fade * wave).astype(np.float32)


class Mixer:
    """Adds up what is to be heard, block after block; the beat is exact to a sample. Safe to use from two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._playing: list[tuple[Samples, int]] = []
        self._beat_samples: int | None = None
        self._until_beat = 0
        self._tick = _note(_TICK_HZ, 0.035)

    def play(self, tone: Tone) -> None:
        """Begin a tone with the next block, in place of one that still sounds."""
        with self._lock:
            self._playing = [(samples, at) for samples, at in self._playing if samples is self._tick]
            self._playing.append((tone_samples(tone), 0))

    def beat(self, period_s: float | None) -> None:
        """Beat with the next block and then once in `period_s`; None stops."""
        with self._lock:
            self._beat_samples = None if period_s is None else round(period_s * RATE_HZ)
            self._until_beat = 0

    def block(self, length: int) -> Samples:
        """Return the next `length` samples."""
        out = np.zeros(length, dtype=np.float32)
        with self._lock:
            self._add_beats(out)
            self._playing = [rest for samples, at in self._playing if (rest := _mixed(out, samples, at)) is not None]
        return np.clip(out, -1.0, 1.0)

    def _add_beats(self, out: Samples) -> None:
        if self._beat_samples is None:
            return
        while self._until_beat < len(out):
            self._playing.append((self._tick, -self._until_beat))
            self._until_beat += self._beat_samples
        self._until_beat -= len(out)


def _mixed(out: Samples, samples: Samples, at: int) -> tuple[Samples, int] | None:
    """Add `samples` from `at` on (negative: later in this block) to `out`; return what is left for the next block."""
    begin = max(-at, 0)
    piece = samples[max(at, 0) : max(at, 0) + len(out) - begin]
    out[begin : begin + len(piece)] += piece
    at = max(at, 0) + len(piece)
    return (samples, at) if at < len(samples) else None


class Speakers:
    """The machine's loudspeaker. Use `open_sound` to get one, or silence."""

    def __init__(self, device: Any) -> None:
        self._mixer = Mixer()
        self._stream = device.OutputStream(
            samplerate=RATE_HZ, channels=1, dtype="float32", latency="low", callback=self._fill
        )
        self._stream.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _fill(self, out: Any, frames: int, when: Any, status: Any) -> None:
        out[:, 0] = self._mixer.block(frames)

    def play(self, tone: Tone) -> None:
        """Play a tone now."""
        self._mixer.play(tone)

    def beat(self, period_s: float | None) -> None:
        """Beat from now on, once in `period_s`; None stops."""
        self._mixer.beat(period_s)

    def close(self) -> None:
        """Free the loudspeaker."""
        self._stream.abort()
        self._stream.close()


class Silence:
    """Plays nothing."""

    def play(self, tone: Tone) -> None:
        """Do nothing."""

    def beat(self, period_s: float | None) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def open_sound() -> tuple[Sound, str]:
    """Return the loudspeaker and no words, or silence and the reason for it."""
    try:
        import sounddevice  # noqa: PLC0415, RUF100  looks for the system's sound library, which may be missing
    except OSError:
        return Silence(), "no sound: this system lacks PortAudio (on Debian and Ubuntu: apt install libportaudio2)"
    try:
        return Speakers(sounddevice), ""
    except sounddevice.PortAudioError:
        return Silence(), "no sound: no loudspeaker was found"
