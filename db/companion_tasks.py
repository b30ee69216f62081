"""The mismatch tasks of a companion: those given to him, or to whom he stands in for."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from db.areas import Scope
from db.assignments import looked_after
from db.findings import ASSIGNED, Filters, Found, open_findings
from db.registry import Person
from db.session import Session
from db.substitutions import absent_ones

_MOST = 200
_EVERYWHERE = Scope(None)  # what is his lies where his families are


def tasks_of(session: Session, staff_id: int, today: date) -> Sequence[Found]:
    """Give the open tasks about families that a companion looks after today, oldest first."""
    his = set(session.scalars(looked_after(staff_id, today)))
    found = [
        task
        for carer in (staff_id, *absent_ones(session, staff_id, today))
        for task in open_findings(
            session, _EVERYWHERE, Filters(state=ASSIGNED, staff_id=carer), size=_MOST
        )
        if task.household_id in his
    ]
    return sorted(found, key=lambda task: (task.found_at, task.id))


def task_of(session: Session, staff_id: int, finding_id: int, today: date) -> Found | None:
    """Give one of a companion's open tasks; None for any other."""
    return next((one for one in tasks_of(session, staff_id, today) if one.id == finding_id), None)


def head_of(session: Session, household_id: int) -> tuple[int, str] | None:
    """Give who stands for a family, with the name: the head, else whoever of it came first."""
    query = select(Person.id, Person.name).where(
        Person.household_id == household_id, Person.merged_into.is_(None)
    )
    found = session.execute(query.order_by(Person.relation != "head", Person.id).limit(1)).first()
    return None if found is None else (found[0], found[1])
