"""The pure middle: calibration, rep and hold state machines, judging."""

from formcheck.engine.engine import Engine

__all__ = ["Engine"]
