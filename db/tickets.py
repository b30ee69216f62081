"""Tickets: what citizens brought, under a number that they can ask for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base, BigId
from db.session import Session

RECEIVED = "received"
_BARE = re.compile(r"\d{1,6}")


class Ticket(Base):
    """One complaint; its story is sealed."""

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(15), unique=True)  # PKS-2026-000123
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(30))
    story_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    occurred_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]


class TicketEvent(Base):
    """One change of a ticket: who, when, what; never altered."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(20))


class TicketNumber(Base):
    """The last number given in a year."""

    __tablename__ = "ticket_numbers"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


def open_ticket(
    session: Session,
    *,
    contact_id: int,
    person_id: int | None,
    kind: str,
    category: str,
    story: str,
    occurred: str,
    year: int,
    now: datetime,
) -> Ticket:
    """Make a ticket in its first state, under the next number of the year."""
    ticket = Ticket(
        number=next_number(session, year),
        contact_id=contact_id,
        person_id=person_id,
        kind=kind,
        category=category,
        story_sealed=session.vault.seal(story, "story"),
        occurred_sealed=session.vault.seal(occurred, "occurred"),
        state=RECEIVED,
        created_at=now,
    )
    session.add(ticket)
    session.flush()
    session.add(
        TicketEvent(ticket_id=ticket.id, at=now, actor=f"contact:{contact_id}", state=RECEIVED)
    )
    return ticket


def next_number(session: Session, year: int) -> str:
    """Give the next ticket number of a year: `PKS-YYYY-NNNNNN`, without gaps or repeats."""
    counter = session.get(TicketNumber, year, with_for_update=True)
    if counter is None:
        counter = _start_year(session, year)
    counter.last += 1
    session.flush()
    return f"PKS-{year}-{counter.last:06d}"


def _start_year(session: Session, year: int) -> TicketNumber:
    """Make the year's counter; another process may be doing the same at this moment."""
    insert = DIALECT_INSERT[session.core.dialect.name]
    session.execute(insert(TicketNumber).values(year=year, last=0).on_conflict_do_nothing())
    return session.get_one(TicketNumber, year, with_for_update=True)


@dataclass(frozen=True, slots=True)
class TicketState:
    """How far a ticket has come."""

    number: str
    state: str


_TABLE: Any = Ticket.__table__
_STATES = (
    select(_TABLE.c.number, _TABLE.c.state)
    .where(_TABLE.c.contact_id == bindparam("contact"))
    .order_by(_TABLE.c.id.desc())
    .limit(bindparam("most"))
)


def tickets_of(session: Session, contact_id: int, limit: int = 5) -> Sequence[TicketState]:
    """Give the states of a contact's tickets, newest first."""
    rows = session.core.execute(_STATES, {"contact": contact_id, "most": limit})
    return [TicketState(*row) for row in rows]


def find_ticket(session: Session, contact_id: int, number: str, year: int) -> Ticket | None:
    """Find a contact's own ticket by its number, or by the bare digits of this or an earlier year.

    Other people's tickets are not found: a number is no proof of who asks.
    """
    own = select(Ticket).where(Ticket.contact_id == contact_id)
    if _BARE.fullmatch(number):
        ending = f"-{int(number):06d}"
        found = session.scalars(
            own.where(Ticket.number.endswith(ending)).order_by(Ticket.id.desc())
        ).all()
        this_year = [ticket for ticket in found if ticket.number.startswith(f"PKS-{year}")]
        return next(iter(this_year or found), None)
    return session.scalars(own.where(Ticket.number == number.upper())).one_or_none()
