"""What a line of a budget said before and after each writing of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select

from db import audit
from db.identities import Change
from db.session import Session

_SUBJECT = "budget"  # of its changes


@dataclass(frozen=True, slots=True)
class Edit:
    """One writing of a line: who and when, and what each field said before and after."""

    actor: str
    at: datetime
    is_first: bool
    changes: Sequence[Change]


def history_of(session: Session, line_id: int) -> Sequence[Edit]:
    """Give what a line said before and after each writing, newest first."""
    query = select(Change).where(Change.subject == _SUBJECT, Change.subject_id == line_id)
    changes = session.scalars(query.order_by(Change.id.desc())).all()
    edits = [
        (actor, at, list(group))
        for (actor, at), group in groupby(changes, lambda one: (one.actor, one.at))
    ]
    return [
        Edit(actor, at, any(one.field == "name" and one.before is None for one in group),
             group[::-1])
        for actor, at, group in edits
    ]  # fmt: skip


def sources_ever(
    session: Session, now: Mapping[int, tuple[str, date]]
) -> Mapping[int, set[tuple[str, date]]]:
    """Give the sources with their days that lines ever had; `now` is what they have, by line."""
    query = select(Change).where(
        Change.subject == _SUBJECT, Change.subject_id.in_(now),
        Change.field.in_(("source", "as_of")),
    )  # fmt: skip
    changes = session.scalars(query.order_by(Change.subject_id, Change.id.desc())).all()
    ever = {line_id: {said} for line_id, said in now.items()}
    said = dict(now)
    for (line_id, *_), edit in groupby(changes, lambda one: (one.subject_id, one.actor, one.at)):
        source, day = said[line_id]
        for change in edit:
            if change.before is None:
                continue
            if change.field == "source":
                source = change.before
            else:
                day = date.fromisoformat(change.before)
        said[line_id] = source, day
        ever[line_id].add(said[line_id])
    return ever


def note_change(
    session: Session, line_id: int, before: Mapping[str, Any], after: Mapping[str, Any],
    actor: str, now: datetime,
) -> None:  # fmt: skip
    """Write down what each field says now and said before, and that somebody changed the line."""
    session.add_all(
        Change(
            subject=_SUBJECT, subject_id=line_id, field=name, before=_text(before.get(name)),
            after=_text(value), actor=actor, at=now,
        )
        for name, value in after.items()
        if value != before.get(name)
    )  # fmt: skip
    audit.record(session, now, actor, "change budget", f"budget:{line_id}")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
