"""Score a set that was cut off from the landmarks that reached the disk."""

from __future__ import annotations

from dataclasses import replace

import formcheck
from formcheck.engine import Engine
from formcheck.live.keep import SetHeader
from formcheck.model import LandmarkRecording, Provenance, SetResult
from formcheck.specs.loader import load_spec

__all__ = ["rescore"]


def rescore(recording: LandmarkRecording, header: SetHeader) -> SetResult:
    """Return the result that the set would have had. Raises SpecError."""
    spec_file = load_spec(header.exercise)
    side = header.side if header.side in ("left", "right") else None
    engine = Engine(spec_file.spec, stature_cm=header.stature_cm, side=side, metronome=header.metronome)  # type: ignore[arg-type]
    engine.run(recording)
    provenance = Provenance(formcheck.__version__, spec_file.sha256, header.model_sha256, header.backend)
    return engine.finish(recording.source, replace(provenance, notes=recording.notes))
