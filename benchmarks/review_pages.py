"""Time every review page over a large record: 200 people, 20,000 sets, 300,000 reps.

`python benchmarks/review_pages.py [--folder DIR] [--pages-only]` fills a record (kept in DIR if given), asks for each
page through the whole app, guard included, and prints the median and the slowest of the answers. Target: 300 ms.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from formcheck.scoring import score_recording
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import SpecFile, load_spec
from formcheck.store import Store, open_store
from formcheck.store.tables import ExerciseSet, Finding, Item, Patient, Review, Scoring
from formcheck.web import create_app

PEOPLE, SETS, REPS_A_SET = 200, 20_000, 15
ROOT = Path(__file__).parent.parent
TARGET_S = 0.3
EXERCISES = ("heel_raise", "single_heel_raise", "dorsiflexion_lunge")
RULES = {"heel_raise": "knee_bend", "single_heel_raise": "knee_bend", "dorsiflexion_lunge": "heel_lift"}


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
    """Fill the record; one set has a real recording, for the pages that draw one."""
    begun = time.perf_counter()
    chance = random.Random(7)
    specs = {name: load_spec(name) for name in EXERCISES}
    sample = load_recording(ROOT / "samples" / "hr_double_side.npz")
    file = specs["heel_raise"]
    for name in EXERCISES:
        store.save_set(specs[name], score_recording(sample, specs[name]), sample, person="Person 0001")
    for start in range(0, SETS, 1_000):
        add_sets(store, range(start, min(start + 1_000, SETS)), specs, chance)
    store.save_set(file, score_recording(sample, file), sample, person="Person 0001")
    print(f"filled in {time.perf_counter() - begun:.0f} s")


def add_sets(store: Store, numbers: range, specs: dict[str, SpecFile], chance: random.Random) -> None:
    """Add the rows of a run of sets."""
    sets, scorings, items, findings, reviews = [], [], [], [], []
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for number in numbers:
        set_id, exercise, patient = 10_000 + number, EXERCISES[number % 3], 100 + number % PEOPLE
        when = start + timedelta(minutes=50 * number)
        sets.append(
            {
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
                "source_name": "",
                "frames": 1800,
                "width": 960,
                "height": 540,
                "note": "",
                "metronome": False,
            }
        )
        made = [rep(set_id, patient, exercise, index, chance) for index in range(1, REPS_A_SET + 1)]
        flagged = [one for one in made if one["verdict"] == "fault"]
        unclear = sum(one["verdict"] == "cannot_judge" for one in made)
        scorings.append(scoring(set_id, specs[exercise].sha256, when, len(flagged), unclear))
        items += made
        for one in flagged:
            findings.append(finding(one, exercise))
            if not one["unresolved"]:
                reviews.append(review(one, exercise, when, chance))
    with store.writing() as session:
        if numbers.start == 0:
            people = [
                {"id": 100 + i, "uid": f"{i:032x}", "name": f"Person {i + 2:04}", "made_at": start}
                for i in range(PEOPLE)
            ]
            session.execute(insert(Patient), people)
        for table, rows in (
            (ExerciseSet, sets),
            (Scoring, scorings),
            (Item, items),
            (Finding, findings),
            (Review, reviews),
        ):
            session.execute(insert(table), rows)


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
    """Print how long each page takes."""
    app = create_app(store, token="t", hosts=frozenset({"testserver"}))
    with store.reading() as session:
        real = [one.uid for one in store.list_sets(person="Person 0001")]
        item = session.scalar(
            select(Item.id)
            .join(Scoring, Scoring.id == Item.scoring_id)
            .join(ExerciseSet, ExerciseSet.id == Scoring.set_id)
            .where(ExerciseSet.uid == real[0])
            .limit(1)
        )
    busy = 100
    pages = {
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
        "agreement": "/agreement",
        "agreement of one": f"/agreement?person={busy}",
        "limits": f"/people/{busy}/limits/heel_raise",
        "sample": "/sample?draw=0.7",
        "CSV": f"/sessions/{real[0]}/reps.csv",
        "FHIR": f"/sessions/{real[0]}/fhir.json",
        "TRC": f"/sessions/{real[0]}/landmarks.trc",
        "report": f"/sessions/{real[0]}/report.html",
    }
    worst = 0.0
    with TestClient(app, follow_redirects=False) as browser:
        browser.get("/open?token=t")
        for name, address in pages.items():
            took = [timed(browser, address) for _ in range(8)]
            first, later = took[0], took[1:]
            worst = max(worst, statistics.median(later))
            print(
                f"{name:24} first {1e3 * first:6.0f} ms, median {1e3 * statistics.median(later):6.0f} ms, "
                f"slowest {1e3 * max(later):6.0f} ms"
            )
    print(f"slowest page {1e3 * worst:.0f} ms, target {1e3 * TARGET_S:.0f} ms")


def timed(browser: TestClient, address: str) -> float:
    """Return how long one answer took."""
    begun = time.perf_counter()
    answer = browser.get(address)
    took = time.perf_counter() - begun
    if answer.status_code not in (200, 303):
        raise SystemExit(f"{address}: {answer.status_code} {answer.text[:200]}")
    return took


if __name__ == "__main__":
    main()
