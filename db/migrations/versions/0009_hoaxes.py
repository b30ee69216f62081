"""Messages of doubtful truth that were reported, and what the office knows of them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "hoaxes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("province_code", sa.String(length=13), nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("exact_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reports", BIG_ID, nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("alerted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["province_code"], ["areas.code"], name="fk_hoaxes_province_code_areas"
        ),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name="fk_hoaxes_area_code_areas"),
        sa.PrimaryKeyConstraint("id", name="pk_hoaxes"),
        sa.UniqueConstraint("province_code", "exact_index", name="uq_hoaxes_province_code"),
    )
    op.create_index("ix_hoaxes_area_code", "hoaxes", ["area_code"])
    op.create_table(
        "hoax_marks",
        sa.Column("hoax_id", BIG_ID, nullable=False),
        sa.Column("mark_index", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["hoax_id"], ["hoaxes.id"], name="fk_hoax_marks_hoax_id_hoaxes", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hoax_id", "mark_index", name="pk_hoax_marks"),
    )
    op.create_index("ix_hoax_marks_mark_index", "hoax_marks", ["mark_index"])
    op.create_table(
        "hoax_reports",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("hoax_id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=True),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["hoax_id"], ["hoaxes.id"], name="fk_hoax_reports_hoax_id_hoaxes", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_hoax_reports_contact_id_contacts"
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["areas.code"], name="fk_hoax_reports_area_code_areas"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_hoax_reports"),
        sa.UniqueConstraint("hoax_id", "contact_id", name="uq_hoax_reports_hoax_id"),
    )
    op.create_index("ix_hoax_reports_contact_id", "hoax_reports", ["contact_id"])
    with op.batch_alter_table("notices") as notices:
        notices.alter_column("distribution_id", existing_type=BIG_ID, nullable=True)
        notices.add_column(sa.Column("hoax_id", BIG_ID, nullable=True))
        notices.create_foreign_key("fk_notices_hoax_id_hoaxes", "hoaxes", ["hoax_id"], ["id"])
        notices.create_index("ix_notices_hoax_id", ["hoax_id"])


def downgrade() -> None:
    # A warning announces no distribution, which every notice has to do here.
    op.execute(
        "DELETE FROM outbound WHERE notice_id IN"
        " (SELECT id FROM notices WHERE distribution_id IS NULL)"
    )
    op.execute("DELETE FROM notices WHERE distribution_id IS NULL")
    with op.batch_alter_table("notices") as notices:
        notices.drop_index("ix_notices_hoax_id")
        notices.drop_constraint("fk_notices_hoax_id_hoaxes", type_="foreignkey")
        notices.drop_column("hoax_id")
        notices.alter_column("distribution_id", existing_type=BIG_ID, nullable=False)
    for table in ("hoax_reports", "hoax_marks", "hoaxes"):
        op.drop_table(table)
