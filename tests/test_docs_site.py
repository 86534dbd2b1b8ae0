"""The docs site: a page for every exercise, made from its spec; and what the pages tell people to write is right."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
import yaml

from formcheck.engine import Engine
from formcheck.model import Provenance, SourceInfo
from formcheck.plan.file import parse_plan
from formcheck.report import result_json
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import list_specs, parse_spec

ROOT = Path(__file__).parent.parent
SPECS = {file.spec.id: file for file in list_specs()}


def _pages() -> ModuleType:
    found = importlib.util.spec_from_file_location("exercise_pages", ROOT / "docs" / "exercise_pages.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


PAGES = _pages()


@pytest.mark.parametrize("exercise", SPECS)
def test_a_page_has_dose_camera_faults_and_sources(exercise: str) -> None:
    file = SPECS[exercise]
    page = PAGES.exercise_page(file)
    assert page.startswith(f"# {file.spec.name}\n")
    assert file.spec.view.placement in page
    assert file.spec.dose.source in page
    assert all(step in page for step in file.spec.instructions)
    assert all(rule.cue in page for rule in file.spec.rules.values())
    assert ("Nothing of this exercise is measured" in page) == (file.spec.movement.kind == "guided")


@pytest.mark.parametrize("exercise", [name for name, file in SPECS.items() if file.spec.movement.kind != "guided"])
def test_what_a_camera_judges_is_shown_as_a_moving_skeleton(exercise: str) -> None:
    svg = re.search(r"<svg.*</svg>", PAGES.exercise_page(SPECS[exercise]))
    assert svg is not None
    drawn = ElementTree.fromstring(svg[0])  # our own text, made a line above
    moves = [animate.get("values", "").split(";") for animate in drawn.iter("animate")]
    assert len(moves) > 30
    assert any(len(set(values)) > 3 for values in moves)


def test_the_contents_name_every_exercise() -> None:
    page = PAGES.contents_page(list(SPECS.values()))
    assert all(f"({exercise}.md)" in page for exercise in SPECS)


def _blocks(page: str, mark: str) -> list[tuple[str, str]]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"<!-- {mark}:? ?(\w*) -->\n```yaml\n(.*?)```", text, flags=re.DOTALL)


def test_the_spec_of_the_authoring_page_is_right() -> None:
    blocks = _blocks("authoring.md", "spec")
    assert blocks
    for id_, text in blocks:
        assert parse_spec(text.encode(), Path(f"{id_}.yaml")).spec.id == id_


def test_the_plan_of_the_plan_page_is_right() -> None:
    blocks = _blocks("plan.md", "plan")
    assert blocks
    for _, text in blocks:
        assert parse_plan(text.encode(), Path("plan.yaml")).plan.stages


def test_every_page_of_the_navigation_is_there() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    named = [path for entry in nav for path in entry.values()]
    assert named
    assert all((ROOT / "docs" / path).exists() or path == "exercises/index.md" for path in named)


def test_the_python_of_the_results_page_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    monkeypatch.chdir(ROOT)
    exec(code, {})
    assert capsys.readouterr().out.startswith("8 reps; {'heel_height_cm': 10.")


def test_the_results_page_names_every_key_of_a_result() -> None:
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    engine = Engine(SPECS["heel_raise"].spec)
    engine.run(load_recording(ROOT / "samples" / "hr_double_side.npz"))
    written = result_json(engine.finish(SourceInfo("", 0.0, 0, 0, 0), Provenance("", "", "", "")))
    assert [key for key in (*written, *written["reps"][0]) if f"`{key}`" not in page] == []
