"""What the registry tells of a family: its programmes, who lives in it, whether it got its aid."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, extract, false, func, or_, select
from sqlalchemy.orm import aliased

from db.areas import in_areas
from db.enrolments import ACTIVE, Enrolment
from db.pickups import Pickup
from db.registry import MOVED, Household, Person
from db.schedules import Distribution

ELDERLY, TODDLER, PREGNANT, DISABLED = "elderly", "toddler", "pregnant", "disabled"
TRAITS = (ELDERLY, TODDLER, PREGNANT, DISABLED)
_OLD, _SMALL = 60, 6  # years: law 13/1998 on the elderly; national.toml on PKH
_YEAR = 10_000  # by which days a year apart differ, written YYYYMMDD
_PROGRAMS = {ELDERLY: "LANSIA", DISABLED: "DISABILITAS"}


def belongs(person: Any) -> ColumnElement[bool]:
    """Give the condition that somebody is of his family still, or was when he died."""
    stayed = or_(person.left_because.is_(None), person.left_because != MOVED)
    return and_(stayed, person.merged_into.is_(None))


def enrolled(program_code: str | None, status: str, areas: tuple[str, ...]) -> Select[int]:
    """Select the families of those whom a list names with a status, in a programme or in any.

    Distinct, and of the areas alone: PostgreSQL expects one row where it may flatten the query, and
    plans for that.
    """
    home = aliased(Household)
    query = (
        select(Person.household_id)
        .correlate(None)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .join(home, home.id == Person.household_id)
        .where(
            in_areas(home.area_code, areas),
            Enrolment.ended_batch_id.is_(None),
            Enrolment.status == status,
            belongs(Person),
        )
    )
    if program_code is not None:
        query = query.where(Enrolment.program_code == program_code)
    return query.distinct()


def has_any_trait(traits: tuple[str, ...]) -> ColumnElement[bool]:
    """Give the condition that somebody who lives in a family has one of some traits today.

    Of a pregnancy no list tells that the service knows, so that it is nobody's.
    """
    member = and_(
        Person.household_id == Household.id, Person.left_on.is_(None), Person.merged_into.is_(None)
    )
    signs = [_sign(trait) for trait in traits]
    return exists().where(member, or_(false(), *signs)).correlate(Household)


def confirmed(program_code: str | None) -> ColumnElement[bool]:
    """Give the condition that a family said of some distribution that it got its aid."""
    programs = [Distribution.program_code == program_code] if program_code is not None else []
    said = exists().where(
        Pickup.household_id == Household.id,
        Pickup.got_it,
        Distribution.id == Pickup.distribution_id,
        *programs,
    )
    return said.correlate(Household)


def _sign(trait: str) -> ColumnElement[bool]:
    signs: list[ColumnElement[bool]] = []
    if trait == ELDERLY:
        signs.append(_age() >= _OLD * _YEAR)
    if trait == TODDLER:
        signs.append(_age() < _SMALL * _YEAR)
    if trait in _PROGRAMS:
        signs.append(_is_enrolled(_PROGRAMS[trait]))
    return or_(false(), *signs)


def _is_enrolled(program_code: str) -> ColumnElement[bool]:
    found = exists().where(
        Enrolment.person_id == Person.id,
        Enrolment.ended_batch_id.is_(None),
        Enrolment.program_code == program_code,
        Enrolment.status == ACTIVE,
    )
    return found.correlate(Person)


def _age() -> Any:
    """Give the age of a person in full years times `_YEAR`, unknown without a day of birth."""
    return _number(func.current_date()) - _number(Person.birth_date)


def _number(day: Any) -> Any:
    return extract("year", day) * _YEAR + extract("month", day) * 100 + extract("day", day)
