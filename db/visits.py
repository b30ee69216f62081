"""Visits of companions to families."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.base import Base, BigId
from db.session import Session


class Visit(Base):
    """One visit; the finding is sealed. A correction is a new row, which replaces the old one.

    A visit that was withdrawn is replaced by a last row that replaces itself: none is in force.
    """

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(30))
    finding_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    checks: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # what was asked → answer
    visited_at: Mapped[datetime]
    told_at: Mapped[datetime]  # when it was written, which may be long before it reached us
    recorded_at: Mapped[datetime]
    distance_m: Mapped[int | None]  # of the point sent from that of the kelurahan, in metres
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))  # that it filed
    graduation_id: Mapped[int | None] = mapped_column(ForeignKey("graduations.id"), index=True)


def last_told(
    session: Session, staff_id: int, household_id: int | None = None, by: datetime | None = None
) -> Visit | None:
    """Give the visit, to one family or to any, of which somebody told last, as it is in force.

    With a moment it is the last told by then.
    """
    query = select(Visit).where(Visit.staff_id == staff_id, Visit.replaced_by_id.is_(None))
    if household_id is not None:
        query = query.where(Visit.household_id == household_id)
    if by is not None:
        query = query.where(Visit.told_at <= by)
    return session.scalars(query.order_by(Visit.told_at.desc(), Visit.id.desc()).limit(1)).first()


def told_after(
    session: Session,
    staff_id: int,
    moment: datetime,
    until: datetime,
    household_id: int | None = None,
) -> Visit | None:
    """Give the visit in force, to one family or to any, first told of between two moments."""
    query = select(Visit).where(
        Visit.staff_id == staff_id,
        Visit.replaced_by_id.is_(None),
        Visit.told_at > moment,
        Visit.told_at <= until,
    )
    if household_id is not None:
        query = query.where(Visit.household_id == household_id)
    return session.scalars(query.order_by(Visit.told_at, Visit.id).limit(1)).first()


def visits_made(
    session: Session,
    staff_id: int,
    begin: datetime,
    end: datetime,
    household_ids: Collection[int] | None = None,
) -> Sequence[Visit]:
    """Give a companion's visits in force of some days, to some families or all, newest first."""
    query = select(Visit).where(
        Visit.staff_id == staff_id,
        Visit.replaced_by_id.is_(None),
        Visit.visited_at >= begin,
        Visit.visited_at < end,
    )
    if household_ids is not None:
        query = query.where(Visit.household_id.in_(household_ids))
    return session.scalars(query.order_by(Visit.visited_at.desc(), Visit.id.desc())).all()


def visits_between(
    session: Session, staff_id: int, household_id: int, begin: datetime, end: datetime
) -> Sequence[Visit]:
    """Give a companion's visits to a family, corrected ones too, newest first."""
    query = select(Visit).where(
        Visit.staff_id == staff_id,
        Visit.household_id == household_id,
        Visit.visited_at >= begin,
        Visit.visited_at < end,
    )
    return session.scalars(query.order_by(Visit.id.desc())).all()


def in_force(session: Session, visit_id: int) -> Visit | None:
    """Give a visit, held until the transaction ends; None for one that was corrected since."""
    query = select(Visit).where(Visit.id == visit_id, Visit.replaced_by_id.is_(None))
    return session.scalars(query.with_for_update()).one_or_none()


def last_version(session: Session, visit_id: int) -> Visit | None:
    """Give a visit as it stands after all its corrections, held until the transaction ends.

    None for one that was withdrawn, or that there never was.
    """
    visit = session.get(Visit, visit_id)
    while visit is not None and visit.replaced_by_id is not None:
        if visit.replaced_by_id == visit.id:
            return None
        visit = session.get(Visit, visit.replaced_by_id)
    return None if visit is None else in_force(session, visit.id)


def withdraw(session: Session, visit: Visit, actor: str, now: datetime) -> None:
    """Take a visit back: a last version without force follows it."""
    last = Visit(
        staff_id=visit.staff_id,
        household_id=visit.household_id,
        purpose=visit.purpose,
        finding_sealed=visit.finding_sealed,
        checks=dict(visit.checks),
        visited_at=visit.visited_at,
        told_at=now,
        recorded_at=now,
        distance_m=visit.distance_m,
    )
    session.add(last)
    session.flush()
    visit.replaced_by_id = last.replaced_by_id = last.id
    session.flush()
    audit.record(session, now, actor, "withdraw visit", f"household:{visit.household_id}")
