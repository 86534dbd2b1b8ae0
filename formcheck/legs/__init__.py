"""Leg tracking for front and oblique views: where the picture shows hips, knees and ankles, against the own rest."""

from formcheck.legs.tracker import LegTracker

__all__ = ["LegTracker"]
