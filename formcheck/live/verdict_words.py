"""What the window says of a rep or hold that is over."""

from __future__ import annotations

from formcheck.feedback.words import number, parse_quantity
from formcheck.live.scene import Words
from formcheck.model import Hold, Rep
from formcheck.specs.schema import ExerciseSpec

__all__ = ["verdict_words"]


def verdict_words(item: Rep | Hold, spec: ExerciseSpec) -> Words:
    """Return the verdict with the most important fault, or what the movement came to."""
    told = item.faults or item.watch
    if item.verdict == "cannot_judge" or not told:
        unclear = item.verdict == "cannot_judge"
        return Words("Not seen well enough" if unclear else "Good", _measured(item), item.verdict)
    cue = spec.rules[told[0].rule].cue
    return Words(cue if item.faults else f"Good. Watch: {cue[0].lower()}{cue[1:]}", told[0].text, item.verdict)


def _measured(item: Rep | Hold) -> str:
    """Return what a movement came to, in a sentence; nothing where nothing was measured."""
    if isinstance(item, Hold):
        return f"Held for {item.held_s:.0f} s."
    name = next((name for name in item.peak if not name.endswith("_sd")), None)
    if name is None:
        return ""
    quantity = parse_quantity(name)
    return f"{quantity.label} {number(item.peak[name], quantity.unit)}."
