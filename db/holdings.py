"""Who looked after which family, and had its tasks, at a moment: the hand-overs read back."""

from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, and_, exists, or_, select, union
from sqlalchemy.orm import aliased

from db.assignments import Assignment
from db.findings import Finding
from db.handovers import Handover


def held_at(moment: datetime) -> Subquery:
    """Select the families with who looked after each as a moment began: `household_id`, `staff_id`.

    Whom a family was given to since did not have it, and who was the first to give it away had it.
    """
    later = aliased(Handover)
    came = exists().where(
        later.household_id == Assignment.household_id,
        later.to_id == Assignment.staff_id,
        later.at >= moment,
    )
    came_first = exists().where(
        later.household_id == Handover.household_id,
        later.to_id == Handover.from_id,
        later.at >= moment,
        later.id < Handover.id,
    )
    kept = select(Assignment.household_id, Assignment.staff_id).where(~came)
    given = select(Handover.household_id, Handover.from_id).where(
        Handover.at >= moment, Handover.from_id.is_not(None), ~came_first
    )
    return union(kept, given).subquery()


def had_task(staff_id: int, moment: datetime) -> ColumnElement[bool]:
    """Give the condition that a task was a companion's as a moment began.

    What was open went along with its family whenever that was handed over since.
    """
    since, other = aliased(Handover), aliased(Handover)

    def along(handover: type[Handover]) -> ColumnElement[bool]:
        return and_(
            handover.household_id == Finding.household_id,
            handover.at >= moment,
            or_(Finding.settled_at.is_(None), Finding.settled_at >= handover.at),
        )

    came = exists().where(along(since), since.to_id == staff_id).correlate(Finding)
    came_first = exists().where(along(other), other.to_id == staff_id, other.id < since.id)
    holder = select(other.to_id).where(along(other), other.id >= since.id)
    gave = (
        exists()
        .where(
            along(since), since.from_id == staff_id, Finding.found_at < since.at,
            ~came_first.correlate(Finding, since),
            Finding.staff_id.in_(holder.correlate(Finding, since)),
        )
        .correlate(Finding)
    )  # fmt: skip
    return or_(and_(Finding.staff_id == staff_id, ~came), gave)
