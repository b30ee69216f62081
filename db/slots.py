"""Slots: the hour at which a family is to come, so that nobody stands in a queue."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    FromClause,
    Select,
    String,
    and_,
    case,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from db.areas import Area, in_areas, self_and_above
from db.audiences import Filters, families
from db.base import Base
from db.json_rows import json_rows
from db.registry import Household
from db.schedules import Distribution
from db.session import Session
from db.slot_hours import RANGE, Hour, hours_of, ranges
from db.traits import TRAITS, with_traits

_HOME: Mapping[str, TypeEngine[Any]] = {
    "area_code": String(),
    "stop_area": String(),
    "room": BigInteger(),
    "is_open": BigInteger(),
}


class Slot(Base):
    """One family's hour at a distribution that has a quota."""

    __tablename__ = "slots"

    distribution_id: Mapped[int] = mapped_column(ForeignKey("distributions.id"), primary_key=True)
    household_id: Mapped[int] = mapped_column(
        ForeignKey("households.id"), primary_key=True, index=True
    )
    starts_at: Mapped[time]
    ends_at: Mapped[time]


_SLOT: Any = Slot.__table__
_AT_ONCE = 5_000  # families of one question


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many families of an area are to have an hour, and for how many there is the time."""

    area_code: str
    families: int
    places: int


def assign_slots(
    session: Session, round_id: int, filters: Filters, since: date, keep: bool = False
) -> None:
    """Give each family of an audience its hour at the distributions of a round that have a quota.

    Families with old or disabled people or small children come first, then by RW and RT.
    Slots given before are dropped, but for those of days before `since`: whoever had one has had
    his turn. More families than there are places fill all hours evenly, but where their area has a
    distribution without a quota: there the last get no hour and go to that one. With `keep`,
    whoever has an hour keeps it, as he was told of it; the others get one as far as there are
    places left.
    """
    session.flush()
    if not keep:
        _drop(session, round_id, since)
    given = _given(session, round_id, filters, since, keep)
    if given is not None:
        names = [column.name for column in given.selected_columns]
        session.core.execute(insert(_SLOT).from_select(names, given))


def capacity(
    session: Session,
    round_id: int,
    filters: Filters,
    since: date = date.min,
    keep: bool = False,
) -> Sequence[Capacity]:
    """Give for each area whose distributions all have a quota whether these are enough.

    With `keep`, families that have an hour are not counted, nor are the places that they take.
    """
    session.flush()
    stops = _stops(session, round_id, since)
    hours = _hours_of_areas(session, stops, round_id, since, keep)
    bounded = sorted(area for area in hours.keys() - _open(stops) if hours[area])
    if not bounded:
        return []
    homes = _homes(session, filters, hours, _open(stops))
    home = json_rows(session.core.dialect.name, homes, "home", _HOME)
    query = (
        select(home.c.stop_area, func.count())
        .select_from(Household)
        .join(home, home.c.area_code == Household.area_code)
        .where(families(filters), Household.id.not_in(_served(round_id, since, keep)))
        .group_by(home.c.stop_area)
    )
    coming = {area: count for area, count in session.execute(query)}  # noqa: C416
    return [
        Capacity(area, coming.get(area, 0), sum(hour.places for hour in hours[area]))
        for area in bounded
    ]


def slot_of(session: Session, household_id: int, round_id: int) -> Slot | None:
    """Give the hour of a family at a round, if it has one."""
    query = (
        select(Slot)
        .join(Distribution, Distribution.id == Slot.distribution_id)
        .where(
            Slot.household_id == household_id,
            Distribution.round_id == round_id,
            ~Distribution.canceled,
        )
    )
    return session.scalars(query.limit(1)).first()


def slots_of_families(
    session: Session, round_id: int, families_of: Sequence[int]
) -> dict[int, Slot]:  # fmt: skip
    """Give the hours of some families at a round, of those that have one."""
    query = (
        select(Slot)
        .join(Distribution, Distribution.id == Slot.distribution_id)
        .where(Distribution.round_id == round_id, ~Distribution.canceled)
    )
    found: dict[int, Slot] = {}
    for at in range(0, len(families_of), _AT_ONCE):
        some = Slot.household_id.in_(families_of[at : at + _AT_ONCE])
        found |= {slot.household_id: slot for slot in session.scalars(query.where(some))}
    return found


def _drop(session: Session, round_id: int, since: date) -> None:
    of_round = select(Distribution.id).where(
        Distribution.round_id == round_id, Distribution.held_on >= since
    )
    session.core.execute(delete(_SLOT).where(_SLOT.c.distribution_id.in_(of_round)))
    session.expire_all()


def _stops(session: Session, round_id: int, since: date) -> Sequence[Distribution]:
    query = select(Distribution).where(
        Distribution.round_id == round_id,
        Distribution.held_on >= since,
        ~Distribution.canceled,
    )
    order = (Distribution.held_on, Distribution.starts_at, Distribution.id)
    return session.scalars(query.order_by(*order)).all()


def _open(stops: Iterable[Distribution]) -> set[str]:
    """Give the areas in which whoever has no hour may come to a distribution without a quota."""
    return {stop.area_code for stop in stops if stop.quota is None}


def _given(
    session: Session, round_id: int, filters: Filters, since: date, keep: bool
) -> Select[Any] | None:
    """Select each family with its hour, at the distributions of the smallest area that holds it.

    None where there are no hours to be given.
    """
    stops = _stops(session, round_id, since)
    hours = _hours_of_areas(session, stops, round_id, since, keep)
    if not any(hours.values()):
        return None
    dialect = session.core.dialect.name
    home = json_rows(dialect, _homes(session, filters, hours, _open(stops)), "home", _HOME)
    hour = json_rows(dialect, ranges(hours), "hour", RANGE)
    coming = _coming(home, round_id, filters, since, keep).subquery("coming")
    room, number = coming.c.room, coming.c.number
    is_crowded = and_(coming.c.families > room, coming.c.is_open == 0)
    evenly = case((is_crowded, number * room // coming.c.families), else_=number)
    place = number if keep else evenly
    at = and_(
        hour.c.stop_area == coming.c.stop_area, place >= hour.c.from_place, place < hour.c.to_place
    )
    return select(
        hour.c.distribution_id, coming.c.household_id, hour.c.starts_at, hour.c.ends_at
    ).select_from(coming.join(hour, at))


def _coming(
    home: FromClause, round_id: int, filters: Filters, since: date, keep: bool
) -> Select[Any]:
    """Select the families that are to have an hour, numbered in the order in which they come.

    Those come first who should not wait. Whoever had his hour on a day before is not among them,
    nor who keeps the one that he has.
    """
    frail = with_traits(TRAITS, filters.areas).subquery("frail")
    last = case((frail.c.household_id.is_(None), 1), else_=0)
    order = (last, Household.area_code, Household.rw, Household.rt, Household.id)
    return (
        select(
            Household.id.label("household_id"),
            home.c.stop_area,
            home.c.room,
            home.c.is_open,
            (func.row_number().over(partition_by=home.c.stop_area, order_by=order) - 1)
            .label("number"),
            func.count().over(partition_by=home.c.stop_area).label("families"),
        )
        .join(home, home.c.area_code == Household.area_code)
        .outerjoin(frail, frail.c.household_id == Household.id)
        .where(families(filters), Household.id.not_in(_served(round_id, since, keep)))
    )  # fmt: skip


def _served(round_id: int, since: date, keep: bool) -> Select[Any]:
    """Select the families that had their hour on a day before, or keep the one that they have."""
    kept = and_(Distribution.held_on >= since, ~Distribution.canceled) if keep else false()
    return (
        select(Slot.household_id)
        .join(Distribution, Distribution.id == Slot.distribution_id)
        .where(Distribution.round_id == round_id, or_(Distribution.held_on < since, kept))
    )


def _hours_of_areas(
    session: Session, stops: Iterable[Distribution], round_id: int, since: date, keep: bool
) -> dict[str, list[Hour]]:
    """Give the hours of each area with the places that are left; the same for all its families."""
    full = _taken(session, round_id, since) if keep else {}
    hours: dict[str, list[Hour]] = defaultdict(list)
    for stop in stops:
        hours[stop.area_code] += [
            replace(hour, places=max(0, hour.places - full.get((stop.id, hour.starts_at), 0)))
            for hour in hours_of(stop)
        ]
    return hours


def _taken(session: Session, round_id: int, since: date) -> dict[tuple[int, time], int]:
    """Count the families that have each hour from some day on."""
    query = (
        select(Slot.distribution_id, Slot.starts_at, func.count())
        .join(Distribution, Distribution.id == Slot.distribution_id)
        .where(
            Distribution.round_id == round_id,
            Distribution.held_on >= since,
            ~Distribution.canceled,
        )
        .group_by(Slot.distribution_id, Slot.starts_at)
    )
    return {(stop, starts_at): count for stop, starts_at, count in session.execute(query)}


def _homes(
    session: Session,
    filters: Filters,
    hours: Mapping[str, Sequence[Hour]],
    open_areas: Collection[str],
) -> ColumnElement[str]:
    """Give for each area of an audience the smallest one with distributions around it, as JSON."""
    rows = []
    for code in session.scalars(select(Area.code).where(in_areas(Area.code, filters.areas))):
        stop_area = max((one for one in self_and_above(code) if one in hours), key=len, default="")
        if stop_area:
            room = sum(hour.places for hour in hours[stop_area])
            is_open = int(stop_area in open_areas)
            rows.append(
                {"area_code": code, "stop_area": stop_area, "room": room, "is_open": is_open}
            )
    return literal(json.dumps(rows))
