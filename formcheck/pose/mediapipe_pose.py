"""MediaPipe's PoseLandmarker (Tasks, VIDEO mode) as a pose estimator."""

from __future__ import annotations

import contextlib
from importlib.metadata import version
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from formcheck.errors import ModelError
from formcheck.model import Frame, PoseObservation
from formcheck.pose.estimator import nobody
from formcheck.pose.model_file import ModelFile, find_model
from formcheck.pose.quiet import quiet_start
from formcheck.pose.seal import seal_network
from formcheck.pose.uncertainty import landmark_sd_px
from formcheck.skeleton import MODEL_LANDMARKS

__all__ = ["MediaPipeEstimator"]

_N_MODEL: Final = len(MODEL_LANDMARKS)


class MediaPipeEstimator:
    """The landmarks of one person in a video, by MediaPipe; the landmarks past the model's 33 stay NaN.

    One estimator serves one video: it tracks from frame to frame. `model` defaults to what `find_model` finds.
    Raises ModelError.
    """

    def __init__(self, model: ModelFile | None = None) -> None:
        model = find_model() if model is None else model
        self.model_sha256: Final = model.sha256
        self.backend: Final = f"mediapipe {version('mediapipe')} PoseLandmarker VIDEO"
        self._last_ms = -1
        self._found = False
        self._landmarker, self._as_image = _create(model)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the network."""
        self._landmarker.close()

    def estimate(self, frame: Frame) -> PoseObservation:
        """Return the landmarks of `frame` in its pixels; frames must come in order of time."""
        height, width = frame.image.shape[:2]
        # The library takes whole milliseconds that must rise; above 1000 frames a second they run ahead of the time.
        stamp_ms = max(round(frame.time_s * 1000), self._last_ms + 1)
        # The network is set up in full with the first picture of somebody, and says so.
        with contextlib.nullcontext() if self._found else quiet_start():
            found = self._landmarker.detect_for_video(self._as_image(frame.image), stamp_ms)
        self._last_ms = stamp_ms
        if not found.pose_landmarks:
            return nobody(frame.time_s, (width, height))
        self._found = True
        return _observation(frame.time_s, (width, height), found.pose_landmarks[0])


def _create(model: ModelFile) -> tuple[Any, Any]:
    """Return the landmarker and the function that wraps an RGB array for it."""
    seal_network()
    # Imported here, not at the top: the seal has to come first, and nothing else of formcheck pays for it.
    import mediapipe  # noqa: PLC0415, I001, RUF100
    from mediapipe.tasks.python import BaseOptions, vision

    def as_image(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> Any:
        return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(pixels))

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_buffer=model.content),
        running_mode=vision.RunningMode.VIDEO,
        num_poses=1,  # with more, the person detector runs on every frame and costs half as much again
    )
    try:
        with quiet_start():
            return vision.PoseLandmarker.create_from_options(options), as_image
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelError(f"{model.path}: not a pose model that MediaPipe can load; name another file") from error


def _observation(time_s: float, size: tuple[int, int], landmarks: list[Any]) -> PoseObservation:
    blank = nobody(time_s, size)
    points, visibility = blank.points, blank.visibility
    width, height = size
    points[:_N_MODEL] = [(mark.x * width, mark.y * height) for mark in landmarks]
    visibility[:_N_MODEL] = [mark.visibility for mark in landmarks]
    return PoseObservation(time_s, size, points, visibility, landmark_sd_px(points, visibility))
