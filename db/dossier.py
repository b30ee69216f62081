"""All that the registry knows of one person, for whoever may see the area the person lives in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from db import audit
from db.areas import Area, Scope
from db.crypto import mask, mask_kk
from db.enrolments import Enrolment, Payout
from db.identities import Change
from db.registry import AgencyList, Household, Person, Program
from db.session import Session

READ_PERSON = "read person"
_MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a family, as far as the others' page names him."""

    id: int
    name: str
    nik: str  # masked
    birth_date: date | None
    sex: str | None
    relation: str
    left_on: date | None
    left_because: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """What one list says of a member of the family, in force or ended, and what it last paid."""

    person_name: str
    is_own: bool  # about the person asked for, not about another of the family
    agency: str
    list_name: str
    as_of: date
    program_code: str | None
    program_name: str | None
    status: str
    since: date
    reason: str | None
    decile: int | None
    in_force: bool
    paid_on: date | None
    amount: int | None
    place: str | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """One person with family, lists and changes; NIK and KK are masked."""

    person: Member
    merged_into: int | None
    kk: str
    address: str
    rt: str
    rw: str
    area_name: str
    district_name: str
    decile: int | None
    source: str
    as_of: date
    members: tuple[Member, ...]
    lines: tuple[Line, ...]
    changes: Sequence[Change]


def find_by_nik(session: Session, scope: Scope, nik: str) -> int | None:
    """Give the id of the person of a NIK within an area, the one kept where two were merged."""
    found = (
        select(func.coalesce(Person.merged_into, Person.id))
        .where(Person.nik_index == session.vault.index(nik, "nik"))
        .scalar_subquery()
    )
    return session.scalar(
        select(Person.id)
        .join(Household, Household.id == Person.household_id)
        .where(Person.id == found, scope.holds(Household.area_code))
    )


def read_dossier(
    session: Session, scope: Scope, person_id: int, actor: str, now: datetime
) -> Dossier | None:
    """Read a person's page, and write into the trail who read it; None outside the area."""
    row = session.execute(
        select(Person, Household, Area, AgencyList)
        .join(Household, Household.id == Person.household_id)
        .join(Area, Area.code == Household.area_code)
        .join(AgencyList, AgencyList.id == Household.list_id)
        .where(Person.id == person_id, scope.holds(Household.area_code))
    ).one_or_none()
    if row is None:
        return None
    person, household, area, source = row
    audit.record(session, now, actor, READ_PERSON, f"person:{person.id}")
    vault = session.vault
    return Dossier(
        person=_member(session, person),
        merged_into=person.merged_into,
        kk=mask_kk(vault.open(household.kk_sealed, "kk")) if household.kk_sealed else "",
        address=household.address,
        rt=household.rt,
        rw=household.rw,
        area_name=area.name,
        district_name=_name_of(session, area.parent_code),
        decile=household.decile,
        source=f"{source.agency}, {source.name}",
        as_of=household.as_of,
        members=_members(session, household.id),
        lines=_lines(session, person),
        changes=_changes(session, person.id, household.id),
    )


def _members(session: Session, household_id: int) -> tuple[Member, ...]:
    people = session.scalars(
        select(Person)
        .where(Person.household_id == household_id, Person.merged_into.is_(None))
        .order_by(Person.relation != "head", Person.birth_date, Person.id)
    )
    return tuple(_member(session, person) for person in people)


def _member(session: Session, person: Person) -> Member:
    nik = session.vault.open(person.nik_sealed, "nik") if person.nik_sealed else ""
    return Member(
        id=person.id,
        name=person.name,
        nik=mask(nik),
        birth_date=person.birth_date,
        sex=person.sex,
        relation=person.relation,
        left_on=person.left_on,
        left_because=person.left_because,
    )


def _lines(session: Session, person: Person) -> tuple[Line, ...]:
    rows = session.execute(
        select(Enrolment, AgencyList, Program.name, Person.name)
        .join(Person, Person.id == Enrolment.person_id)
        .join(AgencyList, AgencyList.id == Enrolment.list_id)
        .outerjoin(Program, Program.code == Enrolment.program_code)
        # Of the others the programmes: that a register lists each of them says nothing more.
        .where(
            or_(
                Person.id == person.id,
                (Person.household_id == person.household_id) & Enrolment.program_code.is_not(None),
            )
        )
        .order_by(
            Enrolment.person_id != person.id,
            Enrolment.program_code.is_(None),
            Enrolment.ended_batch_id.is_not(None),
            AgencyList.agency,
            AgencyList.name,
            Enrolment.program_code,
            Enrolment.id.desc(),
        )
    ).all()
    last = {
        payout.enrolment_id: payout
        for payout in session.scalars(
            select(Payout)
            .where(Payout.enrolment_id.in_([enrolment.id for enrolment, *_ in rows]))
            .order_by(Payout.paid_on)
        )
    }
    return tuple(
        _line(enrolment, source, program, name, enrolment.person_id == person.id, last)
        for enrolment, source, program, name in rows
    )


def _line(
    enrolment: Enrolment,
    source: AgencyList,
    program: str | None,
    person_name: str,
    is_own: bool,
    last: Mapping[int, Payout],
) -> Line:
    payout = last.get(enrolment.id)
    return Line(
        person_name=person_name,
        is_own=is_own,
        agency=source.agency,
        list_name=source.name,
        as_of=source.as_of,
        program_code=enrolment.program_code,
        program_name=program,
        status=enrolment.status,
        since=enrolment.since,
        reason=enrolment.reason,
        decile=enrolment.decile,
        in_force=enrolment.ended_batch_id is None,
        paid_on=payout.paid_on if payout else None,
        amount=payout.amount if payout else None,
        place=payout.place if payout else None,
    )


def _changes(session: Session, person_id: int, household_id: int) -> Sequence[Change]:
    return session.scalars(
        select(Change)
        .where(
            or_(
                (Change.subject == "person") & (Change.subject_id == person_id),
                (Change.subject == "household") & (Change.subject_id == household_id),
            )
        )
        .order_by(Change.at.desc(), Change.id.desc())
        .limit(_MOST_CHANGES)
    ).all()


def _name_of(session: Session, code: str | None) -> str:
    return session.scalar(select(Area.name).where(Area.code == code)) or ""
