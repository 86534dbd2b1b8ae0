"""The first schema: people, specs, sets, and what the machine made of them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)
_NUMBER = sa.Float(53)


def _reference(column: str, target: str, table: str, *, nullable: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(target, ondelete="CASCADE", name=f"fk_{table}_{column}")
    return sa.Column(column, sa.Integer(), key, nullable=nullable)


def _id(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    return sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _uid(table: str) -> tuple[sa.Column[str], sa.UniqueConstraint]:
    return sa.Column("uid", sa.String(32), nullable=False), sa.UniqueConstraint("uid", name=f"uq_{table}_uid")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "patient",
        *_id("patient"),
        *_uid("patient"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("stature_cm", _NUMBER),
        sa.Column("made_at", _TIME, nullable=False),
    )
    op.create_table(
        "spec",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("exercise", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_spec"),
    )
    _create_sets()
    _create_scorings()
    _create_items()


def _create_sets() -> None:
    op.create_table(
        "exercise_set",
        *_id("exercise_set"),
        *_uid("exercise_set"),
        _reference("patient_id", "patient.id", "exercise_set"),
        sa.Column("exercise", sa.String(80), nullable=False),
        sa.Column("performed_at", _TIME, nullable=False),
        sa.Column("saved_at", _TIME, nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("asked_side", sa.String(8)),
        sa.Column("asked_stature_cm", _NUMBER),
        sa.Column("scoring_id", sa.Integer()),
        sa.Column("source_name", sa.String(255), nullable=False),
        sa.Column("duration_s", _NUMBER),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("recording_sha256", sa.String(64)),
        sa.Column("clip_sha256", sa.String(64)),
        sa.Column("metronome", sa.Boolean(), nullable=False),
        sa.Column("pain_before", sa.Integer()),
        sa.Column("pain", sa.Integer()),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("ix_exercise_set_when", "exercise_set", ["performed_at", "id"])
    op.create_index("ix_exercise_set_patient", "exercise_set", ["patient_id", "performed_at"])


def _create_scorings() -> None:
    op.create_table(
        "scoring",
        *_id("scoring"),
        _reference("set_id", "exercise_set.id", "scoring"),
        sa.Column(
            "spec_sha256",
            sa.String(64),
            sa.ForeignKey("spec.sha256", name="fk_scoring_spec_sha256"),
            nullable=False,
        ),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("formcheck", sa.String(40), nullable=False),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("backend", sa.Text(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("completed", "valid", "flagged", "cannot_judge")),
        sa.Column("tracked_fraction", _NUMBER),
        sa.Column("view", sa.String(8)),
        sa.Column("azimuth_deg", _NUMBER),
        sa.Column("near_side", sa.String(8), nullable=False),
        sa.Column("cm_per_px", _NUMBER),
        sa.Column("stature_cm", _NUMBER),
        sa.Column("stature_assumed", sa.Boolean(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("best", sa.JSON(), nullable=False),
    )
    op.create_index("ix_scoring_set", "scoring", ["set_id"])
    op.create_table(
        "setup_problem",
        *_id("setup_problem"),
        _reference("scoring_id", "scoring.id", "setup_problem"),
        sa.Column("problem", sa.String(80), nullable=False),
        sa.Column("start_s", _NUMBER, nullable=False),
        sa.Column("end_s", _NUMBER, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_index("ix_setup_problem_scoring", "setup_problem", ["scoring_id"])


def _create_items() -> None:
    op.create_table(
        "item",
        *_id("item"),
        _reference("scoring_id", "scoring.id", "item"),
        _reference("patient_id", "patient.id", "item"),
        sa.Column("exercise", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("start_s", _NUMBER, nullable=False),
        sa.Column("peak_s", _NUMBER),
        sa.Column("end_s", _NUMBER, nullable=False),
        sa.Column("held_s", _NUMBER),
        sa.Column("target_s", _NUMBER),
        sa.Column("reached", sa.Boolean()),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("peak", sa.JSON(), nullable=False),
        sa.Column("not_judged", sa.JSON(), nullable=False),
        sa.UniqueConstraint("scoring_id", "kind", "number", name="uq_item_number"),
    )
    op.create_table(
        "finding",
        *_id("finding"),
        _reference("scoring_id", "scoring.id", "finding"),
        _reference("item_id", "item.id", "finding", nullable=True),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("measure", sa.String(80), nullable=False),
        sa.Column("value", _NUMBER),
        sa.Column("sd", _NUMBER),
        sa.Column("limit", _NUMBER),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("time_s", _NUMBER),
    )
    op.create_index("ix_finding_item", "finding", ["item_id"])
    op.create_index("ix_finding_scoring", "finding", ["scoring_id"])
