"""Distributions of aid by place and day, and the notices that announce them."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import Area
from db.base import Base, BigId
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
    source: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]


class Notice(Base):
    """One announcement with its text; the digest keeps it from going out twice."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    distribution_id: Mapped[int] = mapped_column(ForeignKey("distributions.id"), index=True)
    text: Mapped[str] = mapped_column(String(1600))
    content_sid: Mapped[str | None] = mapped_column(String(40))
    content_variables: Mapped[dict[str, str] | None] = mapped_column(JSON)
    families: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]


def upcoming(
    session: Session,
    on_or_after: date,
    area_code: str | None = None,
    program_code: str | None = None,
    limit: int = 5,
) -> Sequence[tuple[Distribution, str, str]]:
    """Give the next distributions with the names of programme and area, soonest first.

    A distribution for a whole kecamatan or city holds for each kelurahan in it.
    """
    query = (
        select(Distribution, Program.name, Area.name)
        .join(Program, Program.code == Distribution.program_code)
        .join(Area, Area.code == Distribution.area_code)
        .where(Distribution.held_on >= on_or_after)
        .order_by(Distribution.held_on, Distribution.starts_at, Distribution.id)
        .limit(limit)
    )
    if area_code is not None:
        query = query.where(Distribution.area_code.in_(_self_and_above(area_code)))
    if program_code is not None:
        query = query.where(Distribution.program_code == program_code)
    return session.execute(query).all()


def _self_and_above(code: str) -> list[str]:
    parts = code.split(".")
    return [".".join(parts[: length + 1]) for length in range(len(parts))]


def recent_notices(session: Session, limit: int = 20) -> Sequence[tuple[Notice, Distribution]]:
    """Give the latest notices with their distributions, newest first."""
    query: Any = (
        select(Notice, Distribution)
        .join(Distribution, Distribution.id == Notice.distribution_id)
        .order_by(Notice.id.desc())
        .limit(limit)
    )
    return [tuple(row) for row in session.execute(query)]


def count_distributions(session: Session) -> int:
    """Count all distributions."""
    return session.scalar(select(func.count()).select_from(Distribution)) or 0
