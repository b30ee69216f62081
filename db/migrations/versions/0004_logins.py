"""Logins of staff for the console: passwords, one-time codes, sessions, tries."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
COLUMNS = (
    ("console_code_index", sa.LargeBinary(length=16)),
    ("console_code_expires_at", MOMENT),
    ("login", sa.String(length=40)),
    ("password_hash", sa.String(length=200)),
    ("totp_sealed", sa.LargeBinary()),
    ("totp_step", BIG_ID),
)


def upgrade() -> None:
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("active", sa.Boolean(), nullable=True))
        for name, kind in COLUMNS:
            staff.add_column(sa.Column(name, kind, nullable=True))
        staff.create_unique_constraint("uq_staff_console_code_index", ["console_code_index"])
        staff.create_unique_constraint("uq_staff_login", ["login"])
    op.execute(sa.text("UPDATE staff SET active = :yes").bindparams(yes=True))
    with op.batch_alter_table("staff") as staff:
        staff.alter_column("active", existing_type=sa.Boolean(), nullable=False)
    op.create_table(
        "staff_sessions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=False),
        sa.Column("token_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_staff_sessions_staff_id_staff"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_staff_sessions"),
        sa.UniqueConstraint("token_index", name="uq_staff_sessions_token_index"),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
    op.create_table(
        "login_tries",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("count", BIG_ID, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_login_tries"),
    )


def downgrade() -> None:
    op.drop_table("login_tries")
    op.drop_table("staff_sessions")
    with op.batch_alter_table("staff") as staff:
        staff.drop_constraint("uq_staff_login", type_="unique")
        staff.drop_constraint("uq_staff_console_code_index", type_="unique")
        for name, _kind in reversed(COLUMNS):
            staff.drop_column(name)
        staff.drop_column("active")
