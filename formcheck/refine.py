"""What is done to an observation before the cut: legs kept apart, feet and legs found in the picture."""

from __future__ import annotations

from formcheck.feet import FootTracker
from formcheck.model import Frame, PoseObservation
from formcheck.signals import LegIdentity

__all__ = ["PictureRefiner"]


class PictureRefiner:
    """Refine the observations of one video, frame after frame."""

    def __init__(self) -> None:
        self._legs = LegIdentity()
        self._feet = FootTracker()

    def update(self, frame: Frame, observation: PoseObservation) -> PoseObservation:
        """Return `observation` with swapped legs put right and the foot points filled in."""
        return self._feet.update(frame, self._legs.update(observation))
