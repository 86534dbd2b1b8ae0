"""A set as a FHIR R4 bundle: the session, an observation for each measure, and who reviewed it.

A bundle is valid as R4 (4.0.1) and as R4B (4.3.0): the resources used here (Bundle, Patient, Device, Procedure,
Observation, Provenance) have the same elements in both; Observation.subject may be more things in R4B, here it is a
Patient. See https://hl7.org/fhir/R4B/diff.html; the R4 classes of fhir.resources 6.2.1 took these bundles too.

Units are UCUM. Codes are local ones: for measures from one camera no standard code is certain to mean the same, and a
number under a wrong code would be compared with what it is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Final
from uuid import UUID, uuid5

from formcheck.feedback.verdicts import STATE_WORDS
from formcheck.feedback.words import is_judged, parse_quantity, title
from formcheck.model import Hold, Rep, SetResult
from formcheck.numerals import rounded

__all__ = ["FhirReview", "fhir_bundle"]

_SYSTEM: Final = "urn:formcheck:"
_UCUM: Final = "http://unitsofmeasure.org"
_UNCERTAINTY: Final = "http://hl7.org/fhir/StructureDefinition/iso21090-uncertainty"
_ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
_ROLE: Final = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_UNITS: Final = {"°": ("deg", "deg"), " cm": ("cm", "cm"), " s": ("s", "s"), " %": ("%", "%")}
_MEASURED: Final = "Measured by an exercise practice aid from one camera; not a diagnosis."
_GUIDED: Final = "Not measured: paced and timed by an exercise practice aid, and confirmed by the person."
_NAMES: Final = UUID("6f2d5a52-5c0e-4f5e-9f0a-2f8f8f1f7c11")


@dataclass(frozen=True, slots=True)
class FhirReview:
    """What one reviewer said of one item, by its kind and number."""

    kind: str
    number: int
    rule: str
    verdict: str
    reviewer: str
    note: str
    made_at: datetime


def fhir_bundle(
    result: SetResult,
    *,
    exercise_name: str,
    set_uid: str,
    person_uid: str,
    person: str,
    performed_at: datetime,
    reviews: Sequence[FhirReview] = (),
) -> dict[str, Any]:
    """Return the bundle as plain JSON values. `person` empty leaves the patient without a name."""
    made = _Bundle(result, set_uid, person_uid, performed_at)
    made.add("Patient", "patient", _patient(person_uid, person))
    made.add("Device", "device", _device(result))
    made.add("Procedure", "procedure", made.procedure(exercise_name))
    for name in _counted(result):
        made.add("Observation", f"count-{name}", made.count(name, getattr(result.counts, name)))
    for name, value in result.summary.items():
        if not name.endswith("_sd"):
            made.add("Observation", f"whole-{name}", made.of_whole_set(name, value))
    items: list[Rep | Hold] = [*result.reps, *result.holds]
    for item in items:
        made.add_item(item)
    for index, review in enumerate(reviews):
        made.add_review(index, review)
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": _instant(performed_at),
        "entry": made.entries,
    }


class _Bundle:
    """The entries of one bundle; names within the set become stable addresses."""

    def __init__(self, result: SetResult, set_uid: str, person_uid: str, performed_at: datetime) -> None:
        self.entries: list[dict[str, Any]] = []
        self._result = result
        self._set_uid = set_uid
        self._person_uid = person_uid
        self._performed_at = performed_at

    def add(self, kind: str, name: str, content: Mapping[str, Any]) -> None:
        """Add a resource under its name."""
        self.entries.append({"fullUrl": self._url(name), "resource": {"resourceType": kind, **content}})

    def _url(self, name: str) -> str:
        scope = self._person_uid if name == "patient" else self._set_uid
        return f"urn:uuid:{uuid5(_NAMES, f'{scope}/{name}')}"

    def _to(self, name: str) -> dict[str, str]:
        return {"reference": self._url(name)}

    def procedure(self, exercise_name: str) -> dict[str, Any]:
        """Return the session, with the exercise by its id and by the name that people know it by."""
        end = self._performed_at + timedelta(seconds=self._result.source.duration_s)
        return {
            "status": "completed",
            "code": _code("exercise", self._result.exercise, exercise_name),
            "subject": self._to("patient"),
            "performedPeriod": {"start": _instant(self._performed_at), "end": _instant(end)},
            "note": [
                {"text": _GUIDED if "confirmed" in self._result.summary else _MEASURED},
                *({"text": fault.text} for fault in self._result.set_faults),
            ],
        }

    def count(self, name: str, count: int) -> dict[str, Any]:
        """Return one of the counts."""
        quantity = {"value": count, "unit": "repetitions", "system": _UCUM, "code": "{repetitions}"}
        words = title(f"{name} {'holds' if self._result.holds else 'repetitions'}")
        return {
            **self._observation(_code("count", name, words), self._performed_at),
            "valueQuantity": quantity,
        }

    def of_whole_set(self, name: str, value: float) -> dict[str, Any]:
        """Return what belongs to the whole set: the cadence of a walk."""
        sd = self._result.summary.get(f"{name}_sd", float("nan"))
        return {
            **self._observation(_measure_code(name), self._performed_at),
            "partOf": [self._to("procedure")],
            **_quantity(name, value, sd),
        }

    def add_item(self, item: Rep | Hold) -> None:
        """Add the verdict of a rep or hold, and each of its measures."""
        name = _item_name("hold" if isinstance(item, Hold) else "rep", item.index)
        start = self._performed_at + timedelta(seconds=item.start_s)
        end = self._performed_at + timedelta(seconds=item.end_s)
        measures = {measure: value for measure, value in item.peak.items() if not measure.endswith("_sd")}
        if isinstance(item, Hold):
            measures["held_s"] = item.held_s
        for measure, value in measures.items():
            quantity = _quantity(measure, value, item.peak.get(f"{measure}_sd", float("nan")))
            self.add(
                "Observation",
                f"{name}/{measure}",
                {
                    **self._observation(_measure_code(measure), start, end),
                    "bodySite": {"text": item.side},
                    "partOf": [self._to("procedure")],
                    **quantity,
                },
            )
        self.add(
            "Observation",
            name,
            {
                **self._observation(_code("verdict-of", name, title(name.replace("-", " "))), start, end),
                **self._verdict(item),
                **({"hasMember": [self._to(f"{name}/{measure}") for measure in measures]} if measures else {}),
                **_notes([fault.text for fault in (*item.faults, *item.watch)]),
            },
        )

    def _verdict(self, item: Rep | Hold) -> dict[str, Any]:
        if is_judged(self._result.summary):
            return {"valueCodeableConcept": _code("verdict", item.verdict, STATE_WORDS[item.verdict])}
        absent = {"system": _ABSENT, "code": "not-applicable"}
        return {"dataAbsentReason": {"coding": [absent], "text": "measured, not judged"}}

    def add_review(self, index: int, review: FhirReview) -> None:
        """Add what a reviewer said, and who, when and of what."""
        item, name = _item_name(review.kind, review.number), f"review-{index}"
        self.add(
            "Observation",
            name,
            {
                **self._observation(_code("review-of", review.rule or "item", "Review"), review.made_at),
                "focus": [self._to(item)],
                "valueCodeableConcept": _code("review", review.verdict, title(review.verdict)),
                **_notes([review.note] if review.note else []),
            },
        )
        self.add(
            "Provenance",
            f"{name}/provenance",
            {
                "target": [self._to(name), self._to(item)],
                "recorded": _instant(review.made_at),
                "activity": _code("activity", "review", "Review of a machine's verdict"),
                "agent": [
                    {
                        "type": {"coding": [{"system": _ROLE, "code": "verifier", "display": "Verifier"}]},
                        "who": {"display": review.reviewer},
                    }
                ],
                "entity": [{"role": "source", "what": self._to("device")}],
            },
        )

    def _observation(self, code: dict[str, Any], start: datetime, end: datetime | None = None) -> dict[str, Any]:
        when = (
            {"effectiveDateTime": _instant(start)}
            if end is None
            else {"effectivePeriod": {"start": _instant(start), "end": _instant(end)}}
        )
        return {
            "status": "final",
            "category": [{"coding": [{"system": _CATEGORY, "code": "activity", "display": "Activity"}]}],
            "code": code,
            "subject": self._to("patient"),
            "device": self._to("device"),
            **when,
        }


def _counted(result: SetResult) -> tuple[str, ...]:
    """Return the counts that there are: of a walk only how many, of a guided set none."""
    if is_judged(result.summary):
        return ("completed", "valid", "flagged", "cannot_judge")
    return () if "confirmed" in result.summary else ("completed",)


def _patient(uid: str, name: str) -> dict[str, Any]:
    named = {"name": [{"text": name}]} if name else {}
    return {"identifier": [{"system": f"{_SYSTEM}person", "value": uid}], **named}


def _device(result: SetResult) -> dict[str, Any]:
    provenance = result.provenance
    return {
        "deviceName": [{"name": "formcheck", "type": "model-name"}],
        "version": [{"value": provenance.formcheck or "unknown"}],
        "note": [
            {"text": f"exercise spec SHA-256 {provenance.spec_sha256}"},
            {"text": f"pose model SHA-256 {provenance.model_sha256}, {provenance.backend}"},
        ],
    }


def _quantity(measure: str, value: float, sd: float) -> dict[str, Any]:
    if not isfinite(value):
        return {"dataAbsentReason": {"coding": [{"system": _ABSENT, "code": "unknown"}], "text": "not seen"}}
    unit, code = (
        ("/min", "/min") if measure.endswith("_per_min") else _UNITS.get(parse_quantity(measure).unit, ("", "1"))
    )
    quantity: dict[str, Any] = {"value": rounded(value, 3), "unit": unit or "1", "system": _UCUM, "code": code}
    if isfinite(sd):
        quantity["extension"] = [{"url": _UNCERTAINTY, "valueDecimal": round(sd, 3)}]
    return {"valueQuantity": quantity}


def _measure_code(measure: str) -> dict[str, Any]:
    quantity = parse_quantity(measure)
    words = "Held" if measure == "held_s" else quantity.label
    definition = f": {quantity.definition}" if quantity.definition else ""
    return _code("measure", measure, f"{words}{definition}")


def _code(system: str, code: str, words: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{_SYSTEM}{system}", "code": code, "display": words}], "text": words}


def _notes(lines: Sequence[str]) -> dict[str, Any]:
    return {"note": [{"text": line} for line in lines]} if lines else {}


def _item_name(kind: str, number: int) -> str:
    return f"{kind}-{number}"


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
