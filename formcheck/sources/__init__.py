"""Where pictures and landmarks come from: video files and landmark recordings."""

from formcheck.sources.ahead import read_ahead
from formcheck.sources.recording import load_recording, save_recording
from formcheck.sources.stack import RecordingStack
from formcheck.sources.video import VideoSource, early_end_notes

__all__ = ["RecordingStack", "VideoSource", "early_end_notes", "load_recording", "read_ahead", "save_recording"]
