"""Whose families lie where, who stood in and what was handed over: the supervisor's view."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from db.areas import Area, Scope
from db.assignments import Assignment
from db.group_sessions import GroupSession
from db.handovers import Handover
from db.holdings import held_at
from db.registry import Household, is_lived_in
from db.session import Session
from db.staff import Staff
from db.substitutions import Substitution
from db.visit_asked import Asked
from db.visits import Visit


@dataclass(frozen=True, slots=True)
class Place:
    """An RW of a kelurahan with the number of families there."""

    area_code: str
    area_name: str
    rw: str
    families: int


@dataclass(frozen=True, slots=True)
class Handed:
    """Families that went over at once, for one reason."""

    at: datetime
    from_name: str | None
    to_name: str
    why: str
    by: str
    families: int


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who stands in for whom, from day to day."""

    id: int
    absent_id: int
    absent_name: str
    substitute_name: str
    first_day: date
    last_day: date


def companion_within(session: Session, scope: Scope, staff_id: int) -> Staff | None:
    """Give a companion of an area, also one who has left."""
    query = select(Staff).where(
        Staff.id == staff_id, Staff.role == "companion", scope.holds(Staff.area_code)
    )
    return session.scalars(query).one_or_none()


def reported_on(session: Session, asked: Asked) -> Sequence[Staff]:
    """Give the companions whom the days of an area are about, by name.

    Those who work there; besides, also of those who have left or whose own area is larger, all who
    had families there as the days ended, or visited or met somebody there in the days.
    """
    held = held_at(asked.end)
    had = select(held.c.staff_id).join(Household, Household.id == held.c.household_id)
    visited = select(Visit.staff_id).join(Household, Household.id == Visit.household_id)
    in_force = Visit.replaced_by_id.is_(None)
    met = select(GroupSession.staff_id).where(
        GroupSession.replaced_by_id.is_(None),
        asked.within(GroupSession.held_at),
        asked.scope.holds(GroupSession.area_code),
    )
    there = asked.scope.holds(Household.area_code)
    query = select(Staff).where(
        Staff.role == "companion",
        asked.is_his(Staff.id),
        or_(
            and_(Staff.active.is_(True), asked.scope.holds(Staff.area_code)),
            Staff.id.in_(had.where(there)),
            Staff.id.in_(visited.where(in_force, asked.within(Visit.visited_at), there)),
            Staff.id.in_(met),
        ),
    )
    return session.scalars(query.order_by(Staff.name, Staff.id)).all()


def is_companion_there(session: Session, name: str, area_code: str) -> bool:
    """Say whether a companion of this name serves in an area."""
    query = select(Staff.id).where(
        Staff.role == "companion", Staff.active.is_(True), Staff.area_code == area_code,
        func.lower(Staff.name) == name.lower(),
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def left_behind(session: Session, scope: Scope) -> Sequence[tuple[int, str, int]]:
    """Give companions out of service who still have families: id, name and how many."""
    query = (
        select(Staff.id, Staff.name, func.count())
        .join(Assignment, Assignment.staff_id == Staff.id)
        .where(Staff.role == "companion", Staff.active.is_(False), scope.holds(Staff.area_code))
        .where(is_lived_in(Assignment.household_id))
        .group_by(Staff.id, Staff.name)
        .order_by(Staff.name, Staff.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def places_of(session: Session, scope: Scope, staff_id: int | None) -> Sequence[Place]:
    """Give where a companion's families live; without one, those that nobody looks after."""
    query = (
        select(Household.area_code, Area.name, Household.rw, func.count())
        .join(Area, Area.code == Household.area_code)
        .outerjoin(Assignment, Assignment.household_id == Household.id)
        .where(_held_by(scope, staff_id))
        .group_by(Household.area_code, Area.name, Household.rw)
        .order_by(Area.name, Household.area_code, Household.rw)
    )
    return [Place(*row) for row in session.execute(query)]


def families_at(
    session: Session, scope: Scope, staff_id: int | None, area_code: str | None, rw: str | None
) -> Sequence[int]:
    """Give families of a companion, or of nobody: all, those of a kelurahan, or of its RW."""
    query = (
        select(Household.id)
        .outerjoin(Assignment, Assignment.household_id == Household.id)
        .where(_held_by(scope, staff_id))
    )
    if area_code is not None:
        query = query.where(Household.area_code == area_code)
    if rw is not None:
        query = query.where(Household.rw == rw)
    return session.scalars(query.order_by(Household.id)).all()


def handed_over(
    session: Session, scope: Scope, staff_id: int | None, most: int
) -> Sequence[Handed]:
    """Give the last hand-overs of families of an area, of one companion or all, newest first."""
    giver, taker = aliased(Staff), aliased(Staff)
    parts = (Handover.at, giver.name, taker.name, Handover.why, Handover.by)
    query = (
        select(*parts, func.count())
        .join(Household, Household.id == Handover.household_id)
        .join(taker, taker.id == Handover.to_id)
        .outerjoin(giver, giver.id == Handover.from_id)
        .where(scope.holds(Household.area_code))
        .group_by(*parts, giver.id, taker.id)
        .order_by(func.max(Handover.id).desc())
        .limit(most)
    )
    if staff_id is not None:
        query = query.where((Handover.from_id == staff_id) | (Handover.to_id == staff_id))
    return [Handed(*row) for row in session.execute(query)]


def stand_ins(
    session: Session, scope: Scope, today: date, staff_id: int | None
) -> Sequence[StandIn]:
    """Give the substitutions of an area that hold or are to come, of one companion or all."""
    absent, present = aliased(Staff), aliased(Staff)
    query = (
        select(
            Substitution.id, absent.id, absent.name, present.name,
            Substitution.first_day, Substitution.last_day,
        )
        .join(absent, absent.id == Substitution.absent_id)
        .join(present, present.id == Substitution.substitute_id)
        .where(
            Substitution.ended_at.is_(None),
            Substitution.last_day >= today,
            scope.holds(absent.area_code),
        )
        .order_by(Substitution.first_day, Substitution.id)
    )  # fmt: skip
    if staff_id is not None:
        query = query.where((absent.id == staff_id) | (present.id == staff_id))
    return [StandIn(*row) for row in session.execute(query)]


def has_substitution(session: Session, scope: Scope, substitution_id: int) -> bool:
    """Say whether a substitution is for somebody of an area."""
    query = (
        select(Substitution.id)
        .join(Staff, Staff.id == Substitution.absent_id)
        .where(Substitution.id == substitution_id, scope.holds(Staff.area_code))
    )
    return session.scalar(query) is not None


def hold_companions(session: Session, staff_ids: Sequence[int]) -> None:
    """Let nobody else give families to these companions until this transaction ends."""
    held = select(Staff.id).where(Staff.id.in_(staff_ids)).order_by(Staff.id)
    session.scalars(held.with_for_update(key_share=True)).all()


def _held_by(scope: Scope, staff_id: int | None) -> ColumnElement[bool]:
    return and_(
        scope.holds(Household.area_code),
        Assignment.staff_id.is_not_distinct_from(staff_id),
        is_lived_in(Household.id),
    )
