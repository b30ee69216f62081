"""Budget lines by year, with source and date."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "budget_lines",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("year", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("program_code", sa.String(length=20), nullable=True),
        sa.Column("strategy", sa.String(length=10), nullable=False),
        sa.Column("allocated", BIG_ID, nullable=False),
        sa.Column("realised", BIG_ID, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("version", BIG_ID, nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_code"], ["areas.code"], name="fk_budget_lines_area_code_areas"
        ),
        sa.ForeignKeyConstraint(
            ["program_code"], ["programs.code"], name="fk_budget_lines_program_code_programs"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_budget_lines"),
        sa.UniqueConstraint("area_code", "year", "name", name="uq_budget_lines_area_code"),
    )
    op.create_index("ix_budget_lines_program_code", "budget_lines", ["program_code"])


def downgrade() -> None:
    op.drop_table("budget_lines")
