"""`formcheck specs new` and `formcheck specs learn`: specs of one's own, from those that ship and from a clip."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.cli.frame import chatter, show_text
from formcheck.cli.specs import specs
from formcheck.errors import FormcheckError, OutputError, SpecError

if TYPE_CHECKING:
    from formcheck.measures.names import MeasureName
    from formcheck.model import FloatArray, LandmarkRecording, Rep
    from formcheck.specs.learn import Learned
    from formcheck.specs.loader import SpecFile
    from formcheck.specs.schema import ExerciseSpec
    from formcheck.specs.yaml_text import Place

__all__ = ["learn", "new"]

From = Annotated[str, typer.Option("--from", metavar="ID|FILE", help="The spec to begin with.")]
To = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Where to write it.", show_default="your own specs' folder")
]


@specs.command("new")
def new(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The new exercise's id: lower-case letters and _.")],
    source: From,
    name: Annotated[str | None, typer.Option(help="Its name for people.", show_default=False)] = None,
    to: To = None,
) -> None:
    """Begin a spec of your own as a copy of another; edit it, then `formcheck specs check`."""
    from formcheck.specs.learn import with_id
    from formcheck.specs.loader import load_spec, parse_spec
    from formcheck.specs.locator import own_folder
    from formcheck.whole_files import make_private, write_text

    _check_id(id_, "ID")
    target = own_folder() / f"{id_}.yaml" if to is None else to
    if target.exists():
        raise OutputError(f"{target}: is there already; edit it, or choose another id")
    text = with_id(load_spec(source).path.read_text(encoding="utf-8"), id_, name)
    parse_spec(text.encode(), target)
    make_private(target.parent)
    write_text(target, text)
    chatter(f"{target}: written; edit it, then `formcheck specs check {target}`")


@specs.command("learn")
def learn(
    clip: Annotated[Path, typer.Argument(metavar="CLIP", help="A video of good form, or its landmarks (.npz).")],
    source: From,
    height_cm: Annotated[
        float | None, typer.Option(min=50, max=260, help="Body height, for true centimetres.", show_default=False)
    ] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the proposal there.", show_default="stdout")
    ] = None,
) -> None:
    """Propose a spec's bands from a demonstration: three or more good movements, or a position held, after a rest.

    Limits of rules are only widened where the demonstration would be faulted; movements that fell short are left out
    and named. The proposal's id is the name of its file. Read it before you use it.
    """
    from formcheck.specs.learn import with_id, with_learned
    from formcheck.specs.loader import load_spec, parse_spec
    from formcheck.whole_files import check_target, write_text

    if to is not None:
        _check_id(to.stem, "--to")
        check_target(to)
    base = load_spec(source)
    recording = _recording(clip)
    changes = _changes(base, recording, clip, height_cm)
    text = with_learned(base.path.read_text(encoding="utf-8"), changes)
    text = text if to is None else with_id(text, to.stem)
    parse_spec(text.encode(), base.path if to is None else to)
    for place, learned in changes.items():
        chatter(f"{'.'.join(map(str, place))}: {learned.value:g} ({learned.why})")
    if to is None:
        show_text(text)
    else:
        write_text(to, text)
        chatter(f"{to}: written; a proposal from one clip, no norm")


def _check_id(id_: str, hint: str) -> None:
    """Refuse what can be no id; a spec file is called as its id."""
    if re.fullmatch(r"[a-z][a-z0-9_]*", id_) is None:
        raise typer.BadParameter(f"must be lower-case letters, digits and _, got {id_!r}", param_hint=hint)


def _recording(clip: Path) -> LandmarkRecording:
    from formcheck.scoring import observe

    outcome = next(outcome for _, outcome in observe([clip]))
    if isinstance(outcome, FormcheckError):
        raise outcome
    return outcome


def _changes(
    base: SpecFile, recording: LandmarkRecording, clip: Path, height_cm: float | None
) -> Mapping[Place, Learned]:
    """Return the proposed numbers by their places in the spec."""
    from formcheck.engine import Engine
    from formcheck.model import Provenance
    from formcheck.specs.learn import clip_words

    kind = base.spec.movement.kind
    if kind not in ("reps", "hold"):
        raise SpecError(f"{base.spec.id}: only what is counted in reps or held can be learned, not {kind}")
    engine = Engine(base.spec, stature_cm=height_cm)
    engine.run(recording)
    result = engine.finish(recording.source, Provenance("", "", "", ""))
    if engine.place is None:
        problem = result.setup[0].text if result.setup else "nobody stands still in it"
        raise SpecError(f"{clip}: {problem}")
    side = result.holds[0].side if result.holds else engine.place.side
    short = [rep for rep in result.reps if _fell_short(rep, base.spec)]
    if kind == "hold":
        bands, spans = _held(base.spec, result.series, side, clip_words(clip))
    else:
        bands, spans = _moved(base.spec, result.series, side, short, clip_words(clip))
    for rep in short:
        chatter(f"{clip}: rep {rep.index} ({rep.start_s:.1f} to {rep.end_s:.1f} s) is left out: {rep.faults[0].text}")
    return bands | _widened(base, result.series, spans, side, clip_words(clip))


def _fell_short(rep: Rep, spec: ExerciseSpec) -> bool:
    """Whether a rep has a fault that no wider limit would take back: it is no demonstration of good form."""
    from formcheck.rules import RisesAbove

    return any(not isinstance(spec.rules[fault.rule], RisesAbove) for fault in rep.faults)


_Found = tuple[dict["Place", "Learned"], list[tuple[float, float]]]


_LEAST_LEFT = 3
"""So many good movements there must be, once those that fell short are left out: as the help says."""


def _moved(spec: ExerciseSpec, series: Mapping[str, FloatArray], side: str, short: list[Rep], clip: str) -> _Found:
    """Return the bands of reps, and when each of them was; without those that fell short."""
    from formcheck.specs.learn import find_excursions, learn_bands
    from formcheck.specs.schema import RepMovement

    assert isinstance(spec.movement, RepMovement)
    x, sd = _trace(spec.movement.measure, series, side)
    t, x = series["time_s"], spec.movement.sign * x
    found = find_excursions(t, x, sd)
    good = [one for one in found if not any(one.start_s < rep.end_s and rep.start_s < one.end_s for rep in short)]
    if len(good) < min(len(found), _LEAST_LEFT):
        flagged = ", ".join(str(rep.index) for rep in short)
        raise SpecError(
            f"{clip}: {len(good)} of {len(found)} movements are good (flagged: {flagged}); film {_LEAST_LEFT} or more"
        )
    bands: dict[Place, Learned] = {("movement", key): one for key, one in learn_bands(t, x, good, sd, clip).items()}
    return bands, [(one.start_s, one.end_s) for one in good]


def _held(spec: ExerciseSpec, series: Mapping[str, FloatArray], side: str, clip: str) -> _Found:
    """Return the bands of a held position, and when it was held."""
    from formcheck.specs.learn_holds import find_plateaus, learn_hold_bands
    from formcheck.specs.schema import HoldMovement

    assert isinstance(spec.movement, HoldMovement)
    x, sd = _trace(spec.movement.measure, series, side)
    rest, plateaus = find_plateaus(series["time_s"], x, sd)
    bands = learn_hold_bands(rest, plateaus, sd, clip, above=spec.movement.keeps == "above")
    return bands, [(one.start_s, one.end_s) for one in plateaus]


def _trace(measure: MeasureName, series: Mapping[str, FloatArray], side: str) -> tuple[FloatArray, float]:
    """Return a measure of the leg that is judged, and how much it scatters from frame to frame."""
    import numpy as np

    from formcheck.measures.names import column_name

    column = column_name(measure, side)
    return series[column], float(np.nanmedian(series[f"{column}_sd"])) / _STEADY


_STEADY = 4.0
"""A landmark scatters from frame to frame by a quarter of its stated error (rest of rendered and real clips)."""


def _widened(
    base: SpecFile, series: Mapping[str, FloatArray], spans: list[tuple[float, float]], side: str, clip: str
) -> dict[Place, Learned]:
    """Return new limits for rules that would fault the demonstration."""
    import numpy as np

    from formcheck.measures.names import column_name
    from formcheck.rules import RisesAbove
    from formcheck.specs.learn import learn_limit

    t = np.asarray(series["time_s"])
    out: dict[Place, Learned] = {}
    for name, rule in base.spec.rules.items():
        if not isinstance(rule, RisesAbove):
            continue
        column = column_name(rule.measure, side)
        values, sds = np.asarray(series[column]), np.asarray(series[f"{column}_sd"])
        inside = [values[(t >= a) & (t <= b) & np.isfinite(values)] for a, b in spans]
        peaks = [float(np.quantile(part, 0.9)) for part in inside if len(part)]
        if peaks and max(peaks) > rule.limit.value:
            out["rules", name, "limit"] = learn_limit(peaks, float(np.nanmedian(sds)), clip)
    return out
