"""Which families a companion looks after: his own, and those of whom he stands in for today."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from db.registry import Household, Person
from db.session import Session
from db.staff import Assignment, Staff
from db.substitutions import Substitution, holds_on
from db.visits import Visit


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
    stands_in = (
        select(Staff)
        .join(Substitution, Substitution.substitute_id == Staff.id)
        .where(Substitution.absent_id == staff.id, holds_on(today), Staff.active.is_(True))
    )
    present = session.scalars(stands_in.limit(1)).first() or staff
    return present if present.active else None


def looked_after(staff_id: int, today: date) -> Select[int]:
    """Select the families that a companion looks after on a day."""
    absent = select(Substitution.absent_id).where(
        Substitution.substitute_id == staff_id, holds_on(today)
    )
    his = or_(Assignment.staff_id == staff_id, Assignment.staff_id.in_(absent))
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
    """Select who stands for each of some families: the head, else whoever of them came first."""
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
        .subquery()
    )


def grown_ups_of(session: Session, staff_id: int, today: date) -> Sequence[tuple[int, str]]:
    """Give the wives and husbands of the heads of a companion's families, by whom many know them.

    Each is the family's id with a name.
    """
    query = select(Person.household_id, Person.name).where(
        Person.household_id.in_(looked_after(staff_id, today)),
        Person.relation == "spouse",
        Person.merged_into.is_(None),
        Person.left_on.is_(None),
    )
    return session.execute(query.order_by(Person.id)).all()
