"""Families and people as the registry knows them, with the day for which it does."""

import hmac
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    UniqueConstraint,
    and_,
    exists,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db.base import Base, BigId
from db.session import Session

DIED, MOVED = "died", "moved"
_NO_KK = "\N{BULLET}" * 16  # ends in nothing that anybody can give


class Program(Base):
    """A programme of aid; what is told of it stands in the catalogue."""

    __tablename__ = "programs"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    agency: Mapped[str] = mapped_column(String(100))


class AgencyList(Base):
    """A list that an agency keeps, with the day for which what is in force of it holds."""

    __tablename__ = "lists"
    __table_args__ = (UniqueConstraint("agency", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(100))
    as_of: Mapped[date]


class Household(Base):
    """A family of one KK; one person alone, of whom no list names the KK, has none."""

    __tablename__ = "households"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kk_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    kk_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    address: Mapped[str] = mapped_column(String(200))
    rt: Mapped[str] = mapped_column(String(3))
    rw: Mapped[str] = mapped_column(String(3))
    decile: Mapped[int | None]
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    as_of: Mapped[date]  # of the list that told all this
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"))  # which brought it in


class Person(Base):
    """A member of a family; what no list says of him is empty."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_birth_date", "birth_date"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    nik_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    nik_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    birth_date: Mapped[date | None]
    sex: Mapped[str | None] = mapped_column(String(1))  # L or P, as on the KTP
    relation: Mapped[str] = mapped_column(String(20))  # head, spouse, child, parent, other
    as_of: Mapped[date]  # of the list that told all this
    left_on: Mapped[date | None]
    left_because: Mapped[str | None] = mapped_column(String(10))  # died or moved
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"))  # which brought him in


def find_by_nik_and_kk(session: Session, nik: str, kk: str) -> Person | None:
    """Find the person of a NIK whose KK number ends in the given digits.

    Two numbers of sixteen digits are tried in both orders. Whether the NIK is known or not, the
    same statement and the same number of cryptographic operations are done, so that the time
    taken tells nothing. A person who was merged may give the KK of either family.
    """
    vault = session.vault
    unknown = vault.seal(_NO_KK, "kk")
    swapped = kk if len(kk) == len(nik) else ""
    tries = ((vault.index(nik, "nik"), kk[-4:]), (vault.index(swapped, "nik"), nik[-4:]))
    rows = {
        row.nik_index: row for row in session.execute(_families_of(index for index, _ in tries))
    }
    found: int | None = None
    for index, ending in tries:
        row = rows.get(index)
        given = [row.kk_sealed, row.kept_kk_sealed] if row is not None else [None, None]
        opened = [vault.open(sealed or unknown, "kk")[-4:].encode() for sealed in given]
        matches = [hmac.compare_digest(ending.encode(), kk4) for kk4 in opened]
        if any(matches) and row is not None:
            found = row.id
    return kept_person(session, found) if found is not None else None


def _families_of(
    nik_indexes: Iterable[bytes],
) -> Select[bytes | None, int, bytes | None, bytes | None]:
    kept, kept_household = aliased(Person), aliased(Household)
    return (
        select(
            Person.nik_index,
            Person.id,
            Household.kk_sealed,
            kept_household.kk_sealed.label("kept_kk_sealed"),
        )
        .join(Household, Household.id == Person.household_id)
        .outerjoin(kept, kept.id == Person.merged_into)
        .outerjoin(kept_household, kept_household.id == kept.household_id)
        .where(Person.nik_index.in_(list(nik_indexes)))
    )


def kept_person(session: Session, person_id: int) -> Person:
    """Give a person, or whom he was merged into."""
    person = session.get_one(Person, person_id)
    while person.merged_into is not None:
        person = session.get_one(Person, person.merged_into)
    return person


def remains(person: Any, on: date | None = None) -> ColumnElement[bool]:
    """Give the condition that somebody is still of his family: neither dead, nor moved, nor merged.

    So was, `on` an earlier day, who left after it. A list may say that somebody left and not when.
    """
    stayed = and_(person.left_on.is_(None), person.left_because.is_(None))
    if on is not None:
        stayed = or_(stayed, person.left_on > on)
    return and_(stayed, person.merged_into.is_(None))


def is_lived_in(household_id: Any, on: date | None = None) -> ColumnElement[bool]:
    """Give the condition that anybody of a family remains: others are in no list and no count."""
    member = aliased(Person)
    return exists().where(member.household_id == household_id, remains(member, on))


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


def is_nik_of(session: Session, person_id: int, nik: str) -> bool:
    """Say whether a NIK is that of a person."""
    found = select(Person.id).where(
        Person.id == person_id, Person.nik_index == session.vault.index(nik, "nik")
    )
    return session.scalar(found) is not None


def all_programs(session: Session) -> Sequence[Program]:
    """Give the catalogue in the order of its codes."""
    return session.scalars(select(Program).order_by(Program.code)).all()


def is_empty(session: Session) -> bool:
    """Say whether no family is registered."""
    return session.scalar(select(Household.id).limit(1)) is None


def find_program(session: Session, code: str) -> Program | None:
    """Find a programme by its code, in letters of either case."""
    return session.get(Program, code.strip().upper())
