"""What a programme, and the rule of the hint for whom it is, said before somebody changed it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "program_versions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("program_code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("members", sa.String(length=100), nullable=True),
        sa.Column("most_decile", BIG_ID, nullable=True),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_code"], ["programs.code"], name="fk_program_versions_program_code_programs"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_program_versions"),
    )
    op.create_index("ix_program_versions_program_code", "program_versions", ["program_code"])


def downgrade() -> None:
    op.drop_table("program_versions")
