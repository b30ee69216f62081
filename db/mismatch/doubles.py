"""The same person twice in a list; one family over several KK."""

from collections.abc import Sequence

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from db.enrolments import Enrolment
from db.identities import OPEN, Match
from db.mismatch.shape import SPLIT, TWICE, Query, Terms, finding, of_lines
from db.registry import Household, Person


def twice(terms: Terms) -> Sequence[Query]:
    """Find those who stand twice in a list for one programme, surely or by all appearance."""
    line = Enrolment
    surely = of_lines(
        finding(
            TWICE, None, (line.list_id, line.person_id, line.program_code),
            area=Household.area_code, list_id=line.list_id, program=line.program_code,
            household=Household.id, person=line.person_id, number=func.count(),
        ),
        terms.scope,
    ).group_by(
        line.list_id, line.person_id, line.program_code, Household.id, Household.area_code
    ).having(func.count() > 1)  # fmt: skip
    return surely, _alike(terms)


def _alike(terms: Terms) -> Query:
    one, other = Enrolment, aliased(Enrolment)
    return (
        of_lines(
            finding(
                TWICE, "alike", (one.list_id, Match.id), area=Household.area_code,
                list_id=one.list_id, household=Household.id, person=one.person_id,
                number=func.max(Match.score),
            ),
            terms.scope,
        )
        .join(Match, and_(Match.person_id == one.person_id, Match.state == OPEN))
        .join(other, and_(other.person_id == Match.other_id, other.list_id == one.list_id))
        .where(other.ended_batch_id.is_(None))
        .group_by(one.list_id, Match.id, Household.id, Household.area_code, one.person_id)
    )  # fmt: skip


def split(terms: Terms) -> Sequence[Query]:
    """Find families that stand under several KK."""
    return _named_differently(terms), _dependants_alone(terms), _shared_members(terms)


def _named_differently(terms: Terms) -> Query:
    return (
        of_lines(
            finding(
                SPLIT, "kk", (Household.id,), area=Household.area_code,
                list_id=func.min(Enrolment.list_id), household=Household.id,
                number=func.count(Enrolment.kk_index.distinct()) + 1,
            ),
            terms.scope,
        )
        .where(Enrolment.kk_index != Household.kk_index)
        .group_by(Household.id, Household.area_code)
    )  # fmt: skip


def _dependants_alone(terms: Terms) -> Query:
    """Find a KK of a wife or of children alone, at an address where another KK has the head."""
    heads = func.sum(case((Person.relation == "head", 1), else_=0))
    dependants = func.sum(case((Person.relation.in_(("spouse", "child")), 1), else_=0))
    homes = (
        select(
            Household.id,
            Household.area_code,
            Household.rt,
            Household.rw,
            func.lower(Household.address).label("address"),
            case((and_(heads == 0, dependants > 0), Household.id)).label("headless"),
        )
        .join(Person, Person.household_id == Household.id)
        .where(
            Household.address != "",
            Person.merged_into.is_(None),
            Person.left_because.is_(None),
            terms.scope.holds(Household.area_code),
        )
        .group_by(
            Household.id, Household.area_code, Household.rt, Household.rw, Household.address
        )
        .subquery()
    )  # fmt: skip
    odd = func.min(homes.c.headless)
    return (
        finding(
            SPLIT, "address", (odd,), area=homes.c.area_code, household=odd, number=func.count(),
        )
        .group_by(homes.c.area_code, homes.c.rt, homes.c.rw, homes.c.address)
        .having(func.count(homes.c.headless) > 0, func.count() > func.count(homes.c.headless))
    )  # fmt: skip


def _shared_members(terms: Terms) -> Query:
    """Find a member whom two families of one kelurahan share, under the same name and birthday."""
    name = func.lower(Person.name)
    home = func.min(Household.id)
    return (
        finding(
            SPLIT, "member", (func.min(Person.id),), area=Household.area_code, household=home,
            person=func.min(Person.id), number=func.count(Household.id.distinct()),
        )
        .select_from(Person)
        .join(Household, Household.id == Person.household_id)
        .where(
            Person.merged_into.is_(None),
            Person.left_because.is_(None),
            Person.birth_date.is_not(None),
            terms.scope.holds(Household.area_code),
        )
        .group_by(Household.area_code, Person.birth_date, name)
        .having(func.count(Household.id.distinct()) > 1)
    )  # fmt: skip
