"""A KUBE for the tests: heads of family of one kelurahan, their companion, their officers."""

from datetime import date

from sqlalchemy import select

from db.assignments import Assignment
from db.kube_groups import MEMBER, OFFICERS, KubeGroup, begin_running, make_group
from db.kube_members import name_member
from db.registry import Household
from db.session import Session
from db.staff import Staff
from tests.audience import HERE, family, head_of, make_town
from tests.moment import NOW, TODAY
from tests.tickets import CITY


def make_companion(session: Session, *homes: Household) -> int:
    """Make a companion who looks after some families."""
    staff = Staff(name="Wa Ode", role="companion", area_code=CITY, created_at=NOW)
    session.add(staff)
    session.flush()
    session.add_all(Assignment(staff_id=staff.id, household_id=home.id) for home in homes)
    session.flush()
    return staff.id


def make_kube(session: Session, size: int = 5, since: date | None = TODAY) -> KubeGroup:
    """Make a sound group of so many families; without `since` it is still being formed."""
    if session.scalars(select(Household.id).limit(1)).first() is None:
        make_town(session)
    homes = [family(session, HERE) for _ in range(size)]
    companion_id = make_companion(session, *homes)
    group = make_group(session, HERE, "Melati", "jahit", companion_id, "staff:1", NOW)
    for home, role in zip(homes, [*OFFICERS, *[MEMBER] * size], strict=False):
        name_member(session, group, head_of(session, home).id, role, TODAY, "staff:1", NOW)
    if since is not None:
        begin_running(session, group, since, "staff:1", NOW)
    return group
