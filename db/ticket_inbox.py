"""The inbox: tickets chosen, found by their words and paged, fast however many there are.

A page is a walk over one covering index in the order of the list, a stretch of ids at a time, until
the page is full, the end is reached, or the time for it is up; then it says how far it came, and
the next page goes on from there.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)

from db.areas import Scope
from db.base import UtcDateTime
from db.session import Session
from db.ticket_clock import Light
from db.ticket_desk import CHIEF, Sight
from db.ticket_find import Sought
from db.ticket_states import DONE
from db.tickets import SECRET, Ticket

PAGE = 40
COUNTED = 1_000  # a count goes no further
NEWEST, OLDEST_DUE = "newest", "due"
EVERY_STATE = "all"
PATIENCE = 0.08  # seconds that a walk may take
_EMERGENCY = "emergency"
_URGENT, _REST, _DUE, _STOPPED = "u", "r", "d", "s"
_FIRST_STRETCH = 16_000  # ids
_FEW_ALIVE = 12  # times as long is a stretch of those not done, which are few
_LONGER = 8  # times as long as the one before may a stretch be
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_ID = 2**63 - 1

_T: Any = Ticket.__table__
# In words, as the partial indexes have it: a database proves it from nothing else.
_ALIVE: Any = text("tickets.state NOT IN ('confirmed', 'rejected')")
_HAS_DUE: Any = text("tickets.due_at IS NOT NULL")
_IS_EMERGENCY: Any = text(f"tickets.kind = '{_EMERGENCY}'")
IS_URGENT = (_ALIVE, _IS_EMERGENCY)
_IS_NO_EMERGENCY: Any = text(f"tickets.kind <> '{_EMERGENCY}'")
# Those not done stand on top, in a part of their own.
_IS_BELOW = or_(_IS_NO_EMERGENCY, text("tickets.state IN ('confirmed', 'rejected')"))


@dataclass(frozen=True, slots=True)
class Filters:
    """Which tickets are asked for; what is None is not asked.

    Without a state it is those that are not done, with `EVERY_STATE` all of them.
    """

    kind: str | None = None
    category: str | None = None
    area_code: str | None = None
    state: str | None = None
    light: Light | None = None
    section: str | None = None
    staff_id: int | None = None
    nobodys: bool = False
    priority: int | None = None
    text: str = ""
    full: Mapping[str, str] = field(default_factory=dict)  # short words of the text in full
    order: str = NEWEST


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tickets of one page, and where the next one begins."""

    ids: Sequence[int]
    following: str | None
    count: int  # of this page and those after it, COUNTED + 1 where there are more
    looked_through: bool  # False where time was up before the end
    is_vague: bool = False  # nothing was looked for: no word tells one ticket from another


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a ticket stands in the list."""

    phase: str
    id: int
    due_at: datetime | None = None

    def __str__(self) -> str:
        if self.due_at is None:
            return f"{self.phase}.{self.id}"
        return f"{self.phase}.{(self.due_at - _EPOCH) // timedelta(microseconds=1)}.{self.id}"


@dataclass(frozen=True, slots=True)
class _Found:
    """What a phase of the list gave: its tickets, and how far it came if it is not through."""

    places: list[_Place]
    reached: _Place | None = None


def choose(
    session: Session,
    sight: Sight,
    filters: Filters,
    now: datetime,
    after: str | None = None,
    patience: float = PATIENCE,
) -> Chosen:
    """Give the tickets of a page: emergencies that are not done first, then in the order asked.

    `after` is what the page before gave as the following one; what is none begins at the top.
    """
    sought = Sought.of(session, sight.holds(), filters.text, filters.full, now)
    walk = _Walk(session, sight, filters, sought, now, patience)
    start = _place(after)
    most = COUNTED + 1 if start is None else PAGE + 1
    if sought.is_number or sought.is_vague:
        ids = sought.numbered
        return Chosen(ids, None, len(ids), True, sought.is_vague)
    shown = [_Place("", id_) for id_ in sought.numbered] if start is None else []
    reached: _Place | None = None
    for phase, beginning in _phases(filters, start):
        found = walk.through(phase, beginning, most - len(shown))
        shown += found.places
        reached = found.reached
        if reached is not None or len(shown) >= most:
            break
    page = shown[:PAGE]
    following = reached if len(shown) <= PAGE else page[-1]
    return Chosen(
        [place.id for place in page],
        None if following is None else str(following),
        min(len(shown), COUNTED + 1),
        reached is None,
    )


def newest_id(session: Session) -> int:
    """Give the id of the newest ticket of all, 0 where there is none."""
    return session.core.execute(select(func.max(_T.c.id))).scalar() or 0


def _phases(filters: Filters, start: _Place | None) -> Iterator[tuple[str, _Place | None]]:
    """Give the parts of a list that are still to come, and where the first of them begins."""
    ordered = (_DUE, _STOPPED) if filters.order == OLDEST_DUE else (_REST,)
    phases = (_URGENT, *ordered)
    if start is not None and start.phase in phases:
        left = phases.index(start.phase)
        yield start.phase, start
        phases = phases[left + 1 :]
    for phase in phases:
        yield phase, None


class _Walk:
    """One look through the list, with what is asked and how long it may take."""

    def __init__(
        self, session: Session, sight: Sight, filters: Filters, sought: Sought,
        now: datetime, patience: float,
    ) -> None:  # fmt: skip
        self._session = session
        self._filters = filters
        self._sought = sought
        self._until = time.monotonic() + patience
        self._alive = _is_alive(filters)
        self._where = [sight.holds(), *_asked(filters, now)]
        if self._alive:
            self._where.append(_ALIVE)
        if sought.stems and sight.role != CHIEF:
            # What is confidential is not told by being found either.
            mine = _T.c.staff_id == sight.staff_id
            self._where.append(or_(_T.c.secrecy.not_in(SECRET), mine))
        if sought.numbered:
            self._where.append(_T.c.id.not_in(sought.numbered))

    def through(self, phase: str, start: _Place | None, most: int) -> _Found:
        """Give the tickets of a phase from a place on."""
        if phase == _URGENT:
            return self._urgent(start, most)
        if phase == _DUE:
            return self._due(start, most)
        below = start.id if start is not None else newest_id(self._session) + 1
        return self._newest_first(phase, below, most)

    def _urgent(self, start: _Place | None, most: int) -> _Found:
        if self._filters.kind not in (None, _EMERGENCY) or self._filters.state in DONE:
            return _Found([])
        query = self._found(select(_T.c.id), "ix_tickets_urgent").where(*IS_URGENT)
        if start is not None:
            query = query.where(_T.c.id < start.id)
        rows = self._session.core.execute(query.order_by(_T.c.id.desc()).limit(most))
        return _Found([_Place(_URGENT, row.id) for row in rows])

    def _due(self, start: _Place | None, most: int) -> _Found:
        if self._filters.state in DONE or self._filters.light is Light.STOPPED:
            return _Found([])
        query = self._found(select(_T.c.id, _T.c.due_at), "ix_tickets_due")
        query = query.where(_HAS_DUE, _IS_NO_EMERGENCY)
        if start is not None and start.due_at is not None:
            place = tuple_(literal(start.due_at, UtcDateTime()), literal(start.id))
            query = query.where(tuple_(_T.c.due_at, _T.c.id) > place)
        rows = self._session.core.execute(query.order_by(_T.c.due_at, _T.c.id).limit(most))
        return _Found([_Place(_DUE, row.id, row.due_at) for row in rows])

    def _newest_first(self, phase: str, below: int, most: int) -> _Found:
        """Go back through the ids, stretch by stretch."""
        places: list[_Place] = []
        stretch = _FIRST_STRETCH * (_FEW_ALIVE if self._alive else 1)
        while below > 1:
            begun = time.monotonic()
            floor = 1 if self._sought.ids is not None else max(1, below - stretch)
            query = self._stretch(phase, floor, below).limit(most - len(places))
            places += [_Place(phase, row.id) for row in self._session.core.execute(query)]
            if len(places) >= most:
                break
            below = floor
            now = time.monotonic()
            if below > 1 and now > self._until:
                return _Found(places, _Place(phase, below))
            # Half of the time left, by how long the last one took.
            stretch = int(stretch * min(_LONGER, max(1, (self._until - now) / 2 / (now - begun))))
        return _Found(places)

    def _stretch(self, phase: str, floor: int, below: int) -> Select[int]:
        by_words = self._sought.stems and self._sought.ids is None and not self._alive
        if by_words:  # those with the rarest word are fewer than all
            rarest = self._sought.stems[0].subquery()
            query = select(_T.c.id).join(rarest, rarest.c.ticket_id == _T.c.id)
            query = query.where(rarest.c.ticket_id >= floor, rarest.c.ticket_id < below)
            query = self._found(query, "ix_tickets_every", self._sought.stems[1:])
            return query.where(_IS_BELOW).order_by(rarest.c.ticket_id.desc())
        index = "ix_tickets_alive" if self._alive else "ix_tickets_every"
        query = self._found(select(_T.c.id), index).where(_T.c.id >= floor, _T.c.id < below)
        query = query.where(_IS_NO_EMERGENCY if self._alive else _IS_BELOW)
        if phase == _STOPPED:
            query = query.where(_T.c.due_at.is_(None))
        return query.order_by(_T.c.id.desc())

    def _found(
        self, query: Select[Any], index: str, stems: Sequence[Select[int]] | None = None
    ) -> Select[Any]:
        """Narrow a query to what is asked; SQLite, which keeps no figures, is told the index."""
        query = query.with_hint(_T, f"INDEXED BY {index}", "sqlite").where(*self._where)
        if self._sought.ids is not None:
            return query.where(_T.c.id.in_(self._sought.ids))
        for stem in self._sought.stems if stems is None else stems:
            held = stem.subquery()
            query = query.where(select(1).where(held.c.ticket_id == _T.c.id).exists())
        return query


def _is_alive(filters: Filters) -> bool:
    """Say whether only tickets that are not done are asked for; a clock runs for no other."""
    return filters.light is not None or filters.state not in (EVERY_STATE, *DONE)


def _asked(filters: Filters, now: datetime) -> Iterator[ColumnElement[bool]]:
    for name in ("kind", "category", "section", "priority"):
        value = getattr(filters, name)
        if value is not None:
            yield is_(_T.c[name], value)
    if filters.state not in (None, EVERY_STATE):
        yield is_(_T.c.state, filters.state)
    if filters.area_code is not None:
        yield Scope(filters.area_code).holds(_T.c.area_code)
    if filters.staff_id is not None:
        yield _T.c.staff_id == filters.staff_id
    if filters.nobodys:
        yield _T.c.staff_id.is_(None)
    if filters.light is not None:
        yield shows(filters.light, now)


def is_(column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    """Compare with one of a few known values, written out for the planner to weigh."""
    return column == bindparam(None, value, column.type, literal_execute=True, unique=True)


def shows(light: Light, now: datetime) -> ColumnElement[bool]:
    """Give the condition that a ticket shows a light."""
    due_at: ColumnElement[Any] = _T.c.due_at
    risk_at: ColumnElement[Any] = _T.c.risk_at
    if light is Light.STOPPED:
        return due_at.is_(None)
    if light is Light.BREACHED:
        return due_at <= now
    if light is Light.AT_RISK:
        return and_(due_at > now, risk_at <= now)
    return risk_at > now


def _place(after: str | None) -> _Place | None:
    """Read a place as it stands in an address; None for what is none."""
    phase, *numbers = (after or "").split(".")
    if not all(number.isascii() and number.isdigit() and len(number) < 19 for number in numbers):
        return None
    if phase == _DUE and len(numbers) == 2:
        try:
            due_at = _EPOCH + timedelta(microseconds=int(numbers[0]))
        except OverflowError:
            return None
        return _Place(phase, int(numbers[1]), due_at)
    if phase in (_URGENT, _REST, _STOPPED) and len(numbers) == 1:
        return _Place(phase, int(numbers[0]))
    return None
