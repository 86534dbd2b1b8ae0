"""A day of a plan, walked through: judged sets, guided ones, rests, sides; kept in the record and told as facts."""

from __future__ import annotations

import json
import re
import stat
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from made_camera import first_seconds
from made_live import Recorder
from made_plan import plan_head
from made_store import opened_store

from formcheck.engine.guided import NOT_MEASURED
from formcheck.live import day as live_day
from formcheck.live.day import Day, DoneTask, practise_day
from formcheck.live.loop import Devices, Outcome
from formcheck.plan import Plan, read_status
from formcheck.plan.file import parse_plan
from formcheck.plan.record import read_facts
from formcheck.report import result_json
from formcheck.scoring import score_recording
from formcheck.sources.recording import load_recording
from formcheck.store import Store
from formcheck.store.scored import load_result

RECORDINGS = Path(__file__).parent / "recordings"
PLAN = (
    plan_head()
    + """\
      - {exercise: seated_ankle_pump, sides: [right], sets: 1, reps: 6, rest_s: 20}
      - {exercise: joint_traction, sides: [left, right], sets: 1, reps: 2}
      - {exercise: single_leg_stance, sides: [right], sets: 1, hold_s: 12.0}
    next_when:
      - {exercise: seated_ankle_pump, sessions: 1, reps: 6}
      - {exercise: single_leg_stance, sessions: 1, held_s: 12}
"""
)


@dataclass
class Clock:
    """A time that passes only while somebody sleeps, and then in half seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.5)


class Screen(Recorder):
    """Forgets its pictures, but not how many there were."""

    shown = 0

    def show(self, picture: Any) -> str:
        self.shown += 1
        return self.keys.get(self.shown, "")


def walked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, store: Store, keys: dict[int, str] | None = None
) -> tuple[list[DoneTask], Recorder, Clock, Plan]:
    """Walk through the plan with recordings in the camera's place."""

    def one_set(session: Any, camera: str, estimator: None) -> Outcome:
        recording = load_recording(RECORDINGS / f"{camera}.npz")
        result = score_recording(recording, session.asked.spec_file, side=session.asked.side)
        kept = store.save_set(session.asked.spec_file, result, recording, person=session.person)
        return Outcome(result, kept, quit=False)

    monkeypatch.setattr(live_day, "one_set", one_set)
    plan = parse_plan(PLAN.encode(), Path("plan.yaml")).plan
    devices, clock = Screen(keys or {}), Clock()
    day = Day(
        plan,
        Devices(devices, devices, devices, devices.told.append),
        store,
        camera_for=lambda task: task.exercise,  # type: ignore[arg-type, return-value]
        estimator_for=lambda: nullcontext(None),  # type: ignore[arg-type]
        confirm=lambda words, planned, paced: paced,
        specs_folder=tmp_path / "specs",
        clock=clock,
        sleep=clock.sleep,
    )
    return list(practise_day(day)), devices, clock, plan


@pytest.fixture
def own_store(tmp_path: Path) -> Store:
    return opened_store(tmp_path / "record")


def test_a_whole_day_is_done_in_order_and_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_store: Store
) -> None:
    done, devices, _, plan = walked(monkeypatch, tmp_path, own_store)
    assert [(one.task.exercise, one.task.side) for one in done] == [
        ("seated_ankle_pump", "right"),
        ("joint_traction", "left"),
        ("joint_traction", "right"),
        ("single_leg_stance", "right"),
    ]
    assert all(one.kept for one in done)
    assert devices.words[-1] == "That was all for today."
    assert "Change to the right side." in devices.words
    facts = read_facts(own_store, plan.person)
    assert len(facts) == 4
    today = datetime.now(UTC).astimezone().date()
    status = read_status(plan, facts, max(today, facts[-1].day))
    assert [criterion.seen for criterion in status.criteria] == [True, True]
    assert status.sessions[-1].whole


def test_guided_sets_are_paced_confirmed_and_never_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_store: Store
) -> None:
    done, devices, clock, _ = walked(monkeypatch, tmp_path, own_store)
    guided = [one for one in done if one.record is not None]
    assert [one.record.reps for one in guided if one.record] == [2, 2]
    assert devices.words.count("Pull") == 4
    assert clock.now > 2 * (5.0 + 2 * 13.0)
    result = load_result(own_store, guided[0].kept)
    assert result.counts.completed == 0
    assert NOT_MEASURED in result.provenance.notes


def test_rests_last_as_planned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_store: Store) -> None:
    _, devices, clock, _ = walked(monkeypatch, tmp_path, own_store)
    rest, change, guided, last = 20.0, 10.0, 2 * (5.0 + 2 * 13.0), 60.0
    assert clock.now == pytest.approx(rest + change + guided + last, abs=6.0)
    assert {"3.", "2.", "1."} <= set(devices.words)


def test_a_key_cuts_a_rest_short_and_another_ends_the_day(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_store: Store
) -> None:
    done, _, clock, _ = walked(monkeypatch, tmp_path, own_store, keys={1: " "})
    assert len(done) == 4
    assert clock.now < 20.0 + 10.0 + 62.0 + 60.0
    ended, _, _, _ = walked(monkeypatch, tmp_path, own_store, keys={1: "q"})
    assert len(ended) == 1


def test_the_physios_dose_reaches_the_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_store: Store) -> None:
    done, *_ = walked(monkeypatch, tmp_path, own_store)
    (hold,) = load_result(own_store, done[-1].kept).holds
    assert hold.target_s == 12.0


# ---------------------------------------------------------------------- the commands


def test_scoring_a_day_again_leaves_guided_sets_as_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, formcheck: Run
) -> None:
    store = opened_store(tmp_path / "formcheck")
    done, *_ = walked(monkeypatch, tmp_path, store)
    before = load_result(store, done[1].kept)
    env = {"XDG_DATA_HOME": str(tmp_path)}
    told = formcheck("sessions", "rescore", *(one.kept for one in done), "--save", env=env)
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert len(lines) == 4
    assert lines[1] == f"{done[1].kept[:8]}: guided, nothing of it is measured; it stays as it is"
    assert result_json(load_result(store, done[1].kept)) == result_json(before)
    store.close()


def test_plan_commands_work_on_a_new_plan(formcheck: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    env = {"FORMCHECK_PLAN": str(path)}
    assert formcheck("plan", "new", env=env).returncode == 0
    assert formcheck("plan", "check", env=env).stdout == f"{path}: ok\n"
    assert "[guided: not measured]" in formcheck("plan", "today", env=env).stdout
    assert "pain limit 3 of 10" in formcheck("plan", "show", env=env).stdout
    facts = json.loads(formcheck("plan", "status", "--json", env=env).stdout)
    assert facts["stage"] == "settle"
    again = formcheck("plan", "new", env=env)
    assert again.returncode == 1
    assert "there is a plan already" in again.stderr


def test_a_plan_is_for_its_users_eyes_only(formcheck: Run, tmp_path: Path) -> None:
    assert formcheck("plan", "new", env={"XDG_DATA_HOME": str(tmp_path)}, umask=0o022).returncode == 0
    assert stat.S_IMODE((tmp_path / "formcheck").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "formcheck" / "plan.yaml").stat().st_mode) == 0o600


def test_today_tells_reps_of_a_hold(formcheck: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    shown = formcheck("plan", "today", env={"FORMCHECK_PLAN": str(path), "XDG_DATA_HOME": str(tmp_path)}).stdout
    assert "Toe joint traction, left side. 2 × 10 s  [guided: not measured]\n" in shown
    assert "[done today]" not in shown


def test_no_plan_is_one_line(formcheck: Run, tmp_path: Path) -> None:
    done = formcheck("plan", "status", env={"FORMCHECK_PLAN": str(tmp_path / "none.yaml")})
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_a_plan_needs_clips_for_every_exercise(formcheck: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    done = formcheck(
        "live", "--plan", "--camera", str(tmp_path), "--no-window", "--no-sound",
        env={"FORMCHECK_PLAN": str(path), "XDG_DATA_HOME": str(tmp_path)}, input="0\n",
    )  # fmt: skip
    assert done.returncode == 1
    assert "no clip there for Ankle pump" in done.stderr
    assert "Pain" not in done.stderr  # the camera is looked at before anything is asked


SHORT = (
    plan_head()
    + """\
      - {exercise: heel_raise, sets: 1, reps: 1}
      - {exercise: toe_scrunch, sides: [left], sets: 1, reps: 1}
    next_when:
      - {exercise: heel_raise, sessions: 1, reps: 1, pain_at_most: 2}
"""
)


def test_a_day_by_the_commands_is_recorded_and_stated(formcheck: Run, tmp_path: Path, samples: Path) -> None:
    plan, clips = tmp_path / "plan.yaml", tmp_path / "clips"
    plan.write_text(SHORT, encoding="utf-8")
    clips.mkdir()
    first_seconds(samples / "hr_double_side.mp4", clips / "heel_raise.mp4", 6.0)
    env = {"FORMCHECK_PLAN": str(plan), "XDG_DATA_HOME": str(tmp_path)}
    answers = "2\n1\n1\n"  # pain before, how many were done, pain after
    done = formcheck("live", "--plan", "--camera", clips, "--no-window", "--no-sound", env=env, input=answers)
    assert done.returncode == 0, done.stderr
    assert "1 of 1 done; not measured" in done.stderr
    status = json.loads(formcheck("plan", "status", "--json", env=env).stdout)
    (session,) = status["sessions"]
    assert (session["done"], session["asked"], session["pain_before"], session["pain"]) == (2, 2, 2, 1)
    assert status["criteria"][0]["met"] == 1
    assert "seen: 1 of 1 sessions of “Heel raise, both legs” at" in formcheck("plan", "status", env=env).stdout
    sets = json.loads(formcheck("sessions", "list", "--json", env=env).stdout)
    assert [one["exercise"] for one in sets] == ["toe_scrunch", "heel_raise"]
    assert "not measured" in formcheck("sessions", "show", sets[0]["uid"], env=env).stdout
    planned = formcheck("plan", "today", env=env).stdout
    assert planned.startswith("ada, strengthen (2 of 2 done today):\n")
    assert planned.count("[done today]") == 2
    assert "Dr Ray" not in planned
    listed = formcheck("sessions", "list", env=env).stdout
    assert re.search(r"ada +toe_scrunch +– – – – *\n +not measured · 1 of 1 done", listed)
