"""The error tree.

FormcheckError
├── SourceError      a video, camera or recording cannot be read
├── ModelError       the pose model is missing or not the one expected
├── SpecError        an exercise spec is unknown or wrong; carries every problem of the file
├── PlanError        a plan is missing or wrong; carries every problem of the file
├── OutputError      a result cannot be written
├── StoreError       the record cannot be opened, read or written
└── SetupError       this machine lacks something that was asked for (screen, camera, sound)

A message says what, where, expected, next, in one line. Only the command line and the web turn errors into exit codes
and pages.
"""

from __future__ import annotations

__all__ = [
    "FormcheckError",
    "ModelError",
    "OutputError",
    "PlanError",
    "SetupError",
    "SourceError",
    "SpecError",
    "StoreError",
]


class FormcheckError(Exception):
    """Any problem that formcheck tells its user in one line."""


class SourceError(FormcheckError):
    """A video, camera or recording cannot be read."""


class ModelError(FormcheckError):
    """The pose model is missing or is not the one expected."""


class SpecError(FormcheckError):
    """An exercise spec is unknown or wrong; the message has one line for each problem of the file."""


class PlanError(FormcheckError):
    """A plan is missing or wrong; the message has one line for each problem of the file."""


class OutputError(FormcheckError):
    """A result cannot be written."""


class StoreError(FormcheckError):
    """The record cannot be opened, read or written."""


class SetupError(FormcheckError):
    """Something was asked for that this machine lacks (screen, camera, sound)."""
