"""Hand-overs, substitutions, group sessions, graduation tracks; visits with checks and versions."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def fk(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Make a reference to a table's key, named as all are."""
    key = "code" if target == "areas" else "id"
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.{key}"], name=f"fk_{table}_{column}_{target}"
    )


def upgrade() -> None:
    _make_handing()
    _make_sessions()
    _make_graduations()
    _change_visits()
    for column in ("latitude", "longitude"):
        op.add_column("areas", sa.Column(column, sa.Float(), nullable=True))
    _refer("attachments", "session_id", "group_sessions")
    op.create_index("ix_attachments_session_id", "attachments", ["session_id"])
    _refer("tickets", "helper_id", "staff")
    there = sa.text("helper_id IS NOT NULL")
    op.create_index(
        "ix_tickets_helper", "tickets", ["helper_id"], sqlite_where=there, postgresql_where=there
    )
    op.create_table(
        "helped_consents",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=False),
        sa.Column("household_id", BIG_ID, nullable=True),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        fk("helped_consents", "ticket_id", "tickets"),
        fk("helped_consents", "staff_id", "staff"),
        fk("helped_consents", "household_id", "households"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_helped_consents"),
    )
    op.create_index("ix_helped_consents_household_id", "helped_consents", ["household_id"])


def _refer(table: str, column: str, target: str) -> None:
    """Add a reference without building the table anew, which SQLite could only do as a copy."""
    kind = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    name = f"fk_{table}_{column}_{target}"
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} {kind} CONSTRAINT {name} REFERENCES {target} (id)"
    )


def _make_handing() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("household_id", BIG_ID, nullable=False),
        sa.Column("from_id", BIG_ID, nullable=True),
        sa.Column("to_id", BIG_ID, nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        fk("handovers", "household_id", "households"),
        fk("handovers", "from_id", "staff"),
        fk("handovers", "to_id", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_handovers"),
    )
    op.create_index("ix_handovers_household_id", "handovers", ["household_id"])
    op.create_table(
        "substitutions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("absent_id", BIG_ID, nullable=False),
        sa.Column("substitute_id", BIG_ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        fk("substitutions", "absent_id", "staff"),
        fk("substitutions", "substitute_id", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_substitutions"),
    )
    for column in ("absent_id", "substitute_id"):
        op.create_index(f"ix_substitutions_{column}", "substitutions", [column])


def _make_sessions() -> None:
    op.create_table(
        "group_sessions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("module", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("headcount", BIG_ID, nullable=False),
        sa.Column("replaced_by_id", BIG_ID, nullable=True),
        fk("group_sessions", "staff_id", "staff"),
        fk("group_sessions", "area_code", "areas"),
        fk("group_sessions", "replaced_by_id", "group_sessions"),
        sa.PrimaryKeyConstraint("id", name="pk_group_sessions"),
    )
    op.create_index("ix_group_sessions_staff_id", "group_sessions", ["staff_id"])
    op.create_table(
        "attendance",
        sa.Column("session_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("household_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        fk("attendance", "session_id", "group_sessions"),
        fk("attendance", "household_id", "households"),
        sa.PrimaryKeyConstraint("session_id", "household_id", name="pk_attendance"),
    )
    op.create_index("ix_attendance_household_id", "attendance", ["household_id"])


def _make_graduations() -> None:
    op.create_table(
        "graduations",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("household_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_by", sa.String(length=60), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        fk("graduations", "household_id", "households"),
        sa.PrimaryKeyConstraint("id", name="pk_graduations"),
        sa.UniqueConstraint("household_id", name="uq_graduations_household_id"),
    )
    op.create_table(
        "graduation_steps",
        sa.Column("graduation_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        fk("graduation_steps", "graduation_id", "graduations"),
        sa.PrimaryKeyConstraint("graduation_id", "kind", name="pk_graduation_steps"),
    )


def _change_visits() -> None:
    with op.batch_alter_table("visits") as visits:
        visits.add_column(sa.Column("checks", sa.JSON(), nullable=False, server_default="{}"))
        visits.add_column(sa.Column("told_at", MOMENT, nullable=True))
        visits.add_column(sa.Column("distance_m", BIG_ID, nullable=True))
        visits.add_column(sa.Column("replaced_by_id", BIG_ID, nullable=True))
        visits.create_foreign_key(
            "fk_visits_replaced_by_id_visits", "visits", ["replaced_by_id"], ["id"]
        )
    op.execute("UPDATE visits SET told_at = visited_at")
    with op.batch_alter_table("visits") as visits:
        visits.alter_column("checks", existing_type=sa.JSON(), server_default=None)
        visits.alter_column("told_at", existing_type=MOMENT, nullable=False)
    op.create_index("ix_visits_replaced_by_id", "visits", ["replaced_by_id"])


def downgrade() -> None:
    op.drop_table("helped_consents")
    op.drop_index("ix_tickets_helper", table_name="tickets")
    op.drop_index("ix_attachments_session_id", table_name="attachments")
    op.drop_index("ix_visits_replaced_by_id", table_name="visits")
    op.execute("DELETE FROM attachments WHERE session_id IS NOT NULL")
    for table, columns in (
        ("tickets", ("helper_id",)),
        ("attachments", ("session_id",)),
        ("areas", ("latitude", "longitude")),
        ("visits", ("replaced_by_id", "distance_m", "told_at", "checks")),
    ):
        with op.batch_alter_table(table) as changed:
            if table == "visits":
                changed.drop_constraint("fk_visits_replaced_by_id_visits", type_="foreignkey")
            for column in columns:
                changed.drop_column(column)
    for table in (
        "graduation_steps", "graduations", "attendance", "group_sessions", "substitutions",
        "handovers",
    ):  # fmt: skip
        op.drop_table(table)
