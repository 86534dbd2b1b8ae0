"""How numbers are written: a value that rounds to zero has no sign."""

from __future__ import annotations

__all__ = ["Readable", "rounded"]


class Readable(float):
    """A number for people, in whatever format: with a true minus sign, and never minus zero."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        text = super().__format__(form)
        if not text.strip("-0."):
            text = abs(float(self)).__format__(form)
        return text.replace("-", "−")


def rounded(value: float, digits: int) -> float:
    """Return a rounded number for programs to read, never minus zero; NaN stays NaN."""
    return round(float(value), digits) + 0.0
