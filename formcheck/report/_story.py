"""What the overlay shows at a moment of a finished set: the same words the live window has, told afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Final, Literal, cast

import numpy as np

from formcheck.feedback.overlay import Mark, MarkKind, Message, Panel
from formcheck.feedback.verdicts import state_of, verdict_words
from formcheck.feedback.words import is_judged, parse_quantity, title
from formcheck.model import FloatArray, Hold, Rep, SetResult, Stage
from formcheck.report._summary import is_readable, items, main_measures, noun_of, strong_side

__all__ = ["Story"]

OneSide = Literal["left", "right"]

MESSAGE_S: Final = 2.0  # long enough to read a short sentence, shorter than most reps
_KINDS: Final[dict[str, MarkKind]] = {
    "ankle_deg": "ankle",
    "shank_inclination_deg": "shank",
    "knee_flexion_deg": "knee",
    "knee_flexion_change_deg": "knee",
}


@dataclass(frozen=True, slots=True)
class Story:
    """A set that can be asked what to show at any time or frame."""

    result: SetResult
    main: str
    rest: float
    best: float

    @classmethod
    def of(cls, result: SetResult) -> Story:
        """Prepare the story: which series moves the bar, and where it rests and peaks."""
        main = _moving_series(result)
        series = result.series.get(main)
        if series is None or not result.reps:
            return cls(result, main, 0.0, float("nan"))
        ends = [_at(result, series, t) for rep in result.reps for t in (rep.start_s, rep.end_s)]
        peaks = [_at(result, series, rep.peak_s) for rep in result.reps]
        rest = _median(ends)
        best = max((peak for peak in peaks if isfinite(peak)), key=lambda peak: abs(peak - rest), default=float("nan"))
        return cls(result, main, rest, best)

    def panel(self, time_s: float, index: int) -> Panel:
        """Return count or hold timer, stage, progress and message for frame `index` at `time_s`."""
        now = self._now(time_s)
        stage = self._stage(time_s, now)
        if self.result.holds:
            shown = now or next((hold for hold in reversed(self.result.holds) if hold.end_s < time_s), None)
            headline, detail, progress = _hold_words(cast("Hold | None", shown), time_s)
        else:
            headline, detail = self._count_words(time_s)
            progress = self._progress(index)
        return Panel(headline, detail, stage, progress, self._message(time_s))

    def marks(self, time_s: float, index: int) -> list[Mark]:
        """Return the values to draw at their joints in frame `index`: the main one, the ankle, those beyond a limit."""
        stressed = self._stressed(time_s)
        main = parse_quantity(self.main).measure
        angle = main if main in _KINDS else "ankle_deg"
        shown = [angle, *(measure for measure in sorted(stressed) if measure.startswith("knee_flexion"))]
        sides = self._sides(time_s)
        marks = [
            Mark(_KINDS[measure], side, self._of(measure, side, index), stressed=measure in stressed)
            for measure in dict.fromkeys(shown)
            if is_readable(self.result, measure)
            for side in sides
        ]
        if main == "heel_height_cm" and is_readable(self.result, main):
            marks += [self._height(side, index, stressed) for side in sides]
        return marks

    def _sides(self, time_s: float) -> tuple[OneSide, ...]:
        """Return the legs to mark: the one that works now, else the one that faces the camera, else both."""
        now = self._now(time_s)
        side = now.side if now is not None and now.side != "both" else strong_side(self.result)
        return ("left", "right") if side == "both" else (side,)

    def _height(self, side: OneSide, index: int, stressed: set[str]) -> Mark:
        height = self._of("heel_height_cm", side, index)
        length = height / self.result.cm_per_px
        return Mark("heel", side, height, length_px=length, stressed="heel_height_cm" in stressed)

    def _now(self, time_s: float) -> Rep | Hold | None:
        return next((item for item in items(self.result) if item.start_s <= time_s <= item.end_s), None)

    def _of(self, measure: str, side: str, index: int) -> float:
        return self._value(_column(measure, side), index)

    def _value(self, column: str, index: int) -> float:
        series = self.result.series.get(column)
        return float(series[index]) if series is not None and index < len(series) else float("nan")

    def _stressed(self, time_s: float) -> set[str]:
        """Return the measures that went beyond their limit in the rep or hold that is going on."""
        now = self._now(time_s)
        return {parse_quantity(fault.measure).measure for fault in now.faults} if now is not None else set()

    def _stage(self, time_s: float, now: Rep | Hold | None) -> Stage:
        if now is not None:
            return "hold" if isinstance(now, Hold) else "moving"
        if any(problem.start_s <= time_s < problem.end_s for problem in self.result.setup):
            return "setup"
        started = any(item.start_s <= time_s for item in items(self.result))
        return "rest" if started else "ready"

    def _progress(self, index: int) -> float:
        span = self.best - self.rest
        value = self._value(self.main, index)
        return (value - self.rest) / span if isfinite(span) and span else float("nan")

    def _count_words(self, time_s: float) -> tuple[str, str]:
        done = [rep.verdict for rep in self.result.reps if rep.end_s <= time_s]
        flagged, unclear = done.count("fault"), done.count("cannot_judge")
        parts = [(len(done) - flagged - unclear, "good"), (flagged, "to correct"), (unclear, "cannot judge")]
        detail = ", ".join(f"{count} {word}" for count, word in parts if count)
        headline = f"{len(done)} {noun_of(self.result)}" + ("" if len(done) == 1 else "s")
        return headline, detail if is_judged(self.result.summary) else ""

    def _message(self, time_s: float) -> Message | None:
        judged = items(self.result) if is_judged(self.result.summary) else ()
        for item in reversed(judged):
            if item.end_s <= time_s < item.end_s + MESSAGE_S:
                return _verdict_message(item)
        for problem in self.result.setup:
            if problem.start_s <= time_s < problem.end_s:
                return Message("cannot_judge", problem.text)
        return None


def _verdict_message(item: Rep | Hold) -> Message:
    noun = "Hold" if isinstance(item, Hold) else "Rep"
    reasons = [fault.text for fault in (item.faults or item.watch)]
    if item.verdict == "cannot_judge":
        reasons = list(item.not_judged.values())[:1]
    head = f"{noun} {item.index}: {verdict_words(item)}"
    return Message(
        "watch" if state_of(item) == "short" else item.verdict,
        ". ".join([head, *(title(reason.rstrip(".")) for reason in reasons[:2])]),
    )


def _hold_words(hold: Hold | None, time_s: float) -> tuple[str, str, float]:
    """Return timer, target and share held; drop-outs stop the timer only at the end, where they are known."""
    if hold is None:
        return "0 s", "not held yet", 0.0
    held = min(max(time_s - hold.start_s, 0.0), hold.held_s)
    share = held / hold.target_s if hold.target_s > 0 else float("nan")
    return f"{held:.0f} s", f"hold {hold.index}, target {hold.target_s:.0f} s", share


def _moving_series(result: SetResult) -> str:
    """Return the series that follows the main measure on the side that works, or any that the result has."""
    working = next((item.side for item in items(result)), "both")
    side = strong_side(result) if working == "both" else working
    near = "right" if side == "both" else side
    for measure in (*main_measures(result), "body_rise_cm"):
        for column in (_column(measure, near), measure):
            series = result.series.get(column)
            if series is not None and np.isfinite(series).any():
                return column
    return _column("ankle_deg", near)


def _column(measure: str, side: str) -> str:
    stem, _, unit = measure.rpartition("_")
    return f"{stem}_{side}_{unit}"


def _at(result: SetResult, series: FloatArray, time_s: float) -> float:
    return float(series[int(np.argmin(np.abs(result.series["time_s"] - time_s)))])


def _median(values: list[float]) -> float:
    finite = [value for value in values if isfinite(value)]
    return float(np.median(finite)) if finite else float("nan")
