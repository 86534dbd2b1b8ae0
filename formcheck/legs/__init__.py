"""Leg tracking for front and oblique views: where the picture shows knees and ankles, against the person's own rest."""

from formcheck.legs.tracker import LegTracker

__all__ = ["LegTracker"]
