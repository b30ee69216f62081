"""Reading the trail: who read or changed what, within the area of whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, or_, select

from db.areas import Scope
from db.audit import AuditEntry
from db.batches import Batch
from db.registry import Household, Person
from db.session import Session
from db.staff import Staff
from db.ticket_desk import reporter_hidden
from db.tickets import Ticket

_FILES = ("export visits", "export unreached")  # each a row of its own, and one for each family


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of the trail somebody wants to see; None is any."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    before: datetime | None = None


def read_trail(
    session: Session, scope: Scope, whole: bool, wanted: Wanted, below: int, most: int
) -> Sequence[AuditEntry]:
    """Give rows of the trail within an area, newest first, those below an id.

    `whole` adds the rows that are about no area at all, such as those of keys; not those that say
    who brought a ticket that hides it. Without an action or a subject that is wanted, the families
    named in a file of somebody of the area stand behind the row of the file.
    """
    query = select(AuditEntry).where(AuditEntry.id < below, _within(scope, whole))
    for column, value in (
        (AuditEntry.actor, wanted.actor),
        (AuditEntry.action, wanted.action),
        (AuditEntry.subject, wanted.subject),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.action is None and wanted.subject is None:
        query = query.where(~_in_a_file(scope))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.before is not None:
        query = query.where(AuditEntry.at < wanted.before)
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(most)).all()


def actions(session: Session) -> Sequence[str]:
    """Give what was ever done, for a list to pick from."""
    return session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()


def names_of_staff(session: Session, scope: Scope) -> dict[str, str]:
    """Give the names of the staff of an area by their marks in the trail."""
    rows = session.execute(
        select(Staff.id, Staff.name).where(scope.holds(Staff.area_code)).order_by(Staff.name)
    )
    return {f"staff:{staff_id}": name for staff_id, name in rows}


def _within(scope: Scope, whole: bool) -> ColumnElement[bool]:
    subject, actor = AuditEntry.subject, AuditEntry.actor
    person = (
        select(Person.id)
        .join(Household, Household.id == Person.household_id)
        .where(Person.id == _number(subject, "person"), scope.holds(Household.area_code))
    )
    household = select(Household.id).where(
        Household.id == _number(subject, "household"), scope.holds(Household.area_code)
    )
    batch = select(Batch.id).where(
        Batch.id == _number(subject, "batch"), scope.holds(Batch.area_code)
    )
    conditions: list[ColumnElement[bool]] = [
        *(query.exists() for query in (person, household, batch)),
        _by_colleague(scope),
    ]
    if whole:
        named = [subject.startswith(f"{kind}:") for kind in ("person", "household", "batch")]
        hidden = select(Ticket.id).where(
            Ticket.id == _number(subject, "ticket"), reporter_hidden(Ticket)
        )
        by_reporter = and_(actor.startswith("contact:"), hidden.exists())
        conditions.append(~or_(*named, actor.startswith("staff:"), by_reporter))
    return or_(*conditions)


def _in_a_file(scope: Scope) -> ColumnElement[bool]:
    """Give the condition that a row is of one family in a file, whose own row can be seen."""
    return and_(
        AuditEntry.action.in_(_FILES), AuditEntry.subject.startswith("household:"),
        _by_colleague(scope),
    )  # fmt: skip


def _by_colleague(scope: Scope) -> ColumnElement[bool]:
    """Give the condition that somebody of the staff of an area did it."""
    return (
        select(Staff.id)
        .where(Staff.id == _number(AuditEntry.actor, "staff"), scope.holds(Staff.area_code))
        .exists()
    )


def _number(column: Any, kind: str) -> ColumnElement[int | None]:
    """Give the id of `person:7`, or NULL for another kind: within CASE only such are cast."""
    return case(
        (column.startswith(f"{kind}:"), cast(func.substr(column, len(kind) + 2), BigInteger))
    )
