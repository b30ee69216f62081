"""Findings where lists disagree, kept as tasks, and when they were last found anew."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "findings",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=True),
        sa.Column("list_id", BIG_ID, nullable=True),
        sa.Column("other_list_id", BIG_ID, nullable=True),
        sa.Column("program_code", sa.String(length=20), nullable=True),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("household_id", BIG_ID, nullable=True),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("number", BIG_ID, nullable=True),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("gone_at", MOMENT, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("settled_by", sa.String(length=60), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.{key}"],
                name=f"fk_findings_{column}_{table}",
                ondelete=ondelete,
            )
            for column, table, key, ondelete in (
                ("list_id", "lists", "id", "CASCADE"),
                ("other_list_id", "lists", "id", "CASCADE"),
                ("program_code", "programs", "code", None),
                ("area_code", "areas", "code", None),
                ("household_id", "households", "id", "CASCADE"),
                ("person_id", "people", "id", "CASCADE"),
                ("staff_id", "staff", "id", None),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.UniqueConstraint("key", name="uq_findings_key"),
    )
    op.create_index("ix_findings_kind_area", "findings", ["kind", "area_code"])
    for column in ("area_code", "household_id", "person_id", "staff_id"):
        op.create_index(f"ix_findings_{column}", "findings", [column])
    op.create_table(
        "refreshes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.Column("done", BIG_ID, nullable=False),
        sa.Column("total", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_refreshes"),
    )


def downgrade() -> None:
    op.drop_table("refreshes")
    op.drop_table("findings")
