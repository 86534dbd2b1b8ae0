"""Keep the pose library from the network.

The pinned MediaPipe opens no socket. Later ones send usage figures; for them, proxies that lead nowhere stop it before
a name is looked up. The seal is set for the pinned one as well, so that an altered installation finds it shut.
"""

from __future__ import annotations

import os
from typing import Final

__all__ = ["network_sealed", "seal_network"]

_BLOCKED: Final = "blocked://x"
_PROXIES: Final = tuple(case for name in ("http_proxy", "https_proxy", "all_proxy") for case in (name, name.upper()))
_EXCEPTIONS: Final = ("no_proxy", "NO_PROXY")


def seal_network() -> None:
    """Shut the network for libraries of this process and its children. Call before MediaPipe is imported."""
    for name in _PROXIES:
        os.environ[name] = _BLOCKED
    for name in _EXCEPTIONS:
        os.environ.pop(name, None)


def network_sealed() -> bool:
    """Whether the seal is in place."""
    shut = all(os.environ.get(name) == _BLOCKED for name in _PROXIES)
    return shut and not any(name in os.environ for name in _EXCEPTIONS)
