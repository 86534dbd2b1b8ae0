"""Spec files: what ships is right and cited; what is wrong is told at its place, all of it, and nothing is guessed."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from made_spec import EXAMPLE

from formcheck.engine.movement import READABLE
from formcheck.errors import SpecError
from formcheck.measures.names import MOVEMENT_MEASURES
from formcheck.specs.loader import list_specs, load_spec, read_spec, spec_schema
from formcheck.specs.locator import find_spec_files, shipped_folder
from formcheck.specs.yaml_text import Mark, parse_yaml

SHIPPED = sorted(shipped_folder().glob("*.yaml"))


def problems_of(text: str | bytes, tmp_path: Path, name: str = "example") -> list[str]:
    """Return the problems of a spec file, each without its folder."""
    path = tmp_path / f"{name}.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SpecError) as error:
        read_spec(path)
    return [line.removeprefix(f"{tmp_path}/") for line in str(error.value).splitlines()]


def place_of(text: str, word: str) -> str:
    """Return line:column of the only place where `word` stands."""
    assert text.count(word) == 1
    before = text[: text.index(word)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_five_or_more_exercises_ship() -> None:
    ids = {path.stem for path in SHIPPED}
    assert ids >= {
        "heel_raise",
        "single_heel_raise",
        "dorsiflexion_lunge",
        "gastrocnemius_stretch",
        "soleus_stretch",
    }


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_spec_is_right_and_hashed(path: Path) -> None:
    file = read_spec(path)
    assert file.spec.id == path.stem
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_source_is_a_heading_of_the_clinical_page_or_says_it_is_a_default(path: Path, root: Path) -> None:
    page = (root / "docs" / "clinical.md").read_text(encoding="utf-8")
    headings = {match.casefold() for match in re.findall(r"^#+ (.+)$", page, flags=re.MULTILINE)}
    sources = re.findall(r'source: "(.+?)"', path.read_text(encoding="utf-8"))
    assert sources
    for source in sources:
        if source.startswith("default, not from literature"):
            continue
        cited = re.match(r"docs/clinical\.md, ([^:]+): .+", source)
        assert cited, source
        assert cited[1].casefold() in headings, source


def test_the_movements_that_specs_may_name_are_those_the_engine_reads() -> None:
    assert tuple(READABLE) == MOVEMENT_MEASURES


# name: (what stands there, what is put there instead, what the place of the problem begins with, the problem's words)
MISTAKES = {
    "text for a number": ("15.0,", "deep,", "deep", "movement.max_s.value must be a number of seconds, got 'deep'"),
    "base sixty": ("2.5", "1:30", "1:30", "dose.period_s must be a number of seconds, got '1:30'"),
    "octal": ("31", "031", "031", "dose.reps must be a whole number, got '031'"),
    "fraction": ("31", "30.5", "30.5", "dose.reps must be a whole number, got 30.5"),
    "too small": ("sets: 3", "sets: 0", "0\n  reps", "dose.sets must be at least 1, got 0"),
    "too large": ("of_first: 5", "of_first: 50", "50", "rules.low_height.of_first must be at most 20, got 50"),
    "list for text": ("An example", "[no]", "name", "name must be text, got a list of 1"),
    "text for a list": ("[oblique, front]", "oblique", "oblique", "view.also must be a list, got 'oblique'"),
    "no list entry": ("\n  - Rise.", " []", "instr", "instructions must have at least 1 entry, got a list of 0"),
    "too short": ("Higher.", "Up", "Up", "rules.low_height.cue must have at least 3 characters, got 'Up'"),
    "unknown word": (
        "asks: side",
        "asks: sid",
        "sid\n",
        "must be one of side, oblique, front, got 'sid'; did you mean side?",
    ),
    "in a list": ("[oblique, front]", "[oblique, back]", "back", "view.also[1] must be one of side, oblique, front"),
    "unknown key": ("max_s:", "max_sec:", "max_sec", "movement.max_sec is not a known key; did you mean max_s"),
    "unknown key in a rule": (
        "of_first: 5",
        "of_frist: 5",
        "of_frist:",
        "of_frist is not a known key; did you mean of_first?",
    ),
    "missing in a group": ("  placement: Two", "  # Two", "view:", "view.placement is missing"),
    "missing": ("side: both\n", "", "schema", "side is missing"),
    "unknown check": ("uneven", "unevn", "unevn", "rules.asymmetry.check must be one of below_own_best"),
    "no check": (
        "    check: uneven\n",
        "",
        "asymmetry:",
        "rules.asymmetry.check is missing; expected one of below_own_best",
    ),
    "rule name": ("asymmetry", "Asymmetry", "Asymmetry", "rules.Asymmetry must be lower-case letters"),
    "given twice": (
        "knee_valgus",
        "knee_bend",
        "knee_bend:\n    check: drops",
        "rules.knee_bend is given twice, first in line",
    ),
    "another id": ("id: example", "id: exampel", "exampel", "id must be the file's name, example, got 'exampel'"),
    "movement not readable": (
        "body_rise_cm",
        "ankle_deg",
        "ankle_deg",
        "movement.measure must be one that a movement is read from",
    ),
    "limits the wrong way": ("1.5,", "26,", "26,", "movement.enter.value must be below that of most (25), got 26"),
    "neither least nor most": (
        "  measure: body_rise_cm\n",
        "  measure: body_rise_cm\n  shows: [{measure: sole_deg, text: the sole stayed flat}]\n",
        "{measure: sole_deg",
        "movement.shows.0 must have least or most, one of the two",
    ),
    "nothing": (
        "0.4,",
        "0,",
        '0, source: "default, not from literature"}\n  max_s',
        "movement.min_s.value must be above 0, got 0",
    ),
    "percent for a share": ("0.21,", "21,", "21,", "must be a share between 0 and 1 (0.2 for 20 %), got 21"),
    "watch under fault": (
        "0.81,",
        "0.5,",
        "0.5,",
        "rules.low_height.watch.value must be above that of fault (0.62), got 0.5",
    ),
    "unknown field": (
        "bent by {value:.1f}",
        "bent by {valu}",
        '"The knee bent',
        "knee_bend.text may hold {value}, {limit}, {percent}",
    ),
    "reaching into python": ("bent by {value:.1f}", "bent by {value.real}", '"The knee bent', "got {value.real}"),
    "huge width": ("bent by {value:.1f}", "bent by {value:99999f}", '"The knee bent', "takes a form like {value:.1f}"),
    "open brace": ("bent by {value:.1f}", "bent by {value", '"The knee bent', "has a brace too many or too few"),
    "number in a cue": (
        "cue: Knees out.",
        'cue: "By {value} out."',
        '"By {value}',
        "must have no braces: it is said as it stands",
    ),
    "unfit view": ("[front]", "[side]", "views: [side]", "knee_separation_change_cm cannot be read in the view side"),
    "unless an unknown rule": (
        "    views: [front]\n",
        "    views: [front]\n    unless: [asymetry]\n",
        "unless:",
        "knee_valgus.unless must name other rules of this file, got 'asymetry'",
    ),
    "dose without reps": ("  reps: 31\n", "", "dose:", "dose.reps is missing; an exercise of kind reps needs it"),
    "newer schema": (
        "schema: 1",
        "schema: 2",
        "2\nid",
        "schema must be 1, got 2; the file was written for a newer formcheck",
    ),
}


def test_the_example_is_right(tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(EXAMPLE)
    assert read_spec(tmp_path / "example.yaml").spec.id == "example"


@pytest.mark.parametrize(("old", "new", "at", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_at_its_place(old: str, new: str, at: str, words: str, tmp_path: Path) -> None:
    assert EXAMPLE.count(old) == 1
    text = EXAMPLE.replace(old, new)
    problems = problems_of(text, tmp_path)
    assert any(line.startswith(f"example.yaml:{place_of(text, at)}: ") and words in line for line in problems), problems
    assert len(problems) <= 2, problems  # a misspelt key is also a missing one


def test_only_holds_can_be_broken(tmp_path: Path) -> None:
    text = EXAMPLE.replace("  knee_bend:\n", "  knee_bend:\n    breaks: true\n")
    assert problems_of(text, tmp_path) == [
        f"example.yaml:{place_of(text, 'true')}: rules.knee_bend.breaks must be left out; only holds can be broken"
    ]


def test_all_problems_of_a_file_come_at_once_and_in_order(tmp_path: Path) -> None:
    text = EXAMPLE
    for old, new, _, _ in MISTAKES.values():
        text = text.replace(old, new) if "schema" not in old else text
    problems = problems_of(text, tmp_path)
    assert len(problems) >= 15
    lines = [int(problem.split(":")[1]) for problem in problems]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("content", "start"),
    [
        (b"", "1:1: the file must hold keys and values, got nothing"),
        (b"- 1\n- 2\n", "1:1: the file must hold keys and values, got a list of 2"),
        (b"id: [\n", "2:1: not valid YAML"),
        (b"id: x\n\tname: y\n", "2:1: not valid YAML: indent with spaces, not with tabs"),
        (b"id: \xff\n", "1:1: must be text in UTF-8"),
        (b"id: a\nname: \x00\n", "2:1: holds a character that no text file should hold"),
        (b"id: &a x\nname: *a\n", "1:5: not valid YAML: write the value out"),
        (b"[" * 5000, "1:21: not valid YAML: nested too deeply"),
        (b"id: a\n---\nid: b\n", "2:1: not valid YAML"),
        (b"a" * 300_000, "1:1: must be at most 200000 bytes"),
    ],
    ids=["empty", "list", "open", "tab", "latin-1", "nul", "alias", "deep", "two documents", "huge"],
)
def test_what_is_no_spec_at_all_is_one_problem(content: bytes, start: str, tmp_path: Path) -> None:
    problems = problems_of(content, tmp_path, "x")
    assert len(problems) == 1
    assert problems[0].startswith(f"x.yaml:{start}")


def test_tags_are_never_run(tmp_path: Path) -> None:
    problems = problems_of(f"{EXAMPLE}\nextra: !!python/object/apply:os.getcwd []\n", tmp_path)
    assert any("extra is not a known key" in problem for problem in problems)


@pytest.mark.parametrize("plain", ["1:30", "012", "on", "no", "2026-01-01", "1_000", ".inf", "0x10", "True", "<<"])
def test_words_that_old_yaml_takes_for_something_else_stay_text(plain: str) -> None:
    assert parse_yaml(f"x: {plain}".encode()).values == {"x": plain}


@pytest.mark.parametrize(
    ("plain", "value"),
    [("1", 1), ("-3", -3), ("1.50", 1.5), (".5", 0.5), ("1e3", 1000.0), ("2.", 2.0), ("true", True), ("~", None)],
)
def test_plain_values_are_read(plain: str, value: object) -> None:
    read = parse_yaml(f"x: {plain}".encode()).values["x"]
    assert read == value
    assert type(read) is type(value)


def test_a_number_too_large_to_be_one_is_a_problem() -> None:
    assert [problem.text for problem in parse_yaml(b"x: 1e999").problems] == ["x: '1e999' cannot be read as !!float"]


KEYS = st.text("abcxyz_", min_size=1, max_size=8).filter(lambda key: key not in ("y", "n"))
VALUES = st.recursive(
    st.booleans() | st.integers(-(10**9), 10**9) | st.text("abc xyz:-#'\"é", max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(values=st.dictionaries(KEYS, VALUES, max_size=5))
def test_what_a_yaml_writer_writes_is_read_back_with_a_place_for_everything(values: dict) -> None:
    text = yaml.safe_dump(values, allow_unicode=True, default_flow_style=False)
    parsed = parse_yaml(text.encode())
    assert parsed.values == values
    assert parsed.problems == []
    lines = text.splitlines()
    for place, mark in parsed.keys.items():
        assert lines[mark.line - 1][mark.column - 1 :].lstrip("'\"").startswith(str(place[-1]))


@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_told(content: bytes) -> None:
    parsed = parse_yaml(content)
    assert all(problem.text and problem.mark >= Mark(1, 1) for problem in parsed.problems)


def test_the_json_schema_describes_what_ships() -> None:
    schema = json.loads(json.dumps(spec_schema()))
    for path in SHIPPED:
        assert set(parse_yaml(path.read_bytes()).values) <= set(schema["properties"])
        assert set(schema["required"]) <= set(parse_yaml(path.read_bytes()).values)


@pytest.fixture
def own_specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("FORMCHECK_SPECS", str(folder))
    return folder


def test_own_specs_join_those_that_ship_and_hide_their_namesakes(own_specs: Path) -> None:
    (own_specs / "heel_raise.yaml").write_text(EXAMPLE.replace("id: example", "id: heel_raise"))
    (own_specs / "example.yaml").write_text(EXAMPLE)
    assert load_spec("heel_raise").spec.name == "An example"
    assert load_spec("example").path == own_specs / "example.yaml"
    assert {"example", "soleus_stretch"} < {file.spec.id for file in list_specs()}


def test_own_specs_in_the_data_folder_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORMCHECK_SPECS", raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path)
    (tmp_path / "exercise_specs").mkdir()
    (tmp_path / "exercise_specs" / "mine.yaml").write_text("")
    assert find_spec_files()["mine"] == tmp_path / "exercise_specs" / "mine.yaml"


def test_a_folder_of_own_specs_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_SPECS", str(tmp_path / "gone"))
    with pytest.raises(SpecError, match="gone: not a folder; correct or unset FORMCHECK_SPECS"):
        list_specs()


@pytest.mark.parametrize("word", ["heel_rase", "Heel-Raise", "heel raise", "heelraise"])
def test_an_unknown_exercise_brings_the_nearest(word: str) -> None:
    with pytest.raises(SpecError, match="did you mean heel_raise"):
        load_spec(word)


def test_nothing_near_says_where_to_look() -> None:
    with pytest.raises(SpecError, match=r"unknown exercise 'qqq'.*`formcheck specs list` shows all"):
        load_spec("qqq")


def test_a_path_is_taken_as_one(tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(EXAMPLE)
    assert load_spec(path).path == load_spec(str(path)).path == path
    with pytest.raises(SpecError, match="cannot be read"):
        load_spec(tmp_path / "gone.yaml")
