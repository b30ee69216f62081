"""Where families and kelurahan are: by the points of earlier visits, or as an officer set it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import select

from db import audit
from db.areas import Area, Scope
from db.attachments import POINT, Attachment
from db.registry import Household
from db.session import Session
from db.visits import Visit

LEAST = 5  # visits with a point before these tell where a kelurahan is
_MOST = 200  # of the newest

Point = tuple[float, float]  # latitude and longitude in degrees


@dataclass(frozen=True, slots=True)
class Placed:
    """A kelurahan, its point, and whether an officer set that or visits tell it."""

    code: str
    name: str
    point: Point | None
    is_set: bool


def placed_areas(session: Session, scope: Scope) -> Sequence[Placed]:
    """Give the kelurahan of an area that have families, with their points."""
    with_families = select(Household.area_code)
    query = select(Area).where(scope.holds(Area.code), Area.code.in_(with_families))
    return [
        Placed(area.code, area.name, point_of_area(session, area.code), area.latitude is not None)
        for area in session.scalars(query.order_by(Area.name, Area.code))
    ]


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


def point_of_area(session: Session, area_code: str) -> Point | None:
    """Give the middle of a kelurahan: as it was set, else of the points of its visits."""
    area = session.get(Area, area_code)
    if area is not None and area.latitude is not None and area.longitude is not None:
        return area.latitude, area.longitude
    query = (
        select(Attachment.latitude, Attachment.longitude)
        .join(Visit, Visit.id == Attachment.visit_id)
        .join(Household, Household.id == Visit.household_id)
        .where(
            Household.area_code == area_code,
            Attachment.kind == POINT,
            Attachment.latitude.is_not(None),
            Attachment.longitude.is_not(None),
        )
        .order_by(Attachment.id.desc())
        .limit(_MOST)
    )
    points = session.execute(query).all()
    if len(points) < LEAST:
        return None
    there = [(lat, lon) for lat, lon in points if lat is not None and lon is not None]
    return median(lat for lat, _ in there), median(lon for _, lon in there)


def points_of(session: Session, household_ids: Collection[int]) -> dict[int, Point]:
    """Give where families were last visited; of many nobody has sent a point yet."""
    query = (
        select(Visit.household_id, Attachment.latitude, Attachment.longitude)
        .join(Visit, Visit.id == Attachment.visit_id)
        .where(
            Visit.household_id.in_(household_ids),
            Attachment.kind == POINT,
            Attachment.latitude.is_not(None),
            Attachment.longitude.is_not(None),
        )
        .order_by(Attachment.id)
    )
    return {
        household_id: (latitude, longitude)
        for household_id, latitude, longitude in session.execute(query)
        if latitude is not None and longitude is not None
    }
