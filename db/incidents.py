"""Incidents: many tickets with one cause, worked on and answered as one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    LargeBinary,
    String,
    and_,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.session import Session
from db.ticket_desk import BACK_OFFICE, CHIEF, Sight
from db.ticket_states import OPEN
from db.tickets import SECRET, Ticket

PURPOSE = "incident"
LARGEST = 300  # tickets of one incident
_LISTED = 50


class Incident(Base):
    """One cause of many reports, such as an e-warong with bad rice."""

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    category: Mapped[str] = mapped_column(String(30))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    opened_by: Mapped[str] = mapped_column(String(60))
    opened_at: Mapped[datetime]
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    closed_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Listed:
    """An incident with its title, and how many of its tickets somebody sees."""

    incident: Incident
    title: str
    tickets: int
    open_tickets: int


def readable(sight: Sight) -> ColumnElement[bool]:
    """Give the condition that somebody may see a ticket and read what it tells."""
    if sight.role == CHIEF:
        return sight.holds()
    plain = or_(Ticket.secrecy.not_in(SECRET), Ticket.staff_id == sight.staff_id)
    return and_(sight.holds(), plain)


def _seen(sight: Sight) -> ColumnElement[bool]:
    """Give the condition that somebody may know of an incident.

    It lies within his area; of the back office only who reads one of its tickets.
    """
    within = sight.scope.holds(Incident.area_code)
    if sight.role != BACK_OFFICE:
        return within
    theirs = exists().where(Ticket.incident_id == Incident.id, readable(sight))
    return and_(within, theirs)


def list_incidents(session: Session, sight: Sight, closed: bool) -> Sequence[Listed]:
    """Give the incidents that somebody may know of, newest first: open or closed ones."""
    query = (
        select(Incident)
        .where(_seen(sight), Incident.closed_at.is_not(None) if closed else _is_open())
        .order_by(Incident.id.desc())
        .limit(_LISTED)
    )
    found = session.scalars(query).all()
    counts = _counts(session, sight, [one.id for one in found])
    return [Listed(one, title_of(session, one), *counts.get(one.id, (0, 0))) for one in found]


def find_incident(session: Session, sight: Sight, incident_id: int) -> Incident | None:
    """Give an incident that somebody may know of."""
    return session.scalars(
        select(Incident).where(Incident.id == incident_id, _seen(sight))
    ).one_or_none()


def incidents_for(session: Session, sight: Sight, ticket: Ticket) -> Sequence[Incident]:
    """Give the open incidents of a ticket's category whose area holds it, newest first."""
    parts = ticket.area_code.split(".")
    around = [".".join(parts[:length]) for length in range(2, len(parts) + 1)]
    return session.scalars(
        select(Incident)
        .where(
            Incident.area_code.in_(around), Incident.category == ticket.category, _is_open(),
            _seen(sight),
        )
        .order_by(Incident.id.desc())
        .limit(5)
    ).all()  # fmt: skip


def tickets_in(session: Session, sight: Sight, incident_id: int) -> Sequence[Ticket]:
    """Give the tickets of an incident that somebody may read, oldest first."""
    return session.scalars(
        select(Ticket)
        .where(Ticket.incident_id == incident_id, readable(sight))
        .order_by(Ticket.id)
        .limit(LARGEST)
    ).all()


def readable_tickets(
    session: Session, sight: Sight, ticket_ids: Collection[int]
) -> Sequence[Ticket]:
    """Give those of some tickets that somebody may read, newest first."""
    query = select(Ticket).where(Ticket.id.in_(ticket_ids), readable(sight))
    return session.scalars(query.order_by(Ticket.id.desc())).all()


def has_room(session: Session, incident_id: int) -> bool:
    """Say whether an incident takes another ticket."""
    count = select(func.count()).where(Ticket.incident_id == incident_id)
    return (session.scalar(count) or 0) < LARGEST


def is_at_work(session: Session, incident_id: int) -> bool:
    """Say whether any ticket of an incident is still open."""
    query = select(exists().where(Ticket.incident_id == incident_id, Ticket.state.in_([*OPEN])))
    return bool(session.scalar(query))


def lock_incident(session: Session, incident_id: int) -> Incident:
    """Give an incident and hold its row."""
    query = select(Incident).where(Incident.id == incident_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def title_of(session: Session, incident: Incident) -> str:
    """Open the title of an incident."""
    return session.vault.open(incident.title_sealed, PURPOSE)


def answer_of(session: Session, incident: Incident) -> str:
    """Open what was last answered to all; empty where nothing was."""
    sealed = incident.answer_sealed
    return session.vault.open(sealed, PURPOSE) if sealed else ""


def _is_open() -> ColumnElement[bool]:
    return Incident.closed_at.is_(None)


def _counts(
    session: Session, sight: Sight, incident_ids: Sequence[int]
) -> dict[int, tuple[int, int]]:
    rows = session.execute(
        select(
            Ticket.incident_id,
            func.count(),
            func.count().filter(Ticket.state.in_([*OPEN])),
        )
        .where(Ticket.incident_id.in_(incident_ids), readable(sight))
        .group_by(Ticket.incident_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows if row[0] is not None}
