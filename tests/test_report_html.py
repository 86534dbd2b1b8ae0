from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_results import (
    KNEE_TEXT,
    REASON,
    made_fault,
    made_frames,
    made_guided,
    made_hold,
    made_problem,
    made_recording,
    made_rep,
    made_result,
    made_walk,
)

from formcheck.errors import OutputError
from formcheck.feedback.words import NOTICE
from formcheck.model import Frame, SetResult
from formcheck.report.about import NOTHING_MORE, About
from formcheck.report.charts import figure, further_measures, shown_measures, uncertainty_band
from formcheck.report.html import report_html, write_report
from formcheck.report.pictures import peak_pictures

ALL_VERDICTS = ("ok", "watch", "fault", "cannot_judge")
EVIL = '<script>alert("1")</script>&"'


class _Page(HTMLParser):
    """What a page holds: its tags with attributes, and its text outside scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page(result: SetResult, pictures: dict[int, bytes] | None = None, about: About = NOTHING_MORE) -> _Page:
    return _Page(report_html(result, pictures or {}, about))


def test_says_counts_verdicts_faults_and_reasons() -> None:
    text = page(made_result(ALL_VERDICTS)).text
    for words in ("4 reps completed", "2 good", "1 to correct", "1 cannot judge", KNEE_TEXT, REASON, NOTICE):
        assert words in text
    for verdict in ("✓ good", "! watch", "✕ to correct", "? cannot judge"):
        assert verdict in text
    assert "Heel height: 7.9 ± 0.4 cm" in text


def test_says_how_it_was_measured() -> None:
    text = page(made_result(["ok"])).text
    for words in (
        "dorsiflexion +",
        "4° away from a pure side view",
        "body height of 170 cm, assumed",
        "4" * 64,
        "5" * 64,
    ):
        assert words in text


def test_cannot_judge_is_never_shown_as_wrong() -> None:
    html = report_html(made_result(["cannot_judge"]), {})
    body = html[html.index("<body>") :]
    assert 'class="item is-cannot_judge"' in body
    assert "is-fault" not in body
    assert "✕" not in body.split('<script type="application/json"')[0]


def test_needs_nothing_from_outside() -> None:
    tags = page(made_result(ALL_VERDICTS), {1: b"jpeg"}).tags
    addresses = [value for _, attrs in tags for name, value in attrs.items() if name in ("src", "href") and value]
    assert addresses
    assert all(address.startswith("data:") for address in addresses)
    assert not [tag for tag, _ in tags if tag in ("link", "iframe", "object", "base")]
    policy = next(attrs["content"] for _, attrs in tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def test_words_from_files_cannot_become_markup() -> None:
    fault = made_fault(EVIL, EVIL)
    result = replace(
        made_result(["fault"]),
        exercise=EVIL,
        reps=(made_rep(1, "fault", faults=(fault,), not_judged={EVIL: EVIL}, peak={EVIL: 1.0}),),
        setup=(made_problem(EVIL),),
        set_faults=(fault,),
    )
    series = {**result.series, f"{EVIL}_right_deg": result.series["ankle_right_deg"]}
    evil = replace(result, series=series, limits={f"{EVIL}_right_deg": 1.0})
    evil = replace(evil, source=replace(evil.source, path=f"a/{EVIL}.mp4"))
    plain = page(made_result(["fault"]))
    assert sum(tag == "script" for tag, _ in page(evil).tags) == sum(tag == "script" for tag, _ in plain.tags)
    assert "alert" in page(evil).text


def test_dollar_signs_are_words_too() -> None:
    assert "$title" in page(replace(made_result(["fault"]), set_faults=(made_fault("fade", "costs $title"),))).text


def test_hold_shows_held_against_target() -> None:
    text = page(made_result(holds=[made_hold(1), made_hold(2, 13.8, "fault")])).text
    assert "Held 30.1 of 30 s: reached" in text
    assert "Held 13.8 of 30 s: shorter than asked" in text
    assert "2 holds completed" in text


def test_nothing_counted_says_why() -> None:
    result = replace(made_result(), setup=(made_problem(),), view=None, azimuth_deg=float("nan"), near_side="both")
    text = page(replace(result, cm_per_px=float("nan"))).text
    assert "No rep or hold was counted" in text
    assert "Your feet are not in the picture." in text
    assert "Scale not known" in text


def test_same_result_gives_the_same_page() -> None:
    result = made_result(ALL_VERDICTS)
    assert report_html(result, {1: b"x"}) == report_html(result, {1: b"x"})


# Charts


def test_every_item_has_its_band_and_sign() -> None:
    result = made_result(ALL_VERDICTS)
    layout = figure(result, shown_measures(result))["layout"]
    bands = [shape for shape in layout["shapes"] if shape["type"] == "rect"]
    assert [(band["x0"], band["x1"]) for band in bands] == [(rep.start_s, rep.end_s) for rep in result.reps]
    assert [band["fillcolor"] for band in bands] == [f"--{verdict}-band" for verdict in ALL_VERDICTS]
    labels = [note["text"] for note in layout["annotations"]]
    for label in ("1<br><b>✓</b>", "2<br><b>!</b>", "3<br><b>✕</b>", "4<br><b>?</b>"):
        assert label in labels


def test_limits_are_lines_with_numbers() -> None:
    result = made_result(["ok"])
    layout = figure(result, shown_measures(result))["layout"]
    assert [shape["y0"] for shape in layout["shapes"] if shape["type"] == "line"] == [12.0]
    assert "limit 12°" in [note["text"] for note in layout["annotations"]]


def test_what_was_not_seen_is_a_gap() -> None:
    result = made_result(["ok"])
    traces = {trace.get("name"): trace for trace in figure(result, ["heel_height_cm"])["data"]}
    assert traces["Heel height left, far leg: reads low, not judged"]["y"][:10] == [None] * 10
    assert None not in traces["Heel height right"]["y"]


def test_every_measure_is_in_one_of_the_figures() -> None:
    result = made_result(["ok"])
    both = [*shown_measures(result), *further_measures(result)]
    assert len(both) == len(set(both))
    assert set(both) == {"ankle_deg", "heel_height_cm", "knee_flexion_deg", "shank_inclination_deg", "body_rise_cm"}


def test_front_view_shows_only_what_can_be_read_from_there() -> None:
    result = replace(made_result(["ok"]), view="front")
    assert [*shown_measures(result), *further_measures(result)] == ["body_rise_cm"]
    assert "Seen from the front" in page(result).text


@pytest.mark.parametrize(("fps", "points"), [(10.0, 60), (30.0, 180), (240.0, 180)], ids=str)
def test_fast_video_gives_no_larger_page(fps: float, points: int) -> None:
    result = made_result(["ok"], fps=fps)
    lines = [trace for trace in figure(result, ["body_rise_cm"])["data"] if trace["mode"] == "lines"]
    assert [len(trace["x"]) for trace in lines] == [points]


def test_colours_are_names_that_the_style_knows() -> None:
    result = replace(made_result(ALL_VERDICTS), setup=(made_problem(),))
    html = report_html(result, {})
    style = html[html.index("<style>") : html.index("</style>")]
    used = set(re.findall(r'"(--[a-z_-]+)"', json.dumps(figure(result, shown_measures(result)))))
    assert len(used) > 8
    for name in used:
        assert style.count(f"{name}:") == 2, f"{name} must be set for light and for dark"


# Pictures


def test_each_rep_has_its_picture_and_no_frame_is_read_in_vain() -> None:
    result = made_result(["ok", "fault"])
    read: list[int] = []

    def frames() -> Iterator[Frame]:
        for frame in made_frames(result):
            read.append(frame.index)
            yield frame

    pictures = peak_pictures(frames(), made_recording(result), result)
    assert sorted(pictures) == [1, 2]
    assert read[-1] == round(result.reps[-1].peak_s * 10)
    picture = cv2.imdecode(np.frombuffer(pictures[1], dtype=np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[0] == 300


def test_no_picture_where_nobody_was_seen_or_no_frames_are_there() -> None:
    result = made_result(["ok"])
    recording = made_recording(result)
    nobody = replace(recording, points=np.full_like(recording.points, np.nan))
    assert peak_pictures(made_frames(result), nobody, result) == {}
    assert peak_pictures([], recording, result) == {}
    assert peak_pictures(made_frames(result), recording, made_result()) == {}


def test_report_is_written_whole_with_its_pictures(tmp_path: Path) -> None:
    result = made_result(["ok", "fault"])
    write_report(result, made_recording(result), made_frames(result), tmp_path / "r.html")
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    shown = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', html)
    assert [base64.b64decode(data)[:2] for data in shown] == [b"\xff\xd8"] * 2
    assert html.rstrip().endswith("</html>")
    assert len(list(tmp_path.iterdir())) == 1


def test_unwritable_place_is_a_clear_error(tmp_path: Path) -> None:
    result = made_result(["ok"])
    with pytest.raises(OutputError, match="cannot write"):
        write_report(result, made_recording(result), made_frames(result), tmp_path / "absent" / "r.html")


def test_strides_are_measured_and_get_no_verdict() -> None:
    text = page(made_walk()).text
    assert "3 strides measured" in text
    assert "As a whole Cadence: 111.7 a minute" in text
    assert "Strides, each at its peak" in text
    assert "Stride 2" in text
    for verdict in ("✓", "good", "valid", "to correct", "Verdict"):
        assert verdict not in text
    marks = figure(made_walk(), shown_measures(made_walk()))["layout"]["annotations"]
    assert [one["text"] for one in marks if "hovertext" in one] == ["1", "2", "3"]


def test_a_guided_set_shows_what_was_done_and_no_zeros() -> None:
    text = page(made_guided()).text
    assert "not measured · 13 of 15 done" in text
    for count in ("completed", "valid", "to correct", "was counted"):
        assert count not in text


def test_uncertainty_is_cut_where_nothing_was_seen() -> None:
    time, series = np.arange(6.0), np.array([1.0, 2.0, np.nan, np.nan, 2.0, 1.0])
    band = uncertainty_band(time, series, np.full(6, 0.5))
    assert band["x"] == [0.0, 1.0, 1.0, 0.0, None, 4.0, 5.0, 5.0, 4.0, None]
    assert band["y"] == [1.5, 2.5, 1.5, 0.5, None, 2.5, 1.5, 0.5, 1.5, None]
