"""What does not fit the person or family that a line is about."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlalchemy.orm import aliased

from db.enrolments import ACTIVE, STOPPED, WAITING, Enrolment
from db.mismatch.rules import AgeBounds
from db.mismatch.shape import (
    AGE,
    CHILDREN,
    LEFT,
    NO_CARD,
    WELL_OFF,
    Query,
    Terms,
    age_of,
    born_to_be,
    finding,
    of_lines,
)
from db.registry import Household, Person

_LINE = Enrolment
_ONE_LINE = (_LINE.list_id, _LINE.person_id, _LINE.program_code)
_GROUP = (
    _LINE.list_id, _LINE.person_id, _LINE.program_code, Household.id, Household.area_code,
)  # fmt: skip


def age(terms: Terms) -> Sequence[Query]:
    """Find those who are too young or too old for their programme."""
    years = age_of(Person.birth_date, terms.today)
    query = of_lines(_line_finding(AGE, None, years), terms.scope).where(
        _LINE.status != STOPPED,
        or_(*(_outside(bounds, terms) for bounds in terms.rules.ages)),
    )
    return (query.group_by(*_GROUP, Person.birth_date),)


def _outside(bounds: AgeBounds, terms: Terms) -> ColumnElement[bool]:
    return and_(
        _LINE.program_code == bounds.program,
        or_(
            Person.birth_date <= born_to_be(bounds.oldest + 1, terms.today),
            Person.birth_date > born_to_be(bounds.youngest, terms.today),
        ),
    )


def no_card(terms: Terms) -> Sequence[Query]:
    """Find those whose contribution is paid though the list has no card for them."""
    query = of_lines(_line_finding(NO_CARD, None, None), terms.scope).where(
        _LINE.program_code.in_(terms.rules.card_programs),
        _LINE.status == ACTIVE,
        _LINE.has_card.is_(False),
        Person.left_because.is_(None),
    )
    return (query.group_by(*_GROUP),)


def well_off(terms: Terms) -> Sequence[Query]:
    """Find families of a high decile that a programme for the poor still pays."""
    query = of_lines(_line_finding(WELL_OFF, None, Household.decile), terms.scope).where(
        Household.decile >= terms.rules.well_off,
        _LINE.program_code.in_(terms.rules.for_the_poor),
        _LINE.status == ACTIVE,
    )
    return (query.group_by(*_GROUP, Household.decile),)


def left(terms: Terms) -> Sequence[Query]:
    """Find those who died or moved away, and are paid all the same."""
    queries = []
    for because in ("died", "moved"):
        query = of_lines(_line_finding(LEFT, because, None), terms.scope).where(
            Person.left_because == because, _LINE.status == ACTIVE
        )
        queries.append(query.group_by(*_GROUP))
    return queries


def children(terms: Terms) -> Sequence[Query]:
    """Find families with several children of school age, of whom one alone is paid."""
    line = aliased(Enrolment)
    youngest, oldest = terms.rules.school_age
    paid = func.count(case((line.status == ACTIVE, Person.id)).distinct())
    awaited = func.count(case((line.status.in_((ACTIVE, WAITING)), Person.id)).distinct())
    every = func.count(Person.id.distinct())
    in_list = and_(
        line.person_id == Person.id,
        line.program_code.in_(terms.rules.school_programs),
        line.ended_batch_id.is_(None),
    )
    return (
        finding(
            CHILDREN, None, (Household.id,), area=Household.area_code,
            list_id=func.min(line.list_id), program=func.min(line.program_code),
            household=Household.id, number=every - awaited,
        )
        .select_from(Person)
        .join(Household, Household.id == Person.household_id)
        .outerjoin(line, in_list)
        .where(
            Person.relation.in_(("child", "other")),
            Person.birth_date <= born_to_be(youngest, terms.today),
            Person.birth_date > born_to_be(oldest + 1, terms.today),
            Person.merged_into.is_(None),
            Person.left_because.is_(None),
            terms.scope.holds(Household.area_code),
        )
        .group_by(Household.id, Household.area_code)
        .having(paid == 1, every > awaited),
    )  # fmt: skip


def _line_finding(kind: str, rule: str | None, number: object) -> Query:
    return finding(
        kind, rule, _ONE_LINE, area=Household.area_code, list_id=_LINE.list_id,
        program=_LINE.program_code, household=Household.id, person=_LINE.person_id, number=number,
    )  # fmt: skip
