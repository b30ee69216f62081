"""Where people go: Puskesos, Dinas, banks, post, e-warong; with hours, a point and a source."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import Area, Scope, subtree
from db.base import Base, BigId
from db.places import Hours, is_open, next_opening, public_holidays
from db.session import Session

DESKS = ("puskesos", "dinas", "kantor_lurah")  # where people are helped
PAYOUT = ("bank", "pos", "ewarong")  # where aid is paid out
KINDS = (*DESKS, *PAYOUT, "lainnya")
_EARTH_KM = 6371.0
_BOXES = (0.05, 0.25, 1.0, 5.0)  # degrees each way in which the nearest are looked for
_AREA_LEVELS = (13, 8, 5)  # letters of the code of a kelurahan, kecamatan, city


class Office(Base):
    """A place where people are helped or paid."""

    __tablename__ = "offices"
    __table_args__ = (Index("ix_offices_latitude", "latitude", "longitude"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    address: Mapped[str] = mapped_column(String(200))
    latitude: Mapped[float | None] = mapped_column(Float)  # degrees, WGS 84
    longitude: Mapped[float | None] = mapped_column(Float)
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # of `Hours`
    phone: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200))
    source_date: Mapped[date]
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(60))


@dataclass(frozen=True, slots=True)
class Nearby:
    """A place with its distance in kilometres, where the point of both is known."""

    office: Office
    km: float | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a place is open now, and when it opens next, in its own zone."""

    open_now: bool
    opens_at: datetime | None


def hours_of(office: Office) -> Hours | None:
    """Give the hours of a place, None where nobody has entered them."""
    return Hours.from_data(office.hours) if office.hours is not None else None


def opening(office: Office, moment: datetime, zone: str) -> Opening | None:
    """Say whether a place is open at a moment; None where its hours are not known."""
    hours = hours_of(office)
    if hours is None:
        return None
    holidays = public_holidays()
    return Opening(
        is_open(hours, moment, zone, holidays), next_opening(hours, moment, zone, holidays)
    )


def desk_of(session: Session, area_code: str) -> Office | None:
    """Give the office that is there for an area: its own Puskesos, or else the Dinas above it."""
    found = offices_for(session, area_code, ("puskesos", "dinas"), limit=1)
    return found[0].office if found else None


def offices_for(
    session: Session, area_code: str, kinds: Collection[str], limit: int
) -> Sequence[Nearby]:
    """Give the places of some kinds for an area: those in it, or else in what it lies in."""
    for length in _AREA_LEVELS:
        if len(area_code) < length:
            continue
        low, high = subtree(area_code[:length])
        found = session.scalars(
            _active(kinds)
            .where(Office.area_code >= low, Office.area_code < high)
            .order_by(func.length(Office.area_code), Office.name)
            .limit(limit)
        ).all()
        if found:
            return [Nearby(office) for office in found]
    return []


def nearest_offices(
    session: Session, latitude: float, longitude: float, kinds: Collection[str], limit: int
) -> Sequence[Nearby]:
    """Give the places of some kinds nearest to a point (degrees, WGS 84), nearest first."""
    for reach in _BOXES:
        rows = session.scalars(
            _active(kinds).where(
                Office.latitude.between(latitude - reach, latitude + reach),
                Office.longitude.between(longitude - reach, longitude + reach),
            )
        )
        found = [
            Nearby(office, distance_km(latitude, longitude, office.latitude, office.longitude))
            for office in rows
            if office.latitude is not None and office.longitude is not None
        ]
        if found:
            return sorted(found, key=lambda near: (near.km or 0.0, near.office.id))[:limit]
    return []


def distance_km(latitude: float, longitude: float, to_lat: float, to_lon: float) -> float:
    """Give the kilometres between two points (degrees) along the great circle."""
    phi, to_phi = radians(latitude), radians(to_lat)
    half = sin((to_phi - phi) / 2) ** 2
    half += cos(phi) * cos(to_phi) * sin(radians(to_lon - longitude) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, half)))


def offices_in(session: Session, scope: Scope, kind: str | None) -> Sequence[tuple[Office, str]]:
    """Give every place within an area with the name of its own, those in use first."""
    query = (
        select(Office, Area.name)
        .join(Area, Area.code == Office.area_code)
        .where(scope.holds(Office.area_code))
        .order_by(Office.active.desc(), Office.kind, Office.name)
    )
    if kind:
        query = query.where(Office.kind == kind)
    return [(office, name) for office, name in session.execute(query)]


def find_office(session: Session, scope: Scope, office_id: int) -> Office | None:
    """Give one place, if it lies within an area."""
    return session.scalars(
        select(Office).where(Office.id == office_id, scope.holds(Office.area_code))
    ).one_or_none()


def areas_within(session: Session, scope: Scope) -> Sequence[Area]:
    """Give the areas in which a place may lie: an area with all below it."""
    return session.scalars(select(Area).where(scope.holds(Area.code)).order_by(Area.code)).all()


def save_office(
    session: Session, office: Office | None, row: dict[str, Any], actor: str, now: datetime
) -> int:
    """Change a place, or add one; gives its id."""
    kept = office if office is not None else Office()
    for name, value in row.items():
        setattr(kept, name, value)
    kept.changed_at, kept.changed_by = now, actor
    session.add(kept)
    session.flush()
    return kept.id


def _active(kinds: Collection[str]) -> Any:
    return select(Office).where(Office.active.is_(True), Office.kind.in_(list(kinds)))
