"""Practise live beside a laptop: camera in; window, sound, voice and a crash-safe record out."""

import cv2 as _cv2  # noqa: F401  before PyAV: on Linux, OpenCV's windows hang on PyAV's own copy of libxcb
