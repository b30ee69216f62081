"""The catalogue of questions and answers with its history, and the places where people go."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def _content() -> list[sa.Column[Any]]:
    return [
        sa.Column("question", sa.String(length=150), nullable=False),
        sa.Column("answer", sa.String(length=600), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=False),
        sa.Column("check_on", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
    ]


def upgrade() -> None:
    _create_catalogue()
    _create_offices()
    # What a programme is becomes one answer among others; an office's own words are kept.
    op.execute(
        "INSERT INTO catalogue_entries (key, program_code, topic, question, answer, asked, source,"
        " source_date, check_on, active, changed_at, changed_by)"
        " SELECT lower(code) || '.what', code, 'what', 'Apa itu ' || name || '?', summary, '',"
        " source, source_date, source_date, true, CURRENT_TIMESTAMP, 'halo' FROM programs"
    )
    for column in ("summary", "source", "source_date"):
        op.drop_column("programs", column)


def _create_catalogue() -> None:
    op.create_table(
        "catalogue_entries",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=50), nullable=False),
        sa.Column("program_code", sa.String(length=20), nullable=True),
        sa.Column("topic", sa.String(length=10), nullable=False),
        *_content(),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_code"],
            ["programs.code"],
            name="fk_catalogue_entries_program_code_programs",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_catalogue_entries"),
        sa.UniqueConstraint("key", name="uq_catalogue_entries_key"),
    )
    for column in ("program_code", "check_on", "changed_at"):
        op.create_index(f"ix_catalogue_entries_{column}", "catalogue_entries", [column])
    op.create_table(
        "catalogue_versions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("entry_id", BIG_ID, nullable=False),
        *_content(),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by", sa.String(length=60), nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=False),
        sa.Column("replaced_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["catalogue_entries.id"],
            name="fk_catalogue_versions_entry_id_catalogue_entries",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_catalogue_versions"),
    )
    op.create_index("ix_catalogue_versions_entry_id", "catalogue_versions", ["entry_id", "id"])
    op.create_table(
        "eligibility_hints",
        sa.Column("program_code", sa.String(length=20), nullable=False),
        sa.Column("members", sa.String(length=100), nullable=False),
        sa.Column("most_decile", BIG_ID, nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_code"],
            ["programs.code"],
            name="fk_eligibility_hints_program_code_programs",
        ),
        sa.PrimaryKeyConstraint("program_code", name="pk_eligibility_hints"),
    )


def _create_offices() -> None:
    op.create_table(
        "offices",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("hours", sa.JSON(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name="fk_offices_area_code_areas"),
        sa.PrimaryKeyConstraint("id", name="pk_offices"),
    )
    op.create_index("ix_offices_area_code", "offices", ["area_code"])
    op.create_index("ix_offices_latitude", "offices", ["latitude", "longitude"])


def downgrade() -> None:
    for name, kind, empty in (
        ("summary", sa.String(length=600), "-"),
        ("source", sa.String(length=200), "-"),
        ("source_date", sa.Date(), "2026-01-01"),
    ):
        op.add_column("programs", sa.Column(name, kind, nullable=False, server_default=empty))
    op.execute(
        "UPDATE programs SET (summary, source, source_date) ="
        " (SELECT answer, source, source_date FROM catalogue_entries e"
        " WHERE e.program_code = programs.code AND e.topic = 'what' AND e.active LIMIT 1)"
        " WHERE EXISTS (SELECT 1 FROM catalogue_entries e"
        " WHERE e.program_code = programs.code AND e.topic = 'what' AND e.active)"
    )
    for table in ("offices", "eligibility_hints", "catalogue_versions", "catalogue_entries"):
        op.drop_table(table)
