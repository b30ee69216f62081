"""Distributions of aid by place and day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import (
    Float,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import Area, self_and_above, subtree
from db.base import Base, BigId
from db.publishing import is_public
from db.registry import Program
from db.session import Session


class Distribution(Base):
    """Aid of one programme, handed out in one area on one day at one place."""

    __tablename__ = "distributions"
    __table_args__ = (
        UniqueConstraint("program_code", "area_code", "held_on", "starts_at", "place"),
        Index("ix_distributions_area", "area_code", "held_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    program_code: Mapped[str] = mapped_column(ForeignKey("programs.code"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    held_on: Mapped[date]
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    place: Mapped[str] = mapped_column(String(120))
    place_kind: Mapped[str | None] = mapped_column(String(10))
    latitude: Mapped[float | None] = mapped_column(Float)  # degrees, WGS 84
    longitude: Mapped[float | None] = mapped_column(Float)
    quota: Mapped[int | None]  # families an hour; where there is one, each family has a slot
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id"), index=True)
    canceled: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Handout:
    """A distribution ahead, with the names of its programme and area."""

    program_code: str
    program: str
    area_code: str
    area: str
    held_on: date
    starts_at: time
    ends_at: time
    place: str
    source: str
    id: int
    round_id: int | None
    quota: int | None


def upcoming(
    session: Session,
    on_or_after: date,
    area_code: str | None = None,
    program_code: str | None = None,
    limit: int = 5,
    among: Sequence[str] | None = None,
) -> Sequence[Handout]:
    """Give the next distributions, soonest first, of one programme, of some or of all.

    A distribution for a whole kecamatan or city holds for each kelurahan in it; whoever asks for
    a whole kecamatan or city is told of those of its kelurahan, too.
    """
    query = _upcoming_query(area_code is not None, program_code is not None, among is not None)
    asked = _asked(on_or_after, area_code, program_code, among) | {"most": limit}
    return [Handout(*row) for row in session.core.execute(query, asked)]


def count_upcoming(
    session: Session,
    on_or_after: date,
    area_code: str | None = None,
    program_code: str | None = None,
    among: Sequence[str] | None = None,
) -> int:
    """Count what `upcoming` would give without a limit."""
    query = _count_query(area_code is not None, program_code is not None, among is not None)
    asked = _asked(on_or_after, area_code, program_code, among)
    return int(session.core.execute(query, asked).scalar_one())


def _asked(
    on_or_after: date,
    area_code: str | None,
    program_code: str | None,
    among: Sequence[str] | None,
) -> dict[str, Any]:
    asked: dict[str, Any] = {"since": on_or_after}
    if area_code is not None:
        low, high = subtree(area_code)
        asked |= {"areas": self_and_above(area_code), "low": low, "high": high}
    if program_code is not None:
        asked["program"] = program_code
    if among is not None:
        asked["among"] = list(among)
    return asked


@cache
def _upcoming_query(by_area: bool, by_program: bool, by_some: bool) -> Any:
    """Make each of the eight queries once: the building took longer than the asking."""
    columns: Any = Distribution.__table__.c
    query = (
        select(
            columns.program_code, Program.name, columns.area_code, Area.name.label("area"),
            columns.held_on, columns.starts_at, columns.ends_at, columns.place, columns.source,
            columns.id, columns.round_id, columns.quota,
        )
        .join(Program, Program.code == columns.program_code)
        .join(Area, Area.code == columns.area_code)
        .order_by(columns.held_on, columns.starts_at, columns.id)
        .limit(bindparam("most"))
    )  # fmt: skip
    return query.where(*_conditions(by_area, by_program, by_some))


@cache
def _count_query(by_area: bool, by_program: bool, by_some: bool) -> Any:
    query = select(func.count()).select_from(Distribution)
    return query.where(*_conditions(by_area, by_program, by_some))


def _conditions(by_area: bool, by_program: bool, by_some: bool) -> list[Any]:
    columns: Any = Distribution.__table__.c
    conditions: list[Any] = [
        columns.held_on >= bindparam("since"), ~columns.canceled, is_public(Distribution.__table__),
    ]  # fmt: skip
    if by_area:
        above = columns.area_code.in_(bindparam("areas", expanding=True))
        below = and_(columns.area_code >= bindparam("low"), columns.area_code < bindparam("high"))
        conditions.append(or_(above, below))
    if by_program:
        conditions.append(columns.program_code == bindparam("program"))
    if by_some:
        conditions.append(columns.program_code.in_(bindparam("among", expanding=True)))
    return conditions
