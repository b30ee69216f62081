"""How many families each companion looks after, against the mean of his area."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from db.areas import Area, Scope
from db.assignments import Assignment
from db.registry import Household
from db.session import Session
from db.splits import Placed, Transfer, split_evenly
from db.staff import Staff
from db.substitutions import Substitution, holds_on


@dataclass(frozen=True, slots=True)
class Load:
    """What one companion carries; `mean` is that of all companions of the same area."""

    staff_id: int
    name: str
    area_code: str
    area_name: str
    families: int
    villages: int
    for_others: int  # families of those for whom he stands in today, beside his own
    mean: float


def loads(session: Session, scope: Scope, today: date) -> Sequence[Load]:
    """Give the loads of all companions in service of an area, by area and name."""
    own = (
        select(
            Assignment.staff_id,
            func.count().label("families"),
            func.count(Household.area_code.distinct()).label("villages"),
        )
        .join(Household, Household.id == Assignment.household_id)
        .group_by(Assignment.staff_id)
        .subquery()
    )
    others = aliased(Assignment)
    stands_in = (
        select(Substitution.substitute_id, func.count().label("families"))
        .join(others, others.staff_id == Substitution.absent_id)
        .where(holds_on(today))
        .group_by(Substitution.substitute_id)
        .subquery()
    )
    query = (
        select(
            Staff.id, Staff.name, Staff.area_code, Area.name,
            func.coalesce(own.c.families, 0), func.coalesce(own.c.villages, 0),
            func.coalesce(stands_in.c.families, 0),
        )
        .join(Area, Area.code == Staff.area_code)
        .outerjoin(own, own.c.staff_id == Staff.id)
        .outerjoin(stands_in, stands_in.c.substitute_id == Staff.id)
        .where(Staff.role == "companion", Staff.active.is_(True), scope.holds(Staff.area_code))
        .order_by(Staff.area_code, Staff.name, Staff.id)
    )  # fmt: skip
    rows: Sequence[Any] = session.execute(query).all()
    by_area: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_area[row[2]].append(row[4])
    means = {code: sum(counts) / len(counts) for code, counts in by_area.items()}
    return [Load(*(*row, means[row[2]])) for row in rows]


def propose_split(session: Session, area_code: str, staff_ids: Sequence[int]) -> list[Transfer]:
    """Propose how some companions share their families and those of an area that have nobody.

    Families of other companions are left alone. Raises ValueError without any companion.
    """
    query = (
        select(Household.id, Household.area_code, Assignment.staff_id)
        .outerjoin(Assignment, Assignment.household_id == Household.id)
        .where(
            Scope(area_code).holds(Household.area_code),
            Assignment.staff_id.is_(None) | Assignment.staff_id.in_(staff_ids),
        )
        .order_by(Household.id, Assignment.id)
    )
    placed = {row[0]: Placed(*row) for row in reversed(session.execute(query).all())}
    return split_evenly(list(placed.values()), staff_ids)
