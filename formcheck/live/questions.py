"""Questions in the window, for those who do not sit at a terminal: pain from 0 to 10, how much was done, go on or not.

What is asked and which key means what is pure; `ask` shows it until there is an answer, or nobody gives one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeVar

from formcheck.feedback import _ink as ink
from formcheck.live.loop import Devices
from formcheck.live.question_pictures import draw_choice, draw_number, draw_pain
from formcheck.live.window import CLOSED

__all__ = ["Choice", "HowMany", "Pain", "Question", "ask"]

PATIENCE_S: Final = 60.0
"""So long a question waits that may stay without an answer."""
_TAKEN_AFTER_S: Final = 2.0
"""A number that was typed is taken if nothing follows: 1 may become 10."""
_LOOK_S: Final = 0.03
_CONFIRM: Final = (" ", "\r", "\n")


class Question(Protocol):
    """`press(key, t)` for a key, `tick(t)` all the time; `answered` once there is nothing more to ask."""

    @property
    def words(self) -> str:
        """What is asked, as it is said aloud."""

    @property
    def answered(self) -> bool:
        """Whether it was answered, or left without an answer."""

    def press(self, key: str, t: float) -> None:
        """Take a key."""

    def tick(self, t: float) -> None:
        """Take the time, in seconds since it was asked."""

    def picture(self) -> ink.Picture:
        """Return what to show."""


Asking = TypeVar("Asking", bound=Question)


@dataclass(slots=True)
class Pain:
    """Pain from 0 to 10: a digit, or 1 and 0 for ten; space or enter takes it, or with nothing typed leaves it out.

    `value` stays None where it was left out or nobody answered.
    """

    when: Literal["before", "after"]
    value: int | None = None
    closed: bool = False
    answered: bool = False
    _typed_s: float = 0.0

    @property
    def words(self) -> str:
        """What is asked."""
        return (
            f"How much pain do you have {'now, before practice' if self.when == 'before' else 'now, after practice'}?"
        )

    def press(self, key: str, t: float) -> None:
        """Take a key."""
        if key == CLOSED:
            self.closed = self.answered = True
        elif key in _CONFIRM:
            self.answered = True
        elif key in "0123456789":
            self.value = 10 if key == "0" and self.value == 1 else int(key)
            self._typed_s = t

    def tick(self, t: float) -> None:
        """Take the time."""
        waited_s = t if self.value is None else t - self._typed_s
        if waited_s >= (PATIENCE_S if self.value is None else _TAKEN_AFTER_S):
            self.answered = True

    def picture(self) -> ink.Picture:
        """Return what to show."""
        return draw_pain(self.words, self.value)


@dataclass(slots=True)
class HowMany:
    """How many of `planned` were done; `value` begins with those paced. It waits: only the person knows."""

    title: str
    planned: int
    value: int
    answered: bool = False

    @property
    def words(self) -> str:
        """What is asked."""
        return f"How many of {self.planned} did you do?"

    def press(self, key: str, t: float) -> None:
        """Take a key."""
        if key in (*_CONFIRM, CLOSED):
            self.answered = True
        elif key in ("+", "=", "-"):
            self.value = min(max(self.value + (-1 if key == "-" else 1), 0), self.planned)

    def tick(self, t: float) -> None:
        """Take the time."""

    def picture(self) -> ink.Picture:
        """Return what to show."""
        return draw_number(self.title, self.words, self.value, self.planned)


@dataclass(slots=True)
class Choice:
    """A warning with its `lines`, and whether to go on; no answer means no. `keys` says which key does what."""

    words: str
    lines: Sequence[str]
    keys: str
    yes: bool = False
    answered: bool = False

    def press(self, key: str, t: float) -> None:
        """Take a key."""
        if key in (" ", CLOSED, "\r", "\n"):
            self.yes, self.answered = key == " ", True

    def tick(self, t: float) -> None:
        """Take the time."""
        self.answered = self.answered or t >= PATIENCE_S

    def picture(self) -> ink.Picture:
        """Return what to show."""
        return draw_choice(self.words, self.lines, self.keys)


def ask(
    devices: Devices,
    question: Asking,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Asking:
    """Ask in the window, aloud too, until it is answered; return the question with its answer."""
    devices.sound.play("attention")
    devices.voice.say(question.words)
    devices.tell(question.words)
    asked_s, picture = clock(), question.picture()
    while not question.answered:
        key = devices.screen.show(picture)
        now_s = clock() - asked_s
        if key:
            question.press(key, now_s)
            picture = question.picture()
        question.tick(now_s)
        sleep(_LOOK_S)
    return question
