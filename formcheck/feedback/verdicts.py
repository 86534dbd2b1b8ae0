"""What became of a rep or hold, as people read it: the verdict, what it leaves open, and whether a hold was too short.

The verdicts of a result are about form. A hold that was let go early may have had good form, so it has a state of its
own here; nothing of a result changes by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Final, Literal

from formcheck.feedback.words import aspect
from formcheck.model import Hold, Rep, Verdict

__all__ = ["STATE_SIGNS", "STATE_WORDS", "State", "Tile", "held_words", "state_of", "tiles_of", "verdict_words"]

State = Verdict | Literal["short"]

STATE_WORDS: Final[dict[State, str]] = {
    "ok": "good",
    "watch": "watch",
    "short": "shorter than asked",
    "fault": "to correct",
    "cannot_judge": "cannot judge",
}
STATE_SIGNS: Final[dict[State, str]] = {"ok": "✓", "watch": "!", "short": "↓", "fault": "✕", "cannot_judge": "?"}
_NAMED: Final = 2
"""So many rules that were not judged are named beside a verdict; of more their number is told."""


@dataclass(frozen=True, slots=True)
class Tile:
    """How many reps or holds came to a state."""

    state: State
    count: int
    words: str


def state_of(item: Rep | Hold) -> State:
    """Return the verdict; of a hold without fault that was let go before its time, that it was short."""
    short = isinstance(item, Hold) and not item.reached and item.target_s > 0
    return "short" if short and item.verdict in ("ok", "watch") else item.verdict


def verdict_words(item: Rep | Hold) -> str:
    """Return the state in words; where it sounds like praise, with the rules that could not be judged."""
    words = STATE_WORDS[state_of(item)]
    if item.verdict not in ("ok", "watch") or not item.not_judged:
        return words
    if len(item.not_judged) > _NAMED:
        return f"{words}, {len(item.not_judged)} rules not judged"
    return f"{words}, {' and '.join(map(aspect, item.not_judged))} not judged"


def held_words(hold: Hold) -> str:
    """Return how long a position was held, of what was asked; a time that was not reached is not rounded up to it."""
    tenths = floor(hold.held_s * 10 + 1e-6) / 10
    return f"{tenths:.1f} of {hold.target_s:.0f} s" if hold.target_s > 0 else f"{tenths:.1f} s"


def tiles_of(items: Sequence[Rep | Hold]) -> list[Tile]:
    """Return how many are good (or near a limit), too short, to correct, not judged: together all of them."""
    states = [state_of(item) for item in items]
    short = states.count("short")
    return [
        Tile("ok", states.count("ok") + states.count("watch"), STATE_WORDS["ok"]),
        *([Tile("short", short, STATE_WORDS["short"])] if short else ()),
        Tile("fault", states.count("fault"), STATE_WORDS["fault"]),
        Tile("cannot_judge", states.count("cannot_judge"), STATE_WORDS["cannot_judge"]),
    ]
