"""Propose the bands of a held position from a demonstration. Pure: arrays in, numbers with their reasons out.

As for reps, a proposal is no norm: it says what this person held in this clip, with room around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import SpecError
from formcheck.model import FloatArray
from formcheck.numerals import Readable
from formcheck.specs.learn import Learned, rounded
from formcheck.specs.yaml_text import Place

__all__ = ["Plateau", "find_plateaus", "learn_hold_bands"]

_REST, _TOP = 0.03, 0.9  # quantiles: even a clip that is nearly all hold has some rest
_AWAY: Final = 0.5  # a position is away from rest by more than half of the highest
_STEADY_S: Final = 1.0
_LEAST_S: Final = 3.0
_LEAST_SD: Final = 4.0
_REACH, _LOST, _STEADY = 0.5, 0.25, 0.12  # shares of the way from rest to the level
_SPREAD_ROOM: Final = 1.5
_STEPS_S = ((60.0, 10.0), (10.0, 5.0), (0.0, 1.0))  # targets are whole tens, fives or ones
"""Default, not from literature."""


@dataclass(frozen=True, slots=True)
class Plateau:
    """A position held; `level` and `spread` (between the 5 % and 95 % quantiles) in the unit of its measure."""

    start_s: float
    end_s: float
    level: float
    spread: float

    @property
    def held_s(self) -> float:
        """How long it was held."""
        return self.end_s - self.start_s


def find_plateaus(t: FloatArray, x: FloatArray, sd: float) -> tuple[float, list[Plateau]]:
    """Return the rest of `x` and the positions held above it for three seconds or more; NaN is skipped."""
    seen = np.isfinite(x)
    if seen.sum() < 3:
        return float("nan"), []
    t, x = t[seen], x[seen]
    rest, top = (float(v) for v in np.quantile(x, (_REST, _TOP)))
    if top - rest <= max(_LEAST_SD * sd, 0.0):
        return rest, []
    found = [_steadiest(t[part], x[part], _STEADY * (top - rest)) for part in _runs(x - rest > _AWAY * (top - rest))]
    return rest, [one for one in found if one is not None and one.held_s >= _LEAST_S]


def _runs(inside: NDArray[np.bool_]) -> list[slice]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _steadiest(t: FloatArray, x: FloatArray, within: float) -> Plateau | None:
    """Return the longest steady stretch of an excursion: people step into a position, and out of it by another way."""
    first, stop = np.searchsorted(t, t - _STEADY_S / 2), np.searchsorted(t, t + _STEADY_S / 2, side="right")
    still = np.array([_spread(x[a:b]) <= within for a, b in zip(first, stop, strict=True)])
    run = max(_runs(still), key=lambda part: t[part.stop - 1] - t[part.start], default=None)
    if run is None:
        return None
    return Plateau(float(t[run.start]), float(t[run.stop - 1]), float(np.median(x[run])), _spread(x[run]))


def _spread(x: FloatArray) -> float:
    low, high = np.quantile(x, (0.05, 0.95))
    return float(high - low)


def learn_hold_bands(
    rest: float, plateaus: Sequence[Plateau], sd: float, clip: str, *, above: bool
) -> dict[Place, Learned]:
    """Return `reach`, `within`, `lost` and the dose's `hold_s` by their places. Raises SpecError where nothing is held.

    `above` says that the spec keeps a position above `lost`, rather than within `lost` of its level.
    """
    if not plateaus:
        raise SpecError(
            f"{clip}: no position held for {_LEAST_S:.0f} s is seen; film one or more, with a rest before the first"
        )
    levels, spreads = [one.level for one in plateaus], [one.spread for one in plateaus]
    longest = max(one.held_s for one in plateaus)
    way = min(levels) - rest
    at = ", ".join(f"{Readable(level):.1f}" for level in levels)
    seen = f"learned from {clip}: held at {at}, rest {Readable(rest):.1f}"
    steady = f"learned from {clip}: held within {max(spreads):.1f}"
    within = max(_SPREAD_ROOM * max(spreads), _STEADY * way, 2 * sd)
    lost = rest + _LOST * way if above else max(_LOST * way, _SPREAD_ROOM * within)
    took = f"learned from {clip}: the longest was held for {longest:.1f} s"
    return {
        ("movement", "reach"): Learned(rounded(rest + _REACH * way), seen),
        ("movement", "within"): Learned(rounded(within), steady),
        ("movement", "lost"): Learned(rounded(lost), seen if above else steady),
        ("dose", "hold_s"): Learned(_target_s(longest), took),
    }


def _target_s(longest: float) -> float:
    """Return the seconds to aim at: the demonstration's, in whole steps that it reached."""
    step = next(step for least, step in _STEPS_S if longest >= least)
    return float(np.floor(longest / step) * step)
