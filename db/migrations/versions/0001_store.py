"""The store of the walking service."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "areas",
        sa.Column("code", sa.String(length=13), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("parent_code", sa.String(length=13), nullable=True),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["parent_code"], ["areas.code"], name="fk_areas_parent_code_areas"),
        sa.PrimaryKeyConstraint("code", name="pk_areas"),
    )
    op.create_index("ix_areas_parent_code", "areas", ["parent_code"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "channel_pace",
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_pace"),
    )
    op.create_table(
        "early_receipts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("unreachable", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_early_receipts"),
    )
    op.create_index(
        "ix_early_receipts_provider_id", "early_receipts", ["provider_id"], unique=False
    )
    op.create_table(
        "facts",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=600), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_facts"),
    )
    op.create_table(
        "lists",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lists"),
        sa.UniqueConstraint("agency", "name", "as_of", name="uq_lists_agency"),
    )
    op.create_table(
        "programs",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("agency", sa.String(length=100), nullable=False),
        sa.Column("summary", sa.String(length=600), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_programs"),
    )
    op.create_table(
        "ticket_numbers",
        sa.Column("year", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("last", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_ticket_numbers"),
    )
    op.create_table(
        "distributions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("program_code", sa.String(length=20), nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_code"], ["areas.code"], name="fk_distributions_area_code_areas"
        ),
        sa.ForeignKeyConstraint(
            ["program_code"], ["programs.code"], name="fk_distributions_program_code_programs"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_distributions"),
        sa.UniqueConstraint(
            "program_code",
            "area_code",
            "held_on",
            "starts_at",
            "place",
            name="uq_distributions_program_code",
        ),
    )
    op.create_index(
        "ix_distributions_area", "distributions", ["area_code", "held_on"], unique=False
    )
    op.create_table(
        "households",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kk_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kk_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("rt", sa.String(length=3), nullable=False),
        sa.Column("rw", sa.String(length=3), nullable=False),
        sa.Column("decile", BIG_ID, nullable=True),
        sa.Column("list_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["area_code"], ["areas.code"], name="fk_households_area_code_areas"
        ),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name="fk_households_list_id_lists"),
        sa.PrimaryKeyConstraint("id", name="pk_households"),
        sa.UniqueConstraint("kk_index", name="uq_households_kk_index"),
    )
    op.create_index("ix_households_area_code", "households", ["area_code"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=True),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("code_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name="fk_staff_area_code_areas"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("code_index", name="uq_staff_code_index"),
    )
    op.create_table(
        "assignments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=False),
        sa.Column("household_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name="fk_assignments_household_id_households"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_assignments_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.UniqueConstraint("staff_id", "household_id", name="uq_assignments_staff_id"),
    )
    op.create_index("ix_assignments_household_id", "assignments", ["household_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("distribution_id", BIG_ID, nullable=False),
        sa.Column("text", sa.String(length=1600), nullable=False),
        sa.Column("content_sid", sa.String(length=40), nullable=True),
        sa.Column("content_variables", sa.JSON(), nullable=True),
        sa.Column("families", BIG_ID, nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["distribution_id"],
            ["distributions.id"],
            name="fk_notices_distribution_id_distributions",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("digest", name="uq_notices_digest"),
    )
    op.create_index("ix_notices_distribution_id", "notices", ["distribution_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("household_id", BIG_ID, nullable=False),
        sa.Column("nik_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("nik_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name="fk_people_household_id_households"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("nik_index", name="uq_people_nik_index"),
    )
    op.create_index("ix_people_household_id", "people", ["household_id"], unique=False)
    op.create_table(
        "visits",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=False),
        sa.Column("household_id", BIG_ID, nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("finding_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name="fk_visits_household_id_households"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_visits_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )
    op.create_index("ix_visits_household_id", "visits", ["household_id"], unique=False)
    op.create_index("ix_visits_staff_id", "visits", ["staff_id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("state_reason", sa.String(length=40), nullable=True),
        sa.Column("consent", sa.String(length=10), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("staff_id", BIG_ID, nullable=True),
        sa.Column("failed_tries", BIG_ID, nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notices", sa.Boolean(), nullable=False),
        sa.Column("conversation", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_contacts_person_id_people"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_contacts_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("channel", "address", name="uq_contacts_channel"),
    )
    op.create_index("ix_contacts_person_id", "contacts", ["person_id"], unique=False)
    op.create_index("ix_contacts_staff_id", "contacts", ["staff_id"], unique=False)
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
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name="fk_enrolments_household_id_households"
        ),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name="fk_enrolments_list_id_lists"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_enrolments_person_id_people"
        ),
        sa.ForeignKeyConstraint(
            ["program_code"], ["programs.code"], name="fk_enrolments_program_code_programs"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enrolments"),
        sa.UniqueConstraint("person_id", "program_code", "list_id", name="uq_enrolments_person_id"),
    )
    op.create_index("ix_enrolments_household_id", "enrolments", ["household_id"], unique=False)
    op.create_index(
        "ix_enrolments_program_status",
        "enrolments",
        ["program_code", "status", "household_id"],
        unique=False,
    )
    op.create_table(
        "inbound",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_inbound_contact_id_contacts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inbound"),
        sa.UniqueConstraint("channel", "external_id", name="uq_inbound_channel"),
    )
    op.create_index("ix_inbound_contact", "inbound", ["contact_id", "id"], unique=False)
    op.create_table(
        "outbound",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("first_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("callback_id", sa.String(length=80), nullable=True),
        sa.Column("notice_id", BIG_ID, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_outbound_contact_id_contacts"
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name="fk_outbound_notice_id_notices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbound"),
    )
    op.create_index(
        "ix_outbound_due",
        "outbound",
        ["channel", "priority", "not_before", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_outbound_leased",
        "outbound",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_outbound_line",
        "outbound",
        ["contact_id", "priority", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'sending')"),
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )
    op.create_index(
        "ix_outbound_notice",
        "outbound",
        ["notice_id", "contact_id"],
        unique=True,
        sqlite_where=sa.text("notice_id IS NOT NULL"),
        postgresql_where=sa.text("notice_id IS NOT NULL"),
    )
    op.create_index(
        "ix_outbound_provider",
        "outbound",
        ["provider_id", "channel"],
        unique=False,
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.create_table(
        "payouts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("enrolment_id", BIG_ID, nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("amount", BIG_ID, nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name="fk_payouts_enrolment_id_enrolments"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payouts"),
    )
    op.create_index("ix_payouts_enrolment_id", "payouts", ["enrolment_id"], unique=False)
    op.create_table(
        "tickets",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("number", sa.String(length=15), nullable=False),
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("story_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_tickets_contact_id_contacts"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_tickets_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("number", name="uq_tickets_number"),
    )
    op.create_index("ix_tickets_contact_id", "tickets", ["contact_id"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=True),
        sa.Column("visit_id", BIG_ID, nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("ref", sa.String(length=2048), nullable=True),
        sa.Column("mime", sa.String(length=100), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_attachments_ticket_id_tickets"
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_attachments_visit_id_visits"),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_ticket_id", "attachments", ["ticket_id"], unique=False)
    op.create_index("ix_attachments_visit_id", "attachments", ["visit_id"], unique=False)
    op.create_table(
        "ticket_events",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_ticket_events_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_events"),
    )
    op.create_index("ix_ticket_events_ticket_id", "ticket_events", ["ticket_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_ticket_events_ticket_id", table_name="ticket_events")
    op.drop_table("ticket_events")
    op.drop_index("ix_attachments_visit_id", table_name="attachments")
    op.drop_index("ix_attachments_ticket_id", table_name="attachments")
    op.drop_table("attachments")
    op.drop_index("ix_tickets_contact_id", table_name="tickets")
    op.drop_table("tickets")
    op.drop_index("ix_payouts_enrolment_id", table_name="payouts")
    op.drop_table("payouts")
    op.drop_index(
        "ix_outbound_provider",
        table_name="outbound",
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_outbound_notice",
        table_name="outbound",
        sqlite_where=sa.text("notice_id IS NOT NULL"),
        postgresql_where=sa.text("notice_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_outbound_line",
        table_name="outbound",
        sqlite_where=sa.text("state IN ('queued', 'sending')"),
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )
    op.drop_index(
        "ix_outbound_leased",
        table_name="outbound",
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.drop_index(
        "ix_outbound_due",
        table_name="outbound",
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.drop_table("outbound")
    op.drop_index("ix_inbound_contact", table_name="inbound")
    op.drop_table("inbound")
    op.drop_index("ix_enrolments_program_status", table_name="enrolments")
    op.drop_index("ix_enrolments_household_id", table_name="enrolments")
    op.drop_table("enrolments")
    op.drop_index("ix_contacts_staff_id", table_name="contacts")
    op.drop_index("ix_contacts_person_id", table_name="contacts")
    op.drop_table("contacts")
    op.drop_index("ix_visits_staff_id", table_name="visits")
    op.drop_index("ix_visits_household_id", table_name="visits")
    op.drop_table("visits")
    op.drop_index("ix_people_household_id", table_name="people")
    op.drop_table("people")
    op.drop_index("ix_notices_distribution_id", table_name="notices")
    op.drop_table("notices")
    op.drop_index("ix_assignments_household_id", table_name="assignments")
    op.drop_table("assignments")
    op.drop_table("staff")
    op.drop_index("ix_households_area_code", table_name="households")
    op.drop_table("households")
    op.drop_index("ix_distributions_area", table_name="distributions")
    op.drop_table("distributions")
    op.drop_table("ticket_numbers")
    op.drop_table("programs")
    op.drop_table("lists")
    op.drop_table("facts")
    op.drop_index("ix_early_receipts_provider_id", table_name="early_receipts")
    op.drop_table("early_receipts")
    op.drop_table("channel_pace")
    op.drop_table("audit")
    op.drop_index("ix_areas_parent_code", table_name="areas")
    op.drop_table("areas")
