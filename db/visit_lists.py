"""Visits and group sessions of some days one by one, and one visit with all its versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from db.areas import Scope
from db.assignments import heads_ever
from db.attachments import POINT, Attachment
from db.graduations import Graduation
from db.group_sessions import GroupSession
from db.registry import Household, Person
from db.session import Session
from db.staff import Staff
from db.ticket_desk import reporter_hidden
from db.tickets import PLAIN, Ticket
from db.visit_asked import PHOTO, Asked, attended, came_with, lies_far
from db.visits import Visit


@dataclass(frozen=True, slots=True)
class Listed:
    """A visit as a list has it; a ticket that hides anything is not told of."""

    id: int
    household_id: int
    at: datetime
    companion: str
    area_code: str
    head: str  # also of a family that is gone by now; empty where it has nobody of its own
    purpose: str
    checks: Mapping[str, str]
    finding: str
    photo: bool
    place: bool
    distance_m: int | None
    is_far: bool
    ticket: tuple[str, str, str] | None  # kind, number, state
    graduation: str | None  # the state of the way out of aid that it began


@dataclass(frozen=True, slots=True)
class Met:
    """A group session as a list has it; families that were awaited, and of them who came."""

    at: datetime
    companion: str
    area_code: str
    module: str
    place: str
    headcount: int
    awaited: int
    came: int


@dataclass(frozen=True, slots=True)
class VisitLog:
    """What was done in some days one by one; `left_off` visits are more than a list holds."""

    visits: Sequence[Listed]
    left_off: int
    met: Sequence[Met]


@dataclass(frozen=True, slots=True)
class Version:
    """A visit as it was told once."""

    told_at: datetime
    at: datetime
    purpose: str
    checks: Mapping[str, str]
    finding: str


@dataclass(frozen=True, slots=True)
class Opened:
    """One visit with its files and points, and as it was told before; newest first."""

    visit: Listed
    told_at: datetime
    is_withdrawn: bool
    files: Sequence[Attachment]
    before: Sequence[Version]


def visit_log(session: Session, asked: Asked, most: int) -> VisitLog:
    """List the visits, at most so many, and the group sessions of some days, oldest first."""
    visits = list_visits(session, asked, 0, most)
    return VisitLog(visits, count_visits(session, asked) - len(visits), _met(session, asked))


def count_visits(session: Session, asked: Asked, only_far: bool = False) -> int:
    """Count the visits in force of some days, or those far from the family's kelurahan."""
    query = (
        select(func.count())
        .select_from(Visit)
        .join(Household, Household.id == Visit.household_id)
        .where(_asked(asked, only_far))
    )
    return session.scalar(query) or 0


def list_visits(
    session: Session, asked: Asked, first: int, most: int, only_far: bool = False
) -> Sequence[Listed]:
    """Give some of the visits in force of some days, oldest first."""
    query = _listed(_asked(asked, only_far)).order_by(Visit.visited_at, Visit.id)
    rows = session.execute(query.offset(first).limit(most)).all()
    return [_as_listed(session, row) for row in rows]


def open_visit(session: Session, scope: Scope, visit_id: int) -> Opened | None:
    """Give a visit of an area in its last version, whichever of them is named; None for none."""
    visit = session.get(Visit, visit_id)
    while visit is not None and visit.replaced_by_id not in (None, visit.id):
        visit = session.get(Visit, visit.replaced_by_id)
    if visit is None:
        return None
    within = scope.holds(Household.area_code)
    row = session.execute(_listed((Visit.id == visit.id) & within)).one_or_none()
    if row is None:
        return None
    versions = [visit, *_versions_before(session, visit.id)]
    homes = select(Household.id).where(within)
    seen = session.scalars(homes.where(Household.id.in_({one.household_id for one in versions})))
    known = set(seen)
    files = (
        select(Attachment)
        .where(Attachment.visit_id.in_([one.id for one in versions if one.household_id in known]))
        .order_by(Attachment.id)
    )
    return Opened(
        _as_listed(session, row), visit.told_at, visit.replaced_by_id is not None,
        session.scalars(files).all(),
        [_as_version(session, one) for one in versions[1:] if one.household_id in known],
    )  # fmt: skip


def _versions_before(session: Session, visit_id: int) -> list[Visit]:
    found: list[Visit] = []
    while True:
        query = select(Visit).where(Visit.replaced_by_id == visit_id, Visit.id != visit_id)
        before = session.scalars(query.order_by(Visit.id.desc())).first()
        if before is None:
            return found
        found.append(before)
        visit_id = before.id


def _asked(asked: Asked, only_far: bool) -> ColumnElement[bool]:
    condition = and_(
        Visit.replaced_by_id.is_(None), asked.is_his(Visit.staff_id),
        asked.within(Visit.visited_at), asked.scope.holds(Household.area_code),
    )  # fmt: skip
    return and_(condition, lies_far()) if only_far else condition


def _listed(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    families = select(Visit.household_id).join(Household, Household.id == Visit.household_id)
    head = heads_ever(families.where(condition))
    shown = and_(Ticket.id == Visit.ticket_id, Ticket.secrecy == PLAIN, ~reporter_hidden(Ticket))
    return (
        select(
            Visit, Staff.name, Household.area_code, Person.name, came_with(PHOTO),
            came_with(POINT), lies_far(), Ticket.kind, Ticket.number, Ticket.state,
            Graduation.state,
        )
        .join(Household, Household.id == Visit.household_id)
        .join(Staff, Staff.id == Visit.staff_id)
        .outerjoin(head, head.c.household_id == Visit.household_id)
        .outerjoin(Person, Person.id == head.c.person_id)
        .outerjoin(Ticket, shown)
        .outerjoin(Graduation, Graduation.id == Visit.graduation_id)
        .where(condition)
    )  # fmt: skip


def _as_listed(session: Session, row: Any) -> Listed:
    visit, companion, area, head, photo, place, is_far, kind, number, state, graduation = row
    return Listed(
        visit.id, visit.household_id, visit.visited_at, companion, area, head or "",
        visit.purpose, visit.checks, _finding(session, visit), photo, place, visit.distance_m,
        is_far, None if number is None else (kind, number, state), graduation,
    )  # fmt: skip


def _as_version(session: Session, visit: Visit) -> Version:
    return Version(
        visit.told_at, visit.visited_at, visit.purpose, visit.checks, _finding(session, visit)
    )


def _finding(session: Session, visit: Visit) -> str:
    return session.vault.open(visit.finding_sealed, "finding")


def _met(session: Session, asked: Asked) -> Sequence[Met]:
    came = attended()
    query = (
        select(
            GroupSession.held_at, Staff.name, GroupSession.area_code, GroupSession.module,
            GroupSession.place, GroupSession.headcount, func.coalesce(came.c.awaited, 0),
            func.coalesce(came.c.came, 0),
        )
        .join(Staff, Staff.id == GroupSession.staff_id)
        .outerjoin(came, came.c.session_id == GroupSession.id)
        .where(
            GroupSession.replaced_by_id.is_(None), asked.is_his(GroupSession.staff_id),
            asked.within(GroupSession.held_at), asked.scope.holds(GroupSession.area_code),
        )
        .order_by(GroupSession.held_at, GroupSession.id)
    )  # fmt: skip
    return [Met(*row) for row in session.execute(query)]
