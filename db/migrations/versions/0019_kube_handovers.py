"""KUBE: from one companion to another, why one ended, and goods noted by mistake."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEYS = (
    ("group_id", "kube_groups", False),
    ("from_id", "staff", True),
    ("to_id", "staff", False),
)


def upgrade() -> None:
    op.create_table(
        "kube_handovers",
        sa.Column("id", BIG_ID, nullable=False),
        *(sa.Column(column, BIG_ID, nullable=nullable) for column, _target, nullable in KEYS),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{target}.id"], name=f"fk_kube_handovers_{column}_{target}"
            )
            for column, target, _nullable in KEYS
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kube_handovers"),
    )
    op.create_index("ix_kube_handovers_group_id", "kube_handovers", ["group_id"])
    op.add_column("kube_assets", sa.Column("struck_by", sa.String(length=60), nullable=True))
    op.add_column("kube_groups", sa.Column("end_why_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("kube_groups") as groups:
        groups.drop_column("end_why_sealed")
    with op.batch_alter_table("kube_assets") as assets:
        assets.drop_column("struck_by")
    op.drop_table("kube_handovers")
