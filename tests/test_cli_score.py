"""`formcheck score` with the real command, on landmark recordings and on a sample video."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import av
import pytest
from conftest import Run

RECORDINGS = {
    "hr_double_side": "heel_raise",
    "hr_single_partial": "single_heel_raise",
    "gastroc_holds": "gastrocnemius_stretch",
}


@pytest.fixture(scope="module")
def scored(formcheck: Run, samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that one call writes for a sample video of ten seconds."""
    folder = tmp_path_factory.mktemp("scored")
    clip = cut(samples / "hr_double_side.mp4", folder / "clip.mp4", 10.0)
    done = formcheck(
        *("score", clip, "--exercise", "heel_raise", "--height-cm", 178),
        *("--json", folder / "r.json", "--frames-csv", folder / "f.csv", "--annotate", folder / "a.mp4"),
        *("--report", folder / "r.html", "--save-landmarks", folder / "l.npz", "--save"),
        env={"XDG_DATA_HOME": str(folder / "home")},
    )
    (folder / "stdout.txt").write_text(done.stdout)
    (folder / "stderr.txt").write_text(done.stderr)
    assert done.returncode == 0, done.stderr
    return folder


def cut(source: Path, target: Path, seconds: float) -> Path:
    """Copy the first seconds of a video without encoding it anew."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(old.streams.video[0]):
            if packet.dts is not None and packet.pts * packet.time_base < seconds:
                packet.stream = stream
                new.mux(packet)
    return target


def test_all_outputs_tell_of_the_same_reps(scored: Path) -> None:
    result = json.loads((scored / "r.json").read_text())
    assert result["schema"] == "formcheck.result/1"
    assert result["counts"]["completed"] == len(result["reps"]) == 2
    assert f"{result['counts']['completed']} reps completed" in (scored / "stdout.txt").read_text()
    saved, *told = (scored / "stderr.txt").read_text().replace(f"{scored}/", "").splitlines()
    assert told == ["json: r.json", "frames-csv: f.csv", "annotate: a.mp4", "report: r.html", "save-landmarks: l.npz"]
    (clip,) = (scored / "home").rglob("clip.mp4")
    assert f", with a copy of the video without sound: {clip.relative_to(scored)}; `formcheck sessions delete" in saved
    with (scored / "f.csv").open() as file:
        rows = list(csv.DictReader(file))
    with av.open(str(scored / "a.mp4")) as video:
        frames = sum(1 for _ in video.decode(video=0))
        assert video.streams.video[0].codec_context.name == "h264"
    assert len(rows) == frames == result["source"]["frames"]
    assert {"time_s", "heel_height_right_cm", "ankle_right_deg", "knee_flexion_left_deg"} <= set(rows[0])
    assert "</html>" in (scored / "r.html").read_text()


def test_the_saved_landmarks_score_to_the_same_bytes_without_a_model(formcheck: Run, scored: Path) -> None:
    words = ("score", scored / "l.npz", "--exercise", "heel_raise", "--height-cm", 178, "--json", "-")
    replayed = formcheck(*words, env={"FORMCHECK_MODEL": str(scored / "gone.task")})
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout == (scored / "r.json").read_text()


@pytest.mark.parametrize("name", RECORDINGS)
def test_samples_score_as_their_truth_says(formcheck: Run, samples: Path, name: str) -> None:
    truth = json.loads((samples / f"{name}.truth.json").read_text())
    done = formcheck("score", samples / f"{name}.npz", "--exercise", truth["exercise"], "--json", "-")
    result = json.loads(done.stdout)
    for kind in ("reps", "holds"):
        true = [(item["side"], sorted(item["faults"])) for item in truth[kind]]
        found = [(item["side"], sorted(fault["rule"] for fault in item["faults"])) for item in result[kind]]
        assert found == true


def test_json_on_stdout_is_alone_there(formcheck: Run, samples: Path) -> None:
    done = formcheck("score", samples / "hr_double_side.npz", "--exercise", "heel_raise", "--json", "-")
    assert json.loads(done.stdout)["exercise"] == "heel_raise"


@pytest.mark.parametrize("jobs", [1, 2])
def test_several_videos_give_a_list_in_their_order_and_a_bad_one_stops_nothing(
    formcheck: Run, samples: Path, tmp_path: Path, jobs: int
) -> None:
    good = [samples / "hr_single_partial.npz", samples / "hr_double_side.npz"]
    videos = [good[0], tmp_path / "gone.mp4", good[1], tmp_path / "absent.npz"]
    words = ("--exercise", "heel_raise", "--json", tmp_path / "r.json", "--frames-csv", tmp_path / "{stem}.csv")
    done = formcheck("score", *videos, *words, "--jobs", jobs)
    assert done.returncode == 1
    told = ["json: r.json", *(f"frames-csv: {path.stem}.csv" for path in good)]
    assert [line.split(": ")[0] for line in done.stderr.splitlines()[:2]] == [str(videos[1]), str(videos[3])]
    assert [line.replace(f"{tmp_path}/", "") for line in done.stderr.splitlines()[2:]] == told
    results = json.loads((tmp_path / "r.json").read_text())
    assert [Path(result["source"]["path"]).stem for result in results] == [path.stem for path in good]
    assert done.stdout.index(str(good[0].with_suffix(".mp4").name)) < done.stdout.index(
        good[1].with_suffix(".mp4").name
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hr_double_side.csv", "hr_single_partial.csv", "r.json"]


def test_one_good_video_of_several_is_still_a_list(formcheck: Run, samples: Path, tmp_path: Path) -> None:
    videos = [samples / "hr_double_side.npz", tmp_path / "gone.npz"]
    done = formcheck("score", *videos, "--exercise", "heel_raise", "--json", "-")
    assert [type(result) for result in json.loads(done.stdout)] == [dict]


@pytest.mark.parametrize("names", [("hr_double_side",), ("hr_double_side", "hr_single_partial")], ids=["one", "two"])
def test_stem_in_the_name_of_the_json_gives_an_object_for_each_video(
    formcheck: Run, samples: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    videos = [samples / f"{name}.npz" for name in names]
    done = formcheck("score", *videos, "--exercise", "heel_raise", "--json", "{stem}.json", cwd=tmp_path)
    assert done.stderr.splitlines() == [f"json: {name}.json" for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.json" for name in names]
    for name in names:
        result = json.loads((tmp_path / f"{name}.json").read_text())
        assert Path(result["source"]["path"]).stem == name


def test_a_leg_may_be_named(formcheck: Run, samples: Path) -> None:
    words = ("score", samples / "hr_single_partial.npz", "--exercise", "single_heel_raise", "--json", "-")
    left, right = (json.loads(formcheck(*words, "--side", side).stdout) for side in ("left", "right"))
    assert (left["reps"], {rep["side"] for rep in right["reps"]}) == ([], {"right"})
    assert [problem["problem"] for problem in left["setup"]] == ["foot_up"]


def test_a_spec_file_may_be_named_and_is_in_the_provenance(formcheck: Run, samples: Path, root: Path) -> None:
    words = ("score", samples / "hr_double_side.npz", "--json", "-", "--exercise")
    by_id, by_path = (
        json.loads(formcheck(*words, name).stdout)
        for name in ("heel_raise", root / "exercise_specs" / "heel_raise.yaml")
    )
    assert by_id == by_path
    assert len(by_id["provenance"]["spec_sha256"]) == 64


def test_saved_sets_are_in_the_record(formcheck: Run, samples: Path, tmp_path: Path) -> None:
    home = {"XDG_DATA_HOME": str(tmp_path)}
    words = ("score", samples / "hr_single_partial.npz", "--exercise", "single_heel_raise", "--json", "-")
    done = formcheck(*words, "--save", "--person", "anna", env=home)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(formcheck("sessions", "list", "--json", "--person", "anna", env=home).stdout)
    assert f"saved as {row['uid']}; `formcheck sessions delete {row['uid'][:8]}` deletes it all" in done.stderr
    assert row["counts"] == json.loads(done.stdout)["counts"]
    assert row["exercise"] == "single_heel_raise"


USAGE = {
    "no exercise": (("{npz}",), "Missing option '--exercise'"),
    "no video": (("--exercise", "heel_raise"), "Missing argument"),
    "unknown option": (("{npz}", "--exercise", "heel_raise", "--fast"), "No such option"),
    "neither left nor right": (("{npz}", "--exercise", "heel_raise", "--side", "front"), "--side"),
    "a side of both": (("{npz}", "--exercise", "heel_raise", "--side", "left"), "heel_raise takes both legs"),
    "a giant": (
        ("{npz}", "--exercise", "heel_raise", "--height-cm", "1780"),
        "'--height-cm': must be at most 260; give centimetres, for example 172",
    ),
    "metres": (
        ("{npz}", "--exercise", "heel_raise", "--height-cm", "1.72"),
        "'--height-cm': must be at least 50; give centimetres, for example 172",
    ),
    "half a side": (("{npz}", "--exercise", "heel_raise", "--side", "r"), "'--side': 'r' is not one of"),
    "no job": (("{npz}", "--exercise", "heel_raise", "--jobs", "0"), "'--jobs': must be at least 1"),
    "jobs in words": (("{npz}", "--exercise", "heel_raise", "--jobs", "two"), "'--jobs': must be a whole number"),
    "one file for two videos": (
        ("{npz}", "b.npz", "--exercise", "heel_raise", "--report", "r.html"),
        "put {stem} into it",
    ),
    "two of a name": (("{npz}", "{npz}", "--exercise", "heel_raise", "--frames-csv", "{tmp}/{stem}.csv"), "twice"),
    "two outputs in one": (("{npz}", "--exercise", "heel_raise", "--json", "x", "--report", "x"), "twice"),
    "over the video": (("{npz}", "--exercise", "heel_raise", "--save-landmarks", "{npz}"), "would overwrite the video"),
    "two of a name in JSON": (("{npz}", "{npz}", "--exercise", "heel_raise", "--json", "{tmp}/{stem}.json"), "twice"),
    "a report that is none": (("{npz}", "--exercise", "heel_raise", "--report", "r.pdf"), "must end in .html or .htm"),
    "another video": (("v.mp4", "--exercise", "heel_raise", "--annotate", "x.avi"), "must end in .mp4 or .m4v"),
    "landmarks as text": (("{npz}", "--exercise", "heel_raise", "--save-landmarks", "x.txt"), "must end in .npz"),
    "no pictures": (("{npz}", "--exercise", "heel_raise", "--annotate", "a.mp4"), "holds only landmarks"),
}


@pytest.mark.parametrize(("words", "told"), USAGE.values(), ids=USAGE)
def test_wrong_usage_is_told_and_ends_with_2(
    formcheck: Run, samples: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    named = [
        word.replace("{npz}", str(samples / "hr_double_side.npz")).replace("{tmp}", str(tmp_path)) for word in words
    ]
    done = formcheck("score", *named, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert told in " ".join(done.stderr.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []
