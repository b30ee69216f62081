"""Administrative areas by Kemendagri code, from province down to kelurahan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, Float, ForeignKey, String, and_, false, or_, select, true
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.session import Session

LEVELS = ("province", "city", "district", "village")


class Area(Base):
    """A province, city, kecamatan or kelurahan; the code of a parent begins the child's code."""

    __tablename__ = "areas"

    code: Mapped[str] = mapped_column(String(13), primary_key=True)  # 74.72.05.1003
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(10))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"), index=True)
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Jakarta")
    # Of its middle, in degrees, set by an officer.
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)


def all_areas(session: Session) -> Sequence[Area]:
    """Give every area, parents before children."""
    return session.scalars(select(Area).order_by(Area.code)).all()


def area_name(session: Session, code: str | None) -> str:
    """Give the name of an area, or an empty text where there is none."""
    if code is None:
        return ""
    return session.scalar(select(Area.name).where(Area.code == code)) or ""


def subtree(code: str) -> tuple[str, str]:
    """Give the bounds of all codes at and below an area: `low <= code < high`.

    A range, not LIKE, so that every database can use its ordinary index: what continues a code
    begins with a dot, and "/" is the character after it.
    """
    return code, code + "/"


def self_and_above(code: str) -> list[str]:
    """Give an area and all that it lies in: 74, 74.72, 74.72.05."""
    parts = code.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def common_area(codes: Iterable[str]) -> str:
    """Give the smallest area that holds all of some; an empty text where no province does."""
    parts = [code.split(".") for code in codes]
    same = takewhile(lambda level: len(set(level)) == 1, zip(*parts, strict=False))
    return ".".join(level[0] for level in same)


def in_areas(column: Any, codes: Sequence[str]) -> ColumnElement[bool]:
    """Give the condition that a column of area codes lies in one of some areas."""
    ranges = [and_(column >= low, column < high) for low, high in map(subtree, codes)]
    return or_(*ranges) if ranges else false()


@dataclass(frozen=True, slots=True)
class Scope:
    """The area that somebody may see, with all below it; every query of a page is held to it."""

    area_code: str | None  # everything, where there is none

    def holds(self, column: Any) -> ColumnElement[bool]:
        """Give the condition that a column of area codes lies within."""
        if self.area_code is None:
            return true()
        low, high = subtree(self.area_code)
        return and_(column >= low, column < high)

    def covers(self, code: str) -> bool:
        """Say whether an area lies within."""
        if self.area_code is None:
            return True
        low, high = subtree(self.area_code)
        return low <= code < high
