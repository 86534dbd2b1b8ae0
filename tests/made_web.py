"""Review pages for tests: over a record with real sets, behind their guard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient
from made_results import made_fault

from formcheck.model import Counts, SetResult
from formcheck.scoring import score_recording
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import load_spec
from formcheck.store import Store
from formcheck.web import create_app

__all__ = ["EVIL_NAME", "TOKEN", "browser", "filled", "flagged"]

TOKEN = "the-token"
EVIL_NAME = "<script>alert('x')</script>"
ROOT = Path(__file__).parent.parent


def flagged(result: SetResult) -> SetResult:
    """A scored set with a fault in the second rep and the third not judged."""
    reps = list(result.reps)
    fault = replace(made_fault(), measure="knee_flexion_change_deg", time_s=reps[1].peak_s)
    reps[1] = replace(reps[1], verdict="fault", faults=(fault,))
    reps[2] = replace(reps[2], verdict="cannot_judge", not_judged={"knee_bend": "the knee was hidden"})
    return replace(result, reps=tuple(reps), counts=Counts(len(reps), len(reps) - 2, 1, 1))


def filled(store: Store) -> dict[str, str]:
    """Fill a record: reps of two people, holds and walks of two others; return the uids by name."""
    saved: dict[str, str] = {}
    for name, sample, exercise, person in (
        ("reps", "hr_double_side", "heel_raise", "Ann"),
        ("again", "hr_double_side", "heel_raise", "Ann"),
        ("single", "hr_single_partial", "single_heel_raise", "Bo"),
        ("holds", "gastroc_holds", "gastrocnemius_stretch", EVIL_NAME),
        ("walk", "walking", "walking", "Cy"),
        ("walk back", "walking_left", "walking", "Cy"),
    ):
        folder = ROOT / ("tests/recordings" if exercise == "walking" else "samples")
        recording, spec_file = load_recording(folder / f"{sample}.npz"), load_spec(exercise)
        result = score_recording(recording, spec_file)
        result = flagged(result) if name == "reps" else result
        saved[name] = store.save_set(spec_file, result, recording, person=person)
    return saved


def browser(store: Store, *, opened: bool = True) -> TestClient:
    """A client of the pages over a record, with or without the cookie."""
    app = create_app(store, token=TOKEN, hosts=frozenset({"127.0.0.1:80", "localhost:80"}))
    client = TestClient(app, base_url="http://127.0.0.1:80", headers={"host": "127.0.0.1:80"}, follow_redirects=False)
    if opened:
        client.get(f"/open?token={TOKEN}")
    return client
