"""From the frames of one rep or hold to its peak values, findings and verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from formcheck.engine.holds import HoldTiming
from formcheck.measures.names import MeasureName, readable_in
from formcheck.model import Fault, Hold, Rep, Side, Verdict
from formcheck.numerals import Readable
from formcheck.rules import Evidence, Finding, RisesAbove, Rule, check_rep, check_set, is_comparative
from formcheck.rules.evidence import grade
from formcheck.specs.schema import ExerciseSpec

__all__ = ["describe_peak", "is_faultless", "judge_hold", "judge_rep", "judge_set"]

_PEAK_SHARE = 0.95
_BREAK_SHARE = 0.9


@dataclass(slots=True)
class _Findings:
    faults: list[Fault] = field(default_factory=list)
    watch: list[Fault] = field(default_factory=list)
    not_judged: dict[str, str] = field(default_factory=dict)
    usual: set[str] = field(default_factory=set)
    judged: int = 0

    def add(self, name: str, rule: Rule, finding: Finding) -> None:
        if finding.level == "cannot_judge":
            self.not_judged[name] = finding.reason
            if finding.usual:
                self.usual.add(name)
            return
        self.judged += 1
        if finding.level == "fault":
            self.faults.append(_fault(name, rule, finding))
        elif finding.level == "watch":
            self.watch.append(_fault(name, rule, finding))

    def drop_what_others_explain(self, spec: ExerciseSpec) -> None:
        """Leave out faults that another fault, found or not to be excluded, explains (uneven heels part knees)."""
        found = {fault.rule for fault in self.faults}
        open_ = found | (set(self.not_judged) - self.usual)
        explained = {name for name in found if open_.intersection(spec.rules[name].unless)}
        self.faults = [fault for fault in self.faults if fault.rule not in explained]
        self.not_judged |= {name: f"beside {', '.join(spec.rules[name].unless)}" for name in explained}

    def verdict(self, *, seen: bool) -> Verdict:
        if self.faults:
            return "fault"
        if not seen or (self.not_judged and not self.judged):
            return "cannot_judge"
        return "watch" if self.watch else "ok"


def is_faultless(spec: ExerciseSpec, evidence: Evidence) -> bool:
    """Whether a rep can stand as an example of the person's own: no rule that looks at it alone finds a fault."""
    alone = [rule for rule in spec.rules.values() if not is_comparative(rule)]
    findings = [check_rep(rule, evidence, ()) for rule in alone]
    return all(finding is None or finding.level != "fault" for finding in findings)


def judge_rep(spec: ExerciseSpec, index: int, evidence: Evidence, peers: Sequence[Evidence]) -> Rep:
    """Judge one rep; `peers` are the faultless reps of its set."""
    findings = _check(spec, evidence, peers)
    peak = describe_peak(spec, evidence)
    return Rep(
        index=index,
        side=evidence.moving,
        start_s=evidence.start_s,
        peak_s=evidence.peak_s,
        end_s=evidence.end_s,
        peak=peak,
        verdict=findings.verdict(seen=bool(peak)),
        faults=tuple(findings.faults),
        watch=tuple(findings.watch),
        not_judged=findings.not_judged,
    )


def judge_hold(
    spec: ExerciseSpec, index: int, timing: HoldTiming, evidence: Evidence, after: Evidence, *, rested: bool = True
) -> Hold:
    """Judge one hold. A rule that broke it is judged by that; `after` shows the break, until the hold was given up.

    `rested` says that the person was seen at rest before, which changes are told against.
    """
    findings = _check(spec, evidence, ())
    if timing.broken_by is not None and all(fault.rule != timing.broken_by for fault in findings.faults):
        rule = spec.rules[timing.broken_by]
        findings.watch = [fault for fault in findings.watch if fault.rule != timing.broken_by]
        findings.not_judged.pop(timing.broken_by, None)
        findings.add(timing.broken_by, rule, _broken(rule, after))
    if not rested:
        findings.not_judged |= {
            name: "not seen at rest before"
            for name in findings.not_judged
            if "_change_" in getattr(spec.rules[name], "measure", "")
        }
    target_s = spec.dose.hold_s or 0.0
    peak = describe_peak(spec, evidence)
    side: Side = "left" if timing.side == "left" else "right"
    return Hold(
        index=index,
        side=side,
        start_s=timing.start_s,
        end_s=timing.end_s,
        held_s=timing.held_s,
        target_s=target_s,
        reached=timing.held_s >= target_s,
        peak=peak,
        verdict=findings.verdict(seen=bool(peak)),
        faults=tuple(findings.faults),
        watch=tuple(findings.watch),
        not_judged=findings.not_judged,
    )


def judge_set(spec: ExerciseSpec, reps: Sequence[Evidence]) -> tuple[Fault, ...]:
    """Return the faults of the whole set."""
    found = [(name, rule, check_set(rule, reps)) for name, rule in spec.rules.items()]
    return tuple(_fault(name, rule, f) for name, rule, f in found if f is not None and f.level == "fault")


def describe_peak(spec: ExerciseSpec, evidence: Evidence) -> Mapping[str, float]:
    """Return, with its `_sd`, the value of each shown measure furthest from rest; left out where not seen well."""
    out: dict[str, float] = {}
    for measure in spec.peak:
        if readable_in(measure, evidence.view):
            _describe(measure, evidence, out)
    return out


def _describe(measure: MeasureName, evidence: Evidence, out: dict[str, float]) -> None:
    high, high_sd, _ = evidence.high(measure, share=_PEAK_SHARE)
    low, low_sd, _ = evidence.high(measure, share=1 - _PEAK_SHARE)
    if not np.isfinite(high):
        return
    values = evidence.values(measure)[0]
    rest = float(values[np.isfinite(values)][[0, -1]].mean())
    value, sd = (high, high_sd) if high - rest >= rest - low else (low, low_sd)
    if np.isinf(sd):
        out[f"{measure}_at_least"] = value
        return
    if measure.endswith("_cm"):
        sd = float(np.hypot(sd, value * evidence.scale_sd))
    out[measure], out[f"{measure}_sd"] = value, sd
    if measure == "ankle_deg":
        out["ankle_range_deg"] = high - low
        out["ankle_range_deg_sd"] = float(np.hypot(high_sd, low_sd))


def _check(spec: ExerciseSpec, evidence: Evidence, peers: Sequence[Evidence]) -> _Findings:
    findings = _Findings()
    for name, rule in spec.rules.items():
        finding = check_rep(rule, evidence, peers)
        if finding is not None:
            findings.add(name, rule, finding)
    findings.drop_what_others_explain(spec)
    return findings


def _fault(name: str, rule: Rule, finding: Finding) -> Fault:
    measure = getattr(rule, "measure", "duration_s")
    text = rule.own_text if finding.against_own and isinstance(rule, RisesAbove) and rule.own_text else rule.text
    value, limit = Readable(finding.value), Readable(finding.limit)
    words = text.format(value=value, limit=limit, percent=Readable(100 * value), limit_percent=Readable(100 * limit))
    return Fault(name, measure, finding.value, finding.sd, finding.limit, words, finding.time_s)


def _broken(rule: Rule, after: Evidence) -> Finding:
    """Grade a rule by which the hold was left: the highest value that lasted, at the moment of leaving."""
    measure, limit = getattr(rule, "measure"), getattr(rule, "limit").value  # noqa: B009  only RisesAbove breaks holds
    values, sds = after.values(measure)
    value = float(np.nanquantile(values, _BREAK_SHARE, method="nearest"))
    return grade(value, float(sds[np.nanargmin(np.abs(values - value))]), limit, after.start_s)
