"""Figures of the desk's work for some months: counts and times, of nobody in particular.

A report reads the tickets of its months once and their events once, and reckons in arrays.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import ColumnElement, Double, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from db.incidents import PURPOSE, Incident
from db.session import Session
from db.ticket_rules import ANY, Agency, SlaRule, all_rules, terms_of
from db.ticket_spans import ENDED, STATES, Breaches, Entries, Ints, Reached, Spans
from db.ticket_states import State
from db.tickets import Ticket, TicketEvent
from db.workdays import calendar_of
from db.worked_time import WorkedTime

STARS = 5
_AT_ONCE = 5_000  # rows
_TOP = 10  # incidents
_T: Any = Ticket.__table__
_E: Any = TicketEvent.__table__


class _seconds(FunctionElement[float]):  # noqa: N801 - it is written as SQL functions are
    """Seconds since 1970: reading a moment as one costs the most of all."""

    type = Double()
    inherit_cache = True


@compiles(_seconds, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    # 2440587.5 is the Julian day of 1970.
    return f"((julianday({compiler.process(element.clauses, **more)}) - 2440587.5) * 86400.0)"


@compiles(_seconds, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    inner = compiler.process(element.clauses, **more)
    return f"CAST(EXTRACT(EPOCH FROM {inner}) AS DOUBLE PRECISION)"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, one after another."""

    first: date  # the first day of the first one
    count: int

    @classmethod
    def until(cls, last: date, count: int) -> "Period":
        """Give so many months, of which the last holds a day."""
        return cls(_months_later(last.replace(day=1), 1 - count), count)

    @property
    def months(self) -> Sequence[date]:
        """Give the first day of each month."""
        return [_months_later(self.first, later) for later in range(self.count)]

    def bounds(self, zone: str) -> Sequence[datetime]:
        """Give the moments at which the months begin in a zone, and that of the last one's end."""
        days = [_months_later(self.first, later) for later in range(self.count + 1)]
        return [datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) for day in days]


@dataclass(frozen=True, slots=True)
class Count:
    """How many tickets of a kind and category came from an area in a month."""

    area_code: str
    kind: str
    category: str
    month: int  # its place in the period
    tickets: int


@dataclass(frozen=True, slots=True)
class TopIncident:
    """A cause of many tickets, and how many of these months it has."""

    title: str
    category: str
    area_code: str
    tickets: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Referrals:
    """What one agency was asked: how often, how many it still has, and the days of the rest."""

    agency: str
    sent: int
    out: int
    days: Reached


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of the tickets that came in some months, as they stand now."""

    period: Period
    counts: Sequence[Count]
    states: Mapping[State, int]  # how many stand so now
    times: Mapping[State, Reached]  # from the report to the first time in a state
    ended: Reached  # to the first answer: resolved or rejected
    breaches: Breaches
    ratings: Sequence[int]  # how many gave one star, two, … five
    reopened: int
    answered: int  # how many were ever resolved or rejected
    incidents: Sequence[TopIncident]
    referrals: Sequence[Referrals]

    @property
    def received(self) -> int:
        """Give how many tickets came."""
        return sum(count.tickets for count in self.counts)

    @property
    def rating(self) -> float | None:
        """Give the mean of the stars, None where nobody gave any."""
        given = sum(self.ratings)
        stars = sum(star * count for star, count in enumerate(self.ratings, start=1))
        return stars / given if given else None


def report_of(
    session: Session, seen: ColumnElement[bool], period: Period, zone: str, now: datetime
) -> Report:
    """Reckon the report of the tickets that came in a period's months and that somebody sees.

    Days are working days of the zone. Breaches are reckoned anew from the histories, by the rules
    of today: a ticket's row keeps only those of its present stage, and no event keeps a deadline.
    """
    bounds = period.bounds(zone)
    within = (_T.c.created_at >= bounds[0], _T.c.created_at < bounds[-1], seen)
    agencies = [row.code for row in session.core.execute(_AGENCIES)]
    ids, opened, areas, kinds, categories, ratings, incidents = _columns(
        session, _TICKETS.where(*within)
    )
    opened_at = np.array(opened, float)
    entries = Entries.of(
        np.array(ids, np.int64),
        _columns(session, _ENTRIES.where(*within)),
        {code: place for place, code in enumerate(agencies)},
    )
    days = WorkedTime(calendar_of(zone), bounds[0], max(now, bounds[-1]))
    spans = Spans(opened_at, entries, days, now.timestamp())
    rules = all_rules(session)
    starts = np.array([bound.timestamp() for bound in bounds])
    month_of = (np.searchsorted(starts, opened_at + _MILLISECOND, side="right") - 1).tolist()
    ended = spans.ever(ENDED)
    counted = Counter(zip(areas, kinds, categories, month_of, strict=True))
    stars = Counter(ratings)
    return Report(
        period=period,
        counts=[Count(*key, tickets=count) for key, count in sorted(counted.items())],
        states=_by_state(spans.states),
        times={state: spans.reached(frozenset({state})) for state in _TIMED},
        ended=spans.reached(ENDED),
        breaches=spans.breaches(
            [terms_of(rule) for rule in rules], _rules(rules, kinds, categories)
        ),
        ratings=[stars[star] for star in range(1, STARS + 1)],
        reopened=int(spans.ever(frozenset({State.REOPENED})).sum()),
        answered=int(ended.sum()),
        incidents=_top(session, Counter(incidents)),
        referrals=_referrals(spans, agencies),
    )


_MILLISECOND = 0.001
_TIMED = tuple(state for state in STATES if state is not State.RECEIVED)
_TICKETS = select(
    _T.c.id, _seconds(_T.c.created_at), _T.c.area_code, _T.c.kind, _T.c.category, _T.c.rating,
    _T.c.incident_id,
)  # fmt: skip
_ENTRIES = (
    select(_E.c.ticket_id, _E.c.version, _E.c.state, _seconds(_E.c.at), _E.c.agency)
    .join(_T, _T.c.id == _E.c.ticket_id)
    .where(_E.c.change.in_(("opened", "moved")))
)
_AGENCIES: Any = select(Agency.code).order_by(Agency.code)


def _columns(session: Session, query: Any) -> list[list[Any]]:
    """Give the columns of a query that has numbers and texts only, as the driver has them."""
    cursor: Any = session.core.execute(query).cursor
    columns: list[list[Any]] = [[] for _ in query.selected_columns]
    while rows := cursor.fetchmany(_AT_ONCE):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    return columns


def _months_later(first: date, later: int) -> date:
    months = first.year * 12 + first.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def _by_state(states: Ints) -> dict[State, int]:
    counts = np.bincount(states, minlength=len(STATES))
    return {state: int(counts[code]) for code, state in enumerate(STATES)}


def _rules(rules: Sequence[SlaRule], kinds: Sequence[str], categories: Sequence[str]) -> Ints:
    """Give the place of each ticket's rule, as `db.ticket_rules.rule_of` finds it."""
    places = {(rule.kind, rule.category): place for place, rule in enumerate(rules)}
    found = (
        places.get(pair, places.get((pair[0], ANY), 0))
        for pair in zip(kinds, categories, strict=True)
    )
    return np.fromiter(found, np.int64, len(kinds))


def _top(session: Session, counts: Counter[int | None]) -> Sequence[TopIncident]:
    del counts[None]
    most = counts.most_common(_TOP)
    query = select(Incident).where(Incident.id.in_([incident_id for incident_id, _ in most]))
    found = {incident.id: incident for incident in session.scalars(query)}
    return [
        TopIncident(
            session.vault.open(found[incident_id].title_sealed, PURPOSE),
            found[incident_id].category,
            found[incident_id].area_code,
            count,
            found[incident_id].closed_at is None,
        )
        for incident_id, count in most
        if incident_id is not None
    ]


def _referrals(spans: Spans, agencies: Sequence[str]) -> Sequence[Referrals]:
    found = [Referrals(code, *spans.away(place)) for place, code in enumerate(agencies)]
    return sorted((one for one in found if one.sent), key=lambda one: (-one.sent, one.agency))
