"""One NIK under which lists name two different people."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from db.enrolments import Enrolment
from db.intake.names import are_far_apart
from db.mismatch.shape import NIK, Terms, of_lines
from db.registry import Household, Person
from db.session import Session

_LETTERS = 2  # names that begin alike are spelt differently at most
_AT_ONCE = 5_000


def shared_niks(session: Session, terms: Terms) -> Iterator[dict[str, Any]]:
    """Give a finding for each NIK whose lines name people that differ by name or birth date."""
    beginning = func.lower(func.substr(Enrolment.name, 1, _LETTERS))
    doubtful = (
        of_lines(select(Enrolment.person_id), terms.scope)
        .where(Person.nik_index.is_not(None))
        .group_by(Enrolment.person_id)
        .having(
            (func.min(beginning) != func.max(beginning))
            | (func.min(Enrolment.birth_date) != func.max(Enrolment.birth_date))
        )
    )
    lines = (
        of_lines(
            select(
                Enrolment.person_id,
                Household.id.label("household_id"),
                Household.area_code,
                Enrolment.list_id,
                Enrolment.program_code,
                Enrolment.name,
                Enrolment.birth_date,
            ),
            terms.scope,
        )
        .where(Enrolment.person_id.in_(doubtful), Enrolment.name.is_not(None))
        .order_by(Enrolment.person_id, Enrolment.id)
    )
    own: list[Any] = []
    for line in session.execute(lines.execution_options(yield_per=_AT_ONCE)):
        if own and own[0].person_id != line.person_id:
            yield from _judged(own)
            own = []
        own.append(line)
    yield from _judged(own)


def _judged(lines: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for line in lines[1:]:
        first = lines[0]
        if _are_two_people(first, line):
            yield {
                "key": f"{NIK}:two_people:{line.person_id}",
                "kind": NIK,
                "rule": "two_people",
                "list_id": first.list_id,
                "other_list_id": line.list_id,
                "program_code": line.program_code,
                "area_code": line.area_code,
                "household_id": line.household_id,
                "person_id": line.person_id,
                "number": None,
            }
            return


def _are_two_people(line: Any, other: Any) -> bool:
    """Say whether two lines of one NIK speak of different people."""
    born, other_born = line.birth_date, other.birth_date
    other_day = born is not None and other_born is not None and born != other_born
    return are_far_apart(line.name, other.name, other_day)
