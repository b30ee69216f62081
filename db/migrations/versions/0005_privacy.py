"""Identity: failed tries by NIK, vouchers of companions, and when a contact was linked."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "nik_tries",
        sa.Column("nik_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("failures", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("nik_index", "day", name="pk_nik_tries"),
    )
    op.create_index("ix_nik_tries_day", "nik_tries", ["day"])
    op.create_table(
        "vouchers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("code_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("contact_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_vouchers_person_id_people"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_vouchers_staff_id_staff"),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_vouchers_contact_id_contacts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_vouchers"),
        sa.UniqueConstraint("code_index", name="uq_vouchers_code_index"),
    )
    op.create_index("ix_vouchers_person_id", "vouchers", ["person_id"])
    op.create_index("ix_vouchers_contact_id", "vouchers", ["contact_id"])
    op.add_column("contacts", sa.Column("linked_at", MOMENT, nullable=True))
    op.add_column("contacts", sa.Column("tried_at", MOMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_column("tried_at")
        contacts.drop_column("linked_at")
    op.drop_table("vouchers")
    op.drop_table("nik_tries")
