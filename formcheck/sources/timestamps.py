"""Strictly rising times from whatever presentation timestamps a file carries."""

from __future__ import annotations

__all__ = ["RisingClock"]

RESTART_S = 1.0
"""A timestamp this far behind the last one is a clock that began anew, not two frames out of order."""


class RisingClock:
    """Turns presentation timestamps (s) into times that count from the first frame and always rise.

    - A missing timestamp becomes the last time plus one `period_s`.
    - A repeated timestamp, or one a little behind, has no true time: its frame is dropped (`place` returns None).
    - A jump back by more than `RESTART_S` (files joined end to end) continues one period after the last frame.

    `dropped` and `restarts` count what happened.
    """

    def __init__(self, *, origin_s: float, period_s: float) -> None:
        self._offset_s = -origin_s
        self._period_s = period_s
        self.last_s: float | None = None
        self.dropped = 0
        self.restarts = 0

    def place(self, stamp_s: float | None) -> float | None:
        """Return the time of the next frame, or None when the frame is to be dropped."""
        time_s = self._next_s() if stamp_s is None else stamp_s + self._offset_s
        if self.last_s is not None and time_s <= self.last_s:
            if time_s > self.last_s - RESTART_S:
                self.dropped += 1
                return None
            self.restarts += 1
            self._offset_s += self._next_s() - time_s
            time_s = self._next_s()
        self.last_s = time_s
        return time_s

    def _next_s(self) -> float:
        return 0.0 if self.last_s is None else self.last_s + self._period_s
