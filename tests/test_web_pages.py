"""Every page, without JavaScript: what it shows, what its forms do, and that words never become markup."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from made_results import made_hold, made_recording, made_result
from made_store import made_set, opened_store
from made_video import make_video, steady
from made_web import EVIL_NAME, browser, filled

from formcheck.specs.loader import load_spec
from formcheck.store import Store
from formcheck.store.agreement import agreement
from formcheck.store.items import find_item, item_ids
from formcheck.store.names import exercise_name
from formcheck.store.people import list_people
from formcheck.store.person_specs import current_text, save_person_spec, with_limits
from formcheck.store.queue import groups, next_item
from formcheck.store.reviews import reviews_of
from formcheck.store.transfer import export_sets
from formcheck.web.rescoring import Rescoring
from formcheck.web.still import _round_values
from formcheck.web.trend import Trend, levels, trend_figure

Shared = tuple[Store, dict[str, str]]


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[tuple[Store, dict[str, str], TestClient]]:
    """A filled record of one's own, with its pages."""
    store = opened_store(tmp_path)
    saved = filled(store)
    with browser(store) as client:
        yield store, saved, client
    store.close()


def _pages(shared: Shared) -> dict[str, str]:
    store, saved = shared
    ids = {name: next(iter(item_ids(store, uid).values())) for name, uid in saved.items()}
    flagged = item_ids(store, saved["reps"])["rep", 2]
    unclear = item_ids(store, saved["reps"])["rep", 3]
    return {
        "queue": "/",
        "queue of one": "/queue/1/heel_raise",
        "queue of nobody": "/queue/99/heel_raise",
        "flagged rep": f"/items/{flagged}",
        "unclear rep": f"/items/{unclear}",
        "good rep": f"/items/{ids['again']}",
        "hold": f"/items/{ids['holds']}",
        "sessions": "/sessions",
        "session of reps": f"/sessions/{saved['reps']}",
        "session of holds": f"/sessions/{saved['holds']}",
        "people": "/people",
        "person": "/people/1",
        "person with an evil name": "/people/3",
        "agreement": "/agreement",
        "agreement of one": "/agreement?person=1",
        "limits": "/people/1/limits/heel_raise",
        "limits of a hold": "/people/3/limits/gastrocnemius_stretch",
        "two sessions": f"/compare?a={saved['reps']}&b={saved['again']}",
        "a walk": f"/sessions/{saved['walk']}",
        "somebody who walks": f"/people/{store.find_set(saved['walk']).patient_id}",
        "two walks": f"/compare?a={saved['walk']}&b={saved['walk back']}",
    }


NAMES = tuple(
    _name
    for _name in (
        "queue",
        "queue of one",
        "queue of nobody",
        "flagged rep",
        "unclear rep",
        "good rep",
        "hold",
        "sessions",
        "session of reps",
        "session of holds",
        "people",
        "person",
        "person with an evil name",
        "agreement",
        "agreement of one",
        "limits",
        "limits of a hold",
        "two sessions",
        "a walk",
        "somebody who walks",
        "two walks",
    )
)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_there_and_takes_no_word_for_markup(shared: Shared, name: str) -> None:
    answer = browser(shared[0]).get(_pages(shared)[name])
    assert answer.status_code == HTTPStatus.OK
    assert "<h1>" in answer.text
    assert EVIL_NAME not in answer.text
    assert not re.search(r"<[^>]+ style=", answer.text)
    assert not re.search(r"<[^>]+ on\w+=", answer.text)
    assert not re.search(r"https?://(?!127\.0\.0\.1|localhost)", answer.text)


def test_the_pages_of_this_test_are_all_the_pages_there_are(shared: Shared) -> None:
    assert set(NAMES) == set(_pages(shared))


def test_every_form_field_has_a_label_and_every_link_words(shared: Shared) -> None:
    client = browser(shared[0])
    for name, address in _pages(shared).items():
        page = client.get(address).text
        for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page):
            if 'type="hidden"' in field:
                continue
            labelled = re.search(r'id="([^"]+)"', field)
            assert "aria-label=" in field or _labelled(page, field, labelled[1] if labelled else None), (name, field)
        assert not re.search(r"<a\b[^>]*>\s*</a>", page), name
        assert page.count("<h1") == 1, name


def _labelled(page: str, field: str, name: str | None) -> bool:
    if name is not None and f'for="{name}"' in page:
        return True
    before = page[: page.index(field)]
    return before.rfind("<label") > before.rfind("</label>")


def test_the_queue_shows_what_waits_and_links_to_the_worst(shared: Shared) -> None:
    store, _ = shared
    page = browser(store).get("/").text
    waiting = sum(group.waiting for group in groups(store))
    assert f"{waiting} to look at" in page
    assert f'href="/items/{next_item(store)}"' in page


def test_a_rep_says_why_in_words_and_numbers(shared: Shared) -> None:
    store, saved = shared
    page = browser(store).get(f"/items/{item_ids(store, saved['reps'])['rep', 2]}").text
    assert "Knee bent to 24°; keep it straight." in page
    assert "24.1 ± 1.5°" in page
    assert "12.0°" in page
    assert re.search(r"was seen in \d+ % of the frames", page)


def test_the_trace_has_limit_bounds_and_the_other_reps(shared: Shared) -> None:
    store, saved = shared
    page = browser(store).get(f"/items/{item_ids(store, saved['reps'])['rep', 2]}").text
    found = re.search(r'id="trace-figure">(.*?)</script>', page)
    assert found is not None
    figure = json.loads(found[1])
    lines = [one for one in figure["layout"]["shapes"] if one["type"] == "line"]
    item = find_item(store, item_ids(store, saved["reps"])["rep", 2]).item
    assert [one["x0"] for one in lines if one["yref"] == "paper"] == [0.0, pytest.approx(item.end_s - item.start_s)]
    assert [one["y0"] for one in lines if one["xref"] == "paper"] == [12.0]
    faint = figure["data"][0]
    assert faint["line"]["color"] == "--faint"
    assert faint["y"].count(None) >= 7


def test_the_trace_shows_what_ended_a_hold(shared: Shared) -> None:
    store, saved = shared
    item_id = item_ids(store, saved["holds"])["hold", 2]
    (fault,) = find_item(store, item_id).item.faults
    found = re.search(r'id="trace-figure">(.*?)</script>', browser(store).get(f"/items/{item_id}").text)
    assert found is not None
    low, high = json.loads(found[1])["layout"]["yaxis"]["range"]
    assert fault.rule == "heel_lift"
    assert low < fault.limit < fault.value < high


def test_playback_gives_the_recorded_points(shared: Shared) -> None:
    store, saved = shared
    item_id = item_ids(store, saved["reps"])["rep", 2]
    item = find_item(store, item_id).item
    given = browser(store).get(f"/items/{item_id}/playback.json").json()
    assert given["time_s"][0] <= item.start_s - 0.5
    assert given["time_s"][-1] >= item.end_s + 0.5
    assert len(given["points"]) == len(given["time_s"]) == len(given["visibility"])
    assert len(given["points"][0]) == 37


def test_a_verdict_goes_on_to_the_next_and_undo_comes_back(changed: tuple[Store, dict[str, str], TestClient]) -> None:
    store, saved, client = changed
    flagged = item_ids(store, saved["reps"])["rep", 2]
    before = sum(group.waiting for group in groups(store))
    answer = client.post(f"/items/{flagged}/review", data={"answer": "knee_bend:fault", "note": "I see it"})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert answer.headers["location"] == f"/items/{item_ids(store, saved['reps'])['rep', 3]}?done=fault"
    assert sum(group.waiting for group in groups(store)) == before - 1
    page = client.get(f"/items/{flagged}").text
    assert "I see it" in page
    assert "fault confirmed" in page
    assert client.post("/undo").headers["location"] == f"/items/{flagged}?done=undone"
    assert sum(group.waiting for group in groups(store)) == before


def test_the_whole_queue_can_be_reviewed_by_its_forms(changed: tuple[Store, dict[str, str], TestClient]) -> None:
    store, _, client = changed
    for _ in range(100):
        found = next_item(store)
        if found is None:
            break
        page = client.get(f"/items/{found}").text
        fresh = page.split('<fieldset class="answers">')[1]
        answer = re.search(r'name="answer" value="([^"]*:no_fault)"', fresh)
        assert answer is not None
        client.post(f"/items/{found}/review", data={"answer": answer[1]})
    assert groups(store) == []
    assert "Nothing waits" in client.get("/").text


def test_a_good_rep_can_be_called_good_or_a_missed_fault(changed: tuple[Store, dict[str, str], TestClient]) -> None:
    store, saved, client = changed
    good = item_ids(store, saved["again"])["rep", 1]
    client.post(f"/items/{good}/review", data={"answer": "*:no_fault"})
    client.post(f"/items/{good}/review", data={"answer": "trunk_lean:fault"})
    cells = {one.rule: (one.neither, one.reviewer_only) for one in agreement(store)}
    assert cells["trunk_lean"] == (0, 1)
    assert cells["knee_bend"] == (1, 0)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"answer": ""},
        {"answer": "knee_bend:yes"},
        {"answer": "no_such_rule:fault"},
        {"answer": "knee_bend:fault", "note": "x" * 5000},
        {"answer": "knee_bend:fault", "note": "a\0b"},
        {"answer": "knee_bend:fault", "more": "1"},
    ],
)
def test_an_answer_of_another_form_changes_nothing(
    changed: tuple[Store, dict[str, str], TestClient], form: dict[str, str]
) -> None:
    store, saved, client = changed
    item = item_ids(store, saved["reps"])["rep", 2]
    answer = client.post(f"/items/{item}/review", data=form)
    assert answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert reviews_of(store, item) == []


def test_a_note_that_is_markup_is_shown_as_words(changed: tuple[Store, dict[str, str], TestClient]) -> None:
    store, saved, client = changed
    item = item_ids(store, saved["reps"])["rep", 2]
    client.post("/reviewer", data={"name": EVIL_NAME})
    client.post(f"/items/{item}/review", data={"answer": "knee_bend:fault", "note": EVIL_NAME + "</script>"})
    page = client.get(f"/items/{item}").text
    assert EVIL_NAME not in page
    assert page.count("&lt;script&gt;alert(") >= 2
    assert reviews_of(store, item)[0].reviewer == EVIL_NAME


def test_pain_and_note_are_kept_and_shown(changed: tuple[Store, dict[str, str], TestClient]) -> None:
    store, saved, client = changed
    client.post(f"/sessions/{saved['reps']}/note", data={"pain": "4", "note": "sore\nheel"})
    assert (store.find_set(saved["reps"]).pain, store.note_of(saved["reps"])) == (4, "sore\nheel")
    client.post(f"/sessions/{saved['reps']}/note", data={"pain": "", "note": ""})
    assert store.find_set(saved["reps"]).pain is None


def test_a_set_is_deleted_with_its_files(changed: tuple[Store, dict[str, str], TestClient]) -> None:
    store, saved, client = changed
    client.post(f"/sessions/{saved['reps']}/delete")
    assert not store.files.folder(saved["reps"]).exists()
    assert client.get(f"/sessions/{saved['reps']}").status_code == HTTPStatus.NOT_FOUND


def test_an_export_is_imported_through_the_page(
    changed: tuple[Store, dict[str, str], TestClient], tmp_path: Path
) -> None:
    store, saved, client = changed
    export_sets(store, [saved["reps"]], tmp_path / "x.zip")
    client.post(f"/sessions/{saved['reps']}/delete")
    content = (tmp_path / "x.zip").read_bytes()
    answer = client.post("/import", files={"file": ("x.zip", content)}, data={"person": "Back again"})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert store.find_set(saved["reps"]).counts.flagged == 1
    bad = client.post("/import", files={"file": ("<b>.zip", b"no zip")})
    assert bad.status_code == HTTPStatus.NOT_FOUND
    assert "&lt;b&gt;.zip" in bad.text


def test_a_limit_is_tried_before_it_is_saved(changed: tuple[Store, dict[str, str], TestClient]) -> None:
    store, saved, client = changed
    form = {"number": "knee_bend.limit", "value": "1.0", "why": "very stiff", "act": "preview"}
    address = "/people/1/limits/heel_raise"
    page = client.post(address, data=form).text
    assert "Knee bend, limit 1.0° instead of 12.0°" in page
    assert store.spec_for("Ann", "heel_raise") is None
    assert store.find_set(saved["again"]).counts.flagged == 0
    client.post(address, data={**form, "act": "save"})
    assert _when_scored(client, address)
    own = store.spec_for("Ann", "heel_raise")
    assert own is not None
    assert own.spec.rules["knee_bend"].limit.value == 1.0  # type: ignore[union-attr]
    assert "before: 12" in own.spec.rules["knee_bend"].limit.source  # type: ignore[union-attr]
    assert store.find_set(saved["again"]).spec_sha256 == own.sha256
    assert "their own" in client.get(address).text


def _when_scored(client: TestClient, address: str) -> bool:
    """Ask for a page of limits until no set waits to be scored by them; False where it never comes to that."""
    return any("recorded sessions scored by these limits" not in client.get(address).text for _ in range(2_000))


def test_sets_that_are_not_scored_again_yet_are_told_and_the_rest_can_be_asked_for(
    changed: tuple[Store, dict[str, str], TestClient],
) -> None:
    store, saved, client = changed
    address = "/people/1/limits/heel_raise"
    now = current_text(store, 1, "heel_raise")
    text = with_limits(now.text, {"knee_bend.limit": 1.0}, who="Eva", when=date(2026, 1, 1))
    spec_file = save_person_spec(store, 1, text, "heel_raise", who="Eva", why="")
    page = client.get(address).text
    assert "0 of 2 recorded sessions scored by these limits" in page
    assert "The other 2 have their earlier verdicts still." in page
    assert "limits of Ann were changed since this was scored" in client.get(f"/sessions/{saved['again']}").text
    assert "limits of Bo" not in client.get(f"/sessions/{saved['single']}").text
    assert client.post(f"{address}/rescore").status_code == HTTPStatus.SEE_OTHER
    assert _when_scored(client, address)
    assert {store.find_set(saved[name]).spec_sha256 for name in ("reps", "again")} == {spec_file.sha256}
    assert "were changed since" not in client.get(f"/sessions/{saved['again']}").text


def test_a_set_that_cannot_be_scored_again_is_told_and_holds_up_no_other(
    changed: tuple[Store, dict[str, str], TestClient],
) -> None:
    store, saved, client = changed
    store.files.recording(saved["again"]).write_bytes(b"no recording")
    address = "/people/1/limits/heel_raise"
    client.post(address, data={"number": "knee_bend.limit", "value": "1.0", "act": "save"})
    pages = (client.get(address).text for _ in range(2_000))
    page = next(one for one in pages if "follow" not in one)
    assert "1 of 2 recorded sessions scored by these limits" in page
    assert 'class="problem"' in page
    assert store.find_set(saved["reps"]).spec_sha256 != store.find_set(saved["again"]).spec_sha256


def test_the_server_stops_in_the_middle_of_scoring_again_and_goes_on_later(
    changed: tuple[Store, dict[str, str], TestClient],
) -> None:
    store, saved, _ = changed
    now = current_text(store, 1, "heel_raise")
    text = with_limits(now.text, {"knee_bend.limit": 1.0}, who="Eva", when=date(2026, 1, 1))
    spec_file = save_person_spec(store, 1, text, "heel_raise", who="Eva", why="")
    for _ in range(2):
        again = Rescoring(store)
        again.start(1, "heel_raise")
        again.stop()
        assert not again.is_going(1, "heel_raise")
        assert again.problems(1, "heel_raise") == []
    assert store.find_set(saved["again"]).spec_sha256 == spec_file.sha256


def test_a_preview_of_long_sets_tries_as_many_as_there_is_time_for_and_says_so(
    changed: tuple[Store, dict[str, str], TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = changed[2]
    form = {"number": "knee_bend.limit", "value": "1.0", "act": "preview"}
    monkeypatch.setattr("formcheck.web.limits.PREVIEW_S", 60.0)
    assert "of 2 recorded sessions" not in client.post("/people/1/limits/heel_raise", data=form).text
    monkeypatch.setattr("formcheck.web.limits.PREVIEW_S", 0.0)
    page = client.post("/people/1/limits/heel_raise", data=form).text
    assert "Only the latest of 2 recorded sessions was tried." in page


@pytest.mark.parametrize(
    "form",
    [
        {"number": "knee_bend.limit", "value": "nan"},
        {"number": "knee_bend.limit", "value": "1e9"},
        {"number": "../x", "value": "1"},
        {"number": "no.such", "value": "1"},
        {"number": "knee_bend.limit", "value": "12.0", "act": "save"},
        {"number": "knee_bend.limit", "value": "1", "act": "drop"},
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(
    changed: tuple[Store, dict[str, str], TestClient], form: dict[str, str]
) -> None:
    store, _, client = changed
    answer = client.post("/people/1/limits/heel_raise", data=form)
    assert answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert store.spec_for("Ann", "heel_raise") is None


def test_a_person_is_renamed(changed: tuple[Store, dict[str, str], TestClient]) -> None:
    store, _, client = changed
    client.post("/people/1/name", data={"name": "Anna"})
    assert "Anna" in [one.name for one in list_people(store)[0]]


@pytest.mark.parametrize("kind", ["reps.csv", "result.json", "report.html", "fhir.json", "landmarks.trc", "export.zip"])
@pytest.mark.parametrize("name", ["reps", "holds"])
def test_each_file_to_take_away_is_given_as_a_file_that_names_nobody(shared: Shared, kind: str, name: str) -> None:
    store, saved = shared
    answer = browser(store).get(f"/sessions/{saved[name]}/{kind}")
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["content-disposition"].startswith("attachment")
    assert b"alert('x')" not in answer.content


def test_the_csv_has_units_in_its_headers_and_a_row_a_rep(shared: Shared) -> None:
    store, saved = shared
    rows = list(csv.DictReader(io.StringIO(browser(store).get(f"/sessions/{saved['reps']}/reps.csv").text)))
    assert len(rows) == 8
    assert {"heel_height_cm", "heel_height_cm_sd", "ankle_deg", "start_s"} <= set(rows[0])
    assert rows[1]["faults"] == "knee_bend: Knee bent to 24°; keep it straight."


def test_a_spreadsheet_takes_no_cell_for_a_formula(changed: tuple[Store, dict[str, str], TestClient]) -> None:
    store, saved, client = changed
    client.post("/reviewer", data={"name": "=HYPERLINK(1)"})
    item = item_ids(store, saved["reps"])["rep", 2]
    client.post(f"/items/{item}/review", data={"answer": "knee_bend:fault", "note": "@x"})
    rows = list(csv.DictReader(io.StringIO(client.get(f"/sessions/{saved['reps']}/reps.csv").text)))
    assert rows[1]["reviews"].startswith("'=HYPERLINK")


def test_what_is_below_the_detectable_change_is_drawn_as_no_change() -> None:
    assert levels([8.0, 9.0, 9.9, 10.0, 9.0, 7.9], 2.0) == [8.0, 8.0, 8.0, 10.0, 10.0, 7.9]


def test_the_person_page_says_so_in_words(shared: Shared) -> None:
    page = browser(shared[0]).get("/people/1").text
    assert "no detectable change" in page
    assert "10.1016/j.bjpt.2017.06.002" in page


def _stills(page: str) -> list[str]:
    return [found for found in re.findall(r"<noscript>(.*?)</noscript>", page, re.DOTALL) if "<svg" in found]


def test_without_scripts_the_trace_is_a_still_picture(shared: Shared) -> None:
    store, saved = shared
    page = browser(store).get(f"/items/{item_ids(store, saved['reps'])['rep', 2]}").text
    (still,) = _stills(page)
    assert still.count('class="limit"') == 1
    assert still.count('class="bound"') == 2
    assert re.search(r'class="this" d="M[\d. L-]{200,}', still)


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_has_a_still_picture_for_browsers_without_scripts(shared: Shared, name: str) -> None:
    page = browser(shared[0]).get(_pages(shared)[name]).text
    stills = _stills(page)
    assert len(stills) == page.count('class="chart')
    for still in stills:
        assert re.search(r'aria-label="[^"]{8,}"', still)
        assert re.search(r' d="M[\d.-]+ [\d.-]+[LH][^"]{5,}"', still)
        assert "nan" not in still
        assert " style=" not in still


def test_the_picture_of_a_session_has_its_bands_limits_and_numbers(shared: Shared) -> None:
    store, saved = shared
    (still,) = _stills(browser(store).get(f"/sessions/{saved['reps']}").text)
    assert still.count('fill="var(--fault-band)"') == 1
    assert still.count('fill="var(--ok-band)"') >= 5
    assert 'class="limit"' in still
    assert re.search(r">limit 12°</text>", still)
    assert re.search(r">seconds</text>", still)
    assert re.search(r">Heel height, cm</text>", still)


def test_round_values_lie_between_the_ends_and_are_few() -> None:
    for low, high in ((0.0, 30.8), (-31.2, 4.0), (-0.5, 2.3), (0.1, 0.13), (1e3, 1e6)):
        found = _round_values(low, high, most=6)
        assert 2 <= len(found) <= 7
        assert all(low <= one <= high for one in found)
        steps = {round(b - a, 9) for a, b in pairwise(found)}
        assert len(steps) == 1


def test_what_belongs_to_a_walk_is_shown_of_the_session_and_over_time(shared: Shared) -> None:
    client = browser(shared[0])
    session = client.get(_pages(shared)["a walk"]).text
    assert re.search(r"<li>Cadence: 11\d\.\d a minute</li>", session)
    assert re.search(r"<li>Push off, right: [\d.]+ ± [\d.]+°</li>", session)
    person = client.get(_pages(shared)["somebody who walks"]).text
    assert '<th scope="row">Cadence</th>' in person
    assert '<th scope="row">Stride length</th>' in person
    assert "Valid reps" not in person


def test_strides_are_shown_as_measured_and_get_no_verdict(shared: Shared) -> None:
    store, saved = shared
    client = browser(store)
    stride = f"/items/{item_ids(store, saved['walk'])['rep', 1]}"
    for address in (
        _pages(shared)["a walk"],
        _pages(shared)["somebody who walks"],
        _pages(shared)["two walks"],
        stride,
    ):
        page = client.get(address).text.split("<main", 1)[1]
        assert not re.search(r'>good<|class="ok"|>Verdict<|class="chip ok|no fault|<td[^>]*label="good"', page), address
    for name in ("a walk", "somebody who walks", "two walks"):
        assert "5 strides measured" in client.get(_pages(shared)[name]).text
    assert "<h1>Stride 1" in client.get(stride).text
    assert "6 strides measured</option>" in client.get(_pages(shared)["a walk"]).text
    assert "5 strides measured</td>" in client.get("/sessions").text


def test_a_guided_set_says_what_was_confirmed_and_shows_no_counts(tmp_path: Path) -> None:
    store = opened_store(tmp_path)
    result = replace(made_result(()), exercise="ball_roll", summary={"confirmed": 2.0, "planned": 3.0}, series={})
    recording = made_recording(made_result(("ok",)))
    uid = store.save_set(load_spec("ball_roll"), result, recording, person="Dee")
    client = browser(store)
    page = client.get(f"/sessions/{uid}").text
    assert "2 of 3 done" in page
    for senseless in ("completed", "was seen in", "person seen in", "report.html", "landmarks.trc"):
        assert senseless not in page
    person = client.get("/people/1").text
    assert "What waits" not in person
    assert "/limits/" not in person
    for address in ("/sessions", "/people/1"):
        row = re.search(r"<td>Ball roll.*?</tr>", client.get(address).text.replace("\n", ""))
        assert row is not None
        assert re.sub(r"<[^>]+>", "|", row[0]).strip("|").split("||") == [
            "Ball roll",
            "not measured · 2 of 3 done",
            "–",
        ]
    assert "Nothing waits" in client.get("/").text
    assert '<th scope="row">Confirmed</th>' in client.get("/people/1").text
    store.close()


def test_the_legend_of_a_trace_names_only_what_is_drawn(shared: Shared) -> None:
    store, saved = shared
    client = browser(store)
    rep = client.get(f"/items/{item_ids(store, saved['reps'])['rep', 2]}").text
    hold = client.get(f"/items/{item_ids(store, saved['holds'])['hold', 1]}").text
    legends = [re.search(r'<span class="key">(.*?)</span>', page) for page in (rep, hold)]
    words = [re.sub(r"<[^>]+>", "|", found[1]).strip("|").split("|") for found in legends if found is not None]
    assert [one for one in words[0] if one] == ["this one", "the others of this set", "limit", "target"]
    assert "the others of this set" not in words[1]


@pytest.mark.parametrize(
    ("name", "unit", "values", "mdc", "words"),
    [
        ("heel_height_cm", " cm", (8.0, 9.0), 2.0, "no detectable change (1.0 cm; below 2.0 cm)"),
        ("heel_height_cm", " cm", (8.0, 10.5), 2.0, "changed by 2.5 cm"),
        ("stride_time_s", " s", (1.16, 1.05), None, "−0.11 s"),
        ("held_s", " s", (33.4, 33.401), None, "0 s"),
        ("cadence_per_min", " a minute", (100.0, 104.5), None, "+4.5 a minute"),
        ("pain", "", (4.0, 4.0), None, "0"),
    ],
)
def test_a_change_is_said_with_as_many_digits_as_it_deserves(
    name: str, unit: str, values: tuple[float, ...], mdc: float | None, words: str
) -> None:
    when = tuple(datetime(2026, 1, 1 + k, tzinfo=UTC) for k in range(len(values)))
    trend = Trend(name, "x", unit, mdc, "", when, values, (None,) * len(values))
    assert trend.change_words == words
    low, high = trend_figure([trend])["layout"]["yaxis"]["range"]
    assert low < min(values)
    assert high > max(values)


@pytest.mark.parametrize("clip", [True, False], ids=["clip", "none"])
def test_take_away_says_whether_a_video_shows_the_person(tmp_path: Path, clip: bool) -> None:
    store = opened_store(tmp_path)
    uid = made_set(store, clip=make_video(tmp_path / "v.mp4", steady(10, 25.0)) if clip else None)[0]
    text = browser(store).get(f"/sessions/{uid}").text
    store.close()
    assert "None of these files names the person." in text
    assert ("shows the person" in text) is ("--no-clip" in text) is clip


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, str]]:
    """A set of two holds, one of them too short and with a rule not judged, with pain before and after."""
    store = opened_store(tmp_path_factory.mktemp("short"))
    holds = [made_hold(1), replace(made_hold(2, 21.0), not_judged={"heel_lift": "it was hidden"})]
    result = replace(made_result(holds=holds), exercise="gastrocnemius_stretch")
    going = store.open_set(load_spec("gastrocnemius_stretch"), person="Dee", pain_before=2)
    store.close_set(going, result, made_recording(result))
    store.note(going.uid, pain=4, note="")
    with browser(store) as client:
        yield client, going.uid
    store.close()


def _words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]).split())


def test_a_short_hold_and_what_was_not_judged_stand_where_people_look(short: tuple[TestClient, str]) -> None:
    client, uid = short
    page = _words(client.get(f"/sessions/{uid}").text)
    assert "1 good 1 shorter than asked 0 to correct" in page
    assert "shorter than asked, heel lift not judged right" in page
    assert "21.0 of 30 s" in page
    assert "1 (+ 1 too short)" in _words(client.get("/sessions").text)
    item = _words(client.get("/items/2").text)
    assert "shorter than asked, heel lift not judged" in item
    assert "heel lift: it was hidden" in item


def test_pain_before_and_after_stand_in_the_list_and_on_the_page(short: tuple[TestClient, str]) -> None:
    client, uid = short
    assert "2 → 4" in client.get("/sessions").text
    assert "Pain before the set: 2 of 10" in client.get(f"/sessions/{uid}").text


def test_pages_call_an_exercise_what_its_spec_does(shared: Shared) -> None:
    pages = _pages(shared)
    for name in ("queue", "queue of one", "flagged rep", "sessions", "session of reps", "person", "two sessions"):
        assert "Heel raise, both legs" in browser(shared[0]).get(pages[name]).text, name


def test_an_exercise_with_no_spec_at_hand_is_called_by_its_id(tmp_path: Path) -> None:
    store = opened_store(tmp_path)
    assert exercise_name(store, "single_heel_raise") == "Single heel raise"
    store.close()


@pytest.mark.parametrize(
    ("number", "value", "words"),
    [
        ("knee_bend.limit", "-5", "−5.0° cannot be met, it must be above 0"),
        ("knee_bend.limit", "0", "must be above 0"),
        ("low_height.fault", "60", "a share is at most 1"),
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused(shared: Shared, number: str, value: str, words: str) -> None:
    form = {"number": number, "value": value, "act": "preview"}
    answer = browser(shared[0]).post("/people/1/limits/heel_raise", data=form)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert words in answer.text


def test_shares_are_apart_by_percentage_points(shared: Shared) -> None:
    store, saved = shared
    item = item_ids(store, saved["single"])["rep", 3]
    assert re.search(r"beyond by</dt><dd>\d+ percentage points", browser(store).get(f"/items/{item}").text)


def test_an_ankle_that_points_down_is_furthest_pointed(shared: Shared) -> None:
    pages = _pages(shared)
    for name in ("person", "two sessions"):
        page = browser(shared[0]).get(pages[name]).text
        assert "Ankle angle, furthest pointed" in page
        assert "Heel height, largest" in page


def test_what_was_done_on_one_day_is_told_apart_by_its_time(shared: Shared) -> None:
    pages = _pages(shared)
    assert re.search(r'class="date">[^<]+, \d\d:\d\d<', browser(shared[0]).get(pages["queue"]).text)
    assert re.search(r"\d\d:\d\d: Heel height", browser(shared[0]).get(pages["two sessions"]).text)


@pytest.mark.parametrize(("days", "shows"), [(0.1, "%H"), (2.0, "%H"), (40.0, "%-d")], ids=str)
def test_ticks_of_a_trend_say_more_than_the_day_where_sets_are_close(days: float, shows: str) -> None:
    begin = datetime(2026, 11, 25, 8, tzinfo=UTC)
    times = (begin, begin + timedelta(days=days))
    trend = Trend("x", "X", " cm", None, "", times, (1.0, 2.0), (None, None))
    assert trend_figure([trend])["layout"]["xaxis"]["tickformat"].startswith(shows)
