"""Who looks after which family: a companion, and whoever stands in for him today."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Select, UniqueConstraint, func, insert, literal, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import subtree
from db.base import Base, BigId
from db.registry import Household, Person, is_lived_in, remains
from db.session import Session
from db.staff import Staff
from db.substitutions import Substitution, away, holds_on
from db.visits import Visit


class Assignment(Base):
    """A family that a companion looks after."""

    __tablename__ = "assignments"
    __table_args__ = (UniqueConstraint("staff_id", "household_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)


def looks_after(session: Session, staff_id: int, household_id: int, today: date) -> bool:
    """Say whether a companion looks after a family today: the one rule for all that is his."""
    found = looked_after(staff_id, today).where(Assignment.household_id == household_id)
    return session.scalar(found.limit(1)) is not None


def companion_of(session: Session, household_id: int, today: date) -> Staff | None:
    """Give who looks after a family on a day, None where nobody in service does."""
    assigned = (
        select(Staff)
        .join(Assignment, Assignment.staff_id == Staff.id)
        .where(Assignment.household_id == household_id)
        .order_by(Staff.active.desc(), Assignment.id)
        .limit(1)
    )
    staff = session.scalars(assigned).first()
    if staff is None:
        return None
    return present_one(session, staff, today)


def present_one(session: Session, staff: Staff, today: date) -> Staff | None:
    """Give who does a companion's work on a day: his substitute, else himself if in service."""
    stands_in = (
        select(Staff)
        .join(Substitution, Substitution.substitute_id == Staff.id)
        .where(Substitution.absent_id == staff.id, holds_on(today), Staff.active.is_(True))
    )
    present = session.scalars(stands_in.limit(1)).first() or staff
    return present if present.active else None


def looked_after(staff_id: int, today: date) -> Select[int]:
    """Select the families that a companion looks after on a day."""
    mine = Assignment.staff_id == staff_id
    his = or_(mine, Assignment.staff_id.in_(away(staff_id, today)))
    return select(Assignment.household_id).where(his)


def families_of(
    session: Session, staff_id: int, today: date
) -> Sequence[tuple[Household, str, datetime | None]]:
    """Give a companion's families with head and last visit, those longest unseen first."""
    his = looked_after(staff_id, today)
    last_visit = (
        select(Visit.household_id, func.max(Visit.visited_at).label("visited_at"))
        .where(Visit.household_id.in_(his), Visit.replaced_by_id.is_(None))
        .group_by(Visit.household_id)
        .subquery()
    )
    head = heads(his)
    query = (
        select(Household, Person.name, last_visit.c.visited_at)
        .join(head, head.c.household_id == Household.id)
        .join(Person, Person.id == head.c.person_id)
        .outerjoin(last_visit, last_visit.c.household_id == Household.id)
        .order_by(
            last_visit.c.visited_at.is_not(None), last_visit.c.visited_at, Person.name, Household.id
        )
    )
    return session.execute(query).all()


def heads(families: Select[int]) -> Any:
    """Select who stands for each of some families: the head, else whoever of them came first.

    Nobody stands for a family of whom nobody is left.
    """
    return _first_of(families).having(func.count().filter(remains(Person)) > 0).subquery()


def heads_ever(families: Select[int]) -> Any:
    """Select who stands for each of some families in what was told, also where all are gone."""
    return _first_of(families).subquery()


def grown_ups_of(session: Session, staff_id: int, today: date) -> Sequence[tuple[int, str]]:
    """Give the wives and husbands of the heads of a companion's families, by whom many know them.

    Each is the family's id with a name.
    """
    query = select(Person.household_id, Person.name).where(
        Person.household_id.in_(looked_after(staff_id, today)),
        Person.relation == "spouse",
        remains(Person),
    )
    return session.execute(query.order_by(Person.id)).all()


def assign_free_households(session: Session, staff_id: int, area_code: str) -> int:
    """Give a companion all lived-in families of an area that have none yet; says how many."""
    low, high = subtree(area_code)
    free = (
        select(literal(staff_id), Household.id)
        .outerjoin(Assignment, Assignment.household_id == Household.id)
        .where(Household.area_code >= low, Household.area_code < high, Assignment.id.is_(None))
        .where(is_lived_in(Household.id))
    )
    table: Any = Assignment.__table__
    # Counted by the rows it gives back: psycopg knows no rowcount for INSERT … SELECT.
    statement = insert(table).from_select(["staff_id", "household_id"], free)
    return len(session.connection().execute(statement.returning(table.c.id)).all())


def _first_of(families: Select[int]) -> Select[*tuple[Any, ...]]:
    is_head = Person.relation == "head"
    return (
        select(
            Person.household_id,
            func.coalesce(func.min(Person.id).filter(is_head), func.min(Person.id)).label(
                "person_id"
            ),
        )
        .where(Person.household_id.in_(families), Person.merged_into.is_(None))
        .group_by(Person.household_id)
    )
