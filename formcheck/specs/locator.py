"""Where exercise spec files lie: the user's own folders first, then those that ship with formcheck."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import platformdirs

import formcheck
from formcheck.errors import SpecError

__all__ = ["SPECS_VARIABLE", "find_spec_files", "nearest", "own_folder", "shipped_folder", "spec_path"]

SPECS_VARIABLE: Final = "FORMCHECK_SPECS"
_FOLDER: Final = "exercise_specs"
_SUFFIXES: Final = (".yaml", ".yml")


def own_folder() -> Path:
    """Return the folder for the user's own specs: `FORMCHECK_SPECS`, else one in the user's data folder."""
    named = os.environ.get(SPECS_VARIABLE)
    return Path(named) if named else platformdirs.user_data_path("formcheck", appauthor=False) / _FOLDER


def shipped_folder() -> Path:
    """Return the folder of the specs that ship; an editable install has them beside the package, not in it."""
    package = Path(formcheck.__file__).parent
    inside = package / _FOLDER
    return inside if inside.is_dir() else package.parent / _FOLDER


def find_spec_files() -> dict[str, Path]:
    """Return the spec files by id (the file's name), in the order of their ids; the user's own hide shipped ones.

    Raises SpecError where `FORMCHECK_SPECS` names no folder.
    """
    if os.environ.get(SPECS_VARIABLE) and not own_folder().is_dir():
        raise SpecError(f"{own_folder()}: not a folder; correct or unset {SPECS_VARIABLE}")
    files: dict[str, Path] = {}
    for folder in (shipped_folder(), own_folder()):
        if folder.is_dir():
            files |= {path.stem: path for path in folder.iterdir() if path.suffix in _SUFFIXES}
    return dict(sorted(files.items()))


def spec_path(id_or_path: str | Path) -> Path:
    """Return the file of a spec given by its id or by its path. Raises SpecError, with the nearest ids."""
    text = str(id_or_path)
    if isinstance(id_or_path, Path) or text.endswith(_SUFFIXES) or "/" in text or os.sep in text:
        return Path(id_or_path)
    files = find_spec_files()
    if text in files:
        return files[text]
    near = nearest(text.strip().lower().replace("-", "_").replace(" ", "_"), files)
    guess = f"did you mean {' or '.join(near)}?" if near else "it may also be the path of a .yaml file."
    raise SpecError(f"unknown exercise {text!r}: {guess} `formcheck specs list` shows all")


def nearest(word: str, known: dict[str, Path] | list[str]) -> list[str]:
    """Return up to two of the `known` words that `word` may have been meant to be, best first."""
    return get_close_matches(word, list(known), n=2, cutoff=0.55)
