"""How the tasks of mismatch and verval lists went on in some days, by kelurahan."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from db.findings import Finding
from db.session import Session


@dataclass(slots=True)
class TaskCounts:
    """Before + found - settled - gone = now, in each kelurahan."""

    before: int = 0  # open as the days began
    found: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)  # of those settled
    gone: int = 0  # no longer true before anybody settled them
    now: int = 0  # open as the days ended, or at this moment


def task_counts(
    session: Session, seen: ColumnElement[bool], begin: datetime, end: datetime
) -> Mapping[str, TaskCounts]:
    """Count the findings that may be seen by the codes of their kelurahan."""
    counts: dict[str, TaskCounts] = defaultdict(TaskCounts)
    settled = and_(_within(Finding.settled_at, begin, end), _at_work(Finding.settled_at))
    gone = and_(
        _within(Finding.gone_at, begin, end),
        or_(Finding.settled_at.is_(None), Finding.settled_at > Finding.gone_at),
    )
    query = select(
        Finding.area_code,
        func.count().filter(_open_at(begin)),
        func.count().filter(_within(Finding.found_at, begin, end)),
        func.count().filter(gone),
        func.count().filter(_open_at(end)),
    )
    for area, before, found, lost, now in session.execute(
        query.where(seen).group_by(Finding.area_code).order_by(Finding.area_code)
    ):
        if before or found or lost or now:
            counts[area] = TaskCounts(before, found, gone=lost, now=now)
    outcomes = select(Finding.area_code, Finding.outcome, func.count()).where(seen, settled)
    for area, outcome, count in session.execute(
        outcomes.group_by(Finding.area_code, Finding.outcome)
    ):
        counts[area].outcomes[outcome or ""] += count
    return dict(sorted(counts.items()))


def _within(column: Any, begin: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(column >= begin, column < end)


def _at_work(moment: Any) -> ColumnElement[bool]:
    """Give the condition that a finding was still true at a moment."""
    return or_(Finding.gone_at.is_(None), Finding.gone_at >= moment)


def _open_at(moment: datetime) -> ColumnElement[bool]:
    return and_(
        Finding.found_at < moment,
        or_(Finding.settled_at.is_(None), Finding.settled_at >= moment),
        _at_work(moment),
    )
