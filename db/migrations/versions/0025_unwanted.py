"""What its contact did not want any more, as somebody else of the family may hear it instead."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

UNWANTED = sa.text(
    "state = 'canceled' AND reason = 'opted_out' AND wave_id IS NOT NULL AND passed_on_at IS NULL"
)


def upgrade() -> None:
    # What was ended before has had its time.
    op.execute(
        "UPDATE outbound SET passed_on_at = created_at"
        " WHERE state = 'canceled' AND reason = 'opted_out' AND wave_id IS NOT NULL"
    )
    op.create_index(
        "ix_outbound_unwanted", "outbound", ["wave_id"],
        sqlite_where=UNWANTED, postgresql_where=UNWANTED,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_outbound_unwanted", "outbound")
