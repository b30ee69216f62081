"""The lists of messages of doubtful truth, as the console shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from db.areas import Area, Scope
from db.hoaxes import PURPOSE, Hoax, HoaxReport
from db.session import Session

PAGE = 20
_TEXTS_SHOWN = 5
_HOAX: Any = Hoax.__table__
_REPORT: Any = HoaxReport.__table__


@dataclass(frozen=True, slots=True)
class Listed:
    """One matter as the list shows it."""

    id: int
    kind: str
    subject: str
    rule: str
    state: str
    reports: int
    last_at: datetime
    area_name: str


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody reported, where and when."""

    text: str
    area_name: str
    at: datetime


def count_hoaxes(session: Session, scope: Scope) -> dict[str, int]:
    """Count the matters of an area by state."""
    rows = session.core.execute(
        select(_HOAX.c.state, func.count())
        .where(scope.holds(_HOAX.c.area_code))
        .group_by(_HOAX.c.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - dict() has no type here


def list_hoaxes(session: Session, scope: Scope, state: str, page: int) -> Sequence[Listed]:
    """Give a page of the matters of a state, those most reported first."""
    columns = _HOAX.c
    rows = session.core.execute(
        select(
            columns.id, columns.kind, columns.subject_sealed, columns.rule, columns.state,
            columns.reports, columns.last_at, Area.name,
        )
        .join(Area, Area.code == columns.area_code)
        .where(columns.state == state, scope.holds(columns.area_code))
        .order_by(columns.reports.desc(), columns.last_at.desc(), columns.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )  # fmt: skip
    return [Listed(row[0], row[1], session.vault.open(row[2], PURPOSE), *row[3:]) for row in rows]


def told_of(session: Session, scope: Scope, hoax_id: int) -> Sequence[Told]:
    """Give the newest texts in which a matter was reported."""
    rows = session.core.execute(
        select(_REPORT.c.text_sealed, Area.name, _REPORT.c.reported_at)
        .join(Area, Area.code == _REPORT.c.area_code)
        .where(
            _REPORT.c.hoax_id == hoax_id,
            _REPORT.c.text_sealed.is_not(None),
            scope.holds(_REPORT.c.area_code),
        )
        .order_by(_REPORT.c.id.desc())
        .limit(_TEXTS_SHOWN)
    )
    return [Told(session.vault.open(text, PURPOSE), name, at) for text, name, at in rows]
