"""The measures people read: their names, units, sides and columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = [
    "FOOT_MEASURES",
    "MEASURES",
    "MOVEMENT_MEASURES",
    "Measure",
    "MeasureName",
    "column_name",
    "hidden_columns",
    "readable_in",
]

MeasureName = Literal[
    "ankle_deg",
    "ankle_change_deg",
    "ankle_raw_deg",
    "ankle_rise_cm",
    "body_rise_cm",
    "feet_level_cm",
    "foot_drop_cm",
    "foot_lift_cm",
    "heel_height_cm",
    "higher_foot_cm",
    "knee_flexion_deg",
    "knee_flexion_change_deg",
    "knee_separation_change_cm",
    "leg_separation_change_cm",
    "knee_valgus_change_deg",
    "pelvic_drop_change_deg",
    "shank_inclination_deg",
    "shank_inclination_change_deg",
    "sole_deg",
    "stance_length_cm",
    "toe_height_cm",
    "trunk_lean_deg",
    "trunk_lean_change_deg",
    "trunk_side_lean_change_deg",
]


@dataclass(frozen=True, slots=True)
class Measure:
    """One quantity: whether it has a side, its unit, the plane it is read in, what people call it, its definition."""

    sided: bool
    unit: Literal["deg", "cm"]
    plane: Literal["sagittal", "frontal", "any"]
    label: str
    definition: str


MEASURES: Final[dict[MeasureName, Measure]] = {
    "ankle_deg": Measure(
        True,
        "deg",
        "sagittal",
        "ankle",
        "shank against the sole, minus 90°; 0 = flat foot under a vertical shank; dorsiflexion +",
    ),
    "ankle_change_deg": Measure(
        True, "deg", "sagittal", "ankle change", "ankle against the person's own standing baseline"
    ),
    "ankle_raw_deg": Measure(
        True,
        "deg",
        "sagittal",
        "ankle (raw)",
        "knee→ankle against heel→foot index, minus 90°, straight from the landmarks",
    ),
    "ankle_rise_cm": Measure(True, "cm", "any", "ankle rise", "vertical travel of the ankle above its place at rest"),
    "body_rise_cm": Measure(
        False,
        "cm",
        "any",
        "body rise",
        "vertical travel of hips and shoulders above rest; counts reps, is no heel height",
    ),
    "feet_level_cm": Measure(
        False, "cm", "any", "feet level", "how much higher one ankle is in the picture than the other; + either way"
    ),
    "foot_drop_cm": Measure(
        False,
        "cm",
        "any",
        "foot drop",
        "vertical travel of the ankle that is further below its place at rest; downwards +, 0 with both feet down",
    ),
    "foot_lift_cm": Measure(
        True, "cm", "any", "free foot", "height of the other foot, its lower end, above its place at rest on the floor"
    ),
    "heel_height_cm": Measure(
        True, "cm", "sagittal", "heel height", "vertical travel of the heel above its flat-foot place at rest"
    ),
    "higher_foot_cm": Measure(
        False,
        "cm",
        "any",
        "higher foot",
        "vertical travel of the ankle that is further above its place at rest; 0 with both feet down",
    ),
    "knee_flexion_deg": Measure(True, "deg", "sagittal", "knee bend", "thigh against shank; straight = 0, bent +"),
    "knee_flexion_change_deg": Measure(
        True, "deg", "sagittal", "knee bend", "knee bend above the own standing baseline"
    ),
    "leg_separation_change_cm": Measure(
        False,
        "cm",
        "frontal",
        "leg distance",
        "distance between the legs in the front view, mean of knees and ankles, against rest; inward −",
    ),
    "knee_separation_change_cm": Measure(
        False, "cm", "frontal", "knee distance", "distance between the knees in the front view, against rest; inward −"
    ),
    "knee_valgus_change_deg": Measure(
        True,
        "deg",
        "frontal",
        "knee inward",
        "knee off the line from hip to ankle in the front view, against rest; inward +",
    ),
    "pelvic_drop_change_deg": Measure(
        True, "deg", "frontal", "pelvic drop", "hip of the other side below the hip of this one, against rest"
    ),
    "shank_inclination_deg": Measure(
        True, "deg", "sagittal", "shank", "ankle→knee against the vertical; knee forward +"
    ),
    "shank_inclination_change_deg": Measure(
        True, "deg", "sagittal", "shank", "shank inclination against the own baseline"
    ),
    "sole_deg": Measure(
        True, "deg", "sagittal", "sole", "pitch of the hind foot against its flat place at rest; heel up +"
    ),
    "stance_length_cm": Measure(
        False, "cm", "sagittal", "stance length", "how far one ankle is ahead of the other in the picture"
    ),
    "toe_height_cm": Measure(True, "cm", "sagittal", "forefoot height", "vertical travel of the foot index above rest"),
    "trunk_lean_deg": Measure(False, "deg", "sagittal", "trunk", "hip→shoulder against the vertical; forward +"),
    "trunk_lean_change_deg": Measure(False, "deg", "sagittal", "trunk lean", "trunk lean against the own baseline"),
    "trunk_side_lean_change_deg": Measure(
        True, "deg", "frontal", "side lean", "lean of the trunk towards this side in the front view, against rest"
    ),
}

MOVEMENT_MEASURES: Final[tuple[MeasureName, ...]] = (
    "body_rise_cm",
    "ankle_rise_cm",
    "shank_inclination_deg",
    "knee_flexion_deg",
    "sole_deg",
    "toe_height_cm",
)
"""The measures that reps may be counted by. A hold may be timed by any measure."""


FOOT_MEASURES: Final[frozenset[MeasureName]] = frozenset(
    {"ankle_deg", "ankle_change_deg", "heel_height_cm", "sole_deg", "toe_height_cm"}
)
"""The measures that hang on the foot's own motion, of which an oblique camera sees a part only."""


def column_name(measure: MeasureName, side: str) -> str:
    """Return the series column of a measure: `knee_flexion_deg` of the left is `knee_flexion_left_deg`."""
    if not MEASURES[measure].sided:
        return measure
    stem, unit = measure.rsplit("_", 1)
    return f"{stem}_{side}_{unit}"


def readable_in(measure: MeasureName, view: str) -> bool:
    """Whether a measure means anything in a view: sagittal ones not from the front, frontal ones not from the side."""
    return {"any": None, "sagittal": "front", "frontal": "side"}[MEASURES[measure].plane] != view


def hidden_columns(view: str) -> list[str]:
    """Return the series columns, and their `_sd`, that mean nothing in a view."""
    hidden = [
        column_name(measure, side)
        for measure in MEASURES
        if not readable_in(measure, view)
        for side in ("left", "right")
    ]
    return [name for column in dict.fromkeys(hidden) for name in (column, f"{column}_sd")]
