"""The plan in the review pages: shown with its facts, escaped, and without a plan a way to begin."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_plan import plan_head
from made_store import opened_store
from made_web import browser

from formcheck.store import Store

PLAN = (
    plan_head('"<b>ada</b>"')
    + """\
      - {exercise: heel_raise, sets: 2, reps: 25, limits: {knee_bend: 17.0}}
      - {exercise: joint_traction, sets: 1}
    next_when:
      - {exercise: heel_raise, sessions: 3, reps: 25, pain_at_most: 2}
"""
)


@pytest.fixture
def own_store(tmp_path: Path) -> Store:
    return opened_store(tmp_path / "record")


def test_a_plan_is_shown_with_criteria_as_facts(
    own_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    monkeypatch.setenv("FORMCHECK_PLAN", str(path))
    shown = browser(own_store).get("/plan")
    assert shown.status_code == 200
    assert "not yet: 0 of 3 sessions of “Heel raise, both legs” at 25 valid reps, pain ≤ 2" in shown.text
    assert '<th scope="row">Heel raise, both legs</th>' in shown.text
    assert "heel_raise" not in shown.text
    assert "knee bend 17" in shown.text
    assert "<td>2 × 25 reps</td>" in shown.text
    assert "<td>5 × 10 s</td>" in shown.text
    assert "&lt;b&gt;ada&lt;/b&gt;" in shown.text
    assert "<b>ada" not in shown.text


def test_without_a_plan_the_page_says_how_to_begin(
    own_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMCHECK_PLAN", str(tmp_path / "none.yaml"))
    assert "formcheck plan new" in browser(own_store).get("/plan").text


def test_a_wrong_plan_is_told_and_breaks_nothing(
    own_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN.replace("per_week", "per_weak"), encoding="utf-8")
    monkeypatch.setenv("FORMCHECK_PLAN", str(path))
    shown = browser(own_store).get("/plan")
    assert shown.status_code == 404
    assert "per_weak is not a known key" in shown.text
