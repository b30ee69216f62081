"""Where families and kelurahan are: by the points of earlier visits, or as an officer set it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import select

from db import audit
from db.areas import Area, Scope
from db.attachments import POINT, Attachment
from db.offices import Office, distance_km
from db.registry import Household
from db.session import Session
from db.visit_rules import visit_rules
from db.visits import Visit

LEAST = 5  # families with a point before these tell where a kelurahan is
_MOST = 200  # of the newest
_CITY = 5  # letters of the code of a city
_ELSEWHERE_KM = 50  # no kelurahan is so far from every office of its city

Point = tuple[float, float]  # latitude and longitude in degrees


@dataclass(frozen=True, slots=True)
class Placed:
    """A kelurahan, its point, and whether an officer set that or visits tell it."""

    code: str
    name: str
    point: Point | None
    is_set: bool
    visits: int  # of which the point is the middle; 0 where it was set or there is none


@dataclass(frozen=True, slots=True)
class Middle:
    """Where a kelurahan is, and how many families' visits tell it; 0 where an officer set it."""

    point: Point
    visits: int


# Where visits that are in force were made, by family.
_POINTS = (
    select(Visit.household_id, Attachment.latitude, Attachment.longitude)
    .join(Visit, Visit.id == Attachment.visit_id)
    .where(
        Visit.replaced_by_id.is_(None),
        Attachment.kind == POINT,
        Attachment.latitude.is_not(None),
        Attachment.longitude.is_not(None),
    )
)


def placed_areas(session: Session, scope: Scope) -> Sequence[Placed]:
    """Give the kelurahan of an area that have families, with their points."""
    with_families = select(Household.area_code)
    query = select(Area).where(scope.holds(Area.code), Area.code.in_(with_families))
    placed = []
    for area in session.scalars(query.order_by(Area.name, Area.code)):
        middle = middle_of(session, area.code)
        point, visits = (middle.point, middle.visits) if middle is not None else (None, 0)
        placed.append(Placed(area.code, area.name, point, area.latitude is not None, visits))
    return placed


def set_point(
    session: Session, scope: Scope, code: str, point: Point | None, actor: str, now: datetime
) -> bool:
    """Set where a kelurahan is, or leave it to its visits; False for one that is not there."""
    query = select(Area).where(Area.code == code, scope.holds(Area.code))
    area = session.scalars(query.with_for_update()).one_or_none()
    if area is None:
        return False
    area.latitude, area.longitude = point or (None, None)
    audit.record(session, now, actor, "set area point", f"area:{code}")
    return True


def middle_of(session: Session, area_code: str, but: int | None = None) -> Middle | None:
    """Give the middle of a kelurahan: as it was set, else of where its families were visited.

    Of a family the last point counts. None where too few families have one, where most of these
    lie far from their middle, or where that is far from every office that people here go to: it
    says nothing then. `but` is a visit that is left out.
    """
    area = session.get(Area, area_code)
    if area is not None and area.latitude is not None and area.longitude is not None:
        return Middle((area.latitude, area.longitude), 0)
    query = (
        _POINTS.join(Household, Household.id == Visit.household_id)
        .where(Household.area_code == area_code, Visit.id != (but or 0))
        .order_by(Attachment.id.desc())
        .limit(_MOST)
    )
    there = list(_by_family(reversed(session.execute(query).all())).values())
    if len(there) < LEAST:
        return None
    middle = median(lat for lat, _ in there), median(lon for _, lon in there)
    far_km = visit_rules().far_m / 1_000
    near = sum(distance_km(*point, *middle) <= far_km for point in there)
    is_sound = near * 2 > len(there) and not is_elsewhere(session, area_code, middle)
    return Middle(middle, len(there)) if is_sound else None


def is_elsewhere(session: Session, area_code: str, point: Point) -> bool:
    """Say whether a point lies outside the city of an area, as far as its offices show that."""
    offices = select(Office.latitude, Office.longitude).where(
        Scope(area_code[:_CITY]).holds(Office.area_code),
        Office.latitude.is_not(None),
        Office.longitude.is_not(None),
    )
    known = [
        (lat, lon) for lat, lon in session.execute(offices) if lat is not None and lon is not None
    ]
    return bool(known) and min(distance_km(*one, *point) for one in known) > _ELSEWHERE_KM


def points_of(session: Session, household_ids: Collection[int]) -> dict[int, Point]:
    """Give where families were last visited; of many nobody has sent a point yet."""
    query = _POINTS.where(Visit.household_id.in_(household_ids)).order_by(Attachment.id)
    return _by_family(session.execute(query))


def _by_family(rows: Iterable[Any]) -> dict[int, Point]:
    """Give the last point of each family."""
    return {household_id: (latitude, longitude) for household_id, latitude, longitude in rows}
