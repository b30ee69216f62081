"""Lists of all agencies: batches, lines in force and ended, who is who, and what changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
IN_FORCE = sa.text("ended_batch_id IS NULL")
ENDED = sa.text("ended_batch_id IS NOT NULL")


def upgrade() -> None:
    # Of two lists of one name the older keeps its lines, under a name that tells its day.
    op.execute(
        "UPDATE lists SET name = substr(name, 1, 80) || ' per ' || as_of WHERE EXISTS ("
        "SELECT 1 FROM lists AS newer WHERE newer.agency = lists.agency"
        " AND newer.name = lists.name AND newer.as_of > lists.as_of)"
    )
    with op.batch_alter_table("lists") as lists:
        lists.drop_constraint("uq_lists_agency", type_="unique")
        lists.create_unique_constraint("uq_lists_agency", ["agency", "name"])
    _batches()
    _families()
    _people()
    _enrolments()
    _identities()


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("list_id", BIG_ID, nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("former_as_of", sa.Date(), nullable=True),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("file_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("rows_read", BIG_ID, nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=60), nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("taken_back_by", sa.String(length=60), nullable=True),
        sa.Column("taken_back_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name="fk_batches_area_code_areas"),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name="fk_batches_list_id_lists"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_list_id", "batches", ["list_id"])
    op.create_table(
        "staged_rows",
        sa.Column("batch_id", BIG_ID, nullable=False),
        sa.Column("row_no", BIG_ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("nik_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("nik_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("kk_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("kk_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", sa.String(length=1), nullable=True),
        sa.Column("relation", sa.String(length=20), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("rt", sa.String(length=3), nullable=True),
        sa.Column("rw", sa.String(length=3), nullable=True),
        sa.Column("area_code", sa.String(length=13), nullable=True),
        sa.Column("decile", BIG_ID, nullable=True),
        sa.Column("program_code", sa.String(length=20), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("left_because", sa.String(length=10), nullable=True),
        sa.Column("period", sa.String(length=20), nullable=True),
        sa.Column("amount", BIG_ID, nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("has_card", sa.Boolean(), nullable=True),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("person_key", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_staged_rows_batch_id_batches"
        ),
        sa.PrimaryKeyConstraint("batch_id", "row_no", name="pk_staged_rows"),
    )
    op.create_table(
        "refused_rows",
        sa.Column("batch_id", BIG_ID, nullable=False),
        sa.Column("row_no", BIG_ID, nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("line_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_refused_rows_batch_id_batches"
        ),
        sa.PrimaryKeyConstraint("batch_id", "row_no", name="pk_refused_rows"),
    )


def _families() -> None:
    with op.batch_alter_table("households") as households:
        households.alter_column("kk_sealed", existing_type=sa.LargeBinary(), nullable=True)
        households.alter_column("kk_index", existing_type=sa.LargeBinary(16), nullable=True)
        households.add_column(sa.Column("as_of", sa.Date(), nullable=True))
        households.add_column(sa.Column("batch_id", BIG_ID, nullable=True))
        households.create_foreign_key(
            "fk_households_batch_id_batches", "batches", ["batch_id"], ["id"]
        )
    op.execute(
        "UPDATE households SET as_of ="
        " (SELECT lists.as_of FROM lists WHERE lists.id = households.list_id)"
    )
    with op.batch_alter_table("households") as households:
        households.alter_column("as_of", existing_type=sa.Date(), nullable=False)


def _people() -> None:
    with op.batch_alter_table("people") as people:
        people.alter_column("nik_sealed", existing_type=sa.LargeBinary(), nullable=True)
        people.alter_column("nik_index", existing_type=sa.LargeBinary(16), nullable=True)
        people.alter_column("birth_date", existing_type=sa.Date(), nullable=True)
        people.alter_column("sex", existing_type=sa.String(1), nullable=True)
        people.add_column(sa.Column("as_of", sa.Date(), nullable=True))
        people.add_column(sa.Column("left_on", sa.Date(), nullable=True))
        people.add_column(sa.Column("left_because", sa.String(length=10), nullable=True))
        people.add_column(sa.Column("merged_into", BIG_ID, nullable=True))
        people.add_column(sa.Column("batch_id", BIG_ID, nullable=True))
        people.create_foreign_key("fk_people_merged_into_people", "people", ["merged_into"], ["id"])
        people.create_foreign_key("fk_people_batch_id_batches", "batches", ["batch_id"], ["id"])
    op.execute(
        "UPDATE people SET as_of = (SELECT households.as_of FROM households"
        " WHERE households.id = people.household_id)"
    )
    with op.batch_alter_table("people") as people:
        people.alter_column("as_of", existing_type=sa.Date(), nullable=False)
    op.create_index("ix_people_birth_date", "people", ["birth_date"])
    op.create_index("ix_people_merged_into", "people", ["merged_into"])


def _enrolments() -> None:
    op.execute("CREATE TABLE old_enrolments AS SELECT * FROM enrolments")
    op.execute("CREATE TABLE old_payouts AS SELECT * FROM payouts")
    op.drop_table("payouts")
    op.drop_table("enrolments")
    op.create_table(
        "enrolments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("list_id", BIG_ID, nullable=False),
        sa.Column("batch_id", BIG_ID, nullable=True),
        sa.Column("ended_batch_id", BIG_ID, nullable=True),
        sa.Column("program_code", sa.String(length=20), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("row_no", BIG_ID, nullable=True),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=True),
        sa.Column("kk_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("area_code", sa.String(length=13), nullable=True),
        sa.Column("decile", BIG_ID, nullable=True),
        sa.Column("has_card", sa.Boolean(), nullable=True),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=True),
        *_references("enrolments", person_id="people", list_id="lists", batch_id="batches",
                     ended_batch_id="batches"),
        sa.ForeignKeyConstraint(
            ["program_code"], ["programs.code"], name="fk_enrolments_program_code_programs"
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["areas.code"], name="fk_enrolments_area_code_areas"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enrolments"),
    )  # fmt: skip
    _payouts()
    op.execute(
        "INSERT INTO enrolments (id, person_id, list_id, program_code, status, since, reason)"
        " SELECT id, person_id, list_id, program_code, status, since, reason FROM old_enrolments"
    )
    op.execute(
        "INSERT INTO payouts (id, enrolment_id, period, amount, paid_on, place)"
        " SELECT id, enrolment_id, period, amount, paid_on, place FROM old_payouts"
    )
    op.drop_table("old_payouts")
    op.drop_table("old_enrolments")
    for name, columns in (
        ("ix_enrolments_program_status", ["program_code", "status", "person_id"]),
        ("ix_enrolments_list", ["list_id", "person_id"]),
    ):
        op.create_index(
            name, "enrolments", columns, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE
        )
    for column in ("person_id", "batch_id"):
        op.create_index(f"ix_enrolments_{column}", "enrolments", [column])
    op.create_index(
        "ix_enrolments_ended_batch_id", "enrolments", ["ended_batch_id"],
        sqlite_where=ENDED, postgresql_where=ENDED,
    )  # fmt: skip
    _continue_ids("enrolments", "payouts")


def _payouts() -> None:
    op.create_table(
        "payouts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("enrolment_id", BIG_ID, nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("amount", BIG_ID, nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        *_references("payouts", enrolment_id="enrolments"),
        sa.PrimaryKeyConstraint("id", name="pk_payouts"),
    )
    op.create_index("ix_payouts_enrolment_id", "payouts", ["enrolment_id"])


def _identities() -> None:
    op.create_table(
        "matches",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("other_id", BIG_ID, nullable=False),
        sa.Column("batch_id", BIG_ID, nullable=True),
        sa.Column("score", BIG_ID, nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        *_references("matches", person_id="people", other_id="people", batch_id="batches"),
        sa.PrimaryKeyConstraint("id", name="pk_matches"),
        sa.UniqueConstraint("person_id", "other_id", name="uq_matches_person_id"),
    )
    for column in ("other_id", "batch_id", "state"):
        op.create_index(f"ix_matches_{column}", "matches", [column])
    op.create_table(
        "identity_decisions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("kept_id", BIG_ID, nullable=False),
        sa.Column("other_id", BIG_ID, nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(length=60), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("undone_by", sa.String(length=60), nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        *_references("identity_decisions", kept_id="people", other_id="people"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_decisions"),
    )
    for column in ("kept_id", "other_id"):
        op.create_index(f"ix_identity_decisions_{column}", "identity_decisions", [column])
    op.create_table(
        "changes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("subject", sa.String(length=10), nullable=False),
        sa.Column("subject_id", BIG_ID, nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=200), nullable=True),
        sa.Column("after", sa.String(length=200), nullable=True),
        sa.Column("batch_id", BIG_ID, nullable=True),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        *_references("changes", batch_id="batches"),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.create_index("ix_changes_subject", "changes", ["subject", "subject_id"])
    op.create_index("ix_changes_batch_id", "changes", ["batch_id"])


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
        for column, other in columns.items()
    ]


def _continue_ids(*tables: str) -> None:
    """Let PostgreSQL count on from the rows that were copied with their ids."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
            f" COALESCE((SELECT max(id) FROM {table}), 0) + 1, false)"
        )


def downgrade() -> None:
    for table in ("changes", "identity_decisions", "matches"):
        op.drop_table(table)
    _old_enrolments()
    for index in ("ix_people_merged_into", "ix_people_birth_date"):
        op.drop_index(index, table_name="people")
    # What the older program cannot hold goes: it knows nobody without a NIK or a KK.
    unknown = "nik_index IS NULL OR birth_date IS NULL OR sex IS NULL"
    op.execute(f"DELETE FROM people WHERE {unknown}")
    op.execute("DELETE FROM households WHERE kk_index IS NULL")
    with op.batch_alter_table("people") as people:
        people.drop_constraint("fk_people_merged_into_people", type_="foreignkey")
        people.drop_constraint("fk_people_batch_id_batches", type_="foreignkey")
        for column in ("as_of", "left_on", "left_because", "merged_into", "batch_id"):
            people.drop_column(column)
        people.alter_column("nik_sealed", existing_type=sa.LargeBinary(), nullable=False)
        people.alter_column("nik_index", existing_type=sa.LargeBinary(16), nullable=False)
        people.alter_column("birth_date", existing_type=sa.Date(), nullable=False)
        people.alter_column("sex", existing_type=sa.String(1), nullable=False)
    with op.batch_alter_table("households") as households:
        households.drop_constraint("fk_households_batch_id_batches", type_="foreignkey")
        households.drop_column("batch_id")
        households.drop_column("as_of")
        households.alter_column("kk_sealed", existing_type=sa.LargeBinary(), nullable=False)
        households.alter_column("kk_index", existing_type=sa.LargeBinary(16), nullable=False)
    for table in ("refused_rows", "staged_rows", "batches"):
        op.drop_table(table)
    with op.batch_alter_table("lists") as lists:
        lists.drop_constraint("uq_lists_agency", type_="unique")
        lists.create_unique_constraint("uq_lists_agency", ["agency", "name", "as_of"])


def _old_enrolments() -> None:
    op.execute(
        "CREATE TABLE old_enrolments AS SELECT enrolments.*, people.household_id FROM enrolments"
        " JOIN people ON people.id = enrolments.person_id WHERE enrolments.id IN ("
        "SELECT min(id) FROM enrolments"
        " WHERE ended_batch_id IS NULL AND program_code IS NOT NULL"
        " GROUP BY person_id, program_code, list_id)"
    )
    op.execute("CREATE TABLE old_payouts AS SELECT * FROM payouts")
    op.drop_table("payouts")
    op.drop_table("enrolments")
    op.create_table(
        "enrolments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("household_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("program_code", sa.String(length=20), nullable=False),
        sa.Column("list_id", BIG_ID, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        *_references(
            "enrolments", household_id="households", person_id="people", list_id="lists"
        ),
        sa.ForeignKeyConstraint(
            ["program_code"], ["programs.code"], name="fk_enrolments_program_code_programs"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enrolments"),
        sa.UniqueConstraint("person_id", "program_code", "list_id", name="uq_enrolments_person_id"),
    )  # fmt: skip
    op.create_index("ix_enrolments_household_id", "enrolments", ["household_id"])
    op.create_index(
        "ix_enrolments_program_status", "enrolments", ["program_code", "status", "household_id"]
    )
    _payouts()
    columns = "id, household_id, person_id, program_code, list_id, status, since, reason"
    op.execute(f"INSERT INTO enrolments ({columns}) SELECT {columns} FROM old_enrolments")
    op.execute(
        "INSERT INTO payouts (id, enrolment_id, period, amount, paid_on, place)"
        " SELECT id, enrolment_id, period, amount, paid_on, place FROM old_payouts"
        " WHERE enrolment_id IN (SELECT id FROM enrolments)"
    )
    op.drop_table("old_payouts")
    op.drop_table("old_enrolments")
    _continue_ids("enrolments", "payouts")
