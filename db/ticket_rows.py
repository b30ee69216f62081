"""What the inbox shows of each ticket of a page, with the first words of what it tells."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from db.areas import Area, Scope
from db.session import Session
from db.staff import Staff
from db.ticket_clock import Light, light_of
from db.ticket_desk import BACK_OFFICE, Sight
from db.ticket_page import Holder, loads_of
from db.tickets import Ticket

HOLDERS = ("front_office", "officer", "chief", BACK_OFFICE)  # who may be given tickets
_LONGEST_LINE = 90
# A NIK, a KK, a telephone number or an account, also with what people put between the digits.
_DIGITS = re.compile(r"\d(?:[ .\-]?\d){8,}")

_T: Any = Ticket.__table__
_AREAS: Any = Area.__table__
_STAFF: Any = Staff.__table__
_COLUMNS = (
    _T.c.id, _T.c.number, _T.c.version, _T.c.kind, _T.c.category, _T.c.secrecy, _T.c.state,
    _T.c.section, _T.c.priority, _T.c.staff_id, _STAFF.c.name.label("staff_name"),
    _AREAS.c.name.label("area_name"), _T.c.created_at, _T.c.risk_at, _T.c.due_at,
    _T.c.story_sealed,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A kecamatan or kelurahan."""

    code: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket of a list."""

    id: int
    number: str
    version: int
    kind: str
    category: str
    secrecy: str
    state: str
    section: str | None
    priority: int
    staff_id: int | None
    staff_name: str | None
    area_name: str
    created_at: datetime
    due_at: datetime | None
    light: Light
    line: str | None  # None where it may not be read


def rows_of(session: Session, sight: Sight, ids: Collection[int], now: datetime) -> Sequence[Row]:
    """Give the tickets of these ids that may be seen, in their order."""
    query = (
        select(*_COLUMNS)
        .with_hint(_T, "NOT INDEXED", "sqlite")  # by their ids and no other way
        .join(_AREAS, _AREAS.c.code == _T.c.area_code)
        .outerjoin(_STAFF, _STAFF.c.id == _T.c.staff_id)
        .where(_T.c.id.in_(ids), sight.holds())
    )
    found = {row.id: row for row in session.core.execute(query)} if ids else {}
    return [_row(session, sight, found[id_], now) for id_ in ids if id_ in found]


def _row(session: Session, sight: Sight, row: Any, now: datetime) -> Row:
    told = sight.may_read(row)
    return Row(
        row.id, row.number, row.version, row.kind, row.category, row.secrecy, row.state,
        row.section, row.priority, row.staff_id, row.staff_name, row.area_name, row.created_at,
        row.due_at, light_of(row.risk_at, row.due_at, now),
        first_words(session.vault.open(row.story_sealed, "story")) if told else None,
    )  # fmt: skip


def areas_within(session: Session, scope: Scope) -> Sequence[Place]:
    """Give the kecamatan and kelurahan by which tickets can be chosen, parents before children."""
    query = select(_AREAS.c.code, _AREAS.c.name, _AREAS.c.level)
    query = query.where(_AREAS.c.level.in_(("district", "village")), scope.holds(_AREAS.c.code))
    return [Place(*row) for row in session.core.execute(query.order_by(_AREAS.c.code))]


def colleagues(session: Session, scope: Scope) -> Sequence[Holder]:
    """Give who works on tickets within an area or on all of it, with how many open ones each has.

    Whether a ticket is one for him is for `holders_for` to say.
    """
    columns = (_STAFF.c.id, _STAFF.c.name, _STAFF.c.role, _STAFF.c.section, _STAFF.c.area_code)
    query = select(*columns).where(_STAFF.c.active.is_(True), _STAFF.c.role.in_(HOLDERS))
    staff = [
        row
        for row in session.core.execute(query.order_by(_STAFF.c.name))
        if scope.covers(row.area_code) or Scope(row.area_code).covers(scope.area_code or "")
    ]
    loads = loads_of(session, [row.id for row in staff])
    return [Holder(row.id, row.name, row.role, row.section, loads.get(row.id, 0)) for row in staff]


def first_words(story: str) -> str:
    """Give the beginning of a story in one line, without long numbers."""
    line = _DIGITS.sub("•••", " ".join(story.split()))
    if len(line) <= _LONGEST_LINE:
        return line
    return line[: _LONGEST_LINE - 1].rsplit(" ", 1)[0] + " …"
