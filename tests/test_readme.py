"""The pages say what is there: every command and option they name exists, every command is named, every link leads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from conftest import ROOT, Run

from formcheck.cli import app

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "samples" / "README.md"]
README = PAGES[0].read_text(encoding="utf-8")


def command_lines(text: str) -> list[list[str]]:
    """Return the words after `formcheck` of every command in a page: in its code blocks and in its sentences."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    lines = [part.strip() for block in blocks for line in block.splitlines() for part in line.split("&&")] + spans
    words = [shlex.split(line) for line in lines if re.match(r"(\S*/)?formcheck ", line)]
    return [rest for _, *rest in words]


def all_commands() -> dict[str, set[str]]:
    """Return every command with its options."""
    found: dict[str, set[str]] = {}

    def walk(command: object, name: str) -> None:
        found[name.strip()] = {option for param in command.params for option in param.opts}  # type: ignore[attr-defined]
        for child_name, child in getattr(command, "commands", {}).items():
            walk(child, f"{name} {child_name}")

    walk(typer.main.get_command(app), "")
    return found


COMMANDS = all_commands()


def spelt_out(words: list[str]) -> Iterator[tuple[str, set[str]]]:
    """Yield the command a line names, `specs list|show` as two, and its options."""
    names = [""]
    for word in words:
        longer = [f"{name} {choice}".strip() for name in names for choice in word.split("|")]
        if word.startswith("-") or not set(longer) <= set(COMMANDS):
            break
        names = longer
    options = {word.split("=")[0] for word in words if word.startswith("--")}
    return ((name, options) for name in names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_and_option_named_exists(page: Path) -> None:
    lines = command_lines(page.read_text(encoding="utf-8"))
    assert lines
    for words in lines:
        for name, options in spelt_out(words):
            assert name, f"formcheck {' '.join(words)}"
            assert options <= COMMANDS[name], f"formcheck {' '.join(words)}"


def test_a_command_that_does_not_exist_would_be_seen() -> None:
    ((name, options),) = spelt_out(command_lines("`formcheck score x.mp4 --fast`")[0])
    assert not options <= COMMANDS[name]
    assert [name for name, _ in spelt_out(command_lines("`formcheck fly`")[0])] == [""]


def test_the_readme_names_every_command() -> None:
    named = {name for words in command_lines(README) for name, _ in spelt_out(words)}
    leaves = {name for name in COMMANDS if name and not any(other.startswith(f"{name} ") for other in COMMANDS)}
    assert leaves - named == set()


def test_the_readme_names_every_option_of_score() -> None:
    options = COMMANDS["score"] - {"--help"}
    assert {option for option in options if option.startswith("--") and f"`{option}" not in README} <= {"--exercise"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    local = [link for link in links if not link.startswith("http")]
    missing = [link for link in local if not (page.parent / link).exists()]
    assert missing == []


def test_the_readme_prints_what_the_sample_gives(formcheck: Run) -> None:
    printed = re.findall(r"^```text\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)[0]
    done = formcheck("score", "samples/hr_double_side.npz", "--exercise", "heel_raise", cwd=ROOT)
    assert done.stdout.startswith(printed)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    marked = re.findall(r"^<!-- test command -->\n```sh\n(.*?)\n```", README, flags=re.MULTILINE | re.DOTALL)
    assert len(marked) == 1
    assert "pytest" in marked[0]
    assert "<!-- test command -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
