"""Taking an emergency: the first who presses the button has it, the second hears who that is."""

from dataclasses import dataclass
from datetime import datetime

from bot.desk.moving import Move, hold, move_ticket
from db.session import Session
from db.staff import Staff, active_staff
from db.ticket_states import DONE, By, State, may_follow
from db.tickets import Ticket, standing_of


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it: `mine`, or who holds the ticket, if anybody still does."""

    ticket: Ticket
    mine: bool
    holder: str | None = None


def take_emergency(session: Session, ticket_id: int, staff: Staff, now: datetime) -> Taken:
    """Give an emergency to whoever asks first; the citizen and the other officers are told."""
    ticket = hold(session, ticket_id)
    if State(ticket.state) in DONE | {State.RESOLVED}:
        return Taken(ticket, mine=False)
    if ticket.staff_id is not None and ticket.state != State.REOPENED:
        holder = active_staff(session, ticket.staff_id)
        return Taken(ticket, ticket.staff_id == staff.id, holder.name if holder else None)
    moves = [Move(State.ASSIGNED, staff_id=staff.id)]
    if not may_follow(standing_of(ticket), State.ASSIGNED, By.DESK):
        moves.insert(0, Move(State.VERIFIED))
    actor = f"staff:{staff.id}"
    move_ticket(session, ticket.id, *moves, by=By.DESK, actor=actor, now=now)
    return Taken(ticket, mine=True)
