"""`formcheck sessions` and `formcheck review` as they are typed."""

from __future__ import annotations

import json
import re
import socket
import zipfile
from pathlib import Path

import pytest
from conftest import Run
from made_results import made_guided, made_recording, made_result, made_walk
from made_store import made_set
from made_video import make_video, steady
from made_web import filled

from formcheck.specs.loader import load_spec
from formcheck.store import open_store


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a user who has a filled record."""
    folder = tmp_path_factory.mktemp("user")
    store = open_store(folder / "formcheck")
    filled(store)
    store.close()
    return {"XDG_DATA_HOME": str(folder), "HOME": str(folder)}


def _sets(formcheck: Run, home: dict[str, str], *more: str) -> list[dict[str, object]]:
    return json.loads(formcheck("sessions", "list", "--json", *more, env=home).stdout)  # type: ignore[no-any-return]


def test_list_gives_one_object_a_set_with_its_counts(formcheck: Run, home: dict[str, str]) -> None:
    found = _sets(formcheck, home)
    assert len(found) == 6
    assert found[-1]["counts"] == {"completed": 8, "valid": 6, "flagged": 1, "cannot_judge": 1}
    assert [one["person"] for one in _sets(formcheck, home, "--person", "Bo")] == ["Bo"]


def test_list_is_a_table_for_people_that_fits(formcheck: Run, home: dict[str, str]) -> None:
    done = formcheck("sessions", "list", env=home)
    assert done.returncode == 0
    assert "single_heel_raise" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("columns", [80, 120], ids=str)
def test_the_list_keeps_heads_ids_and_counts_whole_at(columns: int, formcheck: Run, tmp_path: Path) -> None:
    store = open_store(tmp_path / "formcheck")
    for exercise, person, result in (
        ("seated_plantar_fascia_stretch", "me", made_result(["ok"] * 12)),
        ("towel_scrunch", "Maximiliane Schwarzenberger-Huber", made_guided()),
        ("walking", "[bold]Cy", made_walk()),
    ):
        store.save_set(load_spec(exercise), result, made_recording(made_result(["ok"])), person=person)
    store.close()
    env = {"XDG_DATA_HOME": str(tmp_path), "COLUMNS": str(columns)}
    lines = [line.rstrip() for line in formcheck("sessions", "list", env=env).stdout.splitlines() if line.strip()]
    assert max(map(len, lines)) <= columns
    assert lines[0].split() == ["set", "when", "person", "exercise", "done", "✓", "✕", "?"]
    text = "\n".join(lines)
    assert re.search(r"\[bold\]Cy +walking +3 +– – –\n +3 strides measured\n", text)
    assert re.search(r" towel_scrunch +– +– – –\n.* not measured · 13 of 15 done\n", text)
    assert re.search(r"me +seated_plantar_fascia_stretch +12 12 0 0$", text)


def test_an_empty_record_says_what_to_do(formcheck: Run, tmp_path: Path) -> None:
    done = formcheck("sessions", "list", env={"XDG_DATA_HOME": str(tmp_path)})
    assert (done.returncode, done.stdout) == (0, "")
    assert "score --save" in done.stderr


def test_show_gives_the_result(formcheck: Run, home: dict[str, str]) -> None:
    uid = str(_sets(formcheck, home)[-1]["uid"])
    told = formcheck("sessions", "show", uid[:8], env=home).stdout
    assert "Knee bent to 24°" in told
    assert "Heel raise, both legs" in told
    assert "pain" not in told.splitlines()[0]
    shown = json.loads(formcheck("sessions", "show", uid, "--json", env=home).stdout)
    assert shown["result"]["schema"] == "formcheck.result/1"


def test_show_tells_pain_before_and_after(formcheck: Run, tmp_path: Path) -> None:
    store = open_store(tmp_path / "formcheck")
    result = made_result(["ok"])
    going = store.open_set(load_spec("heel_raise"), pain_before=2)
    store.close_set(going, result, made_recording(result))
    store.note(going.uid, pain=4, note="")
    store.close()
    told = formcheck("sessions", "show", going.uid, env={"XDG_DATA_HOME": str(tmp_path)}).stdout
    assert "heel_raise, pain before 2 of 10, pain after 4 of 10" in told.splitlines()[0]


def test_rescore_tells_what_changes_and_saves_only_when_asked(formcheck: Run, home: dict[str, str]) -> None:
    uid = str(_sets(formcheck, home)[-1]["uid"])
    told = formcheck("sessions", "rescore", uid, env=home)
    assert "rep 2 to correct (knee bend) → good" in told.stdout
    assert _sets(formcheck, home)[-1]["counts"]["flagged"] == 1  # type: ignore[index]
    formcheck("sessions", "rescore", uid, "--save", env=home)
    assert _sets(formcheck, home)[-1]["counts"]["flagged"] == 0  # type: ignore[index]


def test_export_delete_import_brings_a_set_back(formcheck: Run, home: dict[str, str], tmp_path: Path) -> None:
    uid = str(_sets(formcheck, home)[0]["uid"])
    file = tmp_path / "set.zip"
    assert "without names, without video" in formcheck("sessions", "export", uid, "--to", file, env=home).stderr
    assert formcheck("sessions", "delete", uid, "--yes", env=home).returncode == 0
    assert uid not in [one["uid"] for one in _sets(formcheck, home)]
    assert "1 set imported" in formcheck("sessions", "import", file, env=home).stderr
    assert "1 there already" in formcheck("sessions", "import", file, env=home).stderr


@pytest.mark.parametrize("more", [(), ("--no-clip",)], ids=["with clip", "without"])
def test_an_export_says_that_its_video_shows_the_person(formcheck: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
    store = open_store(tmp_path / "formcheck")
    uid = made_set(store, clip=make_video(tmp_path / "video.mp4", steady(10, 25.0)))[0]
    store.close()
    words = ("sessions", "export", uid, "--to", tmp_path / "set.zip", *more)
    told = formcheck(*words, env={"XDG_DATA_HOME": str(tmp_path)}).stderr
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        assert (f"{uid}/clip.mp4" in archive.namelist()) is not bool(more)
    assert ("with a video that shows the person; --no-clip leaves it out" in told) is not bool(more)
    assert ("without video" in told) is bool(more)
    there = {"XDG_DATA_HOME": str(tmp_path / "there")}
    assert "1 set imported" in formcheck("sessions", "import", tmp_path / "set.zip", env=there).stderr


def test_delete_asks_first(formcheck: Run, home: dict[str, str]) -> None:
    uid = str(_sets(formcheck, home)[0]["uid"])
    formcheck("sessions", "delete", uid, env=home, input="n\n")
    assert uid in [one["uid"] for one in _sets(formcheck, home)]


@pytest.mark.parametrize(
    "words",
    [
        ("show", "zzz"),
        ("show", ""),
        ("export", "zzz", "--to", "x.zip"),
        ("import", "/nowhere/x.zip"),
        ("delete", "zzz", "--yes"),
        ("rescore", "zzz"),
    ],
    ids=lambda words: words[0],
)
def test_a_problem_is_one_line_and_exit_code_1(formcheck: Run, home: dict[str, str], words: tuple[str, ...]) -> None:
    done = formcheck("sessions", *words, env=home)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told_in_one_line(formcheck: Run, home: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        done = formcheck("review", "--no-browser", "--port", taken.getsockname()[1], env=home)
    assert done.returncode == 1
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
