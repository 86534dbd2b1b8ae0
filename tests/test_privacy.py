"""Nobody is called: the system calls of a whole recording show no look-up and no connection."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from made_video import make_video, steady

STRACE = shutil.which("strace")
SCRIPT = """
import sys
from formcheck.feet import FootTracker
from formcheck.pose import MediaPipeEstimator
from formcheck.session import record
if __name__ == "__main__":
    recording = record(sys.argv[1], estimator_factory=MediaPipeEstimator, refiner_factory=FootTracker)
    print(len(recording))
"""

pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is not installed: system calls cannot be watched")


def network_calls(folder: Path, command: list[str]) -> tuple[str, list[str]]:
    """Return what `command` prints and the system calls with which it reached for a network."""
    log = folder / "calls.txt"
    traced = [str(STRACE), "-f", "-qq", "-e", "trace=network", "-o", str(log), *command]
    done = subprocess.run(traced, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    reaching = re.compile(r"AF_INET|AF_INET6|AF_NETLINK|nscd|resolve")
    return done.stdout, [line for line in log.read_text().splitlines() if reaching.search(line)]


def test_scoring_calls_nobody(tmp_path: Path) -> None:
    video = make_video(tmp_path / "clip.mp4", steady(12, 10), size=(320, 240))
    script = tmp_path / "score.py"
    script.write_text(SCRIPT)
    printed, calls = network_calls(tmp_path, [sys.executable, str(script), str(video)])
    assert printed.strip() == "12"
    assert calls == []


def test_a_call_would_be_seen(tmp_path: Path) -> None:
    code = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))"
    _, calls = network_calls(tmp_path, [sys.executable, "-c", code])
    assert any("connect" in call for call in calls)


def test_a_look_up_would_be_seen(tmp_path: Path) -> None:
    code = "import socket, contextlib\nwith contextlib.suppress(OSError): socket.getaddrinfo('nobody.invalid', 80)"
    _, calls = network_calls(tmp_path, [sys.executable, "-c", code])
    assert calls


def test_a_playlist_reaches_for_nobody(tmp_path: Path) -> None:
    playlist = tmp_path / "clip.mp4"
    playlist.write_text("#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    code = (
        "import sys, contextlib\nfrom formcheck.sources import VideoSource\nfrom formcheck.errors import SourceError\n"
        "with contextlib.suppress(SourceError): VideoSource(sys.argv[1])"
    )
    _, calls = network_calls(tmp_path, [sys.executable, "-c", code, str(playlist)])
    assert calls == []
