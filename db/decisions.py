"""What humans decided about who is who, and what is left to decide, within an area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from db.areas import Scope
from db.enrolments import Enrolment
from db.identities import SPLIT, IdentityDecision
from db.registry import AgencyList, Household, Person
from db.session import Session


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One line of a list about a person, as he is named there."""

    id: int
    agency: str
    list_name: str
    as_of: date
    program_code: str | None
    status: str
    name: str
    birth_date: date | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class Parted:
    """A split: whom some lines were taken from, and who was made of them."""

    id: int
    kept_id: int
    other_id: int
    kept_name: str
    other_name: str
    lines: int
    decided_by: str
    decided_at: datetime
    undone_at: datetime | None


def person_within(session: Session, scope: Scope, person_id: int) -> Person | None:
    """Give a person of an area who stands for nobody but himself; None otherwise."""
    return session.scalars(
        select(Person)
        .join(Household, Household.id == Person.household_id)
        .where(
            Person.id == person_id,
            Person.merged_into.is_(None),
            scope.holds(Household.area_code),
        )
    ).one_or_none()


def lines_of(session: Session, person: Person) -> list[OwnLine]:
    """Give what lists say of a person, those in force first."""
    rows = session.execute(
        select(Enrolment, AgencyList)
        .join(AgencyList, AgencyList.id == Enrolment.list_id)
        .where(Enrolment.person_id == person.id)
        .order_by(
            Enrolment.ended_batch_id.is_not(None), AgencyList.agency, AgencyList.name, Enrolment.id
        )
    )
    return [
        OwnLine(
            line.id, source.agency, source.name, source.as_of, line.program_code, line.status,
            line.name or person.name, line.birth_date or person.birth_date,
            line.ended_batch_id is None,
        )
        for line, source in rows
    ]  # fmt: skip


def splits(session: Session, scope: Scope, limit: int) -> Sequence[Parted]:
    """Give the splits of people of an area, the latest first."""
    rows = session.execute(
        select(IdentityDecision, Person.name)
        .join(Person, Person.id == IdentityDecision.kept_id)
        .join(Household, Household.id == Person.household_id)
        .where(IdentityDecision.kind == SPLIT, scope.holds(Household.area_code))
        .order_by(IdentityDecision.id.desc())
        .limit(limit)
    )
    return [_parted(session, decision, name) for decision, name in rows]


def split_within(session: Session, scope: Scope, decision_id: int) -> IdentityDecision | None:
    """Give a split of a person of an area; None where there is no such split."""
    return session.scalars(
        select(IdentityDecision)
        .join(Person, Person.id == IdentityDecision.kept_id)
        .join(Household, Household.id == Person.household_id)
        .where(
            IdentityDecision.id == decision_id,
            IdentityDecision.kind == SPLIT,
            scope.holds(Household.area_code),
        )
    ).one_or_none()


def _parted(session: Session, decision: IdentityDecision, kept_name: str) -> Parted:
    other = session.get_one(Person, decision.other_id)
    return Parted(
        decision.id, decision.kept_id, decision.other_id, kept_name, other.name,
        len(decision.moved.get("enrolments.person_id", ())), decision.decided_by,
        decision.decided_at, decision.undone_at,
    )  # fmt: skip
