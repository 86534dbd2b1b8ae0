"""Time every review page, and every button, over a large record: 200 people, 20,000 sets, 300,000 reps.

`python benchmarks/review_pages.py [--folder DIR] [--pages-only]` fills a record (kept in DIR if given), asks for each
page through the whole app, guard included, and prints the median and the slowest of the answers. Target: 300 ms.
The rows are in SQLite, or where FORMCHECK_DATABASE says: an empty PostgreSQL database of its own. One person has real
recordings of a minute for all sets, as many as everybody has sets.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from fastapi.testclient import TestClient
from sqlalchemy import insert, select, text, update

from formcheck.model import LandmarkRecording
from formcheck.scoring import score_recording
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import SpecFile, load_spec
from formcheck.store import Store, open_store
from formcheck.store.items import item_ids
from formcheck.store.tables import ExerciseSet, Finding, Item, Patient, Review, Scoring
from formcheck.web import create_app

PEOPLE, SETS, REPS_A_SET = 200, 20_000, 15
ROOT = Path(__file__).parent.parent
TARGET_S = 0.3
START = datetime(2024, 1, 1, tzinfo=UTC)
EXERCISES = ("heel_raise", "single_heel_raise", "dorsiflexion_lunge")
RECORDED = "Person 0001"
RULES = {"heel_raise": "knee_bend", "single_heel_raise": "knee_bend", "dorsiflexion_lunge": "heel_lift"}


class Answer(Protocol):
    """What a page or button answers."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def text(self) -> str:
        """The body."""


def main() -> None:
    """Fill a record and time its pages."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path)
    options.add_argument("--pages-only", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = open_store(asked.folder or Path(scratch))
        if not asked.pages_only:
            fill(store)
        report(store)
        store.close()


def fill(store: Store) -> None:
    """Fill the record; the sets of one person have real recordings, for the pages that draw or score them."""
    begun = time.perf_counter()
    chance = random.Random(7)
    specs = {name: load_spec(name) for name in EXERCISES}
    sample = twice(load_recording(ROOT / "samples" / "hr_double_side.npz"))
    scored = {name: score_recording(sample, spec) for name, spec in specs.items()}
    for number in range(SETS // PEOPLE):
        name = EXERCISES[number % 3]
        uid = store.save_set(specs[name], scored[name], sample, person=RECORDED)
        store.note(uid, pain=number % 4, note="")
    with store.writing() as session:
        for number, set_id in enumerate(session.scalars(select(ExerciseSet.id).order_by(ExerciseSet.id)).all()):
            when = START + timedelta(days=7 * number)
            session.execute(update(ExerciseSet).where(ExerciseSet.id == set_id).values(performed_at=when))
    for start in range(0, SETS, 1_000):
        add_sets(store, range(start, min(start + 1_000, SETS)), specs, chance)
    if store._engine.dialect.name == "postgresql":  # what its autovacuum does a minute later
        with store._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
    print(f"filled in {time.perf_counter() - begun:.0f} s")


def twice(recording: LandmarkRecording) -> LandmarkRecording:
    """Return a recording that does all twice: a minute."""
    length_s = float(recording.time_s[-1] + np.median(np.diff(recording.time_s)))
    source = replace(recording.source, duration_s=2 * length_s, frames=2 * recording.source.frames)
    return replace(
        recording,
        source=source,
        time_s=np.r_[recording.time_s, recording.time_s + length_s],
        points=np.r_[recording.points, recording.points],
        visibility=np.r_[recording.visibility, recording.visibility],
        sd_px=np.r_[recording.sd_px, recording.sd_px],
    )


def add_sets(store: Store, numbers: range, specs: dict[str, SpecFile], chance: random.Random) -> None:
    """Add the rows of a run of sets; with the first of all, the people."""
    rows: dict[type, list[dict[str, object]]] = {
        table: [] for table in (Patient, ExerciseSet, Scoring, Item, Finding, Review)
    }
    if numbers.start == 0:
        rows[Patient] = [
            {"id": 100 + i, "uid": f"{i:032x}", "name": f"Person {i + 2:04}", "made_at": START} for i in range(PEOPLE)
        ]
    for number in numbers:
        set_id, exercise, patient = 10_000 + number, EXERCISES[number % 3], 100 + number % PEOPLE
        when = START + timedelta(minutes=50 * number)
        made = [rep(set_id, patient, exercise, index, chance) for index in range(1, REPS_A_SET + 1)]
        flagged = [one for one in made if one["verdict"] == "fault"]
        unclear = sum(one["verdict"] == "cannot_judge" for one in made)
        rows[ExerciseSet].append(exercise_set(number, set_id, patient, exercise, when))
        rows[Scoring].append(scoring(set_id, specs[exercise].sha256, when, len(flagged), unclear))
        rows[Item] += made
        rows[Finding] += [finding(one, exercise) for one in flagged]
        rows[Review] += [review(one, exercise, when, chance) for one in flagged if not one["unresolved"]]
    with store.writing() as session:
        for table, of_table in rows.items():
            if of_table:
                session.execute(insert(table), of_table)


def exercise_set(number: int, set_id: int, patient: int, exercise: str, when: datetime) -> dict[str, object]:
    """Return the row of a set."""
    return {
        "id": set_id,
        "uid": hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest(),
        "patient_id": patient,
        "exercise": exercise,
        "performed_at": when,
        "saved_at": when,
        "origin": "score",
        "state": "closed",
        "scoring_id": set_id,
        "duration_s": 60.0,
        "pain": number % 11,
        "frames": 1800,
        "width": 960,
        "height": 540,
    }


def rep(set_id: int, patient: int, exercise: str, index: int, chance: random.Random) -> dict[str, object]:
    """Return the row of a rep; a fifth are flagged, four fifths of those were reviewed."""
    verdict = chance.choices(["ok", "watch", "fault", "cannot_judge"], [70, 8, 18, 4])[0]
    open_ = verdict in ("fault", "cannot_judge") and chance.random() < 0.2
    item_id = set_id * 20 + index
    return {
        "id": item_id,
        "scoring_id": set_id,
        "root_id": item_id,
        "patient_id": patient,
        "exercise": exercise,
        "kind": "rep",
        "number": index,
        "side": "both",
        "start_s": 3.0 * index,
        "peak_s": 3.0 * index + 1,
        "end_s": 3.0 * index + 2,
        "verdict": verdict,
        "peak": {"heel_height_cm": chance.gauss(8, 1), "heel_height_cm_sd": 0.4, "ankle_deg": chance.gauss(-28, 3)},
        "not_judged": {"knee_bend": "the knee was hidden"} if verdict == "cannot_judge" else {},
        "unresolved": open_,
        "severity": chance.random() * 2 if verdict == "fault" else 0.0,
    }


def scoring(set_id: int, sha256: str, when: datetime, flagged: int, unclear: int) -> dict[str, object]:
    """Return the row of a scoring."""
    return {
        "id": set_id,
        "set_id": set_id,
        "spec_sha256": sha256,
        "made_at": when,
        "formcheck": "0.1.0",
        "model_sha256": "4" * 64,
        "backend": "made",
        "notes": [],
        "completed": REPS_A_SET,
        "valid": REPS_A_SET - flagged - unclear,
        "flagged": flagged,
        "cannot_judge": unclear,
        "tracked_fraction": 0.99,
        "view": "side",
        "near_side": "right",
        "stature_assumed": False,
        "limits": {},
        "best": {"heel_height_cm": 8.0 + set_id % 7 / 5, "heel_height_cm_sd": 0.4, "ankle_deg": -28.0},
    }


def finding(item: dict[str, object], exercise: str) -> dict[str, object]:
    """Return the row of a fault."""
    return {
        "scoring_id": item["scoring_id"],
        "item_id": item["id"],
        "level": "fault",
        "rule": RULES[exercise],
        "measure": "knee_flexion_change_deg",
        "value": 20.0,
        "sd": 2.0,
        "limit": 12.0,
        "text": "The knee bent by 20° more than in standing; the limit is 12°.",
        "time_s": 4.0,
    }


def review(item: dict[str, object], exercise: str, when: datetime, chance: random.Random) -> dict[str, object]:
    """Return the row of a review."""
    return {
        "item_id": item["id"],
        "root_id": item["id"],
        "patient_id": item["patient_id"],
        "exercise": exercise,
        "rule": RULES[exercise],
        "machine": "fault",
        "value": 20.0,
        "limit": 12.0,
        "reviewer": "physio",
        "verdict": chance.choices(["fault", "no_fault", "cannot_tell"], [7, 2, 1])[0],
        "note": "",
        "made_at": when,
        "current": True,
        "uid": f"{item['id']:032x}",
    }


def report(store: Store) -> None:
    """Print how long each page takes, and each button."""
    app = create_app(store, token="t", hosts=frozenset({"testserver"}))
    with TestClient(app, follow_redirects=False) as browser:
        browser.get("/open?token=t")
        worst = max([shown(name, timed(ask, 8)) for name, ask in pages(store, browser).items()])
        print(f"slowest page {1e3 * worst:.0f} ms, target {1e3 * TARGET_S:.0f} ms")
        worst = max([shown(name, timed(ask, times)) for name, (ask, times) in buttons(store, browser).items()])
        print(f"slowest button {1e3 * worst:.0f} ms, target {1e3 * TARGET_S:.0f} ms")


def shown(name: str, took: list[float]) -> float:
    """Print how long something took each time, and return the median of all but the first."""
    first, later = took[0], took[1:] or took
    median = statistics.median(later)
    print(
        f"{name:32} first {1e3 * first:6.0f} ms, median {1e3 * median:6.0f} ms, slowest {1e3 * max(later):6.0f} ms",
        flush=True,
    )
    return median


def timed(ask: Callable[[], Answer], times: int) -> list[float]:
    """Return how long each of some answers took."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        answer = ask()
        took.append(time.perf_counter() - begun)
        if answer.status_code not in (200, 303):
            raise SystemExit(f"{answer.status_code}: {answer.text[-600:]}")
    return took


def pages(store: Store, browser: TestClient) -> dict[str, Callable[[], Answer]]:
    """Return how to ask for each page."""
    sets = [one for one in store.list_sets(person=RECORDED) if one.exercise == "heel_raise"]
    real, recorded, busy = [one.uid for one in sets], sets[0].patient_id, 100
    item = item_ids(store, real[0])["rep", 1]
    addresses = {
        "queue": "/",
        "queue, page 5": "/?page=5",
        "queue of one": f"/queue/{busy}/heel_raise",
        "next": f"/next?after={item}",
        "rep": f"/items/{item}",
        "playback": f"/items/{item}/playback.json",
        "rep without recording": f"/items/{10_000 * 20 + 1}",
        "sessions": "/sessions",
        "sessions, page 400": "/sessions?page=400",
        "session": f"/sessions/{real[0]}",
        "compare": f"/compare?a={real[0]}&b={real[-1]}",
        "people": "/people",
        "person": f"/people/{busy}",
        "person with recordings": f"/people/{recorded}",
        "agreement": "/agreement",
        "agreement of one": f"/agreement?person={busy}",
        "limits": f"/people/{recorded}/limits/heel_raise",
        "plan": "/plan",
        "sample": "/sample?draw=0.7",
        "CSV": f"/sessions/{real[0]}/reps.csv",
        "JSON": f"/sessions/{real[0]}/result.json",
        "FHIR": f"/sessions/{real[0]}/fhir.json",
        "TRC": f"/sessions/{real[0]}/landmarks.trc",
        "report": f"/sessions/{real[0]}/report.html",
        "export": f"/sessions/{real[0]}/export.zip",
    }
    return {name: partial(browser.get, address) for name, address in addresses.items()}


def buttons(store: Store, browser: TestClient) -> dict[str, tuple[Callable[[], Answer], int]]:
    """Return how to press each button, and how often."""
    sets = [one for one in store.list_sets(person=RECORDED) if one.exercise == "heel_raise"]
    gone = iter([one.uid for one in sets[-8:]])
    packed = browser.get(f"/sessions/{sets[0].uid}/export.zip").content
    limits = f"/people/{sets[0].patient_id}/limits/heel_raise"
    values = iter(range(13, 99))

    def review() -> Answer:
        address = browser.get("/next").headers["location"]
        answer = re.search(r'name="answer" value="([^"]+)"', browser.get(address).text)
        return browser.post(f"{address}/review", data={"answer": answer[1] if answer else ""})

    def limit(act: str) -> Answer:
        return browser.post(limits, data={"number": "knee_bend.limit", "value": str(next(values)), "act": act})

    def import_again() -> Answer:
        return browser.post("/import", files={"file": ("x.zip", packed)})

    return {
        "find what waits, open, judge": (review, 8),
        "undo": (lambda: browser.post("/undo"), 6),
        "pain and note": (lambda: browser.post(f"/sessions/{sets[0].uid}/note", data={"pain": "2", "note": "x"}), 8),
        "try a limit": (lambda: limit("preview"), 8),
        "save a limit": (lambda: limit("save"), 1),
        "limits, while sets are scored": (lambda: browser.get(limits), 8),
        "queue, while sets are scored": (lambda: browser.get("/"), 8),
        "import what is there": (import_again, 4),
        "delete a set": (lambda: browser.post(f"/sessions/{next(gone)}/delete"), 8),
        "import a set": (import_again_after(browser, sets[1].uid), 1),
    }


def import_again_after(browser: TestClient, uid: str) -> Callable[[], Answer]:
    """Return how to import a set that was deleted just before."""
    packed = browser.get(f"/sessions/{uid}/export.zip").content

    def act() -> Answer:
        browser.post(f"/sessions/{uid}/delete")
        return browser.post("/import", files={"file": ("x.zip", packed)})

    return act


if __name__ == "__main__":
    main()
