"""The FHIR bundle is valid R4, its references lead somewhere, its numbers carry UCUM units and uncertainty.

The classes it is checked with are of R4B: no fhir.resources that works with pydantic 2 has R4 (4.0.1). What the bundle
uses is the same in both (see `formcheck.report.fhir`); a test holds it to what was compared.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from made_results import made_fault, made_hold, made_rep, made_result

from formcheck.model import SetResult
from formcheck.report.fhir import FhirReview, fhir_bundle

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
REVIEWS = (
    FhirReview("rep", 2, "knee_bend", "fault", "Dr Eva", "seen twice", NOW),
    FhirReview("rep", 3, "", "cannot_tell", "Bo", "", NOW),
)
UNSEEN = made_rep(1, peak={"heel_height_cm": math.nan, "ankle_deg": -31.0, "ankle_deg_sd": 2.0})
SETS: dict[str, SetResult] = {
    "reps": made_result(("ok", "fault", "cannot_judge", "watch")),
    "holds": made_result(holds=(made_hold(1), made_hold(2, 11.0, "fault"))),
    "nothing done": made_result(()),
    "a measure not seen": replace(made_result(("ok",)), reps=(UNSEEN,)),
    "a rep without measures": replace(made_result(("ok",)), reps=(made_rep(1, peak={}),)),
    "a faulty set": replace(made_result(("ok",)), set_faults=(made_fault("fade"),)),
    "a walk": replace(
        made_result(("ok",)),
        summary={"cadence_per_min": 111.68, "push_off_right_deg": 9.76, "push_off_right_deg_sd": 8.67, "odd": 1.5},
    ),
    "a guided set": replace(made_result(()), summary={"confirmed": 12.0, "planned": 15.0}),
    "markup in words": replace(
        made_result(("fault",)), reps=(made_rep(1, "fault", faults=(made_fault(text="<b>&"),)),)
    ),
}


def _bundle(result: SetResult, person: str = "", reviews: tuple[FhirReview, ...] = ()) -> dict[str, Any]:
    made = fhir_bundle(
        result,
        exercise_name="Heel raise, both legs",
        set_uid="a" * 32,
        person_uid="b" * 32,
        person=person,
        performed_at=NOW,
        reviews=reviews,
    )
    return json.loads(json.dumps(made, allow_nan=False))  # type: ignore[no-any-return]


def _resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "reference":
                yield inner
            yield from _references(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _references(inner)


@pytest.mark.parametrize("result", SETS.values(), ids=SETS.keys())
@pytest.mark.parametrize("reviews", [(), REVIEWS], ids=["not reviewed", "reviewed"])
def test_the_bundle_is_valid_r4(result: SetResult, reviews: tuple[FhirReview, ...]) -> None:
    Bundle.model_validate_json(json.dumps(_bundle(result, reviews=reviews)))


def test_the_check_would_find_a_wrong_bundle() -> None:
    bundle = _bundle(SETS["reps"])
    bundle["entry"][2]["resource"]["status"] = 7
    bundle["entry"][2]["resource"]["unknown"] = "x"
    with pytest.raises(ValueError, match="unknown"):
        Bundle.model_validate_json(json.dumps(bundle))


R4 = {
    "Bundle": {"resourceType", "type", "timestamp", "entry"},
    "Patient": {"resourceType", "identifier", "name"},
    "Device": {"resourceType", "deviceName", "version", "note"},
    "Procedure": {"resourceType", "status", "code", "subject", "performedPeriod", "note"},
    "Observation": {
        "resourceType",
        "status",
        "category",
        "code",
        "subject",
        "focus",
        "effectiveDateTime",
        "effectivePeriod",
        "valueQuantity",
        "valueCodeableConcept",
        "dataAbsentReason",
        "note",
        "bodySite",
        "device",
        "partOf",
        "hasMember",
    },
    "Provenance": {"resourceType", "target", "recorded", "activity", "agent", "entity"},
}
"""Elements of R4 (4.0.1) that the bundle uses, by resource; what is not here was not compared with R4 yet."""


@pytest.mark.parametrize("result", SETS.values(), ids=SETS.keys())
def test_the_bundle_uses_only_what_was_compared_with_r4(result: SetResult) -> None:
    bundle = _bundle(result, person="Ann Example", reviews=REVIEWS)
    for resource in (bundle, *(entry["resource"] for entry in bundle["entry"])):
        assert set(resource) <= R4[resource["resourceType"]]


def test_what_belongs_to_a_whole_walk_is_an_observation_of_the_session() -> None:
    observations = {one["code"]["coding"][0]["code"]: one for one in _resources(_bundle(SETS["a walk"]), "Observation")}
    cadence, push_off = (observations[name]["valueQuantity"] for name in ("cadence_per_min", "push_off_right_deg"))
    assert (cadence["value"], cadence["code"]) == (111.68, "/min")
    assert (push_off["value"], push_off["code"], push_off["extension"][0]["valueDecimal"]) == (9.76, "deg", 8.67)
    assert "push_off_right_deg_sd" not in observations


def test_every_reference_leads_to_an_entry() -> None:
    bundle = _bundle(SETS["reps"], reviews=REVIEWS)
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    found = set(_references(bundle))
    assert found
    assert found <= set(urls)


def test_each_measure_is_an_observation_with_a_ucum_unit_and_its_uncertainty() -> None:
    observations = _resources(_bundle(SETS["reps"]), "Observation")
    heights = [one for one in observations if one["code"]["coding"][0]["code"] == "heel_height_cm"]
    assert len(heights) == 4
    quantity = heights[0]["valueQuantity"]
    assert (quantity["value"], quantity["code"], quantity["system"]) == (7.912, "cm", "http://unitsofmeasure.org")
    assert quantity["extension"][0]["valueDecimal"] == 0.4
    angles = [one for one in observations if one["code"]["coding"][0]["code"] == "ankle_deg"]
    assert {one["valueQuantity"]["code"] for one in angles} == {"deg"}


def test_what_was_not_seen_is_absent_rather_than_a_number() -> None:
    observations = _resources(_bundle(SETS["a measure not seen"]), "Observation")
    (height,) = [one for one in observations if one["code"]["coding"][0]["code"] == "heel_height_cm"]
    assert "valueQuantity" not in height
    assert height["dataAbsentReason"]["text"] == "not seen"


def test_the_exercise_has_its_id_as_code_and_its_name_for_people() -> None:
    (procedure,) = _resources(_bundle(SETS["reps"]), "Procedure")
    (coding,) = procedure["code"]["coding"]
    assert (coding["code"], coding["display"]) == ("heel_raise", "Heel raise, both legs")
    assert procedure["code"]["text"] == "Heel raise, both legs"


def test_codes_are_local_ones_and_never_claim_a_standard() -> None:
    for observation in _resources(_bundle(SETS["reps"], reviews=REVIEWS), "Observation"):
        assert observation["code"]["coding"][0]["system"].startswith("urn:formcheck:")


def test_the_review_says_who_and_when_beside_the_machine_s_verdict() -> None:
    bundle = _bundle(SETS["reps"], reviews=REVIEWS)
    provenances = _resources(bundle, "Provenance")
    assert [one["agent"][0]["who"]["display"] for one in provenances] == ["Dr Eva", "Bo"]
    verdicts = [
        one["valueCodeableConcept"]["coding"][0]["code"]
        for one in _resources(bundle, "Observation")
        if one["code"]["coding"][0]["system"] == "urn:formcheck:verdict-of"
    ]
    assert verdicts == ["ok", "fault", "cannot_judge", "watch"]


@pytest.mark.parametrize("person", ["", "Ann Example"])
def test_the_patient_is_named_only_when_asked(person: str) -> None:
    (patient,) = _resources(_bundle(SETS["reps"], person=person), "Patient")
    assert ("name" in patient) is bool(person)


def test_the_same_set_gives_the_same_bundle() -> None:
    assert _bundle(SETS["reps"], reviews=REVIEWS) == _bundle(SETS["reps"], reviews=REVIEWS)


@pytest.mark.parametrize(("name", "counts"), [("reps", 4), ("a walk", 1), ("a guided set", 0)], ids=str)
def test_only_what_is_judged_has_counts_of_it_and_verdicts(name: str, counts: int) -> None:
    observations = _resources(_bundle(SETS[name]), "Observation")
    systems = [one["code"]["coding"][0]["system"].rsplit(":", 1)[-1] for one in observations]
    assert systems.count("count") == counts
    items = [one for one, system in zip(observations, systems, strict=True) if system == "verdict-of"]
    assert len(items) == len(SETS[name].reps)
    assert all(("valueCodeableConcept" in one) == (name == "reps") for one in items)
    assert ("not-applicable" in json.dumps(items)) == (name == "a walk")
