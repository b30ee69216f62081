"""Which tickets somebody at the desk may see, and how much of each."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from db.areas import Scope
from db.session import Session
from db.tickets import ANONYMOUS, CONFIDENTIAL, Ticket

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
        return ticket.secrecy != CONFIDENTIAL or self.role == CHIEF or handles

    def may_know_reporter(self, ticket: Ticket) -> bool:
        """Say whether he may know who brought it; an objector's name is the chief's alone."""
        hidden = ticket.secrecy == ANONYMOUS or ticket.kind == "sanggah"
        return self.role == CHIEF or not hidden


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
