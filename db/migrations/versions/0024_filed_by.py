"""Who filed for somebody is who opened the ticket, whoever has the family; who left has no chat.

Hand-overs wrote the new companion where the first had stood, which moved figures of months gone by.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_OPENED = (
    " FROM ticket_events e JOIN staff s ON e.actor = 'staff:' || s.id"
    " WHERE e.ticket_id = tickets.id AND e.change = 'opened' AND s.role = 'companion'"
)


def upgrade() -> None:
    op.execute(
        f"UPDATE tickets SET helper_id = (SELECT s.id{_OPENED})"
        " WHERE (helper_id IS NOT NULL OR id IN (SELECT ticket_id FROM kube_permits))"
        f" AND EXISTS (SELECT 1{_OPENED})"
    )
    op.execute(
        "UPDATE contacts SET staff_id = NULL, conversation = NULL, ticket_id = NULL"
        " WHERE staff_id IN (SELECT id FROM staff WHERE NOT active)"
    )


def downgrade() -> None:
    """Leave it: what is so now was so once."""
