"""What is new at the desk, asked for every few seconds: each question is one look at indexes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.orm import aliased

from db.attachments import WAITING, Attachment
from db.inbox import InboundMessage
from db.outbox import OutboundMessage
from db.session import Session
from db.talks import TAKEN, Talk
from db.ticket_desk import Sight
from db.ticket_notes import TicketNote
from db.tickets import Ticket

MOST_NEW = 99  # more than so many new tickets are not counted
_LOOKED_AT = 500  # of the newest, in whosever sight they are

_TICKET: Any = Ticket.__table__
_NOTE: Any = TicketNote.__table__
_FILE: Any = Attachment.__table__
_TALK: Any = Talk.__table__
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
    """Give the mark of a ticket, or None where this officer does not see it.

    Two tickets never have the same mark. The chat with who brought it counts where all that the
    officer sees of it may be shown: else tickets of one citizen would change at the same moments.
    """
    note = _last(_NOTE.c.id, _NOTE.c.ticket_id == _TICKET.c.id)
    query = select(_TICKET.c.version, _chat_counts(sight), note, *_files(), *_chat())
    row = session.core.execute(
        query.where(_TICKET.c.id == ticket_id, sight.holds())
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    version, chat_counts, note_id, files, shown, written, told = row
    moved = [ticket_id, version, note_id, files, shown]
    if chat_counts:
        moved += [written, told]
    return Mark(ticket_id, session.vault.digest(f"ticket mark {moved}").hex())


def _chat_counts(sight: Sight) -> ColumnElement[bool]:
    """Give the condition that the chat moves a ticket: nothing is hidden, or it is a talk of it."""
    other = aliased(Ticket)
    hidden = select(other.id).where(other.contact_id == Ticket.contact_id, ~sight.opens(other))
    talk = select(_TALK.c.id).where(_TALK.c.ticket_id == _TICKET.c.id, _TALK.c.state == TAKEN)
    return and_(
        _TICKET.c.contact_id.is_not(None),
        or_(~hidden.exists(), and_(sight.opens(Ticket), talk.exists())),
    )


def _files() -> Sequence[ScalarSelect[int]]:
    """Count the files of a ticket, and those that have come to be shown."""
    of_ticket = select(func.count()).where(_FILE.c.ticket_id == _TICKET.c.id)
    return of_ticket.scalar_subquery(), of_ticket.where(_FILE.c.state != WAITING).scalar_subquery()


def _chat() -> Sequence[ScalarSelect[Any]]:
    """Give what was last written by a ticket's contact, and when it was last told something."""
    return (
        _last(_IN.c.id, _IN.c.contact_id == _TICKET.c.contact_id),
        _last(_OUT.c.settled_at, _OUT.c.contact_id == _TICKET.c.contact_id),
    )


def _last(column: Any, condition: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(func.max(column)).where(condition).scalar_subquery()
