"""Nobody is called: the system calls of a whole recording show no look-up and no connection."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import av
import pytest

STRACE = shutil.which("strace")
SAMPLE = Path(__file__).parent.parent / "samples" / "hr_single_partial.mp4"

pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is not installed: system calls cannot be watched")


def network_calls(folder: Path, command: list[str]) -> tuple[str, list[str]]:
    """Return what `command` prints and the system calls with which it reached for a network."""
    log = folder / "calls.txt"
    traced = [str(STRACE), "-f", "--seccomp-bpf", "-qq", "-e", "trace=network", "-o", str(log), *command]
    done = subprocess.run(traced, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    reaching = re.compile(r"AF_INET|AF_INET6|AF_NETLINK|nscd|resolve")
    return done.stdout, [line for line in log.read_text().splitlines() if reaching.search(line)]


def beginning(clip: Path, target: Path, seconds: float) -> Path:
    """Write the first `seconds` of `clip`, as they are."""
    with av.open(str(clip)) as container, av.open(str(target), "w") as out:
        stream = out.add_stream_from_template(container.streams.video[0])
        for packet in container.demux(video=0):
            if packet.dts is None or packet.dts * packet.time_base > seconds:
                break
            packet.stream = stream
            out.mux(packet)
    return target


def test_scoring_calls_nobody(tmp_path: Path) -> None:
    video = beginning(SAMPLE, tmp_path / "clip.mp4", 6.0)
    outputs = [f"--{kind}={tmp_path / name}" for kind, name in (("report", "page.html"), ("annotate", "drawn.mp4"))]
    command = [sys.executable, "-m", "formcheck", "score", str(video), "--exercise=single_heel_raise", "--json=-"]
    printed, calls = network_calls(tmp_path, [*command, *outputs])
    assert json.loads(printed)["tracked_fraction"] > 0.9  # the network ran, and saw somebody
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
