"""Broadcasts as the console lists them, within an area: by state, and what waits for whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from db.areas import Area, Scope, in_areas, self_and_above
from db.audience_files import AudienceFile
from db.audiences import Filters
from db.broadcasts import Broadcast, Notice, State
from db.registry import Program
from db.rounds import Round
from db.schedules import Distribution
from db.session import Session
from db.staff import Staff

PAGE = 20
_MOST_NAMED = 50  # areas of one name
GROUPS = {
    "going": (State.SCHEDULED, State.RUNNING, State.PAUSED),
    "waiting": (State.DRAFT, State.WAITING),
    "done": (State.DONE,),
    "stopped": (State.REFUSED, State.CANCELED),
}


@dataclass(frozen=True, slots=True)
class BroadcastRow:
    """One broadcast with the names of what it is about and the beginning of what it says."""

    broadcast: Broadcast
    area: str
    program: str | None  # of its round
    stage: str | None
    says: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What a broadcast says, and to whom: in an area, of a place and day, where there are such."""

    notice: Notice
    area: str | None
    place: str | None
    held_on: date | None


# The first wording stands for all.
_FIRST = (
    select(Notice.text)
    .where(Notice.broadcast_id == Broadcast.id)
    .order_by(Notice.id)
    .limit(1)
    .correlate(Broadcast)
    .scalar_subquery()
)


def _rows() -> Select[Any]:
    return (
        select(Broadcast, Area.name, Program.name, Round.stage, _FIRST)
        .join(Area, Area.code == Broadcast.area_code)
        .outerjoin(Round, Round.id == Broadcast.round_id)
        .outerjoin(Program, Program.code == Round.program_code)
    )


def list_broadcasts(
    session: Session, scope: Scope, group: str, page: int = 1
) -> Sequence[BroadcastRow]:
    """Give the broadcasts of a group of states, newest first."""
    query = _rows().where(scope.holds(Broadcast.area_code), Broadcast.state.in_(GROUPS[group]))
    query = query.order_by(Broadcast.id.desc()).offset((page - 1) * PAGE).limit(PAGE)
    return [_row(row) for row in session.execute(query)]


def count_broadcasts(session: Session, scope: Scope) -> dict[str, int]:
    """Count the broadcasts of each group of states."""
    query = select(Broadcast.state, func.count()).where(scope.holds(Broadcast.area_code))
    counts = {state: count for state, count in session.execute(query.group_by(Broadcast.state))}  # noqa: C416 - dict() has no type here
    return {
        group: sum(counts.get(state, 0) for state in states) for group, states in GROUPS.items()
    }


def to_approve(
    session: Session, scope: Scope, actor: str, four_eyes: bool, most: int = PAGE
) -> Sequence[BroadcastRow]:
    """Give what waits for the approval of somebody, what goes out first at first."""
    query = _rows().where(scope.holds(Broadcast.area_code), Broadcast.state == State.WAITING)
    if four_eyes:
        query = query.where(Broadcast.created_by != actor)
    query = query.order_by(Broadcast.send_at, Broadcast.id).limit(most)
    return [_row(row) for row in session.execute(query)]


def find_broadcast(session: Session, scope: Scope, broadcast_id: int) -> BroadcastRow | None:
    """Give one broadcast, if it lies within an area."""
    query = _rows().where(Broadcast.id == broadcast_id, scope.holds(Broadcast.area_code))
    row = session.execute(query).one_or_none()
    return None if row is None else _row(row)


def broadcasts_of(session: Session, round_id: int) -> Sequence[BroadcastRow]:
    """Give the broadcasts of a round, oldest first."""
    query = _rows().where(Broadcast.round_id == round_id).order_by(Broadcast.id)
    return [_row(row) for row in session.execute(query)]


def wordings_of(session: Session, broadcast_id: int, most: int) -> Sequence[Notice]:
    """Give the first wordings of a broadcast."""
    query = select(Notice).where(Notice.broadcast_id == broadcast_id).order_by(Notice.id)
    return session.scalars(query.limit(most)).all()


def list_wordings(
    session: Session,
    broadcast_id: int,
    most: int,
    areas: Sequence[str] | None = None,
    page: int = 1,
) -> Sequence[Wording]:
    """Give the wordings of a broadcast with whom they are for; or those read in some areas."""
    query = (
        select(Notice, Area.name, Distribution.place, Distribution.held_on)
        .outerjoin(Area, Area.code == Notice.area_code)
        .outerjoin(Distribution, Distribution.id == Notice.distribution_id)
        .where(Notice.broadcast_id == broadcast_id, _read_in(areas))
        .order_by(Notice.id)
    )
    rows = session.execute(query.offset((page - 1) * most).limit(most))
    return [Wording(*row) for row in rows]


def count_wordings(session: Session, broadcast_id: int, areas: Sequence[str] | None = None) -> int:
    """Count the wordings of a broadcast, or of those the ones that are read in some areas."""
    query = select(func.count()).select_from(Notice).where(Notice.broadcast_id == broadcast_id)
    return session.scalar(query.where(_read_in(areas))) or 0


def _read_in(areas: Sequence[str] | None) -> ColumnElement[bool]:
    """Give the condition that a wording is for an area, for what holds it or lies in it."""
    if areas is None:
        return true()
    holding = {code for area in areas for code in self_and_above(area)}
    return or_(
        Notice.area_code.is_(None), Notice.area_code.in_(holding), in_areas(Notice.area_code, areas)
    )


def areas_called(session: Session, words: str, within: Sequence[str]) -> Sequence[str]:
    """Give the areas of a name, or of a part of it, that lie within some others."""
    query = select(Area.code).where(
        Area.name.icontains(words, autoescape=True), in_areas(Area.code, within)
    )
    return session.scalars(query.order_by(Area.code).limit(_MOST_NAMED)).all()


def audience_files(
    session: Session, scope: Scope, most: int, chosen: Collection[int] = ()
) -> Sequence[AudienceFile]:
    """Give the lists of numbers that were brought in last, and those that are chosen already."""
    newest = select(AudienceFile.id).where(scope.holds(AudienceFile.area_code))
    newest = newest.order_by(AudienceFile.id.desc()).limit(most)
    query = select(AudienceFile).where(
        or_(AudienceFile.id.in_(newest.scalar_subquery()), AudienceFile.id.in_(chosen))
    )
    return session.scalars(query.order_by(AudienceFile.id.desc())).all()


def companions_in(
    session: Session, scope: Scope, chosen: Collection[int] = ()
) -> Sequence[Staff]:  # fmt: skip
    """Give the companions who work in an area, and those who are chosen already."""
    here = and_(Staff.role == "companion", Staff.active.is_(True), scope.holds(Staff.area_code))
    query = select(Staff).where(or_(here, Staff.id.in_(chosen)))
    return session.scalars(query.order_by(Staff.name, Staff.id)).all()


def names_in(session: Session, filters: Filters) -> Mapping[str, str]:
    """Give the names of the list and of the companion of an audience, as far as it has them."""
    found = {
        "file": session.get(AudienceFile, filters.file_id) if filters.file_id else None,
        "companion": session.get(Staff, filters.companion_id) if filters.companion_id else None,
    }
    return {name: one.name for name, one in found.items() if one is not None}


def _row(row: Any) -> BroadcastRow:
    broadcast, area, program, stage, says = row
    return BroadcastRow(broadcast, area, program, stage, says or "")
