"""Which tickets somebody at the desk may see, and how much of each."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from db.areas import Scope
from db.session import Session
from db.tickets import NAMELESS, SECRET, Ticket

CHIEF, BACK_OFFICE = "chief", "back_office"


@dataclass(frozen=True, slots=True)
class Sight:
    """What one officer sees: his area, and of the back office only his own section."""

    scope: Scope
    role: str
    section: str | None
    staff_id: int

    def holds(self) -> ColumnElement[bool]:
        """Give the condition that a ticket may be seen; every query of the desk takes it."""
        within = self.scope.holds(Ticket.area_code)
        if self.role != BACK_OFFICE:
            return within
        mine = Ticket.staff_id == self.staff_id
        return and_(within, or_(Ticket.section == self.section, mine))

    def may_read(self, ticket: Ticket) -> bool:
        """Say whether he may read what it tells: a confidential one is for chief and handler."""
        handles = ticket.staff_id == self.staff_id
        return ticket.secrecy not in SECRET or self.role == CHIEF or handles

    def may_know_reporter(self, ticket: Ticket) -> bool:
        """Say whether he may know who brought it; an objector's name is the chief's alone."""
        return self.role == CHIEF or not hides_reporter(ticket)

    def opens(self, ticket: Any) -> ColumnElement[bool]:
        """Give the condition that `may_read` and `may_know_reporter` hold of Ticket or an alias."""
        if self.role == CHIEF:
            return true()
        handles = func.coalesce(ticket.staff_id, 0) == self.staff_id
        return and_(or_(ticket.secrecy.not_in(SECRET), handles), ~reporter_hidden(ticket))


def hides_reporter(ticket: Ticket) -> bool:
    """Say whether a ticket keeps secret who brought it."""
    return ticket.secrecy in NAMELESS or ticket.kind == "sanggah"


def reporter_hidden(ticket: Any) -> ColumnElement[bool]:
    """Give the condition that `hides_reporter` holds of Ticket or an alias."""
    return or_(ticket.secrecy.in_(NAMELESS), ticket.kind == "sanggah")


def visible_ticket(session: Session, sight: Sight, ticket_id: int) -> Ticket | None:
    """Give a ticket if this officer may see it."""
    return session.scalars(
        select(Ticket).where(Ticket.id == ticket_id, sight.holds())
    ).one_or_none()


def visible_by_number(session: Session, sight: Sight, number: str) -> Ticket | None:
    """Give the ticket of a number if this officer may see it."""
    return session.scalars(
        select(Ticket).where(Ticket.number == number.strip().upper(), sight.holds())
    ).one_or_none()


def hides_another(session: Session, sight: Sight, ticket: Ticket) -> bool:
    """Say whether the contact has another ticket, wherever, that this officer may not read."""
    hidden = select(Ticket.id).where(
        Ticket.contact_id == ticket.contact_id, Ticket.id != ticket.id, ~sight.opens(Ticket)
    )
    return session.scalar(hidden.limit(1)) is not None
