"""Every template of a message gets its values, and no number is ever shown as minus zero."""

from __future__ import annotations

import ast
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_results import made_rep, made_result
from pydantic import Field, TypeAdapter, ValidationError
from rich.console import Console

import formcheck
from formcheck.engine.setup import PROBLEMS
from formcheck.feedback import verdicts
from formcheck.feedback.words import number
from formcheck.live.scene import HEADLINES, SAID
from formcheck.model import Fault, SetResult
from formcheck.numerals import Readable, rounded
from formcheck.report import json_text, render_table
from formcheck.report.fhir import fhir_bundle
from formcheck.report.frames_csv import frames_csv
from formcheck.report.html import report_html
from formcheck.report.reps_csv import reps_csv
from formcheck.specs.loader import read_spec
from formcheck.specs.locator import find_spec_files
from formcheck.specs.words import _MUST, _filled

SPECS = {name: read_spec(path).spec for name, path in find_spec_files().items()}
SOURCE = Path(formcheck.__file__).parent
MINUS_ZERO = re.compile(r"(?<![\w.)])[-−]0+(?:\.0*)?(?![\w.])")
PLACE = re.compile(r"\{[a-z_]+(:[^{}]*)?\}")
TEMPLATES = {
    "cli/outputs.py": {"{stem}"},  # a file's name, filled for each video
    "cli/plan.py": {"{begins}"},
    "cli/score.py": {"{stem}"},
    "report/fhir.py": {"{repetitions}"},  # a unit of UCUM
    "rules/evidence.py": {"Shown in the record, for example '{value} of {limit}'."},
    "specs/words.py": set(_MUST.values()),
    "web/guard.py": {"style-src 'self' 'nonce-{nonce}'"},
}
"""Text with places for values by the file that fills it; routes (`/items/{item_id}`) are the web framework's."""


def filled(template: str, value: float) -> str:
    shown = {name: Readable(value) for name in ("value", "limit", "percent", "limit_percent")}
    return template.format(**shown)


@pytest.mark.parametrize("name", SPECS)
def test_the_words_of_a_spec_are_whole_sentences_once_filled(name: str) -> None:
    spec = SPECS[name]
    for rule in spec.rules.values():
        for template in (rule.text, getattr(rule, "own_text", "")):
            assert not set(filled(template or "", 12.3)) & set("{}")
    as_they_stand = [spec.name, *spec.instructions, *(rule.cue for rule in spec.rules.values())]
    as_they_stand += [shown.text for shown in getattr(spec.movement, "shows", ())]
    assert not set("".join(as_they_stand)) & set("{}")


@pytest.mark.parametrize("words", [PROBLEMS, HEADLINES, SAID, verdicts.STATE_WORDS])
def test_words_that_nothing_is_filled_into_have_no_places(words: dict[str, str]) -> None:
    assert words
    assert not set("".join(words.values())) & set("{}")


REFUSED: dict[str, tuple[Any, Any]] = {
    "float_type": (float, None),
    "float_parsing": (float, "x"),
    "string_too_short": (Annotated[str, Field(min_length=3)], "a"),
    "string_too_long": (Annotated[str, Field(max_length=1)], "ab"),
    "too_short": (Annotated[list[int], Field(min_length=1)], []),
    "greater_than": (Annotated[float, Field(gt=1)], 0.0),
    "greater_than_equal": (Annotated[float, Field(ge=1)], 0.0),
    "less_than": (Annotated[float, Field(lt=1)], 2.0),
    "less_than_equal": (Annotated[float, Field(le=1)], 2.0),
}
"""A value that is refused, for each kind of mistake whose words have places for values."""


@pytest.mark.parametrize("kind", [kind for kind, must in _MUST.items() if "{" in must])
def test_the_words_for_a_mistake_in_a_spec_get_their_values(kind: str) -> None:
    wanted, value = REFUSED[kind]
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(wanted).validate_python(value)
    (error,) = caught.value.errors()
    assert error["type"] == kind
    assert not set(_filled(_MUST[kind], ("movement", "min_s"), error)) & set("{}")


def loose_templates(text: str) -> set[str]:
    """Return string constants of a module that have places for values: no f-strings, docstrings or addresses."""
    tree = ast.parse(text)
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    inside |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in inside)
    return {one for one in found if isinstance(one, str) and PLACE.search(one) and not one.startswith("/")}


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_message_is_left_a_template(path: Path) -> None:
    known = TEMPLATES.get(path.relative_to(SOURCE).as_posix(), set())
    loose = loose_templates(path.read_text(encoding="utf-8")) - known
    assert not loose, loose


def test_a_forgotten_f_would_be_found() -> None:
    assert loose_templates('"""{doc}"""\ntell("{rate:.0f} pictures", f"{x} of {{n}}", "/items/{id}")') == {
        "{rate:.0f} pictures"
    }


# ---------------------------------------------------------------------- minus zero

SMALL = st.one_of(st.floats(-0.06, 0.06), st.sampled_from([-0.0, -0.5, -0.49999, -1e-9, 0.0]))


@given(SMALL, st.sampled_from(["", "f", ".0f", ".1f", ".2f", "+.1f", "g"]))
def test_a_readable_number_is_never_minus_zero(value: float, form: str) -> None:
    text = format(Readable(value), form)
    assert not MINUS_ZERO.fullmatch(text)
    assert float(text.replace("−", "-")) == float(format(value, form))


@given(SMALL, st.integers(0, 3))
def test_no_number_in_words_or_files_is_minus_zero(value: float, digits: int) -> None:
    assert not MINUS_ZERO.search(number(value, "°", digits=digits))
    assert not MINUS_ZERO.search(str(rounded(value, digits)))


@pytest.mark.parametrize("value", [-0.0, -0.0004, -0.04], ids=str)
def test_nothing_that_is_made_of_a_set_shows_minus_zero(value: float) -> None:
    result = tiny(value)
    made = "\n".join(
        [
            json_text(result),
            frames_csv(result),
            reps_csv(result, name="x", performed_at="2026", reviews={}),
            words_of(report_html(result, {})),
            printed(result),
            json.dumps(bundle(result)),
        ]
    )
    found = [made[max(hit.start() - 40, 0) : hit.end() + 10] for hit in MINUS_ZERO.finditer(made)]
    assert not found, found


def tiny(value: float) -> SetResult:
    """Return a set in which everything measured is next to nothing."""
    peak = {"heel_height_cm": value, "heel_height_cm_sd": 0.4, "ankle_deg": value, "ankle_deg_sd": 2.0}
    text = filled("It came to {value:.1f}° and {percent:.0f} %.", value)
    fault = Fault("knee_bend", "knee_flexion_deg", value, 1.5, value, text, 3.5)
    reps = (made_rep(1, peak=peak), made_rep(2, "fault", peak=peak, faults=(fault,)))
    base = made_result(("ok", "fault"))
    series = {name: np.full_like(one, value) for name, one in base.series.items()} | {"time_s": base.series["time_s"]}
    return replace(base, reps=reps, series=series, azimuth_deg=value, limits={"knee_flexion_right_deg": value})


def printed(result: SetResult) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(render_table(result))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def words_of(page: str) -> str:
    """Return the words of a page: no styles, no program, and of its charts only what is written in them."""
    data = re.sub(r"(?s)<(style|script)\b.*?</\1>", "", page)
    return re.sub(r"<[^>]+>", " ", data)


def bundle(result: SetResult) -> dict[str, object]:
    now = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    return fhir_bundle(result, exercise_name="x", set_uid="a" * 32, person_uid="b" * 32, person="", performed_at=now)


def test_the_search_for_minus_zero_finds_one() -> None:
    assert MINUS_ZERO.search("it is −0.0° here")
    assert MINUS_ZERO.search('{"x": -0.0}')
    assert not MINUS_ZERO.search("2026-10-01, −0.5, 10-0")
