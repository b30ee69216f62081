"""A list tells until when somebody counts as pregnant."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

EXPECTING = sa.text("pregnant_until IS NOT NULL AND ended_batch_id IS NULL")


def upgrade() -> None:
    op.add_column("staged_rows", sa.Column("pregnant_until", sa.Date(), nullable=True))
    op.add_column("enrolments", sa.Column("pregnant_until", sa.Date(), nullable=True))
    op.create_index(
        "ix_enrolments_pregnant_until", "enrolments", ["pregnant_until", "person_id"],
        sqlite_where=EXPECTING, postgresql_where=EXPECTING,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_enrolments_pregnant_until", "enrolments")
    op.drop_column("enrolments", "pregnant_until")
    op.drop_column("staged_rows", "pregnant_until")
