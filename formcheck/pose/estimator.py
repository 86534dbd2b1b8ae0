"""What every pose estimator does."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

import numpy as np

from formcheck.model import Frame, PoseObservation
from formcheck.skeleton import N_LANDMARKS

__all__ = ["PoseEstimator", "nobody"]


class PoseEstimator(Protocol):
    """Finds one person's landmarks in frame after frame of one video, in order."""

    @property
    def model_sha256(self) -> str:
        """Hash of the model file; empty where there is none."""

    @property
    def backend(self) -> str:
        """Name and version of what does the work, for provenance."""

    def estimate(self, frame: Frame, /) -> PoseObservation:
        """Return the landmarks of `frame`; NaN where nobody is seen."""

    def close(self) -> None:
        """Free what was opened."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


def nobody(time_s: float, size: tuple[int, int]) -> PoseObservation:
    """Return the observation of a frame of `size` (width, height) in which nobody was seen."""
    return PoseObservation(
        time_s=time_s,
        size=size,
        points=np.full((N_LANDMARKS, 2), np.nan, dtype=np.float32),
        visibility=np.zeros(N_LANDMARKS, dtype=np.float32),
        sd_px=np.full(N_LANDMARKS, np.nan, dtype=np.float32),
    )
