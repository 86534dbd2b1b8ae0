"""Spoken words with the system's own voice: the extra `formcheck[speech]`.

One thread owns the engine from its making to its end: pyttsx3 hangs, or speaks only once, when threads share it. The
window never waits for it. What is said while something else is still being said waits, and only the newest of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Final, Protocol

__all__ = ["Mute", "SpeechEngine", "SystemVoice", "Voice", "open_voice"]

logger = logging.getLogger(__name__)

WORDS_PER_MINUTE: Final = 165
_START_S: Final = 5.0
_END_S: Final = 2.0


class Voice(Protocol):
    """What speaks."""

    def say(self, words: str) -> None:
        """Say something as soon as the voice is free."""

    def close(self) -> None:
        """Stop."""


class SpeechEngine(Protocol):
    """The part of pyttsx3's engine that is used."""

    def say(self, words: str) -> None:
        """Queue words."""

    def runAndWait(self) -> None:  # noqa: N802, RUF100  its name there
        """Speak the queued words."""


class Mute:
    """Says nothing."""

    def say(self, words: str) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class SystemVoice:
    """Speaks in a thread of its own. `error` says why it fell silent, if it did."""

    def __init__(self, make_engine: Callable[[], SpeechEngine]) -> None:
        self.error = ""
        self._make_engine = make_engine
        self._changed = threading.Condition()
        self._next: str | None = None
        self._ended = False
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="formcheck-voice", daemon=True)
        self._thread.start()

    def wait_until_started(self, timeout_s: float = _START_S) -> bool:
        """Return whether the engine started without an error."""
        return self._started.wait(timeout_s) and not self.error

    def say(self, words: str) -> None:
        """Say `words` next, in place of what has not begun yet."""
        with self._changed:
            self._next = words
            self._changed.notify()

    def close(self) -> None:
        """Stop after what is being said; a voice that hangs is left behind."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join(_END_S)

    def _run(self) -> None:
        try:
            engine = self._make_engine()
            self._started.set()
            while (words := self._wait()) is not None:
                engine.say(words)
                engine.runAndWait()
        except Exception as error:  # each system's driver raises its own; practice goes on without a voice
            self.error = f"no voice: {str(error).strip() or type(error).__name__}"
            logger.debug("the voice failed", exc_info=True)
        finally:
            self._started.set()

    def _wait(self) -> str | None:
        with self._changed:
            self._changed.wait_for(lambda: self._next is not None or self._ended)
            words, self._next = self._next, None
            return None if self._ended else words


def open_voice() -> tuple[Voice, str]:
    """Return the system's voice and no words, or a mute one and the reason for it."""
    try:
        import pyttsx3  # noqa: PLC0415, RUF100  an extra
    except ImportError:
        return Mute(), "no voice: install it with `pip install 'formcheck[speech]'`"

    def make_engine() -> Any:
        engine = pyttsx3.init()
        engine.setProperty("rate", WORDS_PER_MINUTE)
        return engine

    voice = SystemVoice(make_engine)
    if voice.wait_until_started():
        return voice, ""
    voice.close()
    return Mute(), voice.error or "no voice: the system's voice does not answer"
