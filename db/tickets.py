"""Tickets: what citizens brought, under a number that they can ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, select, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base, BigId
from db.session import Session
from db.ticket_states import By, Decision, Standing, State, Step

KINDS = ("complaint", "usul", "sanggah", "correction", "goods", "emergency", "human")
# In the national system a reporter may hide his name ("anonim") or what he tells ("rahasia").
PLAIN, ANONYMOUS, CONFIDENTIAL, HIDDEN = "plain", "anonymous", "confidential", "hidden"
NAMELESS, SECRET = (ANONYMOUS, HIDDEN), (CONFIDENTIAL, HIDDEN)  # whose name, and whose content
_CHOSEN_BY = (
    "state", "kind", "category", "section", "priority", "staff_id", "area_code", "secrecy",
)  # fmt: skip
_ALIVE = "state NOT IN ('confirmed', 'rejected')"
_URGENT = f"kind = 'emergency' AND {_ALIVE}"


class Ticket(Base):
    """One matter that somebody brought; what it tells is sealed.

    What its history decides stands in the row too, for the lists; `version` counts the changes.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_contact", "contact_id", "id"),
        Index("ix_tickets_area", "area_code", "id"),
        Index("ix_tickets_state", "state", "id"),
        Index("ix_tickets_section", "section", "state", "id"),
        Index("ix_tickets_staff", "staff_id", "state", "id"),
        Index("ix_tickets_kind", "kind", "category", "id"),
        # Reports read nothing but this of the tickets of their months.
        Index(
            "ix_tickets_created", "created_at", "id", "area_code", "section", "staff_id", "kind",
            "category", "rating", "incident_id",
        ),
        # The lists of the desk walk over these three and read no row that they do not show.
        Index("ix_tickets_every", "id", *_CHOSEN_BY, "due_at", "risk_at"),
        Index(
            "ix_tickets_alive", "id", *_CHOSEN_BY, "due_at", "risk_at",
            sqlite_where=text(_ALIVE), postgresql_where=text(_ALIVE),
        ),
        Index(
            "ix_tickets_due", "due_at", "id", "risk_at", *_CHOSEN_BY,
            sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index(
            "ix_tickets_urgent", "id",
            sqlite_where=text(_URGENT), postgresql_where=text(_URGENT),
        ),
        Index(
            "ix_tickets_watch", "watch_at",
            sqlite_where=text("watch_at IS NOT NULL"),
            postgresql_where=text("watch_at IS NOT NULL"),
        ),
        Index(
            "ix_tickets_other", "other_id",
            sqlite_where=text("other_id IS NOT NULL"),
            postgresql_where=text("other_id IS NOT NULL"),
        ),
        Index(
            "ix_tickets_helper", "helper_id",
            sqlite_where=text("helper_id IS NOT NULL"),
            postgresql_where=text("helper_id IS NOT NULL"),
        ),
        Index(
            "ix_tickets_incident", "incident_id", "id",
            sqlite_where=text("incident_id IS NOT NULL"),
            postgresql_where=text("incident_id IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(15), unique=True)  # PKS-2026-000123
    # By which chat it came; None where somebody came to the counter without a telephone.
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    kind: Mapped[str] = mapped_column(String(20))
    secrecy: Mapped[str] = mapped_column(String(15))
    story_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    occurred_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    details_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # the other answers, as JSON
    state: Mapped[str] = mapped_column(String(20))
    decision: Mapped[str | None] = mapped_column(String(15))
    category: Mapped[str] = mapped_column(String(30))
    section: Mapped[str | None] = mapped_column(String(20))
    priority: Mapped[int] = mapped_column(SmallInteger)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    helper_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # who filed it for him
    agency: Mapped[str | None] = mapped_column(String(20))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    version: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    risk_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]  # None while no clock runs
    watch_at: Mapped[datetime | None]  # when the service has to look at it by itself
    climbed: Mapped[int] = mapped_column(SmallInteger, default=0)  # levels told of the breach
    warned_at: Mapped[datetime | None]  # when its silence was last mentioned to the citizen
    told_at: Mapped[datetime | None]  # when the citizen last heard of it
    rating: Mapped[int | None] = mapped_column(SmallInteger)  # 1 to 5, by the citizen


class TicketEvent(Base):
    """One change of a ticket: who, when, why, and how it stood after it; never altered."""

    __tablename__ = "ticket_events"
    __table_args__ = (Index("ix_ticket_events_version", "ticket_id", "version", unique=True),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    side: Mapped[str] = mapped_column(String(10))
    change: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20))
    decision: Mapped[str | None] = mapped_column(String(15))
    category: Mapped[str] = mapped_column(String(30))
    section: Mapped[str | None] = mapped_column(String(20))
    priority: Mapped[int] = mapped_column(SmallInteger)
    staff_id: Mapped[int | None] = mapped_column(BigId)
    agency: Mapped[str | None] = mapped_column(String(20))
    other_id: Mapped[int | None] = mapped_column(BigId)
    incident_id: Mapped[int | None] = mapped_column(BigId)
    why_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class TicketNumber(Base):
    """The last number given in a year."""

    __tablename__ = "ticket_numbers"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


@dataclass(frozen=True, slots=True)
class Matter:
    """What somebody brings: the story, when and where it was, and the other answers of its form."""

    kind: str
    category: str
    story: str
    occurred: str = ""
    details: Mapping[str, Any] | None = None
    secrecy: str = PLAIN


def both_hidden(one: str, other: str) -> str:
    """Give the secrecy that hides all that either of two hides."""
    if one in (PLAIN, other):
        return other
    return one if other == PLAIN else HIDDEN


def standing_of(row: Any) -> Standing:
    """Give how a ticket stands, or stood after an event."""
    return Standing(
        state=State(row.state),
        category=row.category,
        section=row.section,
        priority=row.priority,
        staff_id=row.staff_id,
        decision=Decision(row.decision) if row.decision else None,
        agency=row.agency,
        other_id=row.other_id,
        incident_id=row.incident_id,
    )


def history_of(session: Session, ticket_id: int) -> Sequence[TicketEvent]:
    """Give every change of a ticket, oldest first."""
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id)
    return session.scalars(query.order_by(TicketEvent.version)).all()


def step_of(event: TicketEvent) -> Step:
    """Give a change as the rules of the states read it."""
    return Step(event.change, By(event.side), standing_of(event))


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


def tickets_due(session: Session, now: datetime, most: int) -> Sequence[int]:
    """Give the tickets whose clock is to be looked at, those that wait the longest first."""
    query = select(Ticket.id).where(Ticket.watch_at <= now)
    return session.scalars(query.order_by(Ticket.watch_at).limit(most)).all()


def bringer_of(session: Session, ticket_id: int) -> int | None:
    """Give whose own ticket it is; None where he came without a contact, or another filed it."""
    query = select(Ticket.contact_id).where(Ticket.id == ticket_id, Ticket.helper_id.is_(None))
    return session.scalar(query)


def is_told_by_chat(ticket: Ticket) -> bool:
    """Say whether somebody reads of it in a chat: who brought it, or who follows it for him."""
    return ticket.contact_id is not None or ticket.helper_id is not None


def is_of_one_chat(ticket: Ticket, other: Ticket) -> bool:
    """Say whether one contact brought two tickets for himself."""
    own = ticket.helper_id is None and other.helper_id is None
    return own and ticket.contact_id is not None and ticket.contact_id == other.contact_id


def ticket_numbered(session: Session, number: str) -> Ticket | None:
    """Give the ticket of a number, whoever asks."""
    query = select(Ticket).where(Ticket.number == number.strip().upper())
    return session.scalars(query).one_or_none()
