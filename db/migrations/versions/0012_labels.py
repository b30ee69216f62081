"""What officers label in the console: the intent of a message that was not understood."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("doubts", sa.Column("label", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("doubts", "label")
