"""Rounds of distributions, and broadcasts with approval, waves, slots, answers and templates."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def fk(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Make a reference to a table's key, named as all are."""
    key = "code" if target in ("areas", "programs") else "id"
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.{key}"], name=name)


def upgrade() -> None:
    _make_rounds()
    _make_broadcasts()
    _make_answers()
    _make_rules()
    _change_notices()
    _change_outbound()


def _make_rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("program_code", sa.String(length=20), nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("stage", sa.String(length=60), nullable=True),
        sa.Column("bring", sa.String(length=300), nullable=True),
        sa.Column("contact", sa.String(length=120), nullable=True),
        sa.Column("filters", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=True),
        sa.Column("version", BIG_ID, nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=True),
        fk("rounds", "program_code", "programs"),
        fk("rounds", "area_code", "areas"),
        sa.PrimaryKeyConstraint("id", name="pk_rounds"),
    )
    op.create_index("ix_rounds_area_code", "rounds", ["area_code"])
    with op.batch_alter_table("distributions") as distributions:
        distributions.add_column(sa.Column("place_kind", sa.String(length=10), nullable=True))
        distributions.add_column(sa.Column("latitude", sa.Float(), nullable=True))
        distributions.add_column(sa.Column("longitude", sa.Float(), nullable=True))
        distributions.add_column(sa.Column("quota", BIG_ID, nullable=True))
        distributions.add_column(sa.Column("round_id", BIG_ID, nullable=True))
        distributions.add_column(
            sa.Column("canceled", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        distributions.create_foreign_key(
            "fk_distributions_round_id_rounds", "rounds", ["round_id"], ["id"]
        )
        distributions.create_index("ix_distributions_round_id", ["round_id"])
    with op.batch_alter_table("distributions") as distributions:
        distributions.alter_column("canceled", server_default=None)


def _make_broadcasts() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=True),
        sa.Column("texts", sa.JSON(), nullable=True),
        sa.Column("parent_id", BIG_ID, nullable=True),
        sa.Column("round_id", BIG_ID, nullable=True),
        sa.Column("hoax_id", BIG_ID, nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("send_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("families", BIG_ID, nullable=False),
        sa.Column("contacts", BIG_ID, nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("approved_by", sa.String(length=60), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("remark", sa.String(length=300), nullable=True),
        sa.Column("version", BIG_ID, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        fk("broadcasts", "area_code", "areas"),
        fk("broadcasts", "parent_id", "broadcasts"),
        fk("broadcasts", "round_id", "rounds"),
        fk("broadcasts", "hoax_id", "hoaxes"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
    )
    for column in ("area_code", "parent_id", "round_id", "hoax_id", "digest", "state"):
        op.create_index(f"ix_broadcasts_{column}", "broadcasts", [column])
    op.create_table(
        "waves",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("broadcast_id", BIG_ID, nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        fk("waves", "broadcast_id", "broadcasts"),
        sa.PrimaryKeyConstraint("id", name="pk_waves"),
    )
    op.create_index("ix_waves_broadcast_id", "waves", ["broadcast_id"])
    op.create_table(
        "wa_templates",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("body", sa.String(length=1024), nullable=False),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column("content_sid", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_wa_templates"),
        sa.UniqueConstraint("name", "language", name="uq_wa_templates_name"),
    )


def _make_answers() -> None:
    op.create_table(
        "slots",
        sa.Column("distribution_id", BIG_ID, nullable=False),
        sa.Column("household_id", BIG_ID, nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        fk("slots", "distribution_id", "distributions"),
        fk("slots", "household_id", "households"),
        sa.PrimaryKeyConstraint("distribution_id", "household_id", name="pk_slots"),
    )
    op.create_index("ix_slots_household_id", "slots", ["household_id"])
    op.create_table(
        "pickups",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("distribution_id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("household_id", BIG_ID, nullable=True),
        sa.Column("got_it", sa.Boolean(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        fk("pickups", "distribution_id", "distributions"),
        fk("pickups", "contact_id", "contacts"),
        fk("pickups", "household_id", "households"),
        sa.PrimaryKeyConstraint("id", name="pk_pickups"),
        sa.UniqueConstraint("distribution_id", "contact_id", name="uq_pickups_distribution_id"),
    )
    op.create_index("ix_pickups_contact_id", "pickups", ["contact_id"])
    op.create_index("ix_pickups_household_id", "pickups", ["household_id"])
    op.create_table(
        "subscriptions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("program_code", sa.String(length=20), nullable=True),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("emergencies", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        fk("subscriptions", "contact_id", "contacts"),
        fk("subscriptions", "program_code", "programs"),
        fk("subscriptions", "area_code", "areas"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_contact_id", "subscriptions", ["contact_id"])
    op.create_index("ix_subscriptions_area", "subscriptions", ["area_code", "program_code"])
    op.create_table(
        "audience_files",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("lines", BIG_ID, nullable=False),
        sa.Column("found", BIG_ID, nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        fk("audience_files", "area_code", "areas"),
        sa.PrimaryKeyConstraint("id", name="pk_audience_files"),
    )
    op.create_index("ix_audience_files_area_code", "audience_files", ["area_code"])
    op.create_table(
        "audience_members",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("file_id", BIG_ID, nullable=False),
        sa.Column("household_id", BIG_ID, nullable=True),
        sa.Column("contact_id", BIG_ID, nullable=True),
        fk("audience_members", "file_id", "audience_files"),
        fk("audience_members", "household_id", "households"),
        fk("audience_members", "contact_id", "contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_audience_members"),
    )
    for column in ("file_id", "household_id", "contact_id"):
        op.create_index(f"ix_audience_members_{column}", "audience_members", [column])


def _make_rules() -> None:
    op.create_table(
        "notice_rules",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.Column("sms_fallback", sa.Boolean(), nullable=False),
        sa.Column("fallback_hours", sa.Float(), nullable=False),
        sa.Column("eve_at", sa.Time(), nullable=False),
        sa.Column("morning_at", sa.Time(), nullable=False),
        sa.Column("template_price", BIG_ID, nullable=False),
        sa.Column("sms_price", BIG_ID, nullable=False),
        sa.Column("price_source", sa.String(length=200), nullable=False),
        sa.Column("price_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice_rules"),
    )
    op.execute(
        "INSERT INTO notice_rules (id, four_eyes, sms_fallback, fallback_hours, eve_at, morning_at,"
        " template_price, sms_price, price_source, price_date)"
        " VALUES (1, true, true, 6, '16:00:00.000000', '08:00:00.000000', 0, 0,"
        " 'belum diisi', '2026-01-01')"
    )
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("language", sa.String(length=5), nullable=True))
        contacts.add_column(
            sa.Column("news", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        contacts.add_column(
            sa.Column("emergencies", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        contacts.add_column(sa.Column("window_shut_at", MOMENT, nullable=True))
    with op.batch_alter_table("channel_pace") as pace:
        pace.add_column(sa.Column("share", sa.Float(), nullable=False, server_default="1"))
        pace.add_column(sa.Column("slowed_at", MOMENT, nullable=True))


def _change_notices() -> None:
    """Give each notice that was sent a broadcast of its own, with the same number."""
    kept = (
        "INSERT INTO broadcasts (id, kind, area_code, hoax_id, digest, state, urgent, send_at,"
        " families, contacts, created_by, created_at, version, undone)"
        " SELECT n.id, {kind}, o.area_code, n.hoax_id, n.digest, 'running', false, n.created_at,"
        " n.families, (SELECT count(*) FROM outbound WHERE notice_id = n.id), n.created_by,"
        " n.created_at, 1, false FROM notices n JOIN {table} o ON o.id = n.{column}"
    )
    told = kept.format(kind="'distribution'", table="distributions", column="distribution_id")
    op.execute(told)
    op.execute(kept.format(kind="'warning'", table="hoaxes", column="hoax_id"))
    op.execute(
        "INSERT INTO waves (id, broadcast_id, zone)"
        " SELECT b.id, b.id, a.timezone FROM broadcasts b JOIN areas a ON a.code = b.area_code"
    )
    _go_on_counting("broadcasts", "waves")
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("broadcast_id", BIG_ID, nullable=True))
        notices.add_column(sa.Column("area_code", sa.String(length=13), nullable=True))
        notices.add_column(sa.Column("slot", sa.Time(), nullable=True))
        notices.add_column(
            sa.Column("language", sa.String(length=5), nullable=False, server_default="id")
        )
        notices.add_column(sa.Column("choices", sa.JSON(), nullable=True))
    op.execute("UPDATE notices SET broadcast_id = id")
    with op.batch_alter_table("notices") as notices:
        notices.drop_index("ix_notices_hoax_id")
        notices.drop_constraint("fk_notices_hoax_id_hoaxes", type_="foreignkey")
        notices.drop_constraint("uq_notices_digest", type_="unique")
        for column in ("hoax_id", "digest", "families", "created_by", "created_at"):
            notices.drop_column(column)
        notices.alter_column("broadcast_id", existing_type=BIG_ID, nullable=False)
        notices.alter_column("language", server_default=None)
        notices.create_foreign_key(
            "fk_notices_broadcast_id_broadcasts", "broadcasts", ["broadcast_id"], ["id"]
        )
        notices.create_foreign_key("fk_notices_area_code_areas", "areas", ["area_code"], ["code"])
        notices.create_index("ix_notices_broadcast_id", ["broadcast_id"])


def _go_on_counting(*tables: str) -> None:
    """Let PostgreSQL number new rows after those that were put in with their numbers."""
    if op.get_bind().dialect.name == "postgresql":
        for table in tables:
            op.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                f" (SELECT coalesce(max(id), 0) + 1 FROM {table}), false)"
            )


_NOT_PASSED_ON = "wave_id IS NOT NULL AND passed_on_at IS NULL"


def _change_outbound() -> None:
    op.drop_index("ix_outbound_notice", table_name="outbound")
    op.drop_index("ix_outbound_due", table_name="outbound")
    with op.batch_alter_table("outbound") as outbound:
        outbound.add_column(sa.Column("wave_id", BIG_ID, nullable=True))
        outbound.add_column(sa.Column("passed_on_at", MOMENT, nullable=True))
        outbound.add_column(sa.Column("outages", sa.SmallInteger(), nullable=True))
        outbound.create_foreign_key("fk_outbound_wave_id_waves", "waves", ["wave_id"], ["id"])
    op.execute("UPDATE outbound SET wave_id = notice_id WHERE notice_id IS NOT NULL")
    _index_some(
        "due", ["channel", "priority", "not_before", "id"], "state = 'queued' AND wave_id IS NULL"
    )
    _index_some(
        "bulk",
        ["wave_id", "channel", "not_before", "id"],
        "state = 'queued' AND wave_id IS NOT NULL",
    )
    _index_some("wave", ["wave_id", "contact_id", "notice_id"], "wave_id IS NOT NULL", unique=True)
    _index_some("failed", ["wave_id"], f"state = 'failed' AND {_NOT_PASSED_ON}")
    silent = f"state = 'sent' AND channel IN ('whatsapp', 'sms') AND {_NOT_PASSED_ON}"
    _index_some("silent", ["wave_id", "settled_at"], silent)


def _index_some(name: str, columns: list[str], of: str, unique: bool = False) -> None:
    """Make an index of the outbox that holds some of its rows."""
    op.create_index(
        f"ix_outbound_{name}",
        "outbound",
        columns,
        unique=unique,
        sqlite_where=sa.text(of),
        postgresql_where=sa.text(of),
    )


def downgrade() -> None:
    # A notice without one distribution or hoax of its own has no place in the older store.
    op.execute("DELETE FROM outbound WHERE wave_id IS NOT NULL")
    op.execute("DELETE FROM notices")
    indexes = ("silent", "failed", "wave", "bulk", "due")
    for index in (f"ix_outbound_{name}" for name in indexes):
        op.drop_index(index, table_name="outbound")
    with op.batch_alter_table("outbound") as outbound:
        outbound.drop_constraint("fk_outbound_wave_id_waves", type_="foreignkey")
        outbound.drop_column("outages")
        outbound.drop_column("passed_on_at")
        outbound.drop_column("wave_id")
    _index_some("due", ["channel", "priority", "not_before", "id"], "state = 'queued'")
    _index_some("notice", ["notice_id", "contact_id"], "notice_id IS NOT NULL", unique=True)
    with op.batch_alter_table("notices") as notices:
        notices.drop_index("ix_notices_broadcast_id")
        notices.drop_constraint("fk_notices_area_code_areas", type_="foreignkey")
        notices.drop_constraint("fk_notices_broadcast_id_broadcasts", type_="foreignkey")
        for column in ("broadcast_id", "area_code", "slot", "language", "choices"):
            notices.drop_column(column)
        notices.add_column(sa.Column("digest", sa.LargeBinary(length=32), nullable=False))
        notices.add_column(sa.Column("hoax_id", BIG_ID, nullable=True))
        notices.add_column(sa.Column("families", BIG_ID, nullable=False))
        notices.add_column(sa.Column("created_by", sa.String(length=100), nullable=False))
        notices.add_column(sa.Column("created_at", MOMENT, nullable=False))
        notices.create_unique_constraint("uq_notices_digest", ["digest"])
        notices.create_foreign_key("fk_notices_hoax_id_hoaxes", "hoaxes", ["hoax_id"], ["id"])
        notices.create_index("ix_notices_hoax_id", ["hoax_id"])
    with op.batch_alter_table("channel_pace") as pace:
        pace.drop_column("slowed_at")
        pace.drop_column("share")
    with op.batch_alter_table("contacts") as contacts:
        for column in ("window_shut_at", "emergencies", "news", "language"):
            contacts.drop_column(column)
    with op.batch_alter_table("distributions") as distributions:
        distributions.drop_index("ix_distributions_round_id")
        distributions.drop_constraint("fk_distributions_round_id_rounds", type_="foreignkey")
        for column in ("canceled", "round_id", "quota", "longitude", "latitude", "place_kind"):
            distributions.drop_column(column)
    for table in (
        "notice_rules", "audience_members", "audience_files", "subscriptions", "pickups", "slots",
        "wa_templates", "waves", "broadcasts", "rounds",
    ):  # fmt: skip
        op.drop_table(table)
