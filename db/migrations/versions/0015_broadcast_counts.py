"""The last count of a large broadcast, for all who look at it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "broadcast_counts",
        sa.Column("broadcast_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("version", BIG_ID, nullable=False),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("progress", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name="fk_broadcast_counts_broadcast_id_broadcasts"
        ),
        sa.PrimaryKeyConstraint("broadcast_id", name="pk_broadcast_counts"),
    )


def downgrade() -> None:
    op.drop_table("broadcast_counts")
