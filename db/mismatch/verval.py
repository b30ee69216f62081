"""Before and after: what became of a list from one version to the next, and known totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, or_, select

from db.areas import Area, Scope
from db.batches import APPLIED, Batch
from db.enrolments import STOPPED, Enrolment
from db.mismatch.rules import Rules
from db.registry import AgencyList, Household, Person
from db.session import Session


@dataclass(frozen=True, slots=True)
class AreaChange:
    """Families and people of a kelurahan in a list, before and after."""

    area_code: str
    area_name: str
    families_before: int
    families_after: int
    people_before: int
    people_after: int


@dataclass(frozen=True, slots=True)
class Verval:
    """What verification changed: of a list, or of a city of which only the totals are known."""

    name: str
    source: str
    as_of: date | None
    families_before: int
    families_after: int
    people_before: int
    people_after: int
    areas: tuple[AreaChange, ...]  # none where only totals are known


def vervals(session: Session, rules: Rules, scope: Scope) -> tuple[Verval, ...]:
    """Give every list that came twice, and the totals that the rules know of the area."""
    known = [
        Verval(
            name=row.area_code,
            source=row.source,
            as_of=None,
            families_before=row.families,
            families_after=row.families_after,
            people_before=row.people,
            people_after=row.people_after,
            areas=(),
        )
        for row in rules.vervals
        if _is_told_of(session, row.area_code, scope)
    ]
    return (*known, *_of_lists(session, scope))


def _is_told_of(session: Session, known: str, scope: Scope) -> bool:
    if not scope.covers(known):
        return False
    there = select(Household.id).where(Scope(known).holds(Household.area_code))
    return session.scalar(there.limit(1)) is not None


def _of_lists(session: Session, scope: Scope) -> list[Verval]:
    versions: dict[int, list[int]] = {}
    applied = select(Batch.list_id, Batch.id).where(Batch.state == APPLIED).order_by(Batch.id)
    for list_id, batch_id in session.execute(applied):
        versions.setdefault(list_id, []).append(batch_id)
    first = select(Enrolment.list_id).where(
        Enrolment.list_id.in_(versions), Enrolment.batch_id.is_(None)
    )
    for list_id in session.scalars(first.distinct()):
        versions[list_id].insert(0, 0)
    found = []
    for list_id, batches in versions.items():
        if len(batches) > 1:
            areas = _compared(session, list_id, batches[-2], batches[-1], scope)
            found.append(_verval(session.get_one(AgencyList, list_id), areas))
    return found


def _verval(source: AgencyList, areas: Sequence[AreaChange]) -> Verval:
    return Verval(
        name=source.name,
        source=source.agency,
        as_of=source.as_of,
        families_before=sum(area.families_before for area in areas),
        families_after=sum(area.families_after for area in areas),
        people_before=sum(area.people_before for area in areas),
        people_after=sum(area.people_after for area in areas),
        areas=tuple(areas),
    )


def _compared(
    session: Session, list_id: int, former: int, latest: int, scope: Scope
) -> list[AreaChange]:
    before, after = _stood_in(former), _stood_in(latest)
    query = (
        select(
            Household.area_code,
            func.max(Area.name),
            func.count(case((before, Household.id)).distinct()),
            func.count(case((after, Household.id)).distinct()),
            func.count(case((before, Person.id)).distinct()),
            func.count(case((after, Person.id)).distinct()),
        )
        .select_from(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Household, Household.id == Person.household_id)
        .join(Area, Area.code == Household.area_code)
        .where(
            Enrolment.list_id == list_id,
            Enrolment.status != STOPPED,
            or_(before, after),
            scope.holds(Household.area_code),
        )
        .group_by(Household.area_code)
        .order_by(Household.area_code)
    )
    return [AreaChange(*row) for row in session.execute(query)]


def _stood_in(version: int) -> Any:
    """Say that a line was in force after a batch; version 0 is what came without one."""
    begun = or_(Enrolment.batch_id.is_(None), Enrolment.batch_id <= version)
    return begun & or_(Enrolment.ended_batch_id.is_(None), Enrolment.ended_batch_id > version)
