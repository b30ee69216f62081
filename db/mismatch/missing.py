"""In one agency's list and missing in another's; poor and in no list at all."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import aliased

from db.enrolments import ACTIVE, LISTED, WAITING, Enrolment
from db.mismatch.rules import Expectation
from db.mismatch.shape import (
    MISSING,
    NOTHING,
    Query,
    Terms,
    finding,
    kecamatan,
    of_lines,
    stands_in,
)
from db.registry import Household, Person


def missing(terms: Terms) -> Sequence[Query]:
    """Find those of whom the other agency's list should know, by each of the expectations.

    Nobody is missing from a list that does not reach his kecamatan.
    """
    return [_expected(expectation, terms) for expectation in terms.rules.expectations]


def _expected(expectation: Expectation, terms: Terms) -> Query:
    line = Enrolment
    there = _there(expectation)
    if expectation.of_family:
        subject, person = Household.id, None
        grouped: tuple[Any, ...] = (Household.id, Household.area_code)
    else:
        subject, person = Person.id, Person.id
        grouped = (Person.id, Household.id, Household.area_code)
    return (
        of_lines(
            finding(
                MISSING, expectation.code, (subject,), area=Household.area_code,
                list_id=func.min(line.list_id), other_list=_a_list_of(expectation.want),
                program=func.min(line.program_code), household=Household.id, person=person,
            ),
            terms.scope,
        )
        .outerjoin(there, there.c.id == subject)
        .where(
            there.c.id.is_(None),
            stands_in(expectation.have),
            line.status.in_((ACTIVE, LISTED)),
            Person.left_because.is_(None),
            kecamatan(Household.area_code).in_(_reached_by(expectation.want)),
        )
        .group_by(*grouped)
    )  # fmt: skip


def _there(expectation: Expectation) -> Subquery:
    """Give the ids of the people or families that stand where they are expected."""
    line, person = aliased(Enrolment), aliased(Person)
    who = person.household_id if expectation.of_family else person.id
    return (
        select(who.label("id"))
        .select_from(line)
        .join(person, person.id == line.person_id)
        .where(stands_in(expectation.want, line), line.ended_batch_id.is_(None))
        .distinct()
        .subquery()
    )


def _a_list_of(codes: Sequence[str]) -> object:
    line = aliased(Enrolment)
    return (
        select(func.min(line.list_id))
        .where(stands_in(codes, line), line.ended_batch_id.is_(None))
        .scalar_subquery()
    )


def _reached_by(codes: Sequence[str] | None) -> Query:
    line, person, home = aliased(Enrolment), aliased(Person), aliased(Household)
    wanted = line.program_code.is_not(None) if codes is None else stands_in(codes, line)
    return (
        select(kecamatan(home.area_code))
        .select_from(line)
        .join(person, person.id == line.person_id)
        .join(home, home.id == person.household_id)
        .where(wanted, line.ended_batch_id.is_(None))
        .distinct()
    )


def nothing(terms: Terms) -> Sequence[Query]:
    """Find poor families of whom nobody gets any programme or waits for one."""
    helped, present = _helped(), _present()
    return (
        finding(
            NOTHING, None, (Household.id,), area=Household.area_code, list_id=Household.list_id,
            household=Household.id, number=Household.decile,
        )
        .join(present, present.c.id == Household.id)
        .outerjoin(helped, helped.c.id == Household.id)
        .where(
            helped.c.id.is_(None),
            Household.decile <= terms.rules.poor,
            terms.scope.holds(Household.area_code),
            kecamatan(Household.area_code).in_(_reached_by(None)),
        ),
    )  # fmt: skip


def _helped() -> Subquery:
    return (
        select(Person.household_id.label("id"))
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(
            Enrolment.ended_batch_id.is_(None),
            Enrolment.program_code.is_not(None),
            Enrolment.status.in_((ACTIVE, WAITING)),
        )
        .distinct()
        .subquery()
    )


def _present() -> Subquery:
    """Give the families of whom somebody is still there."""
    return (
        select(Person.household_id.label("id"))
        .where(Person.left_because.is_(None), Person.merged_into.is_(None))
        .distinct()
        .subquery()
    )
