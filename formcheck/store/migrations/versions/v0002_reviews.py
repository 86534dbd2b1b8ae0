"""Reviews, the queue they come from, and specs of a person's own; what was flagged before enters the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TIME = sa.DateTime(timezone=True)
_NUMBER = sa.Float(53)


def upgrade() -> None:
    """Create the tables and fill the queue."""
    op.add_column("item", sa.Column("root_id", sa.Integer()))
    op.add_column("item", sa.Column("unresolved", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("item", sa.Column("severity", _NUMBER, nullable=False, server_default="0"))
    op.create_index("ix_item_root", "item", ["root_id"])
    op.create_index("ix_item_queue", "item", ["unresolved", "patient_id", "exercise", "severity", "id"])
    _fill_queue()
    _create_person_spec()
    _create_review()


def _fill_queue() -> None:
    """Set what the store sets for each new item: see `formcheck.store.rows.severity`."""
    item = sa.table(
        "item",
        *(sa.column(name) for name in ("id", "root_id", "verdict", "unresolved", "severity")),
    )
    finding = sa.table("finding", *(sa.column(name) for name in ("item_id", "level", "value", "limit")))
    beyond = sa.func.abs(finding.c.value - finding.c.limit) / sa.func.abs(finding.c.limit)
    worst = (
        sa.select(sa.func.coalesce(sa.func.max(beyond), 0.0))
        .where(finding.c.item_id == item.c.id, finding.c.level == "fault", finding.c.limit != 0)
        .scalar_subquery()
    )
    op.execute(sa.update(item).values(root_id=item.c.id))
    flagged = item.c.verdict.in_(["fault", "cannot_judge"])
    op.execute(sa.update(item).where(flagged).values(unresolved=sa.true(), severity=worst))


def _create_person_spec() -> None:
    op.create_table(
        "person_spec",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "patient_id",
            sa.Integer(),
            sa.ForeignKey("patient.id", ondelete="CASCADE", name="fk_person_spec_patient_id"),
            nullable=False,
        ),
        sa.Column("exercise", sa.String(80), nullable=False),
        sa.Column(
            "spec_sha256",
            sa.String(64),
            sa.ForeignKey("spec.sha256", name="fk_person_spec_spec_sha256"),
            nullable=False,
        ),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person_spec"),
    )
    op.create_index("ix_person_spec_patient", "person_spec", ["patient_id", "exercise", "id"])


def _create_review() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column(
            "item_id",
            sa.Integer(),
            sa.ForeignKey("item.id", ondelete="CASCADE", name="fk_review_item_id"),
            nullable=False,
        ),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column(
            "patient_id",
            sa.Integer(),
            sa.ForeignKey("patient.id", ondelete="CASCADE", name="fk_review_patient_id"),
            nullable=False,
        ),
        sa.Column("exercise", sa.String(80), nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("machine", sa.String(12), nullable=False),
        sa.Column("value", _NUMBER),
        sa.Column("limit", _NUMBER),
        sa.Column("reviewer", sa.String(120), nullable=False),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("uid", name="uq_review_uid"),
    )
    op.create_index("ix_review_root", "review", ["root_id"])
    op.create_index("ix_review_agreement", "review", ["current", "exercise", "rule", "machine", "verdict"])
    of_one = ["patient_id", "current", "exercise", "rule", "machine", "verdict"]
    op.create_index("ix_review_patient", "review", of_one)
    op.create_index("ix_review_reviewer", "review", ["reviewer", "id"])
