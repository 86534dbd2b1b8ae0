"""The commands beside `score`: exercises, evaluation, doctor; and what holds for all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run
from made_spec import EXAMPLE

COMMANDS = ["score", "specs", "specs list", "specs show", "specs check", "specs schema", "evaluate", "doctor"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(formcheck: Run, command: str) -> None:
    done = formcheck(*command.split(), "--help")
    assert done.returncode == 0
    assert f"formcheck {command}" in done.stdout
    assert done.stderr == ""


def test_the_version_is_told(formcheck: Run) -> None:
    assert formcheck("--version").stdout.startswith("formcheck 0.")


def test_help_loads_nothing_heavy() -> None:
    """What makes `--help` slow is what it imports; time itself would depend on the machine."""
    code = "import sys, formcheck.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "cv2", "av", "mediapipe", "plotly", "pydantic", "yaml"}
    assert heavy.isdisjoint(done.stdout.split())


def test_list_names_every_exercise(formcheck: Run, root: Path) -> None:
    done = formcheck("specs", "list")
    assert done.returncode == 0
    ids = [path.stem for path in (root / "exercise_specs").glob("*.yaml")]
    assert ids
    assert all(id_ in done.stdout for id_ in ids)


def test_list_reads_well_at_80_columns(formcheck: Run) -> None:
    lines = formcheck("specs", "list").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert not any("…" in line for line in lines)
    broken = [line for line in lines if line.strip() and line.startswith(" " * 8)]
    assert len(broken) < len(lines) / 4  # a long name takes a second line, most take one
    assert any(line.split() == ["heel_raise", "Heel", "raise,", "both", "legs", "30", "reps", "side"] for line in lines)


def test_list_names_the_files_of_ones_own(formcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(EXAMPLE)
    assert (
        f"\nYour own:\n  example  {tmp_path}/example.yaml\n"
        in formcheck("specs", "list", env={"FORMCHECK_SPECS": str(tmp_path)}).stdout
    )


def test_list_for_machines_tells_the_same(formcheck: Run, root: Path) -> None:
    found = json.loads(formcheck("specs", "list", "--json").stdout)
    assert [one["id"] for one in found] == sorted(path.stem for path in (root / "exercise_specs").glob("*.yaml"))
    assert {one["id"]: one["view"] for one in found}["toe_scrunch"] is None
    assert {one["id"]: one["dose"] for one in found}["joint_traction"] == {"sets": 1, "reps": 5, "hold_s": 10.0}


@pytest.mark.parametrize(
    ("exercise", "told"),
    [
        ("toe_scrunch", "Not measured: paced (“Scrunch” 2 s, “Let go” 1.5 s) and timed, and confirmed by you.\n\n"),
        ("forefoot_dome", "Not measured: "),
        ("walking", "4 strides ["),
    ],
)
def test_show_says_pace_and_strides(formcheck: Run, exercise: str, told: str) -> None:
    assert told in formcheck("specs", "show", exercise).stdout


def test_list_goes_on_past_a_bad_spec(formcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(EXAMPLE.replace("sets: 3", "sets: no"))
    done = formcheck("specs", "list", env={"FORMCHECK_SPECS": str(tmp_path)})
    assert done.returncode == 1
    assert "heel_raise" in done.stdout
    assert done.stderr == f"{tmp_path}/example.yaml:8:9: dose.sets must be a whole number, got 'no'\n"


def test_show_tells_every_number_with_its_source(formcheck: Run, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(EXAMPLE)
    shown = formcheck("specs", "show", path).stdout
    assert shown.count("[default, not from literature]") >= EXAMPLE.count("source:")
    assert "The knee bent by …°; the limit is 12°." in shown
    assert "It came to … %; the limit is 62 %." in shown
    assert "{" not in shown


def test_check_of_what_ships_is_well(formcheck: Run) -> None:
    done = formcheck("specs", "check")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) >= 5
    assert all(line.endswith(".yaml: ok") for line in done.stdout.splitlines())


def test_check_tells_good_from_bad(formcheck: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "example.yaml", tmp_path / "bad.yaml"
    good.write_text(EXAMPLE)
    bad.write_text(EXAMPLE)  # its name is not its id
    done = formcheck("specs", "check", bad, good)
    assert done.returncode == 1
    assert done.stdout == f"{good}: ok\n"
    assert done.stderr == f"{bad}:2:5: id must be the file's name, bad, got 'example'\n"


def test_schema_is_json(formcheck: Run) -> None:
    assert "movement" in json.loads(formcheck("specs", "schema").stdout)["properties"]


@pytest.fixture
def labelled(samples: Path, tmp_path: Path) -> Path:
    """A folder with a labelled recording."""
    for name in ("hr_single_partial.npz", "hr_single_partial.truth.json"):
        (tmp_path / name).write_bytes((samples / name).read_bytes())
    return tmp_path


def test_evaluate_is_content_when_counts_are_right(formcheck: Run, labelled: Path) -> None:
    done = formcheck("evaluate", labelled)
    assert (done.returncode, done.stderr) == (0, "")
    assert "6/6" in done.stdout
    assert "1 of 1" in done.stdout


def test_evaluate_fails_when_a_count_is_wrong_and_says_which(formcheck: Run, labelled: Path) -> None:
    path = labelled / "hr_single_partial.truth.json"
    truth = json.loads(path.read_text())
    truth["reps"].append({"index": 7, "side": "right", "start_s": 90.0, "end_s": 92.0, "faults": ["knee_bend"]})
    path.write_text(json.dumps(truth))
    done = formcheck("evaluate", labelled)
    assert done.returncode == 1
    assert "7/6" in done.stdout
    assert "count WRONG; missed knee_bend in 7" in done.stdout


def test_evaluate_leaves_out_what_it_has_no_exercise_for(formcheck: Run, labelled: Path) -> None:
    (labelled / "x.npz").write_bytes(b"")
    (labelled / "x.truth.json").write_text('{"schema": "formcheck.truth/1", "exercise": "handstand"}')
    done = formcheck("evaluate", labelled)
    assert done.returncode == 0
    assert done.stderr == f"{labelled}/x.npz: left out: there is no exercise handstand\n"


def test_evaluate_needs_labelled_clips(formcheck: Run, tmp_path: Path) -> None:
    done = formcheck("evaluate", tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "no NAME.truth.json in this folder" in done.stderr


def states(printed: str) -> dict[str, str]:
    """Return what doctor says of each thing it looked at."""
    return {line.split()[0]: line.split()[1] for line in printed.splitlines() if not line.startswith(" ")}


def test_doctor_finds_what_scoring_needs(formcheck: Run) -> None:
    done = formcheck("doctor", env={"COLUMNS": "200"})
    assert (done.returncode, done.stderr) == (0, "")
    state = states(done.stdout)
    assert {state[name] for name in ("versions", "mediapipe", "opencv", "model", "network", "exercises", "data")} == {
        "ok"
    }
    assert {"camera", "screen", "sound"} <= set(state)


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_doctor_tells_of_a_record_that_others_can_read(formcheck: Run, tmp_path: Path) -> None:
    folder = tmp_path / "formcheck"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    assert states(formcheck("doctor", env={**home, "COLUMNS": "200"}).stdout)["data"] == "missing"
    assert formcheck("sessions", "list", env=home).returncode == 0
    assert states(formcheck("doctor", env={**home, "COLUMNS": "200"}).stdout)["data"] == "ok"


def test_doctor_says_what_to_do_about_a_bad_model(formcheck: Run, tmp_path: Path) -> None:
    done = formcheck("doctor", env={"FORMCHECK_MODEL": str(tmp_path / "gone.task"), "COLUMNS": "200"})
    assert done.returncode == 1
    assert states(done.stdout)["model"] == "WRONG"
    assert "→ check the name in FORMCHECK_MODEL, or unset it" in done.stdout
