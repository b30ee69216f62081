"""All troubles found anew, and kept: what is still true stays, what is not any more is gone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, literal, select, update

from db.areas import Scope
from db.assignments import Assignment
from db.base import DIALECT_INSERT
from db.findings import ASSIGNED, OPEN, Finding
from db.intake.statements import analyze
from db.mismatch.kinds import QUERIES
from db.mismatch.rules import read_rules
from db.mismatch.shape import COLUMNS, NIK, Query, Terms
from db.mismatch.shared_nik import shared_niks
from db.session import Session, Store

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh came to."""

    found: int
    new: int
    gone: int


def refresh(store: Store, now: datetime, progress: Progress | None = None) -> Refreshed:
    """Find all troubles anew: what is still true stays, what is not is gone, what is new is a task.

    Each query is a transaction of its own, so that nobody who writes waits for all of them; a
    refresh that was interrupted is made whole by the next one.
    """
    terms = Terms(read_rules(), now.date(), Scope(None))
    tell = progress or _quiet
    total = len(QUERIES) + 2
    tell(0, total, "")
    with store.begin() as session:
        # A list that has just come in is a hundred times slower to go over before PostgreSQL knows.
        analyze(session.core, "people", "households", "enrolments")
    for done, (kind, queries) in enumerate(QUERIES):
        tell(done, total, kind)
        for query in queries(terms):
            with store.begin() as session:
                _keep(session, query, now)
    tell(len(QUERIES), total, NIK)
    with store.begin() as session:
        rows = [row | _beginning(now) for row in shared_niks(session, terms)]
        if rows:
            session.execute(_upsert(session).on_conflict_do_update(**_renewal(session, now)), rows)
    tell(total - 1, total, "")
    with store.begin() as session:
        gone = session.connection().execute(
            update(Finding)
            .where(Finding.last_seen_at < now, Finding.gone_at.is_(None))
            .values(gone_at=now)
        )
        _give_to_companions(session, terms, now)
        counts = select(
            func.count(), func.coalesce(func.sum(case((Finding.found_at == now, 1), else_=0)), 0)
        ).where(Finding.gone_at.is_(None))
        found, new = session.execute(counts).one()
    tell(total, total, "")
    return Refreshed(found, int(new), gone.rowcount)


def _quiet(_done: int, _total: int, _label: str) -> None:
    pass


def _beginning(now: datetime) -> dict[str, Any]:
    return {"found_at": now, "last_seen_at": now, "state": OPEN}


def _upsert(session: Session) -> Any:
    return DIALECT_INSERT[session.core.dialect.name](Finding)


def _keep(session: Session, query: Query, now: datetime) -> None:
    found = query.subquery()
    moment = literal(now, Finding.found_at.type)
    rows = select(*(found.c[name] for name in COLUMNS), moment, moment, literal(OPEN)).where(
        found.c.key.is_not(None)  # SQLite cannot tell ON CONFLICT from a join without a WHERE
    )
    names = [*COLUMNS, "found_at", "last_seen_at", "state"]
    statement = _upsert(session).from_select(names, rows)
    session.connection().execute(statement.on_conflict_do_update(**_renewal(session, now)))


def _renewal(session: Session, now: datetime) -> dict[str, Any]:
    """Say what becomes of a finding that is found again: one that had gone begins anew."""
    was_gone = Finding.gone_at.is_not(None)
    fresh = _upsert(session).excluded
    kept: dict[str, Any] = {
        name: fresh[name]
        for name in ("list_id", "other_list_id", "program_code", "area_code", "number",
                     "household_id", "person_id", "last_seen_at")
    }  # fmt: skip
    begun: dict[str, Any] = {"state": OPEN, "found_at": fresh["found_at"]}
    begun |= dict.fromkeys(("staff_id", "outcome", "note_sealed", "settled_by", "settled_at"))
    for name, value in begun.items():
        column = getattr(Finding, name)
        kept[name] = case((was_gone, literal(value, column.type) if value is None else value),
                          else_=column)  # fmt: skip
    return {"index_elements": ["key"], "set_": kept | {"gone_at": None}}


def _give_to_companions(session: Session, terms: Terms, now: datetime) -> None:
    companion = (
        select(func.min(Assignment.staff_id))
        .where(Assignment.household_id == Finding.household_id)
        .scalar_subquery()
    )
    session.connection().execute(
        update(Finding)
        .where(
            Finding.found_at == now,
            Finding.state == OPEN,
            Finding.kind.in_(sorted(terms.rules.visits)),
            Finding.household_id.in_(select(Assignment.household_id)),
        )
        .values(staff_id=companion, state=ASSIGNED)
    )
