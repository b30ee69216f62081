"""Tickets that repeat another: which may, and how their citizens hear what came of the other."""

from datetime import datetime

from bot.desk.followers import tell_follower
from bot.desk.telling import tell_unheld
from bot.messages import Reply
from bot.texts import say
from bot.texts.format import without_gaps
from db.session import Session
from db.ticket_changes import last_told_why
from db.ticket_desk import Sight
from db.ticket_repeats import repeating
from db.ticket_states import Decision, State
from db.tickets import PLAIN, Ticket, is_of_one_chat

_HIDDEN_KINDS = ("sanggah", "emergency")
_NO_OUTCOME = (Decision.WITHDRAWN, Decision.SILENCE)


def may_repeat(ticket: Ticket, other: Ticket, sight: Sight | None = None) -> bool:
    """Say whether a ticket may be closed as the same as another, by an officer of this sight.

    That of somebody else must be of the same kind and hide nothing: its outcome is told here. Who
    may not know who brought the other must not learn by trying that it was the same citizen.
    """
    if other.id == ticket.id:
        return False
    if sight is not None and not (sight.may_read(other) and sight.may_know_reporter(other)):
        return False
    if is_of_one_chat(ticket, other):
        return True
    if ticket.person_id is not None and ticket.person_id == other.person_id:
        return True
    plain = other.secrecy == PLAIN and other.kind not in _HIDDEN_KINDS
    return plain and other.kind == ticket.kind


def tell_repeating(session: Session, ticket: Ticket, why: str, now: datetime) -> None:
    """Tell the citizens of a ticket's duplicates how it ended, each of his own ticket alone."""
    if ticket.state == State.CONFIRMED:
        return  # they were told when it was resolved
    for one in repeating(session, ticket.id):
        _tell(session, one, ticket, why, now)


def tell_of_ended(session: Session, ticket: Ticket, now: datetime) -> None:
    """Tell the citizen of a new duplicate at once how the first one ended, if it has ended."""
    first, seen = ticket, {ticket.id}
    while _repeats(first) and first.other_id is not None:
        first = session.get_one(Ticket, first.other_id)
        if first.id in seen:
            return
        seen.add(first.id)
    if first is not ticket:
        _, why = last_told_why(session, first.id) or (None, "")
        _tell(session, ticket, first, why, now)


def _tell(session: Session, one: Ticket, ended: Ticket, why: str, now: datetime) -> None:
    outcome = _outcome(ended)
    if outcome is None or is_of_one_chat(one, ended):
        return
    words = why.replace(ended.number, one.number) if ended.secrecy == PLAIN else ""
    reply = Reply(without_gaps(say(f"ticket.same_{outcome}", number=one.number, why=words)))
    if one.helper_id is not None:
        tell_follower(session, one, reply, now)
    elif one.contact_id is not None:
        tell_unheld(session, one.contact_id, reply, now)


def _repeats(ticket: Ticket) -> bool:
    return ticket.state == State.REJECTED and ticket.decision == Decision.DUPLICATE


def _outcome(ticket: Ticket) -> str | None:
    if ticket.state in (State.RESOLVED, State.CONFIRMED):
        return "resolved"
    if ticket.state != State.REJECTED or _repeats(ticket):
        return None
    return "closed" if ticket.decision in _NO_OUTCOME else "rejected"
