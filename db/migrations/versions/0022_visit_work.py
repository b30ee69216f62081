"""What came of a visit, and when a file was sent that goes to a visit by its moment alone."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORK = {"ticket_id": "tickets", "graduation_id": "graduations"}


def upgrade() -> None:
    with op.batch_alter_table("visits") as visits:
        for column, table in WORK.items():
            visits.add_column(sa.Column(column, BIG_ID, nullable=True))
            visits.create_foreign_key(f"fk_visits_{column}_{table}", table, [column], ["id"])
    op.create_index("ix_visits_graduation_id", "visits", ["graduation_id"])
    op.add_column("attachments", sa.Column("sent_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("attachments") as attachments:
        attachments.drop_column("sent_at")
    op.drop_index("ix_visits_graduation_id", table_name="visits")
    with op.batch_alter_table("visits") as visits:
        for column, table in WORK.items():
            visits.drop_constraint(f"fk_visits_{column}_{table}", type_="foreignkey")
            visits.drop_column(column)
