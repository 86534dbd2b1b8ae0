"""The window on the screen and its keys, through OpenCV."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final, Protocol

import cv2

from formcheck.errors import SetupError
from formcheck.feedback._ink import Picture
from formcheck.live.picture import HEIGHT, WIDTH

__all__ = ["NoWindow", "Screen", "Window", "open_window"]

CLOSED: Final = "q"
_TITLE: Final = "formcheck"
_PROBE_S: Final = 20.0
_PROBE: Final = "import cv2; cv2.namedWindow('formcheck'); cv2.waitKey(1)"


class Screen(Protocol):
    """What shows pictures and tells the key that was pressed."""

    def show(self, picture: Picture) -> str:
        """Show an RGB picture; return the key pressed since the last one, or nothing."""

    def full_screen(self) -> None:
        """Change to full screen or back."""

    def close(self) -> None:
        """Close it."""


class NoWindow:
    """Shows nothing: practice goes by sound and text."""

    def show(self, picture: Picture) -> str:
        """Do nothing."""
        return ""

    def full_screen(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class Window:
    """A window that can be resized; `open_window` opens it where there is a screen."""

    def __init__(self) -> None:
        flags = cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | getattr(cv2, "WINDOW_GUI_NORMAL", 0)
        try:
            cv2.namedWindow(_TITLE, flags)
            cv2.resizeWindow(_TITLE, WIDTH, HEIGHT)
        except cv2.error as error:
            raise SetupError(_no_screen("this OpenCV was built without windows (opencv-python-headless?)")) from error
        self._full = False
        self._shown = False

    def show(self, picture: Picture) -> str:
        """Show an RGB picture; return the key pressed since the last one, or nothing."""
        if self._shown and cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) < 1:
            return CLOSED
        cv2.imshow(_TITLE, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        self._shown = True
        key = cv2.waitKey(1) & 0xFF
        return "" if key == 0xFF else CLOSED if key == 27 else chr(key).lower()

    def full_screen(self) -> None:
        """Change to full screen or back."""
        self._full = not self._full
        mode = cv2.WINDOW_FULLSCREEN if self._full else cv2.WINDOW_NORMAL
        cv2.setWindowProperty(_TITLE, cv2.WND_PROP_FULLSCREEN, mode)

    def close(self) -> None:
        """Close it."""
        cv2.destroyAllWindows()


def open_window() -> Window:
    """Open the window. Raises SetupError where there is no screen."""
    if sys.platform == "linux":
        _check_display()
    return Window()


def _check_display() -> None:
    """Try the screen in a process of its own: without one, the window library does not raise but ends the process."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SetupError(_no_screen("no screen is known (DISPLAY is not set)"))
    os.environ.setdefault("QT_LOGGING_RULES", "*=false")  # it complains of fonts that it does not use
    probe = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, check=False, timeout=_PROBE_S)
    if probe.returncode != 0:
        where = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        raise SetupError(_no_screen(f"the screen {where} cannot be opened"))


def _no_screen(reason: str) -> str:
    return f"no window: {reason}; start formcheck on the desktop, or go by sound and text with --no-window"
