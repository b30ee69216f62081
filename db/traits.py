"""What the registry tells of a family: its programmes, who lives in it, whether it got its aid."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    extract,
    false,
    func,
    or_,
    select,
    union,
)
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


def with_traits(traits: tuple[str, ...], areas: tuple[str, ...]) -> Any:
    """Select the families of some areas in which somebody lives who has one of some traits today.

    A pregnancy counts as long as the list that tells of it can be right (db/intake).
    """
    home = aliased(Household)
    members = (
        select(Person.household_id)
        .correlate(None)
        .join(home, home.id == Person.household_id)
        .where(
            in_areas(home.area_code, areas), Person.left_on.is_(None), Person.merged_into.is_(None)
        )
    )  # fmt: skip
    ages = {ELDERLY: _age() >= _OLD * _YEAR, TODDLER: _age() < _SMALL * _YEAR}
    programs = [_PROGRAMS[trait] for trait in traits if trait in _PROGRAMS]
    named = members.join(Enrolment, Enrolment.person_id == Person.id).where(
        Enrolment.ended_batch_id.is_(None)
    )
    of_age = or_(false(), *(ages[trait] for trait in traits if trait in ages))
    found = [
        members.where(of_age),
        named.where(Enrolment.program_code.in_(programs), Enrolment.status == ACTIVE),
    ]
    if PREGNANT in traits:
        found.append(named.where(Enrolment.pregnant_until >= func.current_date()))
    return union(*found)


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


def _age() -> Any:
    """Give the age of a person in full years times `_YEAR`, unknown without a day of birth."""
    return _number(func.current_date()) - _number(Person.birth_date)


def _number(day: Any) -> Any:
    return extract("year", day) * _YEAR + extract("month", day) * 100 + extract("day", day)
