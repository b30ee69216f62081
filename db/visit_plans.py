"""What speaks for a visit to a family soon: an open report, a task, or who lives there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select

from db.assignments import looked_after
from db.findings import ASSIGNED, Finding
from db.registry import Household, Person
from db.session import Session
from db.substitutions import absent_ones
from db.ticket_states import OPEN
from db.tickets import PLAIN, Ticket
from db.visit_rules import VisitRules

# What may be about the companion himself, or is nobody's business but the desk's.
_NOT_TOLD = ("conduct", "deducted")
_OBJECTION = "sanggah"


@dataclass(frozen=True, slots=True)
class Marks:
    """The families of a companion, by their ids, for which something speaks."""

    emergencies: frozenset[int]
    tickets: frozenset[int]
    tasks: frozenset[int]
    at_risk: frozenset[int]


def marks_of(session: Session, staff_id: int, today: date, rules: VisitRules) -> Marks:
    """Say which of a companion's families have an open report or task, and which are at risk."""
    his = looked_after(staff_id, today)
    tickets = _tickets(session, his)
    carers = [staff_id, *absent_ones(session, staff_id, today)]
    tasks = select(Finding.household_id).where(
        Finding.household_id.in_(his),
        Finding.staff_id.in_(carers),
        Finding.state == ASSIGNED,
        Finding.gone_at.is_(None),
    )
    return Marks(
        frozenset(home for home, kind in tickets if kind == "emergency"),
        frozenset(home for home, _kind in tickets),
        frozenset(home for home in session.scalars(tasks) if home is not None),
        frozenset(session.scalars(_at_risk(his, today, rules))),
    )


def _tickets(session: Session, his: Select[int]) -> Sequence[tuple[int, str]]:
    """Give families with the kinds of their open reports, of those that hide nothing."""
    query = (
        select(Person.household_id, Ticket.kind)
        .join(Ticket, Ticket.person_id == Person.id)
        .where(
            Person.household_id.in_(his),
            Ticket.state.in_(sorted(OPEN)),
            Ticket.secrecy == PLAIN,
            Ticket.kind != _OBJECTION,
            Ticket.category.not_in(_NOT_TOLD),
        )
        .distinct()
    )
    return session.execute(query).all()


def _at_risk(his: Select[int], today: date, rules: VisitRules) -> Select[int]:
    young = _years_before(today, rules.child_under)
    old = _years_before(today, rules.elder_from)
    frail = select(Person.household_id).where(
        Person.household_id.in_(his),
        Person.left_on.is_(None),
        Person.merged_into.is_(None),
        or_(Person.birth_date > young, Person.birth_date <= old),
    )
    return (
        select(Household.id)
        .where(Household.id.in_(his))
        .where(or_(Household.decile <= rules.poorest, Household.id.in_(frail)))
    )


def _years_before(today: date, years: int) -> date:
    day = min(today.day, 28) if today.month == 2 else today.day  # there is no 29th every year
    return today.replace(year=today.year - years, day=day)
