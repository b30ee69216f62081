"""What is new at the desk, asked for every few seconds: each question is one look at indexes."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from db.inbox import InboundMessage
from db.outbox import OutboundMessage
from db.session import Session
from db.ticket_desk import Sight
from db.ticket_notes import TicketNote
from db.tickets import Ticket

MOST_NEW = 99  # more than so many new tickets are not counted
_LOOKED_AT = 500  # of the newest, in whosever sight they are

_TICKET: Any = Ticket.__table__
_NOTE: Any = TicketNote.__table__
_IN: Any = InboundMessage.__table__
_OUT: Any = OutboundMessage.__table__


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a ticket's page had come: it changes with anything that is shown there."""

    ticket_id: int
    text: str


def count_newer(session: Session, sight: Sight, since: int) -> int:
    """Count the tickets in sight that came after an id, up to MOST_NEW."""
    # Taken first, so that it is by them that one looks, and not by all tickets of an area.
    last = select(_TICKET.c.id).where(_TICKET.c.id > since).order_by(_TICKET.c.id.desc())
    these = last.limit(_LOOKED_AT).subquery()
    newer = select(_TICKET.c.id).join_from(these, _TICKET, _TICKET.c.id == these.c.id)
    counted = newer.where(sight.holds()).limit(MOST_NEW).subquery()
    return session.core.scalar(select(func.count()).select_from(counted)) or 0


def mark_of(session: Session, sight: Sight, ticket_id: int) -> Mark | None:
    """Give the mark of a ticket, or None where this officer does not see it."""
    note = select(func.max(_NOTE.c.id)).where(_NOTE.c.ticket_id == _TICKET.c.id)
    written = select(func.max(_IN.c.id)).where(_IN.c.contact_id == _TICKET.c.contact_id)
    told = select(func.max(_OUT.c.settled_at)).where(
        _OUT.c.contact_id == _TICKET.c.contact_id, _OUT.c.settled_at.is_not(None)
    )
    row = session.core.execute(
        select(
            _TICKET.c.version, note.scalar_subquery(), written.scalar_subquery(),
            told.scalar_subquery(),
        ).where(_TICKET.c.id == ticket_id, sight.holds())
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    version, note_id, message_id, told_at = row
    moment = f"{told_at.timestamp():.6f}" if told_at is not None else ""
    return Mark(ticket_id, f"{version}-{note_id or 0}-{message_id or 0}-{moment}")
