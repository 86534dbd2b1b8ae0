"""The motion of the feet from the picture, at sub-pixel precision, anchored at every rest."""

from formcheck.feet.tracker import FootTracker

__all__ = ["FootTracker"]
