"""Tickets that repeat another: which may, and how their citizens hear what came of the other."""

from datetime import datetime

from sqlalchemy import select

from bot.desk.telling import tell_unheld
from bot.messages import Reply
from bot.texts import say
from bot.texts.format import without_gaps
from db.session import Session
from db.ticket_states import Decision, State
from db.tickets import PLAIN, Ticket

_HIDDEN_KINDS = ("sanggah", "emergency")
_NO_OUTCOME = (Decision.WITHDRAWN, Decision.SILENCE)


def may_repeat(ticket: Ticket, other: Ticket) -> bool:
    """Say whether a ticket may be closed as the same as another.

    That of somebody else must be of the same kind and hide nothing: its outcome is told here.
    """
    if other.id == ticket.id:
        return False
    if ticket.contact_id is not None and ticket.contact_id == other.contact_id:
        return True
    if ticket.person_id is not None and ticket.person_id == other.person_id:
        return True
    plain = other.secrecy == PLAIN and other.kind not in _HIDDEN_KINDS
    return plain and other.kind == ticket.kind


def tell_repeating(session: Session, ticket: Ticket, why: str, now: datetime) -> None:
    """Tell the citizens of a ticket's duplicates how it ended, each of his own ticket alone."""
    if ticket.state == State.RESOLVED:
        outcome = "resolved"
    elif ticket.state == State.REJECTED and ticket.decision != Decision.DUPLICATE:
        outcome = "closed" if ticket.decision in _NO_OUTCOME else "rejected"
    else:
        return
    for one in _repeating(session, ticket):
        if one.contact_id is None or one.contact_id == ticket.contact_id:
            continue
        words = why.replace(ticket.number, one.number) if ticket.secrecy == PLAIN else ""
        text = say(f"ticket.same_{outcome}", number=one.number, why=words)
        tell_unheld(session, one.contact_id, Reply(without_gaps(text)), now)


def _repeating(session: Session, ticket: Ticket) -> list[Ticket]:
    """Give the duplicates of a ticket, and theirs."""
    found: dict[int, Ticket] = {}
    wave = [ticket.id]
    while wave:
        query = select(Ticket).where(
            Ticket.other_id.in_(wave), Ticket.decision == Decision.DUPLICATE
        )
        new = {one.id: one for one in session.scalars(query.order_by(Ticket.id))}
        wave = [one for one in new if one not in found and one != ticket.id]
        found |= new
    found.pop(ticket.id, None)
    return list(found.values())
