"""Speed and memory of recording a video, against a bare loop round the same network.

    python benchmarks/score_speed.py CLIP.mp4            # ratios, interleaved runs; the clip is looped to a minute
    python benchmarks/score_speed.py CLIP.mp4 --memory   # growth between minute 1 and minute 10

The bare loop is the least that anybody needs: cv2 reads and converts, the PoseLandmarker answers, nothing else.
Targets: at most 1.1 times the bare loop with one worker, 0.65 times with two; under 50 MB of growth.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2

from formcheck.pose import MediaPipeEstimator, find_model, seal_network
from formcheck.refine import PictureRefiner
from formcheck.session import RefinerFactory, record

MEGABYTE = 1024.0 * (1 if sys.platform != "darwin" else 1024)  # ru_maxrss counts KiB, on macOS bytes


def looped(clip: Path, target: Path, seconds: float) -> Path:
    """Write `clip` again and again, without encoding it anew, until `seconds` are full."""
    with av.open(str(target), "w") as out:
        with av.open(str(clip)) as first:
            stream = out.add_stream_from_template(first.streams.video[0])
        offset_s = 0.0
        while offset_s < seconds:
            with av.open(str(clip)) as container:
                video = container.streams.video[0]
                for packet in container.demux(video):
                    if packet.dts is None or packet.pts is None:
                        continue
                    shift = round(offset_s / packet.time_base)
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                    out.mux(packet)
                offset_s += float(video.duration * video.time_base)
    return target


def bare_loop(video: Path) -> int:
    """Run the network over the video with nothing round it; return the number of frames."""
    seal_network()
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_buffer=find_model().content), running_mode=vision.RunningMode.VIDEO
    )
    capture, frames = cv2.VideoCapture(str(video)), 0
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        while True:
            read, image = capture.read()
            if not read:
                return frames
            rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
            picture = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
            landmarker.detect_for_video(picture, frames * 10)
            frames += 1


def timed(call: Callable[[], object]) -> float:
    """Return how long `call` takes (s)."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def recorded(video: Path, jobs: int, refiner: RefinerFactory | None) -> Callable[[], object]:
    """Return a call that records `video`."""
    return lambda: record(video, estimator_factory=MediaPipeEstimator, refiner_factory=refiner, jobs=jobs)


def compare(video: Path, rounds: int) -> None:
    """Print the ratios of interleaved runs."""
    ways = {
        "landmarks, jobs 1": recorded(video, 1, None),
        "landmarks, jobs 2": recorded(video, 2, None),
        "landmarks and feet, jobs 1": recorded(video, 1, PictureRefiner),
        "landmarks and feet, jobs 2": recorded(video, 2, PictureRefiner),
    }
    frames = bare_loop(video)  # not timed: the first run warms the disk and loads the libraries
    ratios: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            bare_s, ours_s = timed(lambda: bare_loop(video)), timed(way)
            ratios[name].append(ours_s / bare_s)
            print(
                f"{name}: bare {1000 * bare_s / frames:.1f} ms a frame, ours {1000 * ours_s / frames:.1f}", flush=True
            )
    for name, values in ratios.items():
        print(f"{name}: {statistics.median(values):.2f} × the bare loop ({min(values):.2f} to {max(values):.2f})")


def memory(video: Path) -> None:
    """Print how much the peak memory grows from minute 1 on."""
    at_s: dict[float, float] = {}

    def note(done_s: float, total_s: float) -> None:
        at_s[done_s] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE

    record(video, estimator_factory=MediaPipeEstimator, refiner_factory=PictureRefiner, progress=note)
    first = next(value for done_s, value in at_s.items() if done_s >= 60.0)
    last = list(at_s.values())[-1]
    print(
        f"peak memory: {first:.0f} MB at minute 1, {last:.0f} MB at minute {max(at_s) / 60:.0f}: +{last - first:.1f} MB"
    )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seconds = 600.0 if chosen.memory else 60.0
        video = looped(chosen.clip, Path(folder) / "looped.mp4", seconds)
        if chosen.memory:
            memory(video)
        else:
            compare(video, chosen.rounds)


if __name__ == "__main__":
    main()
