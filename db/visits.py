"""Visits of companions to families."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.session import Session


class Visit(Base):
    """One visit; the finding is sealed. A correction is a new row, which replaces the old one."""

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


def visits_between(
    session: Session, staff_id: int, household_id: int, purpose: str, begin: datetime, end: datetime
) -> Sequence[Visit]:
    """Give a companion's visits to a family for one purpose, corrected ones too, newest first."""
    query = select(Visit).where(
        Visit.staff_id == staff_id,
        Visit.household_id == household_id,
        Visit.purpose == purpose,
        Visit.visited_at >= begin,
        Visit.visited_at < end,
    )
    return session.scalars(query.order_by(Visit.id.desc())).all()


def in_force(session: Session, visit_id: int) -> Visit | None:
    """Give a visit, held until the transaction ends; None for one that was corrected since."""
    query = select(Visit).where(Visit.id == visit_id, Visit.replaced_by_id.is_(None))
    return session.scalars(query.with_for_update()).one_or_none()
