"""When a dispatcher died that may have sent a message, which its lease alone told before."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbound", sa.Column("lost_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE outbound SET lost_at = lease_until, lease_until = NULL"
        " WHERE lease_until IS NOT NULL AND state IN ('queued', 'canceled')"
    )


def downgrade() -> None:
    op.execute(
        "UPDATE outbound SET lease_until = lost_at"
        " WHERE lost_at IS NOT NULL AND state IN ('queued', 'canceled')"
    )
    with op.batch_alter_table("outbound") as outbound:
        outbound.drop_column("lost_at")
