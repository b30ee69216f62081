"""Who is on duty, and emergencies of which somebody is told again until one takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    SmallInteger,
    delete,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.areas import Scope, self_and_above
from db.base import Base, BigId
from db.own_tickets import Reader, seen_by
from db.registry import Person
from db.session import Session
from db.staff import CONSOLE_ROLES, Staff
from db.ticket_states import OPEN
from db.tickets import Ticket


class Duty(Base):
    """A stretch of time in which an officer is to be called."""

    __tablename__ = "duties"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class Alert(Base):
    """Something that officers are told of, in rounds where it is an emergency, until one takes it.

    What was asked for at night has one too: officers hear of it in the morning.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "ix_alerts_next", "next_at",
            sqlite_where=text("next_at IS NOT NULL"), postgresql_where=text("next_at IS NOT NULL"),
        ),
    )  # fmt: skip

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    rounds: Mapped[int] = mapped_column(SmallInteger)
    next_at: Mapped[datetime | None]  # None once it is taken
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime | None]


LONGEST = timedelta(days=7)  # that somebody is on duty at a stretch
_DUTY: Any = Duty.__table__
_ALERT: Any = Alert.__table__
_STAFF: Any = Staff.__table__
_TICKET: Any = Ticket.__table__


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who is on duty, from when until when."""

    id: int
    name: str
    role: str
    begins_at: datetime
    ends_at: datetime
    area_code: str


def on_duty(session: Session, area_code: str, now: datetime) -> Sequence[int]:
    """Give the ids of those who are on duty for an area."""
    return session.core.scalars(
        select(_DUTY.c.staff_id)
        .join(_STAFF, _STAFF.c.id == _DUTY.c.staff_id)
        .where(
            _DUTY.c.begins_at <= now,
            _DUTY.c.ends_at > now,
            _STAFF.c.active,
            _STAFF.c.area_code.in_(self_and_above(area_code)),
        )
        .distinct()
    ).all()


def begin_duty(session: Session, staff_id: int, now: datetime, until: datetime) -> None:
    """Put somebody on duty from now on; a stretch that runs already ends at the new hour."""
    running = session.scalars(select(Duty).where(*_running(staff_id, now)).limit(1)).first()
    if running is None:
        session.add(Duty(staff_id=staff_id, begins_at=now, ends_at=until))
    else:
        running.ends_at = until
    session.flush()


def end_duty(session: Session, staff_id: int, now: datetime) -> bool:
    """End what somebody is on duty for; False where he was not."""
    running = _DUTY.c.id.in_(select(_DUTY.c.id).where(*_running(staff_id, now)))
    changed = session.core.execute(
        update(_DUTY).where(running).values(ends_at=now).returning(_DUTY.c.id)
    )
    return bool(changed.all())


def _running(staff_id: int, now: datetime) -> tuple[Any, ...]:
    return _DUTY.c.staff_id == staff_id, _DUTY.c.begins_at <= now, _DUTY.c.ends_at > now


def plan_duty(
    session: Session,
    scope: Scope,
    staff_id: int,
    begins_at: datetime,
    ends_at: datetime,
    actor: str,
    now: datetime,
) -> bool:
    """Put somebody of an area on duty for a time; False where he is none of its console staff."""
    if staff_id not in {staff.id for staff in staff_within(session, scope)}:
        return False
    session.add(Duty(staff_id=staff_id, begins_at=begins_at, ends_at=ends_at))
    session.flush()
    audit.record(session, now, actor, "plan duty", f"staff:{staff_id}")
    return True


def drop_duty(session: Session, scope: Scope, duty_id: int, actor: str, now: datetime) -> bool:
    """Take a stretch of duty away; False where it is none of this area's."""
    within = select(_STAFF.c.id).where(scope.holds(_STAFF.c.area_code))
    gone = session.core.execute(
        delete(_DUTY)
        .where(_DUTY.c.id == duty_id, _DUTY.c.staff_id.in_(within))
        .returning(_DUTY.c.staff_id)
    ).scalar_one_or_none()
    if gone is not None:
        audit.record(session, now, actor, "drop duty", f"staff:{gone}")
    return gone is not None


def duties_within(session: Session, scope: Scope, now: datetime) -> Sequence[OnDuty]:
    """Give who is on duty for an area or any part of it, now and later, soonest first."""
    rows = session.core.execute(
        select(
            _DUTY.c.id,
            _STAFF.c.name,
            _STAFF.c.role,
            _DUTY.c.begins_at,
            _DUTY.c.ends_at,
            _STAFF.c.area_code,
        )
        .join(_STAFF, _STAFF.c.id == _DUTY.c.staff_id)
        .where(_DUTY.c.ends_at > now, _STAFF.c.active, _serves(scope))
        .order_by(_DUTY.c.begins_at, _DUTY.c.id)
    )
    return [OnDuty(*row) for row in rows]


def _serves(scope: Scope) -> ColumnElement[bool]:
    """Give the condition that somebody works in the area, or in one that it lies in."""
    within = scope.holds(_STAFF.c.area_code)
    above = self_and_above(scope.area_code) if scope.area_code is not None else []
    return or_(within, _STAFF.c.area_code.in_(above))


def staff_within(session: Session, scope: Scope) -> Sequence[Staff]:
    """Give who of an area may be on duty: all who use the console."""
    return session.scalars(
        select(Staff)
        .where(Staff.active, Staff.role.in_(CONSOLE_ROLES), scope.holds(Staff.area_code))
        .order_by(Staff.name, Staff.id)
    ).all()


def add_alert(session: Session, ticket_id: int, next_at: datetime) -> Alert:
    """Note that officers are to be told of a ticket."""
    alert = Alert(ticket_id=ticket_id, rounds=0, next_at=next_at)
    session.add(alert)
    session.flush()
    return alert


def lock_alert(session: Session, ticket_id: int) -> Alert | None:
    """Hold the alert of a ticket that is held already."""
    query = select(Alert).where(Alert.ticket_id == ticket_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def alerts_due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Give the tickets of the alerts whose next round is due, the longest due first."""
    query = select(_ALERT.c.ticket_id).where(_ALERT.c.next_at <= now)
    return session.core.scalars(query.order_by(_ALERT.c.next_at).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency that a contact brought, and the family that it is about."""

    id: int
    number: str
    is_open: bool
    household_id: int | None


def emergencies_told(session: Session, reader: Reader, since: datetime) -> Sequence[Emergency]:
    """Give the emergencies that a chat brought not long ago and may see, the newest first."""
    query = (
        select(_TICKET.c.id, _TICKET.c.number, _TICKET.c.state, Person.household_id)
        .outerjoin(Person, Person.id == _TICKET.c.person_id)
        .where(
            _TICKET.c.contact_id == reader.contact_id,
            _TICKET.c.kind == "emergency",
            seen_by(reader),
            _TICKET.c.created_at >= since,
        )
        .order_by(_TICKET.c.id.desc())
    )
    return [
        Emergency(row.id, row.number, row.state in OPEN, row.household_id)
        for row in session.core.execute(query)
    ]


def open_emergency(
    session: Session, reader: Reader, since: datetime, household_id: int | None = None
) -> int | None:
    """Give the emergency that a chat brought not long ago and that is still open, and his to see.

    Where a family is given, only one about that.
    """
    query = (
        select(_TICKET.c.id)
        .where(
            _TICKET.c.contact_id == reader.contact_id,
            _TICKET.c.kind == "emergency",
            seen_by(reader),
            _TICKET.c.created_at >= since,
            _TICKET.c.state.in_([*OPEN]),
        )
        .order_by(_TICKET.c.id.desc())
        .limit(1)
    )
    if household_id is not None:
        of_family = select(Person.id).where(Person.household_id == household_id)
        query = query.where(_TICKET.c.person_id.in_(of_family))
    found: int | None = session.core.scalar(query)
    return found


def alerted_ticket(session: Session, scope: Scope, number: str) -> int | None:
    """Give the emergency of a number within an area, or of its last digits.

    Without any number it is the one that waits the longest for somebody to take it.
    """
    query = (
        select(_TICKET.c.id)
        .join(_ALERT, _ALERT.c.ticket_id == _TICKET.c.id)
        .where(_TICKET.c.kind == "emergency", scope.holds(_TICKET.c.area_code))
        .limit(1)
    )
    if not number:
        query = query.where(_ALERT.c.next_at.is_not(None)).order_by(_TICKET.c.id)
    elif number.isdecimal():
        ending = f"-{int(number):06d}"
        query = query.where(_TICKET.c.number.endswith(ending)).order_by(_TICKET.c.id.desc())
    else:
        query = query.where(_TICKET.c.number == number.upper())
    found: int | None = session.core.scalar(query)
    return found
