"""Joint business groups (KUBE): members, assets, pulses, proposals, permits, lessons."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
# 5-20 heads of family of one area (Wulandari et al., KUBE in Batu); the days are the office's own.
RULES = {
    "id": 1, "least_members": 5, "most_members": 20, "ask_day": 1, "remind_day": 5,
    "silent_day": 11, "answer_days": 30,
    "source": "Permensos 2/2019; Wulandari dkk., KUBE Kota Batu",
    "source_date": date(2019, 1, 31),
}  # fmt: skip


def fk(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Make a reference to a table's key, named as all are."""
    key = "code" if target == "areas" else "id"
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.{key}"], name=name)


def upgrade() -> None:
    _make_rules()
    _make_groups()
    _make_pulses()
    _make_proposals()
    _make_lessons()
    with op.batch_alter_table("attachments") as attachments:
        attachments.add_column(sa.Column("pulse_id", BIG_ID, nullable=True))
        attachments.create_foreign_key(
            "fk_attachments_pulse_id_pulses", "pulses", ["pulse_id"], ["id"]
        )
        attachments.create_index("ix_attachments_pulse_id", ["pulse_id"])


def _make_rules() -> None:
    numbers = (
        "least_members", "most_members", "ask_day", "remind_day", "silent_day", "answer_days",
    )  # fmt: skip
    rules = op.create_table(
        "kube_rules",
        sa.Column("id", BIG_ID, nullable=False),
        *(sa.Column(name, BIG_ID, nullable=False) for name in numbers),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kube_rules"),
    )
    op.bulk_insert(rules, [RULES])


def _make_groups() -> None:
    op.create_table(
        "kube_groups",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("area_code", sa.String(length=13), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("business", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("companion_id", BIG_ID, nullable=True),
        sa.Column("account_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("condition", sa.String(length=10), nullable=False),
        sa.Column("condition_month", sa.Date(), nullable=True),
        sa.Column("running_since", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", BIG_ID, nullable=False),
        fk("kube_groups", "area_code", "areas"),
        fk("kube_groups", "companion_id", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_kube_groups"),
    )
    op.create_table(
        "kube_members",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("named_by", sa.String(length=60), nullable=False),
        fk("kube_members", "group_id", "kube_groups"),
        fk("kube_members", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_kube_members"),
    )
    op.create_table(
        "kube_assets",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("what", sa.String(length=100), nullable=False),
        sa.Column("pieces", BIG_ID, nullable=False),
        sa.Column("value", BIG_ID, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        fk("kube_assets", "group_id", "kube_groups"),
        sa.PrimaryKeyConstraint("id", name="pk_kube_assets"),
    )
    for table, column in (
        ("kube_groups", "area_code"), ("kube_groups", "companion_id"),
        ("kube_members", "group_id"), ("kube_members", "person_id"), ("kube_assets", "group_id"),
    ):  # fmt: skip
        op.create_index(f"ix_{table}_{column}", table, [column])


def _make_pulses() -> None:
    op.create_table(
        "pulses",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("condition", sa.String(length=10), nullable=False),
        sa.Column("turnover", BIG_ID, nullable=True),
        sa.Column("cash", BIG_ID, nullable=True),
        sa.Column("needs_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("told_by", sa.String(length=60), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("replaced_by_id", BIG_ID, nullable=True),
        fk("pulses", "group_id", "kube_groups"),
        fk("pulses", "replaced_by_id", "pulses"),
        sa.PrimaryKeyConstraint("id", name="pk_pulses"),
    )
    op.create_index("ix_pulses_group_id", "pulses", ["group_id", "month"])
    op.create_table(
        "pulse_asks",
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("silent_at", MOMENT, nullable=True),
        fk("pulse_asks", "group_id", "kube_groups"),
        sa.PrimaryKeyConstraint("group_id", "month", name="pk_pulse_asks"),
    )


def _make_proposals() -> None:
    op.create_table(
        "kube_proposals",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("what_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("cost", BIG_ID, nullable=True),
        sa.Column("state", sa.String(length=15), nullable=False),
        sa.Column("filed_by", sa.String(length=60), nullable=False),
        sa.Column("filed_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        fk("kube_proposals", "group_id", "kube_groups"),
        sa.PrimaryKeyConstraint("id", name="pk_kube_proposals"),
    )
    op.create_table(
        "kube_proposal_steps",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("proposal_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=15), nullable=False),
        sa.Column("moved_by", sa.String(length=60), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        fk("kube_proposal_steps", "proposal_id", "kube_proposals"),
        sa.PrimaryKeyConstraint("id", name="pk_kube_proposal_steps"),
    )
    op.create_table(
        "kube_permits",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        fk("kube_permits", "group_id", "kube_groups"),
        fk("kube_permits", "ticket_id", "tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_kube_permits"),
    )
    for table, column in (
        ("kube_proposals", "group_id"), ("kube_proposals", "state"),
        ("kube_proposal_steps", "proposal_id"),
        ("kube_permits", "group_id"), ("kube_permits", "ticket_id"),
    ):  # fmt: skip
        op.create_index(f"ix_{table}_{column}", table, [column])


def _make_lessons() -> None:
    op.create_table(
        "kube_lessons",
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("lesson", sa.String(length=20), nullable=False),
        sa.Column("card", sa.SmallInteger(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("passed_at", MOMENT, nullable=True),
        fk("kube_lessons", "group_id", "kube_groups"),
        sa.PrimaryKeyConstraint("group_id", "lesson", name="pk_kube_lessons"),
    )


def downgrade() -> None:
    with op.batch_alter_table("attachments") as attachments:
        attachments.drop_index("ix_attachments_pulse_id")
        attachments.drop_constraint("fk_attachments_pulse_id_pulses", type_="foreignkey")
        attachments.drop_column("pulse_id")
    for table in (
        "kube_lessons", "kube_permits", "kube_proposal_steps", "kube_proposals", "pulse_asks",
        "pulses", "kube_assets", "kube_members", "kube_groups", "kube_rules",
    ):  # fmt: skip
        op.drop_table(table)
