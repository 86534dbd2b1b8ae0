"""Questions around practice: in the window where there is one, else in the terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import typer

from formcheck.cli.frame import chatter

if TYPE_CHECKING:
    from formcheck.live.loop import Devices
    from formcheck.live.questions import Pain

__all__ = ["ask_done", "ask_pain", "ask_to_go_on", "tell_warning"]


def ask_pain(devices: Devices, when: Literal["before", "after"]) -> Pain:
    """Ask for pain from 0 to 10."""
    from formcheck.live.questions import Pain, ask

    if devices.has_window:
        return ask(devices, Pain(when))
    return Pain(when, _ask_number(f"Pain {when}, 0 (none) to 10 (worst)", 10), answered=True)


def ask_done(devices: Devices, words: str, planned: int, paced: int) -> int:
    """Ask how much of a guided exercise was done."""
    from formcheck.live.questions import HowMany, ask

    if devices.has_window:
        return ask(devices, HowMany(words, planned, paced)).value
    return _ask_number(f"{words} How many of {planned} did you do?", planned, paced)


def ask_to_go_on(devices: Devices, words: str, lines: Sequence[str]) -> bool:
    """Ask whether to practise in spite of a warning; the warning is in the terminal as well."""
    from formcheck.live.questions import Choice, ask

    _chatter(words, lines)
    if devices.has_window:
        return ask(devices, Choice(words, lines, "space: practise all the same    q: end")).yes
    return typer.confirm("Practise all the same?", err=True)


def tell_warning(devices: Devices, words: str, lines: Sequence[str]) -> None:
    """Show a warning until a key is pressed, for a minute at most; it is in the terminal as well."""
    from formcheck.live.questions import Choice, ask

    _chatter(words, lines)
    if devices.has_window:
        ask(devices, Choice(words, lines, "space: end"))


def _chatter(words: str, lines: Sequence[str]) -> None:
    for line in (words, *lines):
        chatter(line)


def _ask_number(words: str, most: int, default: int | None = None) -> int:
    """Ask for a whole number from 0 to `most` until one is given."""
    while True:
        answer: str = typer.prompt(words, type=str, default=None if default is None else str(default), err=True)
        if re.fullmatch(r"[0-9]{1,9}", answer.strip()) and int(answer) <= most:
            return int(answer)
        chatter(f"expected a whole number from 0 to {most}")
