"""The one shape of all findings, and what their queries share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    case,
    cast,
    extract,
    func,
    literal,
    null,
    select,
)

from db.areas import Scope
from db.enrolments import Enrolment
from db.mismatch.rules import REGISTER, Rules
from db.registry import Household, Person

TWICE, MISSING, SPLIT, NIK, AGE = "twice", "missing", "split", "nik", "age"
NO_CARD, CHILDREN, WELL_OFF, NOTHING = "no_card", "children", "well_off", "nothing"
LEFT, OLD = "left", "old"
KINDS = (TWICE, MISSING, SPLIT, NIK, AGE, NO_CARD, CHILDREN, WELL_OFF, NOTHING, LEFT, OLD)

_KECAMATAN = 8  # letters of a code down to the kecamatan: 74.72.05


@dataclass(frozen=True, slots=True)
class Terms:
    """By what the lists are judged: the rules, the day, and the area that is looked at."""

    rules: Rules
    today: date
    scope: Scope


Query = Any  # a Select; which columns it has is not typed
Queries = Callable[[Terms], Sequence[Query]]


def finding(
    kind: str,
    rule: str | None,
    subject: Sequence[Any],
    *,
    area: Any,
    list_id: Any = None,
    other_list: Any = None,
    program: Any = None,
    household: Any = None,
    person: Any = None,
    number: Any = None,
) -> Query:
    """Begin a query that gives findings.

    What is found is known again by its kind, its rule and the subject, whatever else changes.
    """
    key: ColumnElement[str] = literal(f"{kind}:{rule or ''}")
    for part in subject:
        key = key + ":" + func.coalesce(cast(part, String), "")
    return select(
        key.label("key"),
        literal(kind).label("kind"),
        _or_null(rule, String()).label("rule"),
        _or_null(list_id, BigInteger()).label("list_id"),
        _or_null(other_list, BigInteger()).label("other_list_id"),
        _or_null(program, String()).label("program_code"),
        area.label("area_code"),
        _or_null(household, BigInteger()).label("household_id"),
        _or_null(person, BigInteger()).label("person_id"),
        _or_null(number, BigInteger()).label("number"),
    )


COLUMNS = (
    "key", "kind", "rule", "list_id", "other_list_id", "program_code", "area_code",
    "household_id", "person_id", "number",
)  # fmt: skip


def _or_null(value: Any, kind: Any) -> ColumnElement[Any]:
    # PostgreSQL wants to know of what type a missing value is.
    return cast(null() if value is None else value, kind)


def of_lines(query: Query, scope: Scope) -> Query:
    """Let a query go over the lines in force, with their people and families, of an area."""
    found: Query = (
        query.select_from(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Household, Household.id == Person.household_id)
        .where(
            Enrolment.ended_batch_id.is_(None),
            Person.merged_into.is_(None),
            scope.holds(Household.area_code),
        )
    )
    return found


def stands_in(codes: Sequence[str], line: Any = Enrolment) -> ColumnElement[bool]:
    """Say that a line is one of these programmes, or of the register where it is among them."""
    named = [code for code in codes if code != REGISTER]
    listed: ColumnElement[bool] = line.program_code.in_(named)
    return listed | line.program_code.is_(None) if REGISTER in codes else listed


def kecamatan(column: Any) -> ColumnElement[str]:
    """Give the code of the kecamatan in which a kelurahan lies."""
    return func.substr(column, 1, _KECAMATAN)


def born_to_be(age: int, today: date) -> date:
    """Give the last birth date of those who have that age today."""
    try:
        return today.replace(year=today.year - age)
    except ValueError:  # 29 February
        return today.replace(year=today.year - age, day=28)


def age_of(birth_date: Any, today: date) -> ColumnElement[int]:
    """Give the full years of a person."""
    born: ColumnElement[int] = extract("month", birth_date) * 100 + extract("day", birth_date)
    before_birthday = case((born > today.month * 100 + today.day, 1), else_=0)
    return today.year - extract("year", birth_date) - before_birthday


def months_since(column: Any, today: date) -> ColumnElement[int]:
    """Give the full months since a day, by the calendar."""
    months = (today.year - extract("year", column)) * 12 + today.month - extract("month", column)
    return months - case((extract("day", column) > today.day, 1), else_=0)


def months_before(today: date, months: int) -> date:
    """Give the day so many months before another."""
    index = today.year * 12 + today.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    next_month = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return min(first + timedelta(days=today.day - 1), next_month - timedelta(days=1))
