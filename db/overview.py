"""What is to be done now, and how old the lists are, within the area of whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from db.areas import Scope
from db.batches import APPLIED, STAGED, TAKEN_BACK, Batch
from db.enrolments import Enrolment
from db.findings import DONE, Finding
from db.identities import OPEN, Match
from db.registry import AgencyList, Household, Person
from db.session import Session


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for somebody."""

    batches: int
    matches: int
    findings: int


@dataclass(frozen=True, slots=True)
class ListState:
    """A list with the day for which it holds, and what is in force of it."""

    id: int
    agency: str
    name: str
    as_of: date
    lines: int
    people: int


def waiting(session: Session, scope: Scope) -> Waiting:
    """Count what waits: batches to approve, likely doubles to judge, findings."""
    batches = select(func.count()).select_from(Batch)
    matches = (
        select(func.count())
        .select_from(Match)
        .join(Person, Person.id == Match.person_id)
        .join(Household, Household.id == Person.household_id)
    )
    return Waiting(
        batches=session.scalar(
            batches.where(Batch.state == STAGED, scope.holds(Batch.area_code))
        ) or 0,
        matches=session.scalar(
            matches.where(Match.state == OPEN, scope.holds(Household.area_code))
        ) or 0,
        findings=session.scalar(
            select(func.count())
            .select_from(Finding)
            .where(
                Finding.gone_at.is_(None), Finding.state != DONE, scope.holds(Finding.area_code)
            )
        ) or 0,
    )  # fmt: skip


def newest_lists(session: Session, most: int) -> Sequence[AgencyList]:
    """Give the lists of the latest day."""
    query = select(AgencyList).where(came_into_force())
    query = query.order_by(AgencyList.as_of.desc(), AgencyList.agency, AgencyList.name)
    return session.scalars(query.limit(most)).all()


def came_into_force() -> ColumnElement[bool]:
    """Leave out the lists that were only tried, or of which everything was taken back."""
    applied = exists().where(Batch.list_id == AgencyList.id, Batch.state == APPLIED)
    # Lines that no batch brought are those of the sample.
    lines = exists().where(Enrolment.list_id == AgencyList.id, Enrolment.ended_batch_id.is_(None))
    return or_(applied, lines)


def lists_changed_since(session: Session, moment: datetime) -> int:
    """Count the deliveries that came into force, or were taken back, after a moment."""
    query = select(func.count()).select_from(Batch)
    query = query.where(
        or_(
            and_(Batch.state == APPLIED, Batch.decided_at > moment),
            and_(
                Batch.state == TAKEN_BACK, Batch.taken_back_at > moment,
                Batch.decided_at <= moment,
            ),
        )
    )  # fmt: skip
    return session.scalar(query) or 0


def lists_in_force(session: Session, scope: Scope) -> list[ListState]:
    """Give every list, the oldest first, with its lines in force about people of an area."""
    counted = (
        select(
            Enrolment.list_id,
            func.count().label("lines"),
            func.count(Enrolment.person_id.distinct()).label("people"),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Household, Household.id == Person.household_id)
        .where(Enrolment.ended_batch_id.is_(None), scope.holds(Household.area_code))
        .group_by(Enrolment.list_id)
        .subquery()
    )
    rows = session.execute(
        select(AgencyList, counted.c.lines, counted.c.people)
        .outerjoin(counted, counted.c.list_id == AgencyList.id)
        .where(came_into_force())
        .order_by(AgencyList.as_of, AgencyList.agency, AgencyList.name)
    )
    return [
        ListState(kept.id, kept.agency, kept.name, kept.as_of, lines or 0, people or 0)
        for kept, lines, people in rows
    ]
