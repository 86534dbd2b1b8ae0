"""A rep off the metronome."""

from __future__ import annotations

from typing import Literal

from formcheck.rules.evidence import Cited, Evidence, Finding, Limited

__all__ = ["OffTempo", "check_off_tempo"]


class OffTempo(Limited):
    """The rep must take `period_s`, give or take `tolerance_s`. Judged only where a metronome set the pace."""

    check: Literal["off_tempo"]
    period_s: Cited
    tolerance_s: Cited


def check_off_tempo(rule: OffTempo, evidence: Evidence) -> Finding:
    """Grade how far the rep's duration (s) is from the period."""
    duration = evidence.end_s - evidence.start_s
    off = abs(duration - rule.period_s.value) > rule.tolerance_s.value
    return Finding("fault" if evidence.metronome and off else "ok", duration, 0.0, rule.period_s.value, evidence.end_s)
