"""Families that go from one companion to another, with all that is open about them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.areas import Scope
from db.assignments import Assignment
from db.base import Base, BigId
from db.findings import DONE, Finding
from db.kube_handovers import bring_groups
from db.registry import Household
from db.session import Session
from db.staff import Staff

_FINDING: Any = Finding.__table__


class Handover(Base):
    """One change of who looks after a family; the first companion of a family follows nobody."""

    __tablename__ = "handovers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    why: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class HandoverRefused(Exception):
    """A hand-over that cannot be; nothing was changed."""


class NoCompanion(HandoverRefused):
    """Who is to look after the families is no companion in service, or not of their area."""


class NotHis(HandoverRefused):
    """One of the families is not with whom it was said to be."""


def hand_over(
    session: Session,
    household_ids: Collection[int],
    from_id: int | None,
    to_id: int,
    *,
    why: str,
    actor: str,
    now: datetime,
) -> Sequence[int]:
    """Give families to another companion; without a former one they must have had none.

    Open mismatch tasks go along; so do the KUBE of which most families are the new one's then,
    whose ids it gives. What was filed for the families is followed by the new one, as it is by
    whoever looks after them (db/own_tickets.py); who filed it stays. Raises HandoverRefused.
    """
    wanted = sorted(set(household_ids))
    _require_fit(session, wanted, to_id)
    _take_from(session, wanted, from_id, to_id)
    for household_id in wanted:
        session.add(Assignment(staff_id=to_id, household_id=household_id))
        session.add(
            Handover(
                household_id=household_id, from_id=from_id, to_id=to_id, why=why, by=actor, at=now
            )
        )
    session.flush()
    if from_id is not None:
        _bring_along(session, wanted, from_id, to_id)
    audit.record_families(session, now, actor, "hand over family", wanted)
    return bring_groups(session, wanted, from_id, to_id, why=why, actor=actor, now=now)


def history_of(session: Session, household_id: int) -> Sequence[Handover]:
    """Give all hand-overs of a family, oldest first."""
    query = select(Handover).where(Handover.household_id == household_id)
    return session.scalars(query.order_by(Handover.id)).all()


def _require_fit(session: Session, household_ids: Collection[int], to_id: int) -> None:
    """Hold the new companion's row, so that he does not leave meanwhile."""
    staff = session.scalars(select(Staff).where(Staff.id == to_id).with_for_update()).one_or_none()
    if staff is None or not staff.active or staff.role != "companion":
        raise NoCompanion
    outside = select(Household.id).where(
        Household.id.in_(household_ids), ~Scope(staff.area_code).holds(Household.area_code)
    )
    if session.scalar(outside.limit(1)) is not None:
        raise NoCompanion


def _take_from(
    session: Session, household_ids: Sequence[int], from_id: int | None, to_id: int
) -> None:
    # The families too: where nobody has them yet, no assignment is there to be held.
    families = select(Household.id).where(Household.id.in_(household_ids)).order_by(Household.id)
    session.scalars(families.with_for_update(key_share=True)).all()
    of_them = Assignment.household_id.in_(household_ids)
    rows = session.scalars(select(Assignment).where(of_them).with_for_update()).all()
    if from_id is None:
        if rows:
            raise NotHis
        return
    his = [row for row in rows if row.staff_id == from_id]
    if from_id == to_id or {row.household_id for row in his} != set(household_ids):
        raise NotHis
    for row in rows:
        if row.staff_id in (from_id, to_id):
            session.delete(row)
    session.flush()


def _bring_along(
    session: Session, household_ids: Collection[int], from_id: int, to_id: int
) -> None:
    session.core.execute(
        update(_FINDING)
        .where(
            _FINDING.c.staff_id == from_id,
            _FINDING.c.state != DONE,
            _FINDING.c.household_id.in_(household_ids),
        )
        .values(staff_id=to_id)
    )
