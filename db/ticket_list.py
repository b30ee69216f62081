"""Tickets one after another, newest first, with how they stand: for scripts."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from db.areas import Area, Scope
from db.session import Session
from db.staff import Staff
from db.ticket_clock import Light, light_of
from db.ticket_inbox import shows
from db.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets are asked for; what is None is not asked."""

    state: str | None = None
    kind: str | None = None
    category: str | None = None
    area_code: str | None = None
    light: Light | None = None
    staff_id: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """All of a ticket that says nothing of anybody."""

    number: str
    kind: str
    category: str
    state: str
    decision: str | None
    section: str | None
    priority: int
    area: str
    secrecy: str
    staff: str | None  # the officer's login
    agency: str | None
    other: str | None  # the number of the ticket that it repeats
    rating: int | None
    version: int
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None
    light: Light


def listed(session: Session, wanted: Wanted, now: datetime, limit: int) -> Iterator[Outline]:
    """Give the tickets that are asked for, newest first, wherever they are."""
    query = _QUERY.where(Scope(wanted.area_code).holds(Ticket.area_code))
    for column, value in (
        (Ticket.state, wanted.state), (Ticket.kind, wanted.kind),
        (Ticket.category, wanted.category), (Ticket.staff_id, wanted.staff_id),
    ):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    if wanted.light is not None:
        query = query.where(shows(wanted.light, now))
    if wanted.since is not None:
        query = query.where(Ticket.created_at >= wanted.since)
    for row in session.core.execute(query.order_by(Ticket.id.desc()).limit(limit)):
        yield _outline(row, now)


def outline_of(session: Session, ticket_id: int, now: datetime) -> Outline:
    """Give the outline of one ticket."""
    return _outline(session.core.execute(_QUERY.where(Ticket.id == ticket_id)).one(), now)


def _outline(row: Any, now: datetime) -> Outline:
    light = light_of(row.risk_at, row.due_at, now)
    return Outline(**dict(zip(_FIELDS, row, strict=False)), light=light)


_FIELDS = [field.name for field in fields(Outline)][:-1]
_OTHER = aliased(Ticket)
_QUERY: Any = (
    select(
        Ticket.number, Ticket.kind, Ticket.category, Ticket.state, Ticket.decision,
        Ticket.section, Ticket.priority, Area.name, Ticket.secrecy, Staff.login, Ticket.agency,
        _OTHER.number, Ticket.rating, Ticket.version, Ticket.created_at, Ticket.changed_at,
        Ticket.due_at, Ticket.risk_at,
    )
    .select_from(Ticket)
    .join(Area, Area.code == Ticket.area_code)
    .outerjoin(Staff, Staff.id == Ticket.staff_id)
    .outerjoin(_OTHER, _OTHER.id == Ticket.other_id)
)  # fmt: skip
