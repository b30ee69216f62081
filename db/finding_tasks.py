"""What the console shows beside a finding: of whom it is, who may look into it, what came of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from db.areas import Area, Scope
from db.assignments import Assignment
from db.findings import SECTION, Filters, Finding, Found, every_finding, masked_niks
from db.registry import AgencyList, Person, Program
from db.session import Session
from db.staff import Staff


@dataclass(frozen=True, slots=True)
class Whom:
    """Of whom a finding is: the person, or who stands for the family."""

    person_id: int
    name: str
    nik: str | None  # masked
    is_family: bool


@dataclass(frozen=True, slots=True)
class Settlement:
    """What somebody wrote of a finding when he had looked into it."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Choices:
    """By what findings can be chosen."""

    agencies: Sequence[str]
    programs: Sequence[str]
    areas: Sequence[Area]  # parents before children


def find_finding(session: Session, scope: Scope, finding_id: int) -> Found | None:
    """Give a finding that is true today, settled or not; None for one outside the area."""
    # Read to its end: a cursor that is left open on PostgreSQL complains.
    found = list(every_finding(session, scope, Filters(id=finding_id)))
    return found[0] if found else None


def whom(session: Session, found: Collection[Found]) -> dict[int, Whom]:
    """Say of whom findings are, by their ids; some are of a whole list and so of nobody."""
    heads = _heads(session, {one.household_id for one in found if one.person_id is None})
    wanted = {
        one.id: one.person_id or heads[one.household_id]
        for one in found
        if one.person_id is not None or one.household_id in heads
    }
    people = set(wanted.values())
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(people))).all())
    niks = masked_niks(session, people)
    families = {one.id for one in found if one.person_id is None}
    return {
        id_: Whom(person, names[person], niks.get(person), id_ in families)
        for id_, person in wanted.items()
    }


def _heads(session: Session, households: Collection[int | None]) -> dict[int | None, int]:
    """Give who stands for families: the head, else whoever of them came first."""
    is_head = Person.relation == "head"
    query = (
        select(Person.household_id, func.min(Person.id).filter(is_head), func.min(Person.id))
        .where(Person.household_id.in_(households), Person.merged_into.is_(None))
        .group_by(Person.household_id)
    )
    return {household: head or anybody for household, head, anybody in session.execute(query)}


def who_may_look_into(session: Session, found: Found) -> Sequence[Staff]:
    """Give the companions of the family, then those who process the data of its area."""
    family = select(Assignment.staff_id).where(Assignment.household_id == found.household_id)
    query = (
        select(Staff)
        .where(Staff.active.is_(True), or_(Staff.section == SECTION, Staff.id.in_(family)))
        .order_by(Staff.section == SECTION, Staff.name)
    )
    return [
        staff for staff in session.scalars(query) if Scope(staff.area_code).covers(found.area_code)
    ]


def settlement(session: Session, finding_id: int) -> Settlement | None:
    """Give what was written of a finding; None where nobody has."""
    finding = session.get_one(Finding, finding_id)
    if finding.settled_by is None or finding.settled_at is None:
        return None
    note = session.vault.open(finding.note_sealed, "note") if finding.note_sealed else ""
    return Settlement(_name_of(session, finding.settled_by), finding.settled_at, note)


def _name_of(session: Session, actor: str) -> str:
    kind, _, number = actor.partition(":")
    staff = session.get(Staff, int(number)) if kind == "staff" else None
    return staff.name if staff is not None else actor


def choices(session: Session, scope: Scope) -> Choices:
    """Give the agencies, programmes and areas by which findings can be chosen."""
    agencies = select(AgencyList.agency).distinct().order_by(AgencyList.agency)
    areas = select(Area).where(scope.holds(Area.code)).order_by(Area.code)
    return Choices(
        session.scalars(agencies).all(),
        session.scalars(select(Program.code).order_by(Program.code)).all(),
        session.scalars(areas).all(),
    )


def assignee(session: Session, finding_id: int) -> int | None:
    """Give to whom a finding was given; None while it is the section's."""
    return session.scalar(select(Finding.staff_id).where(Finding.id == finding_id))
