"""Rounds as the console lists them, within an area, and the places of each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from db.areas import Area, Scope, in_areas, self_and_above
from db.registry import Program
from db.rounds import CANCELED, PLANNED, Round
from db.schedules import Distribution
from db.session import Session

PAGE = 20
AHEAD, PAST = "ahead", "past"
WHICH = (AHEAD, PAST, CANCELED)


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round with the names of what it is about and the days on which it is."""

    round: Round
    program: str
    area: str
    first_on: date | None
    last_on: date | None
    stops: int


@dataclass(frozen=True, slots=True)
class StopRow:
    """One place and day of a round."""

    distribution: Distribution
    area: str


_DAYS = (
    select(
        Distribution.round_id,
        func.min(Distribution.held_on).label("first_on"),
        func.max(Distribution.held_on).label("last_on"),
        func.count().label("stops"),
    )
    .join(Round, Round.id == Distribution.round_id)
    # A round that is cancelled keeps its places; of one that goes on, those that fell away are not
    # counted.
    .where(or_(~Distribution.canceled, Round.state == CANCELED))
    .group_by(Distribution.round_id)
    .subquery()
)


def _rows() -> Select[Any]:
    return (
        select(Round, Program.name, Area.name, _DAYS.c.first_on, _DAYS.c.last_on, _DAYS.c.stops)
        .join(Program, Program.code == Round.program_code)
        .join(Area, Area.code == Round.area_code)
        .outerjoin(_DAYS, _DAYS.c.round_id == Round.id)
    )


def list_rounds(
    session: Session, scope: Scope, which: str, today: date, page: int = 1
) -> Sequence[RoundRow]:
    """Give the rounds that are ahead, past or cancelled: those ahead by day, others backwards."""
    days = (_DAYS.c.first_on, Round.id)
    order = days if which == AHEAD else [column.desc() for column in days]
    query = _rows().where(scope.holds(Round.area_code), _is(which, today)).order_by(*order)
    found = session.execute(query.offset((page - 1) * PAGE).limit(PAGE))
    return [_row(row) for row in found]


def rounds_about(
    session: Session,
    scope: Scope,
    today: date,
    program: str | None = None,
    areas: Collection[str] = (),
    days: Collection[date] = (),
) -> Sequence[RoundRow]:
    """Give the first rounds ahead with a place that fits what is named; what is not fits all."""
    stop = select(Distribution.id).where(
        Distribution.round_id == Round.id, ~Distribution.canceled, Distribution.held_on >= today
    )
    if areas:
        above = [code for area in areas for code in self_and_above(area)]
        held = Distribution.area_code
        stop = stop.where(or_(in_areas(held, list(areas)), held.in_(above)))
    if days:
        stop = stop.where(Distribution.held_on.in_(days))
    query = _rows().where(scope.holds(Round.area_code), _is(AHEAD, today), stop.exists())
    if program is not None:
        query = query.where(Round.program_code == program)
    found = session.execute(query.order_by(_DAYS.c.first_on, Round.id).limit(PAGE))
    return [_row(row) for row in found]


def count_rounds(session: Session, scope: Scope, today: date) -> dict[str, int]:
    """Count the rounds that are ahead, past and cancelled."""
    counts = {}
    for which in WHICH:
        query = select(func.count()).select_from(Round)
        query = query.outerjoin(_DAYS, _DAYS.c.round_id == Round.id)
        held = query.where(scope.holds(Round.area_code), _is(which, today))
        counts[which] = session.scalar(held) or 0
    return counts


def find_round_row(session: Session, scope: Scope, round_id: int) -> RoundRow | None:
    """Give one round, if it lies within an area."""
    query = _rows().where(Round.id == round_id, scope.holds(Round.area_code))
    row = session.execute(query).one_or_none()
    return None if row is None else _row(row)


def stops_of(session: Session, round_id: int) -> Sequence[StopRow]:
    """Give the places of a round by day and hour; those that fell away, too."""
    query = (
        select(Distribution, Area.name)
        .join(Area, Area.code == Distribution.area_code)
        .where(Distribution.round_id == round_id)
        .order_by(Distribution.held_on, Distribution.starts_at, Distribution.id)
    )
    return [StopRow(distribution, area) for distribution, area in session.execute(query)]


def _is(which: str, today: date) -> ColumnElement[bool]:
    """Give the condition that a round is listed so; one whose places another has is in no list."""
    has_places = exists().where(Distribution.round_id == Round.id)
    if which == CANCELED:
        return and_(has_places, Round.state == CANCELED)
    last_on = func.coalesce(_DAYS.c.last_on, today)
    is_ahead: ColumnElement[bool] = last_on >= today
    return and_(has_places, Round.state == PLANNED, is_ahead if which == AHEAD else ~is_ahead)


def _row(row: Any) -> RoundRow:
    round_, program, area, first_on, last_on, stops = row
    return RoundRow(round_, program, area, first_on, last_on, stops or 0)
