"""What belongs to a whole set is kept; deleting finds what hangs on a row without looking at all rows."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column, empty for sets scored before, and an index for each reference that had none."""
    op.add_column("scoring", sa.Column("summary", sa.JSON(), nullable=False, server_default="{}"))
    op.create_index("ix_scoring_spec", "scoring", ["spec_sha256"])
    op.create_index("ix_person_spec_spec", "person_spec", ["spec_sha256"])
    op.create_index("ix_item_patient", "item", ["patient_id"])
    op.create_index("ix_review_item", "review", ["item_id"])
