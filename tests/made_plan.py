"""A plan file to begin with; the exercises follow."""

from __future__ import annotations

__all__ = ["plan_head"]


def plan_head(person: str = "ada") -> str:
    """Return the file of a plan down to the list of the exercises of its only stage."""
    return f"""\
schema: 1
person: {person}
made_by: Dr Ray
begins: 2026-01-01
stage: strengthen
pain_limit: 3
stages:
  strengthen:
    per_week: 3
    exercises:
"""
