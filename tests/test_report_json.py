from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_results import NAN, made_fault, made_hold, made_problem, made_rep, made_result

from formcheck.errors import OutputError
from formcheck.report import json_text, result_json, write_json

VERDICTS = st.lists(st.sampled_from(["ok", "watch", "fault", "cannot_judge"]), max_size=12)
ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)


def test_has_the_keys_of_the_contract() -> None:
    value = result_json(replace(made_result(["fault"]), setup=(made_problem(),)))
    assert value["schema"] == "formcheck.result/1"
    assert value["exercise"] == "heel_raise"
    assert set(value["source"]) == {"path", "duration_s", "frames", "width", "height"}
    assert value["counts"] == {"completed": 1, "valid": 0, "flagged": 1, "cannot_judge": 0}
    assert {"index", "side", "start_s", "peak_s", "end_s", "peak", "verdict", "faults"} <= set(value["reps"][0])
    assert {"rule", "measure", "value", "limit", "text"} <= set(value["reps"][0]["faults"][0])
    assert value["setup"] == [
        {"problem": "feet_out_of_frame", "start_s": 0.0, "end_s": 0.9, "text": "Your feet are not in the picture."}
    ]
    assert {"formcheck", "spec_sha256", "model_sha256", "backend"} <= set(value["provenance"])
    assert value["tracked_fraction"] == 0.9877


def test_hold_has_the_keys_of_the_contract() -> None:
    (hold,) = result_json(made_result(holds=[made_hold(1)]))["holds"]
    keys = {"index", "side", "start_s", "end_s", "held_s", "target_s", "reached", "verdict", "faults"}
    assert keys <= set(hold)
    assert (hold["held_s"], hold["target_s"], hold["reached"]) == (30.1, 30.0, True)


def test_numbers_carry_their_uncertainty_beside_them() -> None:
    (rep,) = result_json(made_result(["fault"]))["reps"]
    assert rep["peak"] == {
        "heel_height_cm": 7.91,
        "heel_height_cm_sd": 0.4,
        "ankle_deg": -31.04,
        "ankle_deg_sd": 2.0,
    }
    assert (rep["faults"][0]["value"], rep["faults"][0]["value_sd"]) == (24.13, 1.5)


def test_what_was_not_seen_is_null_and_unknown_uncertainty_is_left_out() -> None:
    rep = made_rep(1, "fault", peak={"ankle_deg": NAN, "ankle_deg_sd": NAN}, faults=(made_fault(sd=NAN),))
    (value,) = result_json(replace(made_result(["fault"]), reps=(rep,), azimuth_deg=NAN))["reps"]
    assert value["peak"] == {"ankle_deg": None}
    assert "value_sd" not in value["faults"][0]


@given(verdicts=VERDICTS, number=ANY_FLOAT)
def test_any_result_is_strict_json_and_the_same_bytes_twice(verdicts: list, number: float) -> None:
    result = replace(made_result(verdicts), azimuth_deg=number, cm_per_px=number, tracked_fraction=number)
    text = json_text(result)
    assert text == json_text(result)
    value = json.loads(text, parse_constant=pytest.fail)
    assert [rep["verdict"] for rep in value["reps"]] == verdicts


@pytest.mark.parametrize("many", [1, 2])
def test_a_result_is_an_object_and_a_list_stays_a_list(many: int) -> None:
    result = made_result(["ok"])
    assert json.loads(json_text([result] * many)) == [json.loads(json_text(result))] * many


def test_minus_nothing_is_nothing() -> None:
    assert str(result_json(replace(made_result(), azimuth_deg=-0.001))["azimuth_deg"]) == "0.0"


def test_written_file_is_the_text(tmp_path: Path) -> None:
    result = made_result(["ok"])
    write_json(result, tmp_path / "r.json")
    assert (tmp_path / "r.json").read_bytes() == json_text(result).encode()
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("where", ["", "absent/r.json"], ids=["a folder", "in no folder"])
def test_unwritable_place_is_one_clear_error(tmp_path: Path, where: str) -> None:
    with pytest.raises(OutputError, match="cannot write") as error:
        write_json(made_result(), tmp_path / where)
    assert str(tmp_path) in str(error.value)
    assert not list(tmp_path.iterdir())


def test_old_file_survives_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="no space left"):
        write_json(made_result(), path)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1
