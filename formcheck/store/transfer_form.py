"""The form of an exported set, `formcheck.set/1`: what comes from another machine is checked against it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from unicodedata import category

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from formcheck.model import Side, Verdict, View

__all__ = ["ExportedSet", "FileForm", "FindingForm", "ItemForm", "Manifest", "PersonForm", "ReviewForm", "ScoringForm"]

MOST_ITEMS = 20_000


def _printable(text: str) -> str:
    """Refuse control characters other than line ends and tabs, and half characters: no text of ours has them."""
    if any(category(character) in ("Cc", "Cs") and character not in "\n\r\t" for character in text):
        raise ValueError("holds characters that cannot be printed")
    return text


Uid = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(max_length=120), AfterValidator(_printable)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
Text = Annotated[str, Field(max_length=4_000), AfterValidator(_printable)]
Number = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)] | None
Seconds = Annotated[float, Field(ge=-1e6, le=1e7, allow_inf_nan=False)]
Pain = Annotated[int, Field(ge=0, le=10)] | None
Count = Annotated[int, Field(ge=0, le=100_000_000)]
Numbers = Annotated[dict[Word, Number], Field(max_length=200)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PersonForm(_Form):
    """Whose set it is; `name` is empty unless it was asked for."""

    uid: Uid
    name: Name = ""
    stature_cm: Number = None


class SpecForm(_Form):
    """The spec that judged, as it was."""

    sha256: Sha256
    text: Annotated[str, Field(max_length=200_000)]


class FileForm(_Form):
    """A file beside the JSON."""

    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]


class FindingForm(_Form):
    """A fault, or a value near its limit."""

    level: Literal["fault", "watch"]
    rule: Word
    measure: Word
    value: Number
    sd: Number
    limit: Number
    text: Text
    time_s: Number


class ItemForm(_Form):
    """A rep or hold."""

    kind: Literal["rep", "hold"]
    number: Annotated[int, Field(ge=1, le=1_000_000)]
    side: Side
    start_s: Seconds
    peak_s: Number
    end_s: Seconds
    held_s: Number
    target_s: Number
    reached: bool | None
    verdict: Verdict
    peak: Numbers
    not_judged: Annotated[dict[Word, Text], Field(max_length=100)]
    findings: Annotated[tuple[FindingForm, ...], Field(max_length=100)]


class ProblemForm(_Form):
    """A set-up problem."""

    problem: Word
    start_s: Seconds
    end_s: Seconds
    text: Text


class ScoringForm(_Form):
    """What the machine made of the set."""

    made_at: AwareDatetime
    formcheck: Name
    model_sha256: Annotated[str, Field(max_length=64), AfterValidator(_printable)]
    backend: Text
    notes: Annotated[list[Text], Field(max_length=100)]
    completed: Count
    valid: Count
    flagged: Count
    cannot_judge: Count
    tracked_fraction: Number
    view: View | None
    azimuth_deg: Number
    near_side: Side
    cm_per_px: Number
    stature_cm: Number
    stature_assumed: bool
    limits: Numbers
    best: Numbers
    summary: Numbers = Field(default_factory=dict)


class ReviewForm(_Form):
    """One review of one item, known by the item's kind and number."""

    uid: Uid
    kind: Literal["rep", "hold"]
    number: int
    rule: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$", max_length=80)]
    machine: Verdict
    value: Number
    limit: Number
    reviewer: Name
    verdict: Literal["fault", "no_fault", "cannot_tell", "withdrawn"]
    note: Text
    made_at: AwareDatetime


class ExportedSet(_Form):
    """One set, all of it."""

    schema_: Literal["formcheck.set/1"] = Field(alias="schema")
    uid: Uid
    person: PersonForm
    exercise: Word
    performed_at: AwareDatetime
    origin: Literal["live", "score"]
    asked_side: Literal["left", "right"] | None
    asked_stature_cm: Number
    source_name: Annotated[str, Field(max_length=255), AfterValidator(_printable)]
    duration_s: Number
    frames: Count
    width: Count
    height: Count
    metronome: bool
    pain_before: Pain
    pain: Pain
    note: Text
    spec: SpecForm
    scoring: ScoringForm
    items: Annotated[tuple[ItemForm, ...], Field(max_length=MOST_ITEMS)]
    set_findings: Annotated[tuple[FindingForm, ...], Field(max_length=100)]
    setup: Annotated[tuple[ProblemForm, ...], Field(max_length=MOST_ITEMS)]
    reviews: Annotated[tuple[ReviewForm, ...], Field(max_length=10 * MOST_ITEMS)]
    files: Annotated[dict[Literal["landmarks.npz", "clip.mp4"], FileForm], Field(max_length=2)]


class Manifest(_Form):
    """What an export file holds."""

    schema_: Literal["formcheck.export/1"] = Field(alias="schema")
    formcheck: Name
    made_at: datetime
    sets: Annotated[tuple[Uid, ...], Field(min_length=1, max_length=5_000)]
