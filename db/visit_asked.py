"""Which visits and sessions a report asks for, and what can be said of a visit by a query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, exists, func, select, true

from db.areas import Scope
from db.attachments import REFUSED, Attachment
from db.group_sessions import Attendance
from db.visit_figures import Days
from db.visit_rules import visit_rules
from db.visits import Visit

PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is of: where, whose (everybody's if None), and between which moments."""

    scope: Scope
    staff_id: int | None
    begin: datetime
    end: datetime

    @classmethod
    def of(cls, scope: Scope, staff_id: int | None, days: Days, zone: str) -> "Asked":
        """Ask for some days of a zone."""
        return cls(scope, staff_id, *days.bounds(zone))

    def is_his(self, column: Any) -> ColumnElement[bool]:
        """Give the condition that a column of staff is whose report it is."""
        return true() if self.staff_id is None else column == self.staff_id

    def within(self, column: Any) -> ColumnElement[bool]:
        """Give the condition that a moment lies in the days."""
        moment: ColumnElement[bool] = (column >= self.begin) & (column < self.end)
        return moment


def lies_far() -> ColumnElement[bool]:
    """Give the condition that the point of a visit lies far from the family's kelurahan."""
    return func.coalesce(Visit.distance_m, 0) > visit_rules().far_m


def came_with(kind: str) -> ColumnElement[bool]:
    """Give the condition that a file of a kind, or a point, came with a visit."""
    return exists().where(
        Attachment.visit_id == Visit.id, Attachment.kind == kind, Attachment.state != REFUSED
    )


def attended() -> Subquery:
    """Select how many families each group session awaited, and how many came."""
    return (
        select(
            Attendance.session_id,
            func.count().label("awaited"),
            func.count().filter(Attendance.present.is_(True)).label("came"),
        )
        .group_by(Attendance.session_id)
        .subquery()
    )
