"""Families, people and what they receive, with the list and date that each fact came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.session import Session

ACTIVE, WAITING, STOPPED = "active", "waiting", "stopped"


class Program(Base):
    """A programme of the catalogue; amounts are words with a source and a date, never constants."""

    __tablename__ = "programs"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    agency: Mapped[str] = mapped_column(String(100))
    summary: Mapped[str] = mapped_column(String(600))
    source: Mapped[str] = mapped_column(String(200))
    source_date: Mapped[date]


class AgencyList(Base):
    """A list as an agency gave it, with the day for which it holds."""

    __tablename__ = "lists"
    __table_args__ = (UniqueConstraint("agency", "name", "as_of"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(100))
    as_of: Mapped[date]


class Household(Base):
    """A family of one KK."""

    __tablename__ = "households"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kk_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kk_index: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    address: Mapped[str] = mapped_column(String(200))
    rt: Mapped[str] = mapped_column(String(3))
    rw: Mapped[str] = mapped_column(String(3))
    decile: Mapped[int | None]
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))


class Person(Base):
    """A member of a family."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    nik_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    nik_index: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    birth_date: Mapped[date]
    sex: Mapped[str] = mapped_column(String(1))  # L or P, as on the KTP
    relation: Mapped[str] = mapped_column(String(20))  # head, spouse, child, parent, other


class Enrolment(Base):
    """One person's place in one programme, as one list says it."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("person_id", "program_code", "list_id"),
        Index("ix_enrolments_program_status", "program_code", "status", "household_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    program_code: Mapped[str] = mapped_column(ForeignKey("programs.code"))
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    status: Mapped[str] = mapped_column(String(10))
    since: Mapped[date]
    reason: Mapped[str | None] = mapped_column(String(200))


class Payout(Base):
    """Aid that was paid or handed out."""

    __tablename__ = "payouts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), index=True)
    period: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int | None] = mapped_column(BigId)  # rupiah; goods have none
    paid_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(120))


@dataclass(frozen=True, slots=True)
class Aid:
    """One programme of a family in the words of one list."""

    program_code: str
    program_name: str
    person_name: str
    status: str
    since: date
    reason: str | None
    agency: str
    list_name: str
    as_of: date
    last_paid_on: date | None
    last_amount: int | None
    last_place: str | None


def find_by_nik_and_kk(session: Session, nik: str, kk_last4: str) -> Person | None:
    """Find the person of a NIK whose KK number ends in the given four digits."""
    vault = session.vault
    row = session.execute(
        select(Person, Household.kk_sealed)
        .join(Household, Household.id == Person.household_id)
        .where(Person.nik_index == vault.index(nik, "nik"))
    ).one_or_none()
    if row is None:
        return None
    person, kk_sealed = row
    return person if vault.open(kk_sealed, "kk")[-4:] == kk_last4 else None


def household_of(session: Session, person_id: int) -> Household:
    """Give the family of a person."""
    return session.scalars(
        select(Household)
        .join(Person, Person.household_id == Household.id)
        .where(Person.id == person_id)
    ).one()


def list_of_household(session: Session, household_id: int) -> AgencyList:
    """Give the list by which a family is registered."""
    return session.scalars(
        select(AgencyList)
        .join(Household, Household.list_id == AgencyList.id)
        .where(Household.id == household_id)
    ).one()


def aid_of_household(session: Session, household_id: int) -> list[Aid]:
    """Give every programme of a family with its last payout, in the order of programmes."""
    rows = session.execute(
        select(Enrolment, Program.name, Person.name, AgencyList)
        .join(Program, Program.code == Enrolment.program_code)
        .join(Person, Person.id == Enrolment.person_id)
        .join(AgencyList, AgencyList.id == Enrolment.list_id)
        .where(Enrolment.household_id == household_id)
        .order_by(Enrolment.program_code, Enrolment.id)
    ).all()
    last = _last_payouts(session, [enrolment.id for enrolment, *_ in rows])
    aids = []
    for enrolment, program_name, person_name, source in rows:
        payout = last.get(enrolment.id)
        aids.append(
            Aid(
                program_code=enrolment.program_code,
                program_name=program_name,
                person_name=person_name,
                status=enrolment.status,
                since=enrolment.since,
                reason=enrolment.reason,
                agency=source.agency,
                list_name=source.name,
                as_of=source.as_of,
                last_paid_on=payout.paid_on if payout else None,
                last_amount=payout.amount if payout else None,
                last_place=payout.place if payout else None,
            )
        )
    return aids


def programs_of_household(session: Session, household_id: int) -> list[str]:
    """Give the codes of the programmes that a family gets or waits for, in their order."""
    query = (
        select(Enrolment.program_code)
        .where(Enrolment.household_id == household_id, Enrolment.status != STOPPED)
        .distinct()
        .order_by(Enrolment.program_code)
    )
    return list(session.scalars(query))


def is_nik_of(session: Session, person_id: int, nik: str) -> bool:
    """Say whether a NIK is that of a person."""
    found = select(Person.id).where(
        Person.id == person_id, Person.nik_index == session.vault.index(nik, "nik")
    )
    return session.scalar(found) is not None


def _last_payouts(session: Session, enrolment_ids: Sequence[int]) -> dict[int, Payout]:
    payouts = session.scalars(
        select(Payout).where(Payout.enrolment_id.in_(enrolment_ids)).order_by(Payout.paid_on)
    )
    return {payout.enrolment_id: payout for payout in payouts}


def all_programs(session: Session) -> Sequence[Program]:
    """Give the catalogue in the order of its codes."""
    return session.scalars(select(Program).order_by(Program.code)).all()


def is_empty(session: Session) -> bool:
    """Say whether no family is registered."""
    return session.scalar(select(Household.id).limit(1)) is None


def find_program(session: Session, code: str) -> Program | None:
    """Find a programme by its code, in letters of either case."""
    return session.get(Program, code.strip().upper())
