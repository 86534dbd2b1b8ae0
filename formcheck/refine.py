"""What is done to an observation before the cut: legs kept apart, feet and legs found in the picture."""

from __future__ import annotations

from formcheck.feet import FootTracker
from formcheck.legs import LegTracker
from formcheck.model import Frame, PoseObservation
from formcheck.signals import LegIdentity

__all__ = ["PictureRefiner"]


class PictureRefiner:
    """Refine the observations of one video, frame after frame."""

    def __init__(self) -> None:
        self._identity = LegIdentity()
        self._feet = FootTracker()
        self._legs = LegTracker()

    def update(self, frame: Frame, observation: PoseObservation) -> PoseObservation:
        """Return `observation` with swapped legs put right, feet filled in, legs and hips from the front refined."""
        apart = self._identity.update(observation)
        return self._legs.update(frame, self._feet.update(frame, apart))
