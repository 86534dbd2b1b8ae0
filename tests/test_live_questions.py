"""Questions in the window: pain from 0 to 10, how much was done, whether to go on; kept in the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pytest
from made_live import Recorder

from formcheck.cli.questions import ask_done, ask_pain, ask_to_go_on
from formcheck.live.loop import Devices
from formcheck.live.questions import PATIENCE_S, Choice, HowMany, Pain, ask


@dataclass
class Typist:
    """A clock that sleeping moves on; `keys` maps seconds to the key pressed then."""

    keys: dict[float, str]
    now_s: float = 50.0
    shown: list[Any] = field(default_factory=list)
    heard: Recorder = field(default_factory=Recorder)

    def clock(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def show(self, picture: Any) -> str:
        self.shown.append(picture)
        due = next((at for at in self.keys if at <= self.now_s - 50.0), None)
        return "" if due is None else self.keys.pop(due)

    def full_screen(self) -> None:
        raise AssertionError

    def close(self) -> None:
        raise AssertionError


def asked(keys: dict[float, str], question: Any) -> tuple[Any, Typist]:
    typist = Typist(keys)
    devices = Devices(typist, typist.heard, typist.heard, typist.heard.told.append)
    return ask(devices, question, clock=typist.clock, sleep=typist.sleep), typist


@pytest.mark.parametrize(
    ("keys", "value", "lasts_s"),
    [
        ({1.0: "0"}, 0, 3.0),
        ({1.0: "7"}, 7, 3.0),
        ({1.0: "1"}, 1, 3.0),
        ({1.0: "1", 1.5: "0"}, 10, 3.5),
        ({1.0: "3", 2.0: "5"}, 5, 4.0),
        ({1.0: "4", 1.2: "\r"}, 4, 1.2),
        ({1.0: "4", 1.2: " "}, 4, 1.2),
        ({1.0: " "}, None, 1.0),
        ({1.0: "\r"}, None, 1.0),
        ({1.0: "p", 2.0: "+"}, None, PATIENCE_S),
        ({}, None, PATIENCE_S),
    ],
    ids=["none", "seven", "one", "ten", "changed", "enter", "space", "left out", "enter alone", "other keys", "nobody"],
)
def test_pain_is_typed_changed_and_left_out(keys: dict[float, str], value: int | None, lasts_s: float) -> None:
    pain, typist = asked(keys, Pain("before"))
    assert pain.value == value
    assert not pain.closed
    assert typist.now_s - 50.0 == pytest.approx(lasts_s, abs=0.1)
    assert typist.heard.words == ["How much pain do you have now, before practice?"]


def test_closing_the_window_is_no_answer() -> None:
    pain, _ = asked({1.0: "6", 1.1: "q"}, Pain("after"))
    assert pain.closed


@pytest.mark.parametrize("value", [None, *range(11)])
def test_the_scale_shows_what_is_chosen(value: int | None) -> None:
    pictures = {chosen: Pain("before", chosen).picture() for chosen in (None, *range(11))}
    same = [chosen for chosen, picture in pictures.items() if np.array_equal(picture, pictures[value])]
    assert same == [value]
    assert pictures[value].shape == (720, 1280, 3)


@pytest.mark.parametrize(
    ("keys", "value"),
    [({1.0: " "}, 8), ({1.0: "-", 1.5: "-", 2.0: " "}, 6), ({1.0: "+", 1.2: "+", 1.4: "+", 2.0: "\r"}, 10)],
    ids=["as paced", "fewer", "never more than planned"],
)
def test_what_was_done_is_confirmed(keys: dict[float, str], value: int) -> None:
    done, _ = asked(keys, HowMany("Toe scrunch.", 10, 8))
    assert done.value == value


@pytest.mark.parametrize(
    ("keys", "yes"), [({1.0: " "}, True), ({1.0: "q"}, False), ({}, False)], ids=["space", "q", "nobody"]
)
def test_only_space_goes_on_in_spite_of_a_warning(keys: dict[float, str], yes: bool) -> None:
    choice, _ = asked(keys, Choice("Pain is above 3 of 10.", ("Stop.",), "space: go on"))
    assert choice.yes == yes


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_terminal_is_asked_only_without_a_window(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], when: Literal["before", "after"]
) -> None:
    asked_in_terminal: list[str] = []

    answers = iter(["eleven", "11", "-1", "", "4.0", "4", " 4 "])

    def prompt(words: str, **options: object) -> str:
        asked_in_terminal.append(words)
        return next(answers)

    monkeypatch.setattr("typer.prompt", prompt)
    monkeypatch.setattr("typer.confirm", lambda words, **_: True)
    heard = Recorder()
    without = Devices(heard, heard, heard, heard.told.append, has_window=False)
    assert ask_pain(without, when).value == 4
    assert capsys.readouterr().err == "expected a whole number from 0 to 10\n" * 5
    assert ask_done(without, "Toe scrunch.", 10, 8) == 4
    assert ask_to_go_on(without, "Pain.", ())
    assert len(asked_in_terminal) == 7
    typist = Typist({0.0: "6", 0.1: " "}, now_s=99.0)
    window = Devices(typist, typist.heard, typist.heard, typist.heard.told.append)
    assert ask_pain(window, when).value == 6
    assert len(asked_in_terminal) == 7
