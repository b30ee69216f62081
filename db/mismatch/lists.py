"""Lists that are old, and what NIKs they lack or spoil."""

from collections.abc import Sequence

from sqlalchemy import Text, cast, func, or_, select

from db.batches import APPLIED, Batch, RefusedRow
from db.enrolments import Enrolment
from db.mismatch.shape import (
    NIK,
    OLD,
    TWICE,
    Query,
    Terms,
    finding,
    months_before,
    months_since,
    of_lines,
)
from db.registry import AgencyList, Household, Person

_CITY = 5  # letters of a code down to the city: 74.72


def old(terms: Terms) -> Sequence[Query]:
    """Find lists in force that are older than the rules allow."""
    city = func.substr(func.min(Household.area_code), 1, _CITY)
    return (
        of_lines(
            finding(
                OLD, None, (AgencyList.id,), area=city, list_id=AgencyList.id,
                program=func.min(Enrolment.program_code),
                number=months_since(AgencyList.as_of, terms.today),
            ),
            terms.scope,
        )
        .join(AgencyList, AgencyList.id == Enrolment.list_id)
        .where(AgencyList.as_of < months_before(terms.today, terms.rules.months))
        .group_by(AgencyList.id, AgencyList.as_of),
    )  # fmt: skip


def without_nik(terms: Terms) -> Sequence[Query]:
    """Find people of whom no list gives a NIK, and lines that were refused for theirs."""
    empty = (
        of_lines(
            finding(
                NIK, "empty", (Person.id,), area=Household.area_code,
                list_id=func.min(Enrolment.list_id), program=func.min(Enrolment.program_code),
                household=Household.id, person=Person.id,
            ),
            terms.scope,
        )
        .where(Person.nik_index.is_(None))
        .group_by(Person.id, Household.id, Household.area_code)
    )  # fmt: skip
    return empty, _refused(NIK, "malformed", ("nik_",), terms)


def refused_as_twice(terms: Terms) -> Sequence[Query]:
    """Find lines that were refused as standing twice in their file."""
    return (_refused(TWICE, "refused", ("row_repeated",), terms),)


def _refused(kind: str, rule: str, words: Sequence[str], terms: Terms) -> Query:
    """Find lines of the batches in force that were refused for a reason of such a key."""
    latest = select(func.max(Batch.id)).where(Batch.state == APPLIED).group_by(Batch.list_id)
    reasons = cast(RefusedRow.reasons, Text)
    return (
        finding(
            kind, rule, (RefusedRow.batch_id, RefusedRow.row_no), area=Batch.area_code,
            list_id=Batch.list_id, number=RefusedRow.row_no,
        )
        .join(Batch, Batch.id == RefusedRow.batch_id)
        .where(
            Batch.id.in_(latest),
            or_(*(reasons.like(f'%"import.{word}%') for word in words)),
            terms.scope.holds(Batch.area_code),
        )
    )  # fmt: skip
