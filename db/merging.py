"""Two people who are one are merged by a human's word, one who is two is split; both undoable."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, or_, select, text, update

from db import audit
from db.base import Base
from db.enrolments import Enrolment
from db.identities import MERGE, SPLIT, IdentityDecision
from db.registry import Person
from db.session import Session

# What of the store speaks of a person, and whether it follows him into the one he turns out to be.
MOVES = frozenset(
    (
        ("contacts", "person_id"),
        ("enrolments", "person_id"),
        ("kube_members", "person_id"),
        ("tickets", "person_id"),
        ("vouchers", "person_id"),
        ("people", "merged_into"),
    )
)
STAYS = frozenset(
    (
        ("findings", "person_id"),  # found anew by whoever looks for them
        ("identity_decisions", "kept_id"),
        ("identity_decisions", "other_id"),
        ("matches", "other_id"),
        ("matches", "person_id"),
    )
)


class MergeRefused(Exception):
    """Something that cannot be done with these people; the key names the sentence."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def merge(
    session: Session, kept_id: int, other_id: int, actor: str, now: datetime
) -> IdentityDecision:
    """Let one person stand for two; all that speaks of the other follows."""
    _lock(session)
    if kept_id == other_id:
        raise MergeRefused("match.same_person")
    _, other = _standing(session, kept_id), _standing(session, other_id)
    moved = _move(session, other_id, kept_id)
    other.merged_into = kept_id
    return _decide(session, MERGE, kept_id, other_id, moved, actor, now)


def split(
    session: Session, person_id: int, lines: Collection[int], actor: str, now: datetime
) -> IdentityDecision:
    """Make a new person of some lines of one, who is known no more by them."""
    _lock(session)
    person = _standing(session, person_id)
    query = select(Enrolment).where(Enrolment.id.in_(lines), Enrolment.person_id == person_id)
    chosen = session.scalars(query.order_by(Enrolment.id)).all()
    if not chosen or len(chosen) != len(set(lines)):
        raise MergeRefused("match.not_his_lines")
    first = chosen[0]
    fresh = Person(
        household_id=person.household_id, name=first.name or person.name,
        birth_date=first.birth_date or person.birth_date, sex=person.sex,
        relation=person.relation, as_of=person.as_of,
    )  # fmt: skip
    session.add(fresh)
    session.flush()
    moved = {"enrolments.person_id": [line.id for line in chosen]}
    for line in chosen:
        line.person_id = fresh.id
    return _decide(session, SPLIT, person_id, fresh.id, moved, actor, now)


def undo(session: Session, decision_id: int, actor: str, now: datetime) -> IdentityDecision:
    """Take a merge or a split back; later decisions about the same people must be first."""
    _lock(session)
    decision = session.get(IdentityDecision, decision_id, with_for_update=True)
    if decision is None:
        raise MergeRefused("match.no_decision")
    if decision.undone_at is not None:
        raise MergeRefused("match.undone_already")
    if _is_built_upon(session, decision):
        raise MergeRefused("match.later_decision")
    other = session.get_one(Person, decision.other_id)
    if decision.kind == MERGE:
        other.merged_into = None
        session.flush()
        _move_back(session, decision)
    else:  # whatever has come to the new person since goes to the old one too
        _move(session, other.id, decision.kept_id)
        other.merged_into = decision.kept_id
    decision.undone_by, decision.undone_at = actor, now
    _note(session, f"undo {decision.kind}", decision, actor, now)
    session.flush()
    return decision


def references() -> Iterator[Column[Any]]:
    """Give every column of the store that refers to a person."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == Person.__tablename__:
                yield table.columns[key.parent.name]


def _lock(session: Session) -> None:
    """Let no import change people meanwhile."""
    session.flush()
    if session.core.dialect.name == "postgresql":
        session.core.execute(text("LOCK TABLE people, enrolments IN SHARE ROW EXCLUSIVE MODE"))


def _standing(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id, populate_existing=True)
    if person is None:
        raise MergeRefused("match.no_person")
    if person.merged_into is not None:
        raise MergeRefused("match.merged_already")
    return person


def _moving() -> Iterator[Column[Any]]:
    return (c for c in references() if (c.table.name, c.name) in MOVES)


def _move(session: Session, from_id: int, to_id: int) -> dict[str, list[int]]:
    """Let everything follow, and give the ids of what did."""
    session.flush()
    moved = {}
    for column in _moving():
        table: Any = column.table
        statement = update(table).where(column == from_id).values({column.name: to_id})
        ids = sorted(session.scalars(statement.returning(table.c.id)).all())
        if ids:
            moved[f"{table.name}.{column.name}"] = ids
    session.expire_all()
    return moved


def _move_back(session: Session, decision: IdentityDecision) -> None:
    for column in _moving():
        table: Any = column.table
        ids = decision.moved.get(f"{table.name}.{column.name}", [])
        # What was given to somebody else since stays there.
        session.execute(
            update(table)
            .where(table.c.id.in_(ids), column == decision.kept_id)
            .values({column.name: decision.other_id})
        )
    session.expire_all()


def _is_built_upon(session: Session, decision: IdentityDecision) -> bool:
    both = (decision.kept_id, decision.other_id)
    later = select(IdentityDecision.id).where(
        IdentityDecision.id > decision.id,
        IdentityDecision.undone_at.is_(None),
        or_(IdentityDecision.kept_id.in_(both), IdentityDecision.other_id.in_(both)),
    )
    return session.scalar(later.limit(1)) is not None


def _decide(
    session: Session,
    kind: str,
    kept_id: int,
    other_id: int,
    moved: dict[str, list[int]],
    actor: str,
    now: datetime,
) -> IdentityDecision:
    decision = IdentityDecision(
        kind=kind, kept_id=kept_id, other_id=other_id, moved=moved, decided_by=actor,
        decided_at=now,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    _note(session, kind, decision, actor, now)
    return decision


def _note(
    session: Session, action: str, decision: IdentityDecision, actor: str, now: datetime
) -> None:
    for person_id in (decision.kept_id, decision.other_id):
        audit.record(session, now, actor, action, f"person:{person_id}")
