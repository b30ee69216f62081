"""Files of tickets and visits: where they lie, and how they were fetched."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDED = (
    "not_before", "tries", "size", "digest", "reason", "state", "at", "contact_id",
)  # fmt: skip

# Of a visit nobody knows by which channel its files came; those of tickets are still to be had.
FILL = (
    "UPDATE attachments SET contact_id = (SELECT contact_id FROM tickets WHERE id = ticket_id),"
    " at = coalesce((SELECT created_at FROM tickets WHERE id = ticket_id),"
    " (SELECT recorded_at FROM visits WHERE id = visit_id)), tries = 0",
    "UPDATE attachments SET not_before = at, reason = CASE WHEN visit_id IS NOT NULL"
    " AND ref IS NOT NULL THEN 'no_channel' END, state = CASE WHEN kind = 'location' THEN 'kept'"
    " WHEN ref IS NULL THEN 'gone' WHEN visit_id IS NOT NULL THEN 'refused' ELSE 'waiting' END",
    "UPDATE attachments SET ref = NULL WHERE state = 'refused'",
)


def upgrade() -> None:
    with op.batch_alter_table("attachments") as attachments:
        attachments.add_column(sa.Column("contact_id", BIG_ID, nullable=True))
        attachments.add_column(sa.Column("at", MOMENT, nullable=True))
        attachments.add_column(sa.Column("state", sa.String(length=10), nullable=True))
        attachments.add_column(sa.Column("reason", sa.String(length=40), nullable=True))
        attachments.add_column(sa.Column("digest", sa.LargeBinary(length=16), nullable=True))
        attachments.add_column(sa.Column("size", BIG_ID, nullable=True))
        attachments.add_column(sa.Column("tries", sa.SmallInteger(), nullable=True))
        attachments.add_column(sa.Column("not_before", MOMENT, nullable=True))
        attachments.create_foreign_key(
            "fk_attachments_contact_id_contacts", "contacts", ["contact_id"], ["id"]
        )
    for statement in FILL:
        op.execute(statement)
    with op.batch_alter_table("attachments") as attachments:
        attachments.alter_column("at", existing_type=MOMENT, nullable=False)
        attachments.alter_column("state", existing_type=sa.String(length=10), nullable=False)
        attachments.alter_column("tries", existing_type=sa.SmallInteger(), nullable=False)
        attachments.alter_column("not_before", existing_type=MOMENT, nullable=False)
    op.create_index("ix_attachments_contact_id", "attachments", ["contact_id"])
    _partial("ix_attachments_waiting", ["not_before", "id"], "state = 'waiting'")
    _partial("ix_attachments_digest", ["digest"], "digest IS NOT NULL")


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, "attachments", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def downgrade() -> None:
    for name in ("digest", "waiting", "contact_id"):
        op.drop_index(f"ix_attachments_{name}", table_name="attachments")
    with op.batch_alter_table("attachments") as attachments:
        attachments.drop_constraint("fk_attachments_contact_id_contacts", type_="foreignkey")
        for name in ADDED:
            attachments.drop_column(name)
