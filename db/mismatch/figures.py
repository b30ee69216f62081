"""The figures of the lists side by side: counted each for itself, and each family once."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CreateTableAs, cast, column, func, select, table
from sqlalchemy.orm import aliased

from db.areas import Area, Scope
from db.enrolments import STOPPED, Enrolment
from db.findings import DONE, Finding, count_findings
from db.intake.statements import analyze, forget
from db.mismatch.rules import read_rules
from db.mismatch.shape import KINDS, of_lines
from db.mismatch.verval import Verval, vervals
from db.registry import AgencyList, Household, Person, Program
from db.session import Session


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    """One agency: what its lists add up to, and how many families that are."""

    agency: str
    lists: int
    by_lists: int
    families: int
    findings: int


@dataclass(frozen=True, slots=True)
class ListFigures:
    """One list of an agency."""

    list_id: int
    agency: str
    name: str
    as_of: date
    families: int
    people: int
    findings: int


@dataclass(frozen=True, slots=True)
class ProgramFigures:
    """One programme over all lists that tell of it."""

    code: str
    name: str
    families: int
    people: int
    findings: int


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """One kelurahan: a tile of the map."""

    code: str
    name: str
    registered: int
    by_lists: int
    families: int
    findings: int
    by_kind: dict[str, int]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many families two agencies have in common; an agency with itself, all it has."""

    agency: str
    other: str
    families: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All figures of an area."""

    registered_families: int  # in the registry, in a list or not
    registered_people: int
    by_lists: int  # every list's families, added up
    families: int  # that stand in any list, each once
    in_lists: tuple[tuple[int, int], ...]  # in so many lists stand so many families
    agencies: tuple[AgencyFigures, ...]
    lists: tuple[ListFigures, ...]
    programs: tuple[ProgramFigures, ...]
    areas: tuple[AreaFigures, ...]
    overlaps: tuple[Overlap, ...]
    findings: dict[str, dict[str, int]]  # by kind, then by state
    vervals: tuple[Verval, ...]

    @property
    def excess(self) -> int:
        """Give by how many families the lists together exceed those there are."""
        return self.by_lists - self.families


def overview(session: Session, scope: Scope) -> Overview:
    """Count the lists of an area in every way; what is stopped counts as being in no list."""
    _gather(session, scope)
    in_lists = _in_lists(session)
    families, people = _registered(session, scope)
    return Overview(
        registered_families=families,
        registered_people=people,
        by_lists=sum(lists * count for lists, count in in_lists),
        families=sum(count for _, count in in_lists),
        in_lists=in_lists,
        agencies=_agencies(session, scope),
        lists=_lists(session, scope),
        programs=_programs(session, scope),
        areas=_areas(session, scope),
        overlaps=_overlaps(session),
        findings=count_findings(session, scope),
        vervals=vervals(session, read_rules(), scope),
    )


def _lines(query: Any, scope: Scope) -> Any:
    return of_lines(query, scope).where(Enrolment.status != STOPPED)


# Each family of each list once, for the time of one overview: all counts but one rest on it.
_LISTED = table(
    "listed_families", column("list_id"), column("family"), column("area_code"), column("people")
)


def _gather(session: Session, scope: Scope) -> None:
    query = _lines(
        select(
            Enrolment.list_id,
            Household.id.label("family"),
            Household.area_code,
            func.count(Enrolment.person_id.distinct()).label("people"),
        ),
        scope,
    ).group_by(Enrolment.list_id, Household.id, Household.area_code)
    forget(session.connection(), _LISTED.name)
    session.execute(CreateTableAs(query, _LISTED.name, temporary=True))
    analyze(session.connection(), _LISTED.name)


def _in_lists(session: Session) -> tuple[tuple[int, int], ...]:
    lists = select(func.count().label("lists")).select_from(_LISTED)
    counted = lists.group_by(_LISTED.c.family).subquery()
    query = select(counted.c.lists, func.count()).group_by(counted.c.lists)
    return tuple((row[0], row[1]) for row in session.execute(query.order_by(counted.c.lists)))


def _registered(session: Session, scope: Scope) -> tuple[int, int]:
    query = (
        select(func.count(Household.id.distinct()), func.count())
        .join(Person, Person.household_id == Household.id)
        .where(
            Person.merged_into.is_(None),
            scope.holds(Household.area_code),
        )
    )
    families, people = session.execute(query).one()
    return families, people


def _findings_by(session: Session, scope: Scope, column: Any) -> dict[Any, int]:
    query = (
        select(column, func.count())
        .select_from(Finding)
        .outerjoin(AgencyList, AgencyList.id == Finding.list_id)
        .where(
            Finding.gone_at.is_(None),
            Finding.state != DONE,
            scope.holds(Finding.area_code),
        )
        .group_by(column)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _agencies(session: Session, scope: Scope) -> tuple[AgencyFigures, ...]:
    told = _findings_by(session, scope, AgencyList.agency)
    query = (
        select(
            AgencyList.agency,
            func.count(AgencyList.id.distinct()).label("lists"),
            func.count().label("by_lists"),
            func.count(_LISTED.c.family.distinct()).label("families"),
        )
        .join(_LISTED, _LISTED.c.list_id == AgencyList.id)
        .group_by(AgencyList.agency)
        .order_by(AgencyList.agency)
    )
    return tuple(
        AgencyFigures(**row, findings=told.get(row["agency"], 0))
        for row in session.execute(query).mappings()
    )


def _lists(session: Session, scope: Scope) -> tuple[ListFigures, ...]:
    told = _findings_by(session, scope, Finding.list_id)
    query = (
        select(
            AgencyList.id.label("list_id"),
            AgencyList.agency,
            AgencyList.name,
            AgencyList.as_of,
            func.count().label("families"),
            cast(func.sum(_LISTED.c.people), BigInteger).label("people"),
        )
        .join(_LISTED, _LISTED.c.list_id == AgencyList.id)
        .group_by(AgencyList.id)
        .order_by(AgencyList.agency, AgencyList.name)
    )
    return tuple(
        ListFigures(**row, findings=told.get(row["list_id"], 0))
        for row in session.execute(query).mappings()
    )


def _programs(session: Session, scope: Scope) -> tuple[ProgramFigures, ...]:
    told = _findings_by(session, scope, Finding.program_code)
    query = _lines(
        select(
            Program.code,
            Program.name,
            func.count(Household.id.distinct()).label("families"),
            func.count(Person.id.distinct()).label("people"),
        ),
        scope,
    )
    query = query.join(Program, Program.code == Enrolment.program_code)
    query = query.group_by(Program.code, Program.name).order_by(Program.code)
    return tuple(
        ProgramFigures(**row, findings=told.get(row["code"], 0))
        for row in session.execute(query).mappings()
    )


def _areas(session: Session, scope: Scope) -> tuple[AreaFigures, ...]:
    by_kind: dict[str, dict[str, int]] = {}
    told = (
        select(Finding.area_code, Finding.kind, func.count())
        .where(
            Finding.gone_at.is_(None),
            Finding.state != DONE,
            scope.holds(Finding.area_code),
        )
        .group_by(Finding.area_code, Finding.kind)
    )
    for code, kind, count in session.execute(told):
        by_kind.setdefault(code, dict.fromkeys(KINDS, 0))[kind] = count
    counted = (
        select(
            _LISTED.c.area_code,
            func.count().label("by_lists"),
            func.count(_LISTED.c.family.distinct()).label("families"),
        )
        .group_by(_LISTED.c.area_code)
        .subquery()
    )
    query = (
        select(
            Area.code,
            Area.name,
            func.count(Household.id).label("registered"),
            func.coalesce(func.max(counted.c.by_lists), 0).label("by_lists"),
            func.coalesce(func.max(counted.c.families), 0).label("families"),
        )
        .join(Household, Household.area_code == Area.code)
        .outerjoin(counted, counted.c.area_code == Area.code)
        .where(scope.holds(Area.code))
        .group_by(Area.code, Area.name)
        .order_by(Area.code)
    )
    found = []
    for row in session.execute(query).mappings():
        kinds = by_kind.get(row["code"], dict.fromkeys(KINDS, 0))
        found.append(AreaFigures(**row, findings=sum(kinds.values()), by_kind=kinds))
    return tuple(found)


def _overlaps(session: Session) -> tuple[Overlap, ...]:
    one = (
        select(AgencyList.agency, _LISTED.c.family)
        .join(_LISTED, _LISTED.c.list_id == AgencyList.id)
        .distinct()
        .cte("of_agencies")
    )
    other = aliased(one)
    query = (
        select(one.c.agency, other.c.agency, func.count())
        .join(other, other.c.family == one.c.family)
        .group_by(one.c.agency, other.c.agency)
        .order_by(one.c.agency, other.c.agency)
    )
    return tuple(Overlap(*row) for row in session.execute(query))
