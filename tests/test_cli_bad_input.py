"""Whatever goes wrong: one clear line, exit 1, and nothing half-written left behind."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from conftest import Run
from made_spec import EXAMPLE
from made_video import make_sound, make_video, steady


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def cut_in_the_middle(path: Path) -> Path:
    """A video whose index stands at its end, which is not there any more."""
    whole = make_video(path, steady(40, 10))
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return whole


BAD_VIDEOS = {
    "missing": (lambda folder: folder / "v.mp4", "cannot be read (No such file"),
    "folder": (lambda folder: (folder / "v.mp4").mkdir() or folder / "v.mp4", "is a folder"),
    "empty": (lambda folder: written(folder / "v.mp4", b""), "the file is empty"),
    "text": (lambda folder: written(folder / "v.mp4", b"Dear physio,\n" * 50), "not a video that can be read"),
    "cut, without index": (lambda folder: cut_in_the_middle(folder / "v.mp4"), "not a video that can be read"),
    "sound": (lambda folder: make_sound(folder / "v.mp4"), "there is no video in this file, only sound"),
    "one picture": (lambda folder: make_video(folder / "v.mp4", [0.0]), "only one picture"),
    "missing recording": (lambda folder: folder / "v.npz", "cannot be read"),
    "damaged recording": (lambda folder: written(folder / "v.npz", b"PK\3\4 no"), "not a landmark recording"),
}


@pytest.mark.parametrize(("made", "told"), BAD_VIDEOS.values(), ids=BAD_VIDEOS)
def test_a_bad_video_is_one_line(formcheck: Run, tmp_path: Path, made, told: str) -> None:
    video = made(tmp_path)
    before = files_in(tmp_path)
    outputs = ("--json", "r.json", "--frames-csv", "f.csv", "--report", "r.html", "--save-landmarks", "l.npz")
    done = formcheck("score", video, "--exercise", "heel_raise", *outputs, cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"{video}: ")
    assert told in done.stderr
    assert done.stdout == ""
    assert files_in(tmp_path) == before


def test_nobody_in_the_video_is_told_and_counts_nothing(formcheck: Run, tmp_path: Path) -> None:
    video = make_video(tmp_path / "v.mp4", steady(30, 10))
    done = formcheck("score", video, "--exercise", "heel_raise", "--json", "r.json", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"{video}: nobody was seen; film the whole body, from head to feet\n"
    assert "0 reps completed" in done.stdout
    assert files_in(tmp_path) == {"v.mp4", "r.json"}


def test_a_video_cut_in_the_middle_is_scored_as_far_as_it_goes_and_says_so(
    formcheck: Run, samples: Path, tmp_path: Path
) -> None:
    video = tmp_path / "cut.mp4"
    front_loaded(samples / "hr_double_side.mp4", video)
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 4])
    done = formcheck("score", video, "--exercise", "heel_raise")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "the file ends early" in " ".join(done.stdout.split())
    assert "rep completed" in done.stdout


def front_loaded(source: Path, target: Path) -> None:
    """Copy a video so that its index stands first, as phones and the web do."""
    with av.open(str(source)) as old, av.open(str(target), "w", options={"movflags": "faststart"}) as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(old.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)


def test_an_unknown_exercise_brings_the_nearest(formcheck: Run, samples: Path) -> None:
    done = formcheck("score", samples / "hr_double_side.npz", "--exercise", "heel_rase")
    assert done.returncode == 1
    assert done.stderr.startswith("unknown exercise 'heel_rase': did you mean heel_raise")
    assert len(done.stderr.splitlines()) == 1


def test_a_bad_spec_is_a_line_for_each_problem(formcheck: Run, samples: Path, tmp_path: Path) -> None:
    spec = tmp_path / "example.yaml"
    spec.write_text(EXAMPLE.replace("15.0,", "deep,").replace("sets: 3", "sets: no"))
    for words in (("score", samples / "hr_double_side.npz", "--exercise", spec), ("specs", "check", spec)):
        done = formcheck(*words)
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.splitlines() == [
            f"{spec}:8:9: dose.sets must be a whole number, got 'no'",
            f"{spec}:24:18: movement.max_s.value must be a number of seconds, got 'deep'",
        ]


def test_who_can_be_nobody_is_told_before_the_work(formcheck: Run, tmp_path: Path) -> None:
    words = ("score", "never-read.mp4", "--exercise", "heel_raise", "--save", "--person", " ")
    done = formcheck(*words, env={"XDG_DATA_HOME": str(tmp_path)})
    assert (done.returncode, done.stdout, files_in(tmp_path)) == (1, "", set())
    assert done.stderr == "' ' is no name for a person: expected 1 to 120 printable characters\n"


@pytest.mark.parametrize("option", ["--json", "--frames-csv", "--report", "--annotate", "--save-landmarks"])
@pytest.mark.parametrize("where", ["gone/x", "."], ids=["no such folder", "a folder"])
def test_an_output_that_cannot_be_is_told_before_the_work(
    formcheck: Run, tmp_path: Path, option: str, where: str
) -> None:
    done = formcheck("score", "never-read.mp4", "--exercise", "heel_raise", option, where, cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert f"{where}: cannot write" in done.stderr
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize("option", ["--frames-csv", "--report", "--annotate", "--save-landmarks"])
def test_only_json_goes_to_stdout(formcheck: Run, tmp_path: Path, option: str) -> None:
    done = formcheck(
        "score", "never-read.mp4", "--exercise", "heel_raise", option, "-", env={"COLUMNS": "200"}, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, files_in(tmp_path)) == (2, "", set())
    assert "must name a file; only --json writes to stdout" in " ".join(done.stderr.split())


def test_a_full_stdout_is_told(formcheck: Run, samples: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("w") as full:
        done = formcheck(
            "score", samples / "hr_double_side.npz", "--exercise", "heel_raise", "--json", "-", stdout=full
        )
    assert done.returncode == 1
    assert done.stderr.startswith("standard output: cannot write: no space left")
    assert len(done.stderr.splitlines()) == 1


def test_a_reader_that_has_seen_enough_is_no_problem(formcheck: Run) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = formcheck("specs", "schema", stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_device_is_written_to_and_stays_one(formcheck: Run, samples: Path) -> None:
    done = formcheck("score", samples / "hr_double_side.npz", "--exercise", "heel_raise", "--json", os.devnull)
    assert done.returncode == 0
    assert not Path(os.devnull).is_file()


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of 24 kB."""
    folder = tmp_path_factory.mktemp("disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video that does not compress."""
    random = np.random.default_rng(1)
    path = tmp_path_factory.mktemp("noise") / "noise.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(20):
            picture = random.integers(0, 255, (240, 320, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("option", "name"),
    [("--frames-csv", "out.csv"), ("--report", "out"), ("--save-landmarks", "out.npz"), ("--annotate", "out.mp4")],
)
def test_a_full_disk_is_told_and_left_as_it_was(
    formcheck: Run, samples: Path, noise: Path, small_disk: Path, option: str, name: str
) -> None:
    video = noise if option == "--annotate" else samples / "hr_double_side.npz"
    done = formcheck("score", video, "--exercise", "heel_raise", option, small_disk / name)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert f"{small_disk / name}: " in done.stderr
    assert "no space left" in done.stderr.lower()
    assert files_in(small_disk) == set()


MODELS = {
    "missing": (None, "the pose model cannot be read"),
    "altered": (b"no model", "not a pose model that MediaPipe can load"),
}


@pytest.mark.parametrize(("content", "told"), MODELS.values(), ids=MODELS)
def test_a_missing_or_altered_model_is_told(formcheck: Run, tmp_path: Path, content: bytes | None, told: str) -> None:
    video = make_video(tmp_path / "v.mp4", steady(5, 10))
    model = tmp_path / "own.task"
    if content is not None:
        model.write_bytes(content)
    done = formcheck("score", video, "--exercise", "heel_raise", env={"FORMCHECK_MODEL": str(model)})
    assert done.returncode == 1
    assert done.stderr.startswith(f"{model}: ")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_altered_model_in_the_users_folder_is_refused(formcheck: Run, tmp_path: Path) -> None:
    model = tmp_path / "formcheck" / "models" / "pose_landmarker_full.task"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"no model")
    video = make_video(tmp_path / "v.mp4", steady(5, 10))
    done = formcheck("score", video, "--exercise", "heel_raise", env={"XDG_DATA_HOME": str(tmp_path)})
    assert done.returncode == 1
    assert "not the expected pose model" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_in_the_middle_leaves_nothing(
    own_home: dict[str, str], samples: Path, tmp_path: Path, jobs: int
) -> None:
    outputs = ("--json", "r.json", "--report", "r.html", "--annotate", "a.mp4", "--save-landmarks", "l.npz")
    video = samples / "hr_double_side.mp4"
    words = ["score", str(video), "--exercise", "heel_raise", *outputs, "--jobs", str(jobs)]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "formcheck", *words],
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=tmp_path,
        env={**own_home, "TERM": "xterm"},
        start_new_session=True,  # as in a terminal, the signal goes to all processes of the group
        preexec_fn=heed_ctrl_c,
    )
    os.close(theirs)
    said = read_until(ours, b"%")  # the progress bar: the work has begun
    os.killpg(process.pid, signal.SIGINT)
    said += read_until(ours, None)
    os.close(ours)
    assert process.wait() == 130
    assert process.stdout is not None
    assert process.stdout.read() == b""
    process.stdout.close()
    assert b"stopped; nothing was left half-written" in said
    assert b"Traceback" not in said
    assert files_in(tmp_path) == set()


def heed_ctrl_c() -> None:
    """Undo what a shell does to jobs it starts in the background, tests among them: they ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def read_until(descriptor: int, sign: bytes | None) -> bytes:
    """Read what a terminal shows until `sign` is in it, or to the end."""
    said = b""
    while sign is None or sign not in said:
        try:
            more = os.read(descriptor, 4096)
        except OSError:  # the other side has closed
            break
        if not more:
            break
        said += more
    return said
