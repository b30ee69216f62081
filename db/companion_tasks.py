"""The mismatch tasks of a companion: those given to him, or to whom he stands in for."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from db.areas import Scope
from db.assignments import looked_after
from db.findings import ASSIGNED, DONE, Filters, Finding, Found, finding_shown, open_findings
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


def settled_last(
    session: Session, staff_id: int, actor: str, since: datetime, today: date
) -> Found | None:
    """Give the task that a companion settled last since a moment, of a family that is his."""
    settled = (
        select(Finding.id)
        .where(Finding.settled_by == actor, Finding.settled_at >= since, Finding.state == DONE)
        .order_by(Finding.settled_at.desc(), Finding.id.desc())
        .limit(1)
    )
    finding_id = session.scalar(settled)
    if finding_id is None:
        return None
    return settled_task(session, staff_id, actor, finding_id, today)


def settled_task(
    session: Session, staff_id: int, actor: str, finding_id: int, today: date
) -> Found | None:
    """Give a task that a companion settled himself, while its family is his."""
    found = finding_shown(session, finding_id)
    finding = session.get(Finding, finding_id)
    if found is None or finding is None or finding.settled_by != actor:
        return None
    his = found.household_id in set(session.scalars(looked_after(staff_id, today)))
    return found if his else None


def head_of(session: Session, household_id: int) -> tuple[int, str] | None:
    """Give who stands for a family, with the name: the head, else whoever of it came first."""
    query = select(Person.id, Person.name).where(
        Person.household_id == household_id, Person.merged_into.is_(None)
    )
    found = session.execute(query.order_by(Person.relation != "head", Person.id).limit(1)).first()
    return None if found is None else (found[0], found[1])
