"""The desk: tickets with deadlines, their history, talks, incidents, referrals and alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
REFUSAL = "rows of this table are never altered"
# All but `why_sealed`, which a new data key seals anew.
UNALTERED = (
    "id", "ticket_id", "version", "at", "actor", "side", "change", "state", "decision", "category",
    "section", "priority", "staff_id", "agency", "other_id", "incident_id",
)  # fmt: skip
CHOSEN_BY = (
    "state", "kind", "category", "section", "priority", "staff_id", "area_code", "secrecy",
)  # fmt: skip
INDEXES = {
    "ix_tickets_contact": ["contact_id", "id"],
    "ix_tickets_person_id": ["person_id"],
    "ix_tickets_area": ["area_code", "id"],
    "ix_tickets_state": ["state", "id"],
    "ix_tickets_section": ["section", "state", "id"],
    "ix_tickets_staff": ["staff_id", "state", "id"],
    "ix_tickets_kind": ["kind", "category", "id"],
    "ix_tickets_created": [
        "created_at",
        "id",
        "area_code",
        "section",
        "staff_id",
        "kind",
        "category",
        "rating",
        "incident_id",
    ],
    "ix_tickets_every": ["id", *CHOSEN_BY, "due_at", "risk_at"],
}
ALIVE = "state NOT IN ('confirmed', 'rejected')"
PARTIAL = {
    "ix_tickets_alive": (["id", *CHOSEN_BY, "due_at", "risk_at"], ALIVE),
    "ix_tickets_due": (["due_at", "id", "risk_at", *CHOSEN_BY], "due_at IS NOT NULL"),
    "ix_tickets_urgent": (["id"], f"kind = 'emergency' AND {ALIVE}"),
    "ix_tickets_watch": (["watch_at"], "watch_at IS NOT NULL"),
    "ix_tickets_other": (["other_id"], "other_id IS NOT NULL"),
    "ix_tickets_incident": (["incident_id", "id"], "incident_id IS NOT NULL"),
}

# kind, category, priority, section, days to verify, to follow up, to finish, day and night.
# Verified within 3 working days, first follow-up 5 later, done within 60 (the national complaint
# system, SP4N-LAPOR!); an emergency has hours, and no weekend.
HOUR = 1 / 24
RULES = (
    ("emergency", "", 0, "sosial_ekonomi", HOUR, HOUR, 7, True),
    ("human", "", 1, None, 1, 1, 5, False),
    ("complaint", "", 2, "sosial_ekonomi", 3, 5, 60, False),
    ("complaint", "deducted", 1, "sosial_ekonomi", 3, 5, 60, False),
    ("complaint", "conduct", 1, "sosial_ekonomi", 3, 5, 60, False),
    ("complaint", "disaster", 1, "sosial_ekonomi", 1, 1, 60, False),
    ("complaint", "kis", 1, "kesehatan", 3, 5, 60, False),
    ("complaint", "pip", 2, "pendidikan", 3, 5, 60, False),
    ("complaint", "data", 2, "pengolah_data", 3, 5, 60, False),
    ("complaint", "not_listed", 2, "pengolah_data", 3, 5, 60, False),
    ("correction", "", 2, "pengolah_data", 3, 5, 60, False),
    ("usul", "", 2, "pengolah_data", 3, 5, 60, False),
    # A sanggah lapses when it is not verified within 14 days (Kemensos, Cek Bansos).
    ("sanggah", "", 2, "pengolah_data", 3, 5, 60, False),
    ("goods", "", 2, "sosial_ekonomi", 3, 5, 60, False),
)
AGENCIES = (
    ("dinkes", "Dinas Kesehatan"),
    ("disdik", "Dinas Pendidikan"),
    ("dukcapil", "Dinas Kependudukan dan Pencatatan Sipil"),
    ("permukiman", "Dinas Perumahan dan Kawasan Permukiman"),
    ("naker", "Dinas Tenaga Kerja"),
    ("koperasi", "Dinas Koperasi dan UKM"),
    ("perikanan", "Dinas Perikanan"),
    ("ppkb", "Dinas Pengendalian Penduduk dan KB"),
    ("bpjs", "BPJS Kesehatan"),
    ("polisi", "Kepolisian Resor"),
)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _refers(table: str, column: str, other: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.{key}"], name=f"fk_{table}_{column}_{other}"
    )


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def upgrade() -> None:
    _make_rules()
    _make_incidents()
    _change_tickets()
    _remake_events()
    _make_notes_and_words()
    _make_talks_and_referrals()
    _make_duties()
    _make_tools()
    for column in ("ticket_id", "talk_id"):
        op.add_column("contacts", sa.Column(column, BIG_ID, nullable=True))
    # A ticket's page shows what its citizen was told.
    _partial("ix_outbound_told", "outbound", ["contact_id", "settled_at"], "settled_at IS NOT NULL")


def _make_rules() -> None:
    rules = op.create_table(
        "sla_rules",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=True),
        sa.Column("verify_days", sa.Float(), nullable=False),
        sa.Column("follow_days", sa.Float(), nullable=False),
        sa.Column("finish_days", sa.Float(), nullable=False),
        sa.Column("always", sa.Boolean(), nullable=False),
        _key("sla_rules", "kind", "category"),
    )
    agencies = op.create_table(
        "agencies",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        _key("agencies", "code"),
    )
    columns = [column.name for column in rules.columns]
    op.bulk_insert(rules, [dict(zip(columns, rule, strict=True)) for rule in RULES])
    op.bulk_insert(
        agencies, [{"code": code, "name": name, "address": ""} for code, name in AGENCIES]
    )


def _make_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("title_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("opened_by", sa.String(length=60), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        _refers("incidents", "area_code", "areas", "code"),
        _key("incidents", "id"),
    )
    op.create_index("ix_incidents_area_code", "incidents", ["area_code"])


def _change_tickets() -> None:
    op.drop_index("ix_tickets_contact_id", table_name="tickets")
    with op.batch_alter_table("tickets") as batch:
        batch.alter_column("contact_id", existing_type=BIG_ID, nullable=True)
        for name, kind in (
            ("area_code", sa.String(length=13)), ("secrecy", sa.String(length=15)),
            ("details_sealed", sa.LargeBinary()), ("decision", sa.String(length=15)),
            ("section", sa.String(length=20)), ("priority", sa.SmallInteger()),
            ("staff_id", BIG_ID), ("agency", sa.String(length=20)), ("other_id", BIG_ID),
            ("incident_id", BIG_ID), ("version", BIG_ID), ("changed_at", MOMENT),
            ("risk_at", MOMENT), ("due_at", MOMENT), ("watch_at", MOMENT),
            ("climbed", sa.SmallInteger()), ("warned_at", MOMENT), ("told_at", MOMENT),
            ("rating", sa.SmallInteger()),
        ):  # fmt: skip
            batch.add_column(sa.Column(name, kind, nullable=True))
    # What came before the desk is of the reporter's kelurahan, or else of the whole city.
    op.execute(
        "UPDATE tickets SET secrecy = 'plain', priority = 2, version = 1, climbed = 0,"
        " changed_at = created_at, area_code = coalesce("
        " (SELECT area_code FROM households JOIN people ON people.household_id = households.id"
        " WHERE people.id = tickets.person_id),"
        " (SELECT min(code) FROM areas WHERE level = 'city'), (SELECT min(code) FROM areas))"
    )
    with op.batch_alter_table("tickets") as batch:
        for name, kind in (
            ("area_code", sa.String(length=13)), ("secrecy", sa.String(length=15)),
            ("priority", sa.SmallInteger()), ("version", BIG_ID), ("changed_at", MOMENT),
            ("climbed", sa.SmallInteger()),
        ):  # fmt: skip
            batch.alter_column(name, existing_type=kind, nullable=False)
        for column, other, key in (
            ("area_code", "areas", "code"), ("staff_id", "staff", "id"),
            ("other_id", "tickets", "id"), ("incident_id", "incidents", "id"),
        ):  # fmt: skip
            batch.create_foreign_key(f"fk_tickets_{column}_{other}", other, [column], [key])
    for name, columns in INDEXES.items():
        op.create_index(name, "tickets", columns)
    for name, (columns, where) in PARTIAL.items():
        _partial(name, "tickets", columns, where)


def _remake_events() -> None:
    op.execute("ALTER TABLE ticket_events RENAME TO former_events")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE former_events RENAME CONSTRAINT pk_ticket_events TO pk_former")
        op.execute(
            "ALTER TABLE former_events RENAME CONSTRAINT fk_ticket_events_ticket_id_tickets"
            " TO fk_former"
        )
    op.create_table(
        "ticket_events",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("version", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("change", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decision", sa.String(length=15), nullable=True),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=True),
        sa.Column("agency", sa.String(length=20), nullable=True),
        sa.Column("other_id", BIG_ID, nullable=True),
        sa.Column("incident_id", BIG_ID, nullable=True),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        _refers("ticket_events", "ticket_id", "tickets"),
        _key("ticket_events", "id"),
    )
    op.execute(
        "INSERT INTO ticket_events (ticket_id, version, at, actor, side, change, state, category,"
        " priority) SELECT e.ticket_id, 1, e.at, e.actor, 'citizen', 'opened', t.state, t.category,"
        " t.priority FROM former_events AS e JOIN tickets AS t ON t.id = e.ticket_id ORDER BY e.id"
    )
    op.drop_table("former_events")  # with its triggers
    op.create_index(
        "ix_ticket_events_version", "ticket_events", ["ticket_id", "version"], unique=True
    )
    _refuse_changes()


def _refuse_changes() -> None:
    columns = ", ".join(UNALTERED)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER ticket_events_unaltered BEFORE UPDATE OF {columns} OR DELETE OR"
            " TRUNCATE ON ticket_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for name, event in (
        ("update", f"BEFORE UPDATE OF {columns} ON ticket_events"),
        ("delete", "BEFORE DELETE ON ticket_events"),
        (
            "replace",
            "BEFORE INSERT ON ticket_events WHEN EXISTS (SELECT 1 FROM ticket_events"
            " WHERE id = NEW.id OR (ticket_id = NEW.ticket_id AND version = NEW.version))",
        ),
        ("odd_id", "AFTER INSERT ON ticket_events WHEN NEW.id < 1"),
    ):
        op.execute(f"CREATE TRIGGER ticket_events_no_{name} {event} {refuse}")


def _make_notes_and_words() -> None:
    op.create_table(
        "ticket_notes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        _refers("ticket_notes", "ticket_id", "tickets"),
        _key("ticket_notes", "id"),
    )
    op.create_index("ix_ticket_notes_ticket_id", "ticket_notes", ["ticket_id"])
    op.create_table(
        "ticket_words",
        sa.Column("word_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        _refers("ticket_words", "ticket_id", "tickets"),
        _key("ticket_words", "word_index", "ticket_id"),
    )
    op.create_index("ix_ticket_words_ticket_id", "ticket_words", ["ticket_id"])


def _make_talks_and_referrals() -> None:
    op.create_table(
        "talks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=True),
        _refers("talks", "contact_id", "contacts"),
        _refers("talks", "ticket_id", "tickets"),
        _refers("talks", "staff_id", "staff"),
        _key("talks", "id"),
    )
    for column in ("contact_id", "ticket_id"):
        op.create_index(f"ix_talks_{column}", "talks", [column])
    _partial("ix_talks_going_on", "talks", ["state", "said_at"], "state != 'ended'")
    op.create_table(
        "referrals",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("agency", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("asked_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("names_reporter", sa.Boolean(), nullable=False),
        sa.Column("token_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("sent_by", sa.String(length=60), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_name_sealed", sa.LargeBinary(), nullable=True),
        _refers("referrals", "ticket_id", "tickets"),
        _refers("referrals", "agency", "agencies", "code"),
        _key("referrals", "id"),
        sa.UniqueConstraint("number", name="uq_referrals_number"),
        sa.UniqueConstraint("token_index", name="uq_referrals_token_index"),
    )
    op.create_index("ix_referrals_ticket_id", "referrals", ["ticket_id"])


def _make_duties() -> None:
    op.create_table(
        "duties",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=False),
        sa.Column("begins_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        _refers("duties", "staff_id", "staff"),
        _key("duties", "id"),
    )
    op.create_index("ix_duties_staff_id", "duties", ["staff_id"])
    op.create_index("ix_duties_ends_at", "duties", ["ends_at"])
    op.create_table(
        "alerts",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("rounds", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("taken_by", BIG_ID, nullable=True),
        sa.Column("taken_at", MOMENT, nullable=True),
        _refers("alerts", "ticket_id", "tickets"),
        _refers("alerts", "taken_by", "staff"),
        _key("alerts", "ticket_id"),
    )
    _partial("ix_alerts_next", "alerts", ["next_at"], "next_at IS NOT NULL")


def _make_tools() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=400), nullable=False),
        _refers("saved_views", "staff_id", "staff"),
        _key("saved_views", "id"),
        sa.UniqueConstraint("staff_id", "name", name="uq_saved_views_staff_id"),
    )
    op.create_table(
        "canned_answers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=True),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        _key("canned_answers", "id"),
        sa.UniqueConstraint("title", name="uq_canned_answers_title"),
    )
    op.create_table(
        "ticket_viewers",
        sa.Column("ticket_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("staff_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        _refers("ticket_viewers", "ticket_id", "tickets"),
        _refers("ticket_viewers", "staff_id", "staff"),
        _key("ticket_viewers", "ticket_id", "staff_id"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbound_told", table_name="outbound")
    for column in ("talk_id", "ticket_id"):
        op.drop_column("contacts", column)
    for table in (
        "ticket_viewers", "canned_answers", "saved_views", "alerts", "duties", "referrals",
        "talks", "ticket_words", "ticket_notes",
    ):  # fmt: skip
        op.drop_table(table)
    _take_events_back()
    for name in (*INDEXES, *PARTIAL):
        op.drop_index(name, table_name="tickets")
    op.execute("DELETE FROM tickets WHERE contact_id IS NULL")
    with op.batch_alter_table("tickets") as batch:
        for column, other in (
            ("area_code", "areas"), ("staff_id", "staff"), ("other_id", "tickets"),
            ("incident_id", "incidents"),
        ):  # fmt: skip
            batch.drop_constraint(f"fk_tickets_{column}_{other}", type_="foreignkey")
        for column in (
            "area_code", "secrecy", "details_sealed", "decision", "section", "priority",
            "staff_id", "agency", "other_id", "incident_id", "version", "changed_at", "risk_at",
            "due_at", "watch_at", "climbed", "warned_at", "told_at", "rating",
        ):  # fmt: skip
            batch.drop_column(column)
        batch.alter_column("contact_id", existing_type=BIG_ID, nullable=False)
    op.create_index("ix_tickets_contact_id", "tickets", ["contact_id"])
    for table in ("incidents", "agencies", "sla_rules"):
        op.drop_table(table)


def _take_events_back() -> None:
    op.drop_table("ticket_events")
    op.create_table(
        "ticket_events",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        _refers("ticket_events", "ticket_id", "tickets"),
        _key("ticket_events", "id"),
    )
    op.create_index("ix_ticket_events_ticket_id", "ticket_events", ["ticket_id"])
    op.execute(
        "INSERT INTO ticket_events (ticket_id, at, actor, state)"
        " SELECT id, created_at, 'contact:' || contact_id, 'received' FROM tickets"
        " WHERE contact_id IS NOT NULL"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER ticket_events_unaltered BEFORE UPDATE OR DELETE OR TRUNCATE"
            " ON ticket_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for name, event in (
        ("update", "BEFORE UPDATE ON ticket_events"),
        ("delete", "BEFORE DELETE ON ticket_events"),
        (
            "replace",
            "BEFORE INSERT ON ticket_events"
            " WHEN EXISTS (SELECT 1 FROM ticket_events WHERE id = NEW.id)",
        ),
        ("odd_id", "AFTER INSERT ON ticket_events WHEN NEW.id < 1"),
    ):
        op.execute(f"CREATE TRIGGER ticket_events_no_{name} {event} {refuse}")
