"""Open window, loudspeaker and voice, as far as the machine has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from formcheck.feedback.sound import Silence, open_sound
from formcheck.feedback.speech import Mute, open_voice
from formcheck.live.loop import Devices
from formcheck.live.window import NoWindow, open_window

__all__ = ["opened_devices"]


@contextmanager
def opened_devices(
    *, window: bool, sound: bool, tell: Callable[[str], None]
) -> Iterator[tuple[Devices, tuple[str, ...]]]:
    """Give the devices, and a line for the window on each that is missing. Raises SetupError without a screen."""
    screen = open_window() if window else NoWindow()
    tones, no_tones = open_sound() if sound else (Silence(), "")
    voice, no_voice = open_voice() if sound else (Mute(), "")
    for words in (no_tones and f"{no_tones}; go by {'the window' if window else 'what is written here'}", no_voice):
        if words:
            tell(words)
    try:
        yield Devices(screen, tones, voice, tell, window), ("No sound on this machine",) if no_tones else ()
    finally:
        voice.close()
        tones.close()
        screen.close()
