"""Hiding what is filed already: who brought an own open ticket, what it tells, or both."""

from datetime import datetime

from bot.desk.moving import hold
from bot.texts import say
from db import audit
from db.session import Session
from db.ticket_notes import ADDED, add_note
from db.ticket_states import DONE, IllegalMove, State
from db.tickets import Ticket, both_hidden

# What an officer can work on without knowing who asks for it.
KINDS = frozenset(("complaint", "usul", "sanggah"))


def may_hide(ticket: Ticket, secrecy: str) -> bool:
    """Say whether a ticket can hide more than it does."""
    hides_less = both_hidden(ticket.secrecy, secrecy) != ticket.secrecy
    return hides_less and ticket.kind in KINDS and State(ticket.state) not in DONE


def hide(session: Session, ticket_id: int, secrecy: str, actor: str, now: datetime) -> Ticket:
    """Hide more of a ticket, never less, and write it into its history and the trail.

    Raises IllegalMove for one that is done or cannot hide more.
    """
    ticket = hold(session, ticket_id)
    if not may_hide(ticket, secrecy):
        raise IllegalMove(f"a {ticket.kind} that is {ticket.state} hides no more")
    ticket.secrecy = both_hidden(ticket.secrecy, secrecy)
    add_note(session, ticket.id, ADDED, say(f"hide.noted_{secrecy}"), actor, now)
    audit.record(session, now, actor, "hide ticket", f"ticket:{ticket.id}")
    return ticket
