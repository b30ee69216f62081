"""When companions were told that a leave began, and that it ended."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

COLUMNS = ("begin_told_at", "end_told_at")


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("substitutions", sa.Column(column, sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("substitutions") as substitutions:
        for column in COLUMNS:
            substitutions.drop_column(column)
