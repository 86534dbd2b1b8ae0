"""What formcheck needs of this machine, looked at one by one; each finding says what to do."""

from __future__ import annotations

import contextlib
import math
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Literal

import numpy as np
import platformdirs

from formcheck.errors import FormcheckError
from formcheck.model import Frame
from formcheck.specs.loader import read_spec
from formcheck.specs.locator import find_spec_files, own_folder
from formcheck.whole_files import is_open_to_others

__all__ = ["Finding", "examine"]

State = Literal["ok", "missing", "wrong"]

MEDIAPIPE: Final = "0.10.31"
LEAST_FREE_BYTES: Final = 500_000_000
MOST_CAMERAS: Final = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `missing` keeps only a part of formcheck from working, `wrong` keeps it from scoring at all."""

    name: str
    state: State
    text: str
    advice: str = ""


def examine() -> Iterator[Finding]:
    """Yield what is found, in the order in which to read it."""
    checks: tuple[Callable[[], Finding], ...] = (
        _python,
        _pose_library,
        _picture_library,
        _model,
        _network_and_pose,
        _specs,
        _data_folder,
        _cameras,
        _screen,
        _sound,
    )
    for check in checks:
        yield check()


def _python() -> Finding:
    text = f"formcheck {version('formcheck')}, Python {platform.python_version()}, {platform.platform(terse=True)}"
    return Finding("versions", "ok", text)


def _pose_library() -> Finding:
    found = _version("mediapipe")
    if found == MEDIAPIPE:
        return Finding("mediapipe", "ok", found)
    advice = f"other versions move the angles, and later ones call home: pip install mediapipe=={MEDIAPIPE}"
    return Finding("mediapipe", "wrong", found or "not installed", advice)


def _picture_library() -> Finding:
    others = [name for name in ("opencv-contrib-python", "opencv-python-headless") if _version(name)]
    try:
        import cv2
    except ImportError as error:
        advice = "on a bare Linux: apt-get install libgl1 libglib2.0-0; else reinstall opencv-python"
        return Finding("opencv", "wrong", f"cannot be loaded ({error})", advice)
    text = f"{cv2.__version__}, PyAV {version('av')}, NumPy {np.__version__}"
    if others:
        advice = f"pip uninstall {' '.join(others)}, then pip install --force-reinstall opencv-python"
        return Finding("opencv", "missing", f"{text}; {', '.join(others)} owns the same folder", advice)
    return Finding("opencv", "ok", text)


def _model() -> Finding:
    from formcheck.pose import find_model

    try:
        model = find_model()
    except FormcheckError as error:
        return Finding("model", "wrong", *_told(error))
    text = f"{model.path}, SHA-256 {model.sha256}"
    if model.official:
        return Finding("model", "ok", text)
    return Finding("model", "missing", f"{text}, not the official one", "unset FORMCHECK_MODEL for the official model")


def _network_and_pose() -> Finding:
    """Run the network once on an empty picture and look for sockets, where the system lets itself be asked."""
    from formcheck.pose import MediaPipeEstimator, network_sealed

    before = _open_sockets()
    try:
        with MediaPipeEstimator() as estimator:
            estimator.estimate(Frame(0, 0.0, np.zeros((64, 64, 3), dtype=np.uint8)))
            opened = _open_sockets() - before
    except FormcheckError as error:
        return Finding("pose network", "wrong", *_told(error))
    except (ImportError, OSError) as error:
        advice = f"pip install --force-reinstall mediapipe=={MEDIAPIPE}"
        return Finding("pose network", "wrong", f"mediapipe cannot be loaded ({error})", advice)
    if not network_sealed() or opened > 0:
        advice = f"pip install --force-reinstall mediapipe=={MEDIAPIPE}, and tell the makers of formcheck"
        return Finding("network", "wrong", f"not sealed: the pose network opened {opened:g} sockets", advice)
    seen = "no socket opened" if opened == 0 else "sockets cannot be counted on this system"
    return Finding("network", "ok", f"sealed; the pose network ran, {seen}")


def _open_sockets() -> float:
    """Return how many sockets this process holds; NaN where the system does not say."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return math.nan
    links = []
    for entry in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # the folder's own descriptor
            links.append(entry.readlink().name)
    return sum(link.startswith("socket:") for link in links)


def _specs() -> Finding:
    try:
        files = find_spec_files()
        for path in files.values():
            read_spec(path)
    except FormcheckError as error:
        return Finding("exercises", "missing", str(error).splitlines()[0], "see `formcheck specs check`")
    if not files:
        return Finding("exercises", "wrong", "none found", "reinstall formcheck")
    return Finding("exercises", "ok", f"{len(files)} found; your own go to {own_folder()}")


def _data_folder() -> Finding:
    folder = platformdirs.user_data_path("formcheck", appauthor=False)
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        return Finding("data", "missing", f"{folder} cannot be written", f"make {existing} writable")
    free = shutil.disk_usage(existing).free
    text = f"{folder}, {free / 1e9:.1f} GB free"
    if free < LEAST_FREE_BYTES:
        return Finding("data", "missing", text, "free some space before recording")
    if existing == folder and is_open_to_others(folder):
        text = f"{text}; others on this machine may look into it"
        return Finding(
            "data", "missing", text, f"formcheck closes it when it next opens the record; or: chmod 700 {folder}"
        )
    return Finding("data", "ok", text)


def _cameras() -> Finding:
    found = _camera_names()
    if found:
        return Finding("camera", "ok", ", ".join(found))
    return Finding("camera", "missing", "none found", "plug one in and let this program use it; videos need none")


def _camera_names() -> list[str]:
    if sys.platform.startswith("linux"):
        return sorted(str(node) for node in Path("/dev").glob("video*") if os.access(node, os.R_OK | os.W_OK))
    import cv2

    cv2.setLogLevel(0)
    names = []
    for number in range(MOST_CAMERAS):
        camera = cv2.VideoCapture(number)
        if camera.isOpened():
            names.append(f"camera {number}")
        camera.release()
    return names


def _screen() -> Finding:
    if not sys.platform.startswith("linux"):
        return Finding("screen", "ok", "that of this session")
    for variable in ("WAYLAND_DISPLAY", "DISPLAY"):
        if os.environ.get(variable):
            return Finding("screen", "ok", f"{variable} is {os.environ[variable]}")
    return Finding("screen", "missing", "none", "start from a desktop session; videos can be scored without")


def _sound() -> Finding:
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        advice = "on Linux: apt-get install libportaudio2; scoring needs no sound"
        return Finding("sound", "missing", f"not available ({error})", advice)
    try:
        outputs = [device["name"] for device in sounddevice.query_devices() if device["max_output_channels"] > 0]
    except sounddevice.PortAudioError as error:
        return Finding("sound", "missing", str(error), "check the system's sound settings")
    if outputs:
        return Finding("sound", "ok", str(outputs[0]))
    return Finding("sound", "missing", "no output found", "plug in or switch on a speaker; scoring needs no sound")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _told(error: FormcheckError) -> tuple[str, str]:
    """Return what is wrong and what to do: in formcheck's messages the advice stands last."""
    text, _, advice = str(error).rpartition("; ")
    return (text, advice) if text else (advice, "")
