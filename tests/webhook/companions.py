"""Companions of an area, and their leaves, for the tests of the console."""

from sqlalchemy import select

from db.assignments import Assignment
from db.session import Store
from db.staff import Staff
from db.substitutions import substitute
from tests.db.test_visit_report import visit
from tests.moment import NOW, TODAY


def companion_in(store: Store, area: str) -> int:
    """Give the first companion of an area."""
    with store.read() as session:
        query = select(Staff.id).filter_by(role="companion", area_code=area).order_by(Staff.id)
        return session.scalars(query).first() or 0


def colleague_in(store: Store, area: str, name: str = "Asma") -> int:
    """Add a companion, who has no family yet."""
    with store.begin() as session:
        new = Staff(name=name, role="companion", area_code=area, created_at=NOW)
        session.add(new)
        session.flush()
        return new.id


def leave_in(store: Store, area: str) -> int:
    """Let a new colleague stand in for the first companion of an area today."""
    absent_id, new = companion_in(store, area), colleague_in(store, area)
    with store.begin() as session:
        return substitute(session, absent_id, new, TODAY, TODAY, actor="cli", now=NOW).id


def visit_in(store: Store, area: str) -> int:
    """Let the first companion of an area visit a family."""
    own = companion_in(store, area)
    with store.begin() as session:
        home = session.scalars(select(Assignment.household_id).filter_by(staff_id=own)).first()
        return visit(session, own, home or 0).id
