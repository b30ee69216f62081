"""Slots: the hour at which a family is to come, so that nobody stands in a queue."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from sqlalchemy import ForeignKey, case, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import Scope
from db.audiences import Filters, families
from db.base import Base
from db.registry import Household
from db.schedules import Distribution
from db.session import Session
from db.traits import TRAITS, has_any_trait

_HOUR = 60  # minutes
_AT_ONCE = 5_000


class Slot(Base):
    """One family's hour at a distribution that has a quota."""

    __tablename__ = "slots"

    distribution_id: Mapped[int] = mapped_column(ForeignKey("distributions.id"), primary_key=True)
    household_id: Mapped[int] = mapped_column(
        ForeignKey("households.id"), primary_key=True, index=True
    )
    starts_at: Mapped[time]
    ends_at: Mapped[time]


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many families a distribution would have, and for how many it has the time."""

    distribution_id: int
    families: int
    places: int


@dataclass(frozen=True, slots=True)
class _Hour:
    distribution_id: int
    starts_at: time
    ends_at: time
    places: int


def assign_slots(
    session: Session, round_id: int, filters: Filters, since: date, keep: bool = False
) -> None:
    """Give each family of an audience its hour at the distributions of a round that have a quota.

    Families with old, disabled or pregnant people or small children come first, then by RW and RT.
    Slots given before are dropped, but for those of days before `since`: whoever had one has had
    his turn. More families than there are places fill all hours evenly. With `keep`, whoever has
    an hour keeps it, as he was told of it; the others get one as far as there are places left.
    """
    session.flush()
    if not keep:
        _drop(session, round_id, since)
    taken = _taken(session, round_id, since)
    rows = [
        {
            "distribution_id": hour.distribution_id,
            "household_id": family,
            "starts_at": hour.starts_at,
            "ends_at": hour.ends_at,
        }
        for family, hour in _given(session, round_id, filters, since, taken)
    ]
    for first in range(0, len(rows), _AT_ONCE):
        session.core.execute(insert(Slot), rows[first : first + _AT_ONCE])


def capacity(
    session: Session, round_id: int, filters: Filters, since: date = date.min
) -> Sequence[Capacity]:
    """Give for each distribution of a round that has a quota whether it is enough."""
    session.flush()
    given = Counter(hour.distribution_id for _, hour in _given(session, round_id, filters, since))
    return [
        Capacity(stop.id, given[stop.id], sum(hour.places for hour in _hours(stop)))
        for stop in _stops(session, round_id)
        if stop.quota is not None and stop.held_on >= since
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


def _drop(session: Session, round_id: int, since: date) -> None:
    table: Any = Slot.__table__
    of_round = select(Distribution.id).where(
        Distribution.round_id == round_id, Distribution.held_on >= since
    )
    session.core.execute(delete(table).where(table.c.distribution_id.in_(of_round)))
    session.expire_all()


def _stops(session: Session, round_id: int) -> Sequence[Distribution]:
    query = select(Distribution).where(Distribution.round_id == round_id, ~Distribution.canceled)
    order = (Distribution.held_on, Distribution.starts_at, Distribution.id)
    return session.scalars(query.order_by(*order)).all()


def _given(
    session: Session,
    round_id: int,
    filters: Filters,
    since: date = date.min,
    taken: Sequence[Slot] = (),
) -> Iterator[tuple[int, _Hour]]:
    """Give each family with its hour, at the distributions of the smallest area that holds it.

    `taken` are hours that families have and keep.
    """
    full = Counter((slot.distribution_id, slot.starts_at) for slot in taken)
    hours: dict[str, list[_Hour]] = defaultdict(list)
    for stop in _stops(session, round_id):
        if stop.held_on >= since:
            hours[stop.area_code] += [
                replace(
                    hour, places=max(0, hour.places - full[hour.distribution_id, hour.starts_at])
                )
                for hour in _hours(stop)
            ]
    served = {*_served(session, round_id, since), *(slot.household_id for slot in taken)}
    coming: dict[str, list[int]] = defaultdict(list)
    smallest_first = sorted(hours, key=len, reverse=True)
    for family, home in _in_order(session, filters) if any(hours.values()) else ():
        area = next((area for area in smallest_first if Scope(area).covers(home)), None)
        if area is not None and family not in served:
            coming[area].append(family)
    for area, those in coming.items():
        left = sum(hour.places for hour in hours[area])
        yield from _spread(those[:left] if taken else those, hours[area])


def _taken(session: Session, round_id: int, since: date) -> Sequence[Slot]:
    """Give the hours that families have from some day on."""
    query = (
        select(Slot)
        .join(Distribution, Distribution.id == Slot.distribution_id)
        .where(
            Distribution.round_id == round_id,
            Distribution.held_on >= since,
            ~Distribution.canceled,
        )
    )
    return session.scalars(query).all()


def _served(session: Session, round_id: int, since: date) -> Collection[int]:
    """Give the families that had their hour on a day before."""
    query = (
        select(Slot.household_id)
        .join(Distribution, Distribution.id == Slot.distribution_id)
        .where(Distribution.round_id == round_id, Distribution.held_on < since)
    )
    return frozenset(session.scalars(query))


def _in_order(session: Session, filters: Filters) -> Sequence[tuple[int, str]]:
    """Give the families of an audience with their areas, those first who should not wait."""
    frail = case((has_any_trait(TRAITS), 0), else_=1)
    order = (frail, Household.area_code, Household.rw, Household.rt, Household.id)
    query = select(Household.id, Household.area_code).where(families(filters)).order_by(*order)
    return [(family, home) for family, home in session.core.execute(query)]


def _hours(stop: Distribution) -> list[_Hour]:
    """Cut a distribution into hours; the last may be shorter and has fewer places."""
    if stop.quota is None:
        return []
    begin, end = _minutes(stop.starts_at), _minutes(stop.ends_at)
    return [
        _Hour(
            stop.id,
            _clock(start),
            _clock(min(start + _HOUR, end)),
            stop.quota * min(_HOUR, end - start) // _HOUR,
        )
        for start in range(begin, end, _HOUR)
    ]


def _spread(those: Sequence[int], hours: Sequence[_Hour]) -> Iterator[tuple[int, _Hour]]:
    """Fill hour after hour; where there are more families than places, all of them alike."""
    places = [hour for hour in hours for _ in range(hour.places)]
    crowd = max(len(those), len(places))
    for number, family in enumerate(those) if places else ():
        yield family, places[number * len(places) // crowd]


def _minutes(moment: time) -> int:
    return moment.hour * _HOUR + moment.minute


def _clock(minutes: int) -> time:
    return time(minutes // _HOUR, minutes % _HOUR)
