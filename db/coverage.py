"""How many families aid reaches: by kelurahan, by programme, and by the year in which it came.

A family of whom nobody is left is none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, extract, func, select

from db.areas import Area, Scope
from db.enrolments import ACTIVE, Enrolment, Payout
from db.registry import AgencyList, Household, Person, Program, is_lived_in
from db.session import Session

_FAMILIES = func.count(Person.household_id.distinct())
_LIVED_IN = is_lived_in(Household.id)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of a kelurahan's families a programme, or any one, reaches."""

    area_code: str
    name: str
    families: int
    reached: int

    @property
    def share(self) -> float | None:
        """Give the part that is reached, in hundredths."""
        return 100 * self.reached / self.families if self.families else None


@dataclass(frozen=True, slots=True)
class Reach:
    """How many families a programme reaches now, by lists of which days."""

    program_code: str
    name: str
    families: int
    oldest: date
    newest: date


@dataclass(frozen=True, slots=True)
class Paid:
    """How many families the lists say were paid or handed aid of a programme in a year."""

    program_code: str
    year: int
    families: int


def coverage_of(session: Session, scope: Scope, program_code: str | None) -> Sequence[Coverage]:
    """Give for each kelurahan how many of its families a programme reaches now; None is any."""
    reaches = (
        Enrolment.program_code.is_not(None)
        if program_code is None
        else Enrolment.program_code == program_code
    )
    home = select(Household.area_code, func.count(Household.id)).group_by(Household.area_code)
    served = (
        select(Household.area_code, _FAMILIES)
        .join(Person, Person.household_id == Household.id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(reaches, _is_served(), _LIVED_IN, scope.holds(Household.area_code))
        .group_by(Household.area_code)
    )
    families = _counts(session, home.where(_LIVED_IN, scope.holds(Household.area_code)))
    reached = _counts(session, served)
    villages = select(Area.code, Area.name).where(
        Area.level == "village", scope.holds(Area.code)
    )  # fmt: skip
    return [
        Coverage(code, name, families.get(code, 0), reached.get(code, 0))
        for code, name in session.execute(villages.order_by(Area.code))
    ]


def reach_of(session: Session, scope: Scope) -> Sequence[Reach]:
    """Give each programme that reaches any family of an area now, by name."""
    query = (
        select(
            Program.code, Program.name, _FAMILIES,
            func.min(AgencyList.as_of), func.max(AgencyList.as_of),
        )
        .join(Enrolment, Enrolment.program_code == Program.code)
        .join(AgencyList, AgencyList.id == Enrolment.list_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Household, Household.id == Person.household_id)
        .where(_is_served(), _LIVED_IN, scope.holds(Household.area_code))
        .group_by(Program.code, Program.name)
        .order_by(Program.name)
    )  # fmt: skip
    return [Reach(*row) for row in session.execute(query)]


def paid_by_year(session: Session, scope: Scope, since: int) -> Sequence[Paid]:
    """Give how many families each programme was paid to in each year, from one on."""
    year = extract("year", Payout.paid_on)
    query = (
        select(Enrolment.program_code, year, _FAMILIES)
        .select_from(Payout)
        .join(Enrolment, Enrolment.id == Payout.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Household, Household.id == Person.household_id)
        .where(
            Payout.paid_on >= date(since, 1, 1),
            _LIVED_IN,
            scope.holds(Household.area_code),
        )
        .group_by(Enrolment.program_code, year)
    )
    rows = session.execute(query)
    return [Paid(code, int(at), families) for code, at, families in rows if code is not None]


def _is_served() -> ColumnElement[bool]:
    return (Enrolment.status == ACTIVE) & Enrolment.ended_batch_id.is_(None)


def _counts(session: Session, query: Any) -> dict[str, int]:
    return {code: count for code, count in session.execute(query)}  # noqa: C416 - its type
