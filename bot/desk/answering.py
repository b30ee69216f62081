"""Writing about a ticket without moving it: an answer that the citizen is told, or a note."""

from datetime import datetime, timedelta

from bot.desk.blanks import NUMBER, filled, with_name
from bot.desk.moving import hold, state_choices, tell_bringer
from bot.messages import Reply
from bot.texts import say
from db import audit
from db.registry import Person
from db.session import Session
from db.ticket_notes import ANSWER, NOTE, add_note, is_repeated
from db.tickets import Ticket, is_told_by_chat

_TWICE = timedelta(minutes=1)


def answer(
    session: Session,
    ticket_id: int,
    text: str,
    *,
    actor: str,
    now: datetime,
    seen: int | None = None,
) -> bool:
    """Tell the citizen something about his ticket, which stays as it is; False if he is away.

    His name is put in only as it is told: what the desk keeps and reads does not hold it. What was
    sent twice within a minute, as by a double click, is told once.
    Raises NoSuchTicket, or StaleTicket where `seen` is not its version any more.
    """
    ticket = hold(session, ticket_id, seen)
    if is_repeated(session, ticket.id, ANSWER, text, now - _TWICE):
        return True
    add_note(session, ticket.id, ANSWER, text, actor, now)
    audit.record(session, now, actor, "answer ticket", f"ticket:{ticket.id}")
    return _tell(session, ticket, text, now)


def note(
    session: Session,
    ticket_id: int,
    text: str,
    *,
    actor: str,
    now: datetime,
    seen: int | None = None,
) -> None:
    """Keep a note that only the desk reads; raises as `answer` does."""
    ticket = hold(session, ticket_id, seen)
    if is_repeated(session, ticket.id, NOTE, text, now - _TWICE):
        return
    add_note(session, ticket.id, NOTE, text, actor, now)
    audit.record(session, now, actor, "note ticket", f"ticket:{ticket.id}")


def _tell(session: Session, ticket: Ticket, text: str, now: datetime) -> bool:
    if not is_told_by_chat(ticket):
        return False
    ticket.told_at = now
    session.flush()
    person = session.get(Person, ticket.person_id) if ticket.person_id is not None else None
    numbered = filled(text, {NUMBER: ticket.number})
    named = with_name(numbered, person.name if person is not None else None)
    reply = Reply(say("desk.told_answer", number=ticket.number, text=named), state_choices(ticket))
    return tell_bringer(session, ticket, reply, now)
