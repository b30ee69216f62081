"""Staff with their roles and areas, the codes that enrol them, and who looks after whom."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import subtree
from db.base import Base, BigId
from db.registry import Household, Person
from db.session import Session
from db.visits import Visit

ROLES = ("companion", "officer", "front_office", "back_office", "chief", "admin")
SECTIONS = ("pendidikan", "kesehatan", "sosial_ekonomi", "pengolah_data")
CODE_LIFETIME = timedelta(hours=72)
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another
_CODE_LENGTH = 8


class Staff(Base):
    """Somebody who works for the service, with a role and the area below which it holds."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20))
    section: Mapped[str | None] = mapped_column(String(20))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    code_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    code_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Assignment(Base):
    """A family that a companion looks after."""

    __tablename__ = "assignments"
    __table_args__ = (UniqueConstraint("staff_id", "household_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)


def give_code(session: Session, staff: Staff, now: datetime) -> str:
    """Make a one-time code by which a chat becomes this person's; only its index is kept."""
    code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    staff.code_index = session.vault.index(code, "staff code")
    staff.code_expires_at = now + CODE_LIFETIME
    return code


def redeem_code(session: Session, code: str, now: datetime) -> Staff | None:
    """Give the staff member whose code this is and use the code up; None if it is none or old."""
    index = session.vault.index(code.strip().upper(), "staff code")
    staff = session.scalars(
        select(Staff).where(Staff.code_index == index).with_for_update()
    ).one_or_none()
    if staff is None or staff.code_expires_at is None or staff.code_expires_at < now:
        return None
    staff.code_index = None
    staff.code_expires_at = None
    return staff


def households_of(
    session: Session, staff_id: int
) -> Sequence[tuple[Household, str, datetime | None]]:
    """Give a companion's families with head and last visit, those longest unseen first."""
    last_visit = (
        select(Visit.household_id, func.max(Visit.visited_at).label("visited_at"))
        .group_by(Visit.household_id)
        .subquery()
    )
    query = (
        select(Household, Person.name, last_visit.c.visited_at)
        .join(Assignment, Assignment.household_id == Household.id)
        .join(Person, (Person.household_id == Household.id) & (Person.relation == "head"))
        .outerjoin(last_visit, last_visit.c.household_id == Household.id)
        .where(Assignment.staff_id == staff_id)
        .order_by(last_visit.c.visited_at.is_not(None), last_visit.c.visited_at, Person.name)
    )
    return session.execute(query).all()


def is_assigned(session: Session, staff_id: int, household_id: int) -> bool:
    """Say whether a family is this companion's."""
    return (
        session.scalar(
            select(Assignment.id).where(
                Assignment.staff_id == staff_id, Assignment.household_id == household_id
            )
        )
        is not None
    )


def assign_free_households(session: Session, staff_id: int, area_code: str) -> int:
    """Give a companion all families of an area that have no companion yet; says how many."""
    low, high = subtree(area_code)
    free = (
        select(literal(staff_id), Household.id)
        .outerjoin(Assignment, Assignment.household_id == Household.id)
        .where(Household.area_code >= low, Household.area_code < high, Assignment.id.is_(None))
    )
    table: Any = Assignment.__table__
    # Counted by the rows it gives back: psycopg knows no rowcount for INSERT … SELECT.
    statement = insert(table).from_select(["staff_id", "household_id"], free)
    return len(session.connection().execute(statement.returning(table.c.id)).all())
