"""Data keys, erasure, one-time links, retention, and a trail that nobody can alter."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

# Whoever rebuilds one of these on SQLite has to make its triggers anew.
UNALTERED = ("audit", "ticket_events")
REFUSAL = "rows of this table are never altered"


def upgrade() -> None:
    op.create_table(
        "data_keys",
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("purpose", "id", name="pk_data_keys"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_erasures_contact_id_contacts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_contact_id", "erasures", ["contact_id"])
    op.create_index("ix_erasures_due_at", "erasures", ["due_at"])
    op.create_table(
        "export_links",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("token_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_export_links_contact_id_contacts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_export_links"),
        sa.UniqueConstraint("token_index", name="uq_export_links_token_index"),
    )
    op.create_index("ix_export_links_contact_id", "export_links", ["contact_id"])
    op.create_table(
        "kept_tries",
        sa.Column("address_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("failed_tries", BIG_ID, nullable=False),
        sa.Column("tried_at", MOMENT, nullable=True),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("kept_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("address_index", name="pk_kept_tries"),
    )
    op.create_index("ix_kept_tries_kept_until", "kept_tries", ["kept_until"])
    op.create_table(
        "purges",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("chats_before", MOMENT, nullable=False),
        sa.Column("media_before", MOMENT, nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_purges"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject", "id"])
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgresql()
    else:
        _refuse_on_sqlite()


def _refuse_on_sqlite() -> None:
    for table in UNALTERED:
        for change in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change} BEFORE {change.upper()} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        # REPLACE deletes without those triggers. Where no id is given, NEW.id is none of a row's
        # before the insert; that no row has such an id is seen to after it.
        there = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there}"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_odd_id AFTER INSERT ON {table} WHEN NEW.id < 1"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _refuse_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for table in UNALTERED:
        op.execute(
            f"CREATE TRIGGER {table}_unaltered BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in UNALTERED:
            op.execute(f"DROP TRIGGER {table}_unaltered ON {table}")
        op.execute("DROP FUNCTION refuse_change()")
    else:
        for table in UNALTERED:
            for change in ("update", "delete", "replace", "odd_id"):
                op.execute(f"DROP TRIGGER {table}_no_{change}")
    op.drop_index("ix_audit_subject", table_name="audit")
    for table in ("purges", "kept_tries", "export_links", "erasures", "data_keys"):
        op.drop_table(table)
