"""Make a page for each exercise from its spec, with a skeleton loop of good form from its labelled recording.

A hook of mkdocs: the pages exist only in the built site, so they cannot fall behind the specs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

import numpy as np

from formcheck.measures.names import MEASURES
from formcheck.model import FloatArray, LandmarkRecording
from formcheck.skeleton import CONNECTIONS, INDEX
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import SpecFile, list_specs
from formcheck.specs.schema import ExerciseSpec

__all__ = ["contents_page", "exercise_page", "on_files", "skeleton_loop"]

ROOT: Final = Path(__file__).parent.parent
_RATE: Final = 12.0  # pictures a second
_AROUND_S: Final = 0.4
_LONGEST_S: Final = 5.0
_SIZE: Final = 320.0
_OF_OWN: Final = ("below_own_best", "not_returned", "uneven", "fades")
_VIEW: Final = {"side": "from the side", "oblique": "obliquely", "front": "from the front"}


def on_files(files: Any, config: Any) -> Any:
    """Add the pages to those of the site (called by mkdocs)."""
    from mkdocs.structure.files import File

    specs = list_specs()
    files.append(File.generated(config, "exercises/index.md", content=contents_page(specs)))
    for file in specs:
        files.append(File.generated(config, f"exercises/{file.spec.id}.md", content=exercise_page(file)))
    return files


def contents_page(specs: Sequence[SpecFile]) -> str:
    """Return the list of all exercises, by stage."""
    stages = dict.fromkeys(file.spec.stage for file in specs)
    order = ["settle", "mobilise", "strengthen", "restore dorsiflexion", "build resilience"]
    lines = ["# Exercises", "", "Made from the spec files; each number has its source beside it.", ""]
    for stage in sorted(stages, key=order.index):
        lines += [f"## {stage.capitalize()}", "", "| Exercise | Dose | Judged |", "|---|---|---|"]
        lines += [
            f"| [{file.spec.name}]({file.spec.id}.md) | {_dose(file.spec)} | {_judged(file.spec)} |"
            for file in specs
            if file.spec.stage == stage
        ]
        lines.append("")
    return "\n".join(lines)


def exercise_page(file: SpecFile) -> str:
    """Return one exercise's page."""
    spec = file.spec
    recording = _recording_of(spec.id)
    parts = [f"# {spec.name}", "", f"`{spec.id}` · stage: {spec.stage} · {_dose(spec)}", ""]
    if recording is not None:
        parts += [skeleton_loop(*recording, title=f"Skeleton of one good {spec.name.lower()}"), ""]
    parts += ["## How", "", *(f"{i}. {step}" for i, step in enumerate(spec.instructions, 1)), ""]
    if spec.choices:
        parts += [f"To choose from: {', '.join(spec.choices)}.", ""]
    parts += ["## Camera", "", spec.view.placement, "", *_views(spec)]
    parts += ["## Judged", "", *_rules(spec), ""]
    parts += ["## Not judged", "", *(f"- {line}" for line in spec.not_judged), ""] if spec.not_judged else []
    parts += [
        "## Sources",
        "",
        f"- dose: {_linked(spec.dose.source)}",
        *_sources(spec),
        "",
        f"Spec SHA-256: `{file.sha256}`",
        "",
    ]
    return "\n".join(parts)


def _dose(spec: ExerciseSpec) -> str:
    dose = spec.dose
    noun = "strides" if spec.movement.kind == "gait" else "reps"
    once = f"{dose.hold_s:g} s" if dose.hold_s is not None else f"{dose.reps} {noun}"
    if dose.hold_s is not None and dose.reps is not None:
        once = f"{dose.reps} × {once}"
    return once if dose.sets == 1 else f"{dose.sets} × {once}"


def _judged(spec: ExerciseSpec) -> str:
    if spec.movement.kind == "guided":
        return "not measured: guided by voice and timer"
    plain = "measured, not judged" if spec.movement.kind == "gait" else "counted and timed"
    return ", ".join(name.replace("_", " ") for name in spec.rules) or plain


def _views(spec: ExerciseSpec) -> list[str]:
    if spec.movement.kind == "guided":
        return []
    also = [_VIEW[view] for view in spec.view.also]
    return [f"Seen best {_VIEW[spec.view.asks]}" + (f"; also {' and '.join(also)}." if also else "."), ""]


def _rules(spec: ExerciseSpec) -> list[str]:
    if spec.movement.kind == "guided":
        return ["Nothing of this exercise is measured. formcheck paces and times it, and you confirm what you did."]
    if spec.movement.kind == "gait":
        return ["Cadence, stride, evenness of the steps and push-off are measured; nothing is called a fault."]
    if not spec.rules:
        return ["It is counted and timed; nothing is called a fault."]
    lines = ["| Fault | Measure | Limit | Said aloud | Seen |", "|---|---|---|---|---|"]
    for name, rule in spec.rules.items():
        numbers = rule.model_dump()
        measure = MEASURES[numbers["measure"]].label if "measure" in numbers else "duration"
        limits = ", ".join(_limit(numbers, key, value["value"]) for key, value in _cited(numbers))
        views = ", ".join(_VIEW[view] for view in rule.views)
        lines.append(f"| {name.replace('_', ' ')} | {measure} | {limits} | “{rule.cue}” | {views} |")
    return lines


def _limit(numbers: Mapping[str, Any], key: str, value: float) -> str:
    """Return a limit with its unit: a share of the person's own as per cent, seconds, or the measure's unit."""
    if numbers["check"] in _OF_OWN:
        return f"{key} {100 * value:g} %"
    if key.endswith("_s"):
        return f"{key.removesuffix('_s')} {value:g} s"
    return f"{value:g}°" if MEASURES[numbers["measure"]].unit == "deg" else f"{value:g} cm"


def _sources(spec: ExerciseSpec) -> Iterator[str]:
    for key, value in _cited(spec.movement.model_dump()):
        yield f"- {key} {value['value']:g}: {_linked(value['source'])}"
    for shown in getattr(spec.movement, "shows", ()):
        for key, value in _cited(shown.model_dump()):
            yield f"- shows {MEASURES[shown.measure].label}, {key} {value['value']:g}: {_linked(value['source'])}"
    for name, rule in spec.rules.items():
        for key, value in _cited(rule.model_dump()):
            yield f"- {name.replace('_', ' ')}, {key} {value['value']:g}: {_linked(value['source'])}"


def _linked(source: str) -> str:
    """Return a source that is a page of ours as a link to it."""
    page = next((page for page in ("clinical", "accuracy") if source.startswith(f"docs/{page}.md")), None)
    return source if page is None else f"[{source}](../{page}.md)"


def _cited(numbers: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(key, value) for key, value in numbers.items() if isinstance(value, Mapping) and "source" in value]


# ---------------------------------------------------------------------- the skeleton


def _recording_of(exercise: str) -> tuple[LandmarkRecording, float, float] | None:
    """Return a labelled recording of an exercise, and when a faultless rep or hold of it begins and ends."""
    for folder in ("tests/recordings", "samples"):
        for path in sorted((ROOT / folder).glob("*.truth.json")):
            truth = json.loads(path.read_text(encoding="utf-8"))
            good = [one for one in truth["reps"] or truth["holds"] if not one["faults"]]
            if truth["exercise"] == exercise and good:
                recording = load_recording(path.with_suffix("").with_suffix(".npz"))
                return recording, good[0]["start_s"], good[0]["end_s"]
    return None


def skeleton_loop(recording: LandmarkRecording, start_s: float, end_s: float, *, title: str) -> str:
    """Return an SVG that plays the skeleton from `start_s` to `end_s` (at most five seconds of it) over and over."""
    first_s = max(start_s - _AROUND_S, float(recording.time_s[0]))
    last_s = min(end_s + _AROUND_S, first_s + _LONGEST_S, float(recording.time_s[-1]))
    times = np.linspace(first_s, last_s, max(int((last_s - first_s) * _RATE), 2))
    points = _fitted(_at_times(recording, times))
    lines = [
        _line(points[:, a], points[:, b], last_s - first_s)
        for a, b in CONNECTIONS
        if np.isfinite(points[:, [a, b]]).all()
    ]
    head = points[:, INDEX["nose"]]
    lines += [_head(head, last_s - first_s)] if np.isfinite(head).all() else []
    return (
        f'<svg viewBox="0 0 {_SIZE:g} {_SIZE:g}" width="{_SIZE:g}" height="{_SIZE:g}" role="img" '
        f'stroke="currentColor" fill="none" stroke-width="5" stroke-linecap="round"><title>{escape(title)}</title>'
        f"{''.join(lines)}</svg>"
    )


def _at_times(recording: LandmarkRecording, times: FloatArray) -> FloatArray:
    """Return landmarks (t, n, 2) at `times`, gaps bridged; NaN for landmarks hardly ever seen."""
    out = np.full((len(times), recording.points.shape[1], 2), np.nan)
    for i in range(out.shape[1]):
        seen = np.isfinite(recording.points[:, i, 0])
        if seen.mean() > 0.5:
            for axis in (0, 1):
                out[:, i, axis] = np.interp(times, recording.time_s[seen], recording.points[seen, i, axis])
    return out


def _fitted(points: FloatArray) -> FloatArray:
    """Scale points into the square, feet at its bottom."""
    low, high = np.nanmin(points, axis=(0, 1)), np.nanmax(points, axis=(0, 1))
    scale = 0.9 * _SIZE / float((high - low).max())
    centre = (low + high) / 2
    return np.asarray(_SIZE / 2 + (points - centre) * scale)


def _line(a: FloatArray, b: FloatArray, seconds: float) -> str:
    moves = "".join(
        _animated(name, values, seconds)
        for name, values in (("x1", a[:, 0]), ("y1", a[:, 1]), ("x2", b[:, 0]), ("y2", b[:, 1]))
    )
    return f'<line x1="{a[0, 0]:.0f}" y1="{a[0, 1]:.0f}" x2="{b[0, 0]:.0f}" y2="{b[0, 1]:.0f}">{moves}</line>'


def _head(nose: FloatArray, seconds: float) -> str:
    moves = _animated("cx", nose[:, 0], seconds) + _animated("cy", nose[:, 1], seconds)
    return f'<circle cx="{nose[0, 0]:.0f}" cy="{nose[0, 1]:.0f}" r="12">{moves}</circle>'


def _animated(name: str, values: FloatArray, seconds: float) -> str:
    shown = ";".join(f"{value:.0f}" for value in values)
    return f'<animate attributeName="{name}" values="{shown}" dur="{seconds:.1f}s" repeatCount="indefinite"/>'
