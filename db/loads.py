"""How many families each companion looks after, against the means of his area and of all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from db.areas import Area, Scope
from db.assignments import Assignment
from db.registry import Household, is_lived_in
from db.session import Session
from db.splits import Placed, Transfer, split_evenly
from db.staff import Staff
from db.substitutions import Substitution, holds_on


@dataclass(frozen=True, slots=True)
class Load:
    """What one companion carries; `mean` is that of its area, `overall` of all companions."""

    staff_id: int
    name: str
    area_code: str
    area_name: str
    families: int
    villages: int
    for_others: int  # families of those for whom he stands in today, beside his own
    here: int  # families that lie within the area that was asked for
    away_until: date | None  # the last day of his leave, while he is away
    mean: float
    overall: float
    crew: int  # companions of the same area
    is_within: bool  # his area is, or lies in, the one that was asked for


def loads(session: Session, scope: Scope, today: date) -> Sequence[Load]:
    """Give the loads of companions in service by area and name.

    Those are the companions of the area asked for, and others who have families in it.
    """
    rows: Sequence[Any] = session.execute(_loads(scope, today)).all()
    by_area: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_area[row.area_code].append(row.families)
    overall = sum(row.families for row in rows) / max(1, len(rows))
    found = []
    for row in rows:
        area = row.area_code
        if scope.covers(area) or row.here:
            crew = len(by_area[area])
            means = sum(by_area[area]) / crew, overall, crew
            found.append(Load(*[*row, *means, scope.covers(area)]))
    return found


def _loads(scope: Scope, today: date) -> Select[Any]:
    """Select the loads of all companions in service: the means are of all."""
    own = (
        select(
            Assignment.staff_id,
            func.count().label("families"),
            func.count(Household.area_code.distinct()).label("villages"),
            func.count().filter(scope.holds(Household.area_code)).label("here"),
        )
        .join(Household, Household.id == Assignment.household_id)
        .where(is_lived_in(Household.id))
        .group_by(Assignment.staff_id)
        .subquery()
    )
    others = aliased(Assignment)
    stands_in = (
        select(Substitution.substitute_id, func.count().label("families"))
        .join(others, others.staff_id == Substitution.absent_id)
        .where(holds_on(today), is_lived_in(others.household_id))
        .group_by(Substitution.substitute_id)
        .subquery()
    )
    absent = (
        select(Substitution.absent_id, func.max(Substitution.last_day).label("last_day"))
        .where(holds_on(today))
        .group_by(Substitution.absent_id)
        .subquery()
    )
    return (
        select(
            Staff.id, Staff.name, Staff.area_code, Area.name.label("area_name"),
            func.coalesce(own.c.families, 0).label("families"), func.coalesce(own.c.villages, 0),
            func.coalesce(stands_in.c.families, 0), func.coalesce(own.c.here, 0).label("here"),
            absent.c.last_day,
        )
        .join(Area, Area.code == Staff.area_code)
        .outerjoin(own, own.c.staff_id == Staff.id)
        .outerjoin(stands_in, stands_in.c.substitute_id == Staff.id)
        .outerjoin(absent, absent.c.absent_id == Staff.id)
        .where(Staff.role == "companion", Staff.active.is_(True))
        .order_by(Staff.area_code, Staff.name, Staff.id)
    )  # fmt: skip


def propose_split(session: Session, area_code: str, staff_ids: Sequence[int]) -> list[Transfer]:
    """Propose how some companions share their families and those of an area that have nobody.

    Families of other companions are left alone. Raises ValueError without any companion.
    """
    query = (
        select(Household.id, Household.area_code, Assignment.staff_id)
        .outerjoin(Assignment, Assignment.household_id == Household.id)
        .where(
            Scope(area_code).holds(Household.area_code),
            is_lived_in(Household.id),
            Assignment.staff_id.is_(None) | Assignment.staff_id.in_(staff_ids),
        )
        .order_by(Household.id, Assignment.id)
    )
    placed = {row[0]: Placed(*row) for row in reversed(session.execute(query).all())}
    return split_evenly(list(placed.values()), staff_ids)
