"""Whether there is enough light to see somebody."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["is_dark"]

_DARK: Final = 42.0
"""Of 255, for the brightest quarter of the picture: default, not from literature."""


def is_dark(image: NDArray[np.uint8]) -> bool:
    """Whether even the brightest quarter of an RGB picture (height, width, 3) is dark."""
    sample: NDArray[Any] = image[::16, ::16].max(axis=2)
    return float(np.percentile(sample, 75)) < _DARK
