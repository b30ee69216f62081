"""The figures of visits for some days: of one companion, of a kelurahan, or of a whole area."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, select, true

from db.areas import Scope
from db.attachments import POINT
from db.crypto import SEALING_BYTES
from db.findings import DONE, Finding
from db.graduations import Graduation
from db.group_sessions import GroupSession
from db.holdings import had_task, held_at
from db.registry import Household, is_lived_in
from db.session import Session
from db.staff import Staff
from db.task_counts import task_counts
from db.ticket_states import OPEN, Decision, State
from db.tickets import PLAIN, Ticket
from db.visit_asked import PHOTO, Asked, attended, came_with, lies_far
from db.visit_figures import Days, Figures, VisitReport, Work
from db.visit_rules import visit_rules
from db.visits import Visit

PURPOSES = ("home", "commitment", "data", "complaint", "payout")
PAYOUT = ("came", "whole", "uncut")  # what is asked after a payout
_SURVEY = "payout"
_COUNTS = (
    "families", "seen", "photo", "place", "far", "finding", "late", "corrected", "sessions",
    "headcount", "awaited", "came",
)  # fmt: skip
_AROUND = timedelta(days=31)  # a correction may move a visit out of the days, not further


def visit_report(
    session: Session,
    scope: Scope,
    days: Days,
    now: datetime,
    zone: str,
    staff_id: int | None = None,
) -> VisitReport:
    """Count the visits of some days in an area, of one companion or of all.

    A family counts as seen whoever saw it, and is looked after by who had it as the days ended; so
    do its tasks. What is handed over later changes nothing of days that are over.
    """
    asked = Asked.of(scope, staff_id, days, zone)
    as_of = min(days.last, now.astimezone(ZoneInfo(zone)).date())
    areas: dict[str, Figures] = defaultdict(Figures)
    _add_families(session, asked, areas, as_of, zone)
    payout = _add_visits(session, asked, areas)
    _add_sessions(session, asked, areas)
    whole = _sum(list(areas.values()))
    work = _work(session, asked)
    his = true() if staff_id is None else had_task(staff_id, asked.end)
    tasks = task_counts(session, asked.scope.holds(Finding.area_code) & his, asked.begin, asked.end)
    begun = session.scalar(select(exists().where(Visit.visited_at < asked.end))) or False
    return VisitReport(days, as_of, whole, dict(sorted(areas.items())), payout, work, tasks, begun)


def _add_families(
    session: Session, asked: Asked, areas: Mapping[str, Figures], as_of: date, zone: str
) -> None:
    last = (
        select(Visit.household_id, func.max(Visit.visited_at).label("at"))
        .where(Visit.replaced_by_id.is_(None), Visit.visited_at < asked.end)
        .group_by(Visit.household_id)
        .subquery()
    )
    held = held_at(asked.end)
    assigned = select(held.c.household_id).where(asked.is_his(held.c.staff_id))
    query = (
        select(Household.area_code, last.c.at)
        .outerjoin(last, last.c.household_id == Household.id)
        .where(Household.id.in_(assigned), asked.scope.holds(Household.area_code))
        .where(is_lived_in(Household.id, as_of))
    )
    limits, there = visit_rules().report.ages, ZoneInfo(zone)
    for area, at in session.execute(query):
        figures = areas[area]
        figures.families += 1
        if at is None:
            figures.ages[len(limits) + 1] += 1
            continue
        figures.seen += at >= asked.begin
        age = (as_of - at.astimezone(there).date()).days
        figures.ages[bisect_right(limits, age)] += 1


def _add_visits(
    session: Session, asked: Asked, areas: Mapping[str, Figures]
) -> Mapping[tuple[str, str], int]:
    """Count the visits into their kelurahan; gives the answers of the surveys after payouts."""
    first_told = _first_told(session, asked)
    rules = visit_rules().report
    late = timedelta(hours=rules.late_hours)
    payout: Counter[tuple[str, str]] = Counter()
    for row in session.execute(_visits(asked)):
        visit_id, area, purpose, checks, visited_at, told_at, length, far, photo, place = row
        figures = areas[area]
        figures.purposes[purpose] += 1
        figures.photo += photo
        figures.place += place
        figures.far += far
        figures.finding += length - SEALING_BYTES >= rules.least_letters
        figures.late += first_told.get(visit_id, told_at) - visited_at > late
        figures.corrected += visit_id in first_told
        if purpose == _SURVEY:
            payout.update((name, checks[name]) for name in PAYOUT if name in checks)
    return payout


def _visits(asked: Asked) -> Select[Any]:
    return (
        select(
            Visit.id, Household.area_code, Visit.purpose, Visit.checks, Visit.visited_at,
            Visit.told_at, func.length(Visit.finding_sealed), lies_far(), came_with(PHOTO),
            came_with(POINT),
        )
        .join(Household, Household.id == Visit.household_id)
        .where(
            Visit.replaced_by_id.is_(None), asked.is_his(Visit.staff_id),
            asked.within(Visit.visited_at), asked.scope.holds(Household.area_code),
        )
    )  # fmt: skip


def _first_told(session: Session, asked: Asked) -> Mapping[int, datetime]:
    """Say of each version that replaced another when the visit was first told of."""
    query = select(Visit.id, Visit.replaced_by_id, Visit.told_at).where(
        Visit.replaced_by_id.is_not(None),
        asked.is_his(Visit.staff_id),
        Visit.visited_at >= asked.begin - _AROUND,
        Visit.visited_at < asked.end + _AROUND,
    )
    told: dict[int, datetime] = {}
    rows: Sequence[Any] = session.execute(query.order_by(Visit.id)).all()
    for visit_id, follower, told_at in rows:
        told[follower] = min(told.get(visit_id, told_at), told.get(follower, told_at))
    return told


def _add_sessions(session: Session, asked: Asked, areas: Mapping[str, Figures]) -> None:
    came = attended()
    query = (
        select(GroupSession.area_code, GroupSession.headcount, came.c.awaited, came.c.came)
        .outerjoin(came, came.c.session_id == GroupSession.id)
        .where(
            GroupSession.replaced_by_id.is_(None), asked.is_his(GroupSession.staff_id),
            asked.within(GroupSession.held_at), asked.scope.holds(GroupSession.area_code),
        )
    )  # fmt: skip
    for area, headcount, awaited, present in session.execute(query):
        figures = areas[area]
        figures.sessions += 1
        figures.headcount += headcount
        figures.awaited += awaited or 0
        figures.came += present or 0


def _sum(parts: Sequence[Figures]) -> Figures:
    whole = Figures()
    for part in parts:
        whole.ages.update(part.ages)
        whole.purposes.update(part.purposes)
        for name in _COUNTS:
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
    return whole


def _work(session: Session, asked: Asked) -> Mapping[Work, int]:
    """Count what companions brought, settled and began in the days, as it stands now."""
    work: Counter[Work] = Counter()
    for kind, state, count in session.execute(_tickets(asked)):
        work[Work("ticket", kind, _standing(state))] += count
    for outcome, count in session.execute(_tasks(asked)):
        work[Work("task", "", outcome or "")] += count
    for state, count in session.execute(_graduations(asked)):
        work[Work("graduation", "", state)] += count
    return work


def _tickets(asked: Asked) -> Select[str, str, int]:
    """Select the tickets that companions filed, but for those that hide somebody."""
    return (
        select(Ticket.kind, Ticket.state, func.count())
        .where(
            Ticket.helper_id.is_not(None), asked.is_his(Ticket.helper_id), Ticket.secrecy == PLAIN,
            Ticket.decision.is_distinct_from(Decision.WITHDRAWN),
            asked.within(Ticket.created_at), asked.scope.holds(Ticket.area_code),
        )
        .group_by(Ticket.kind, Ticket.state)
    )  # fmt: skip


def _standing(state: str) -> str:
    if state in OPEN:
        return "open"
    return "rejected" if state == State.REJECTED else "done"


def _tasks(asked: Asked) -> Select[str | None, int]:
    companions = select(Staff.id).where(Staff.role == "companion")
    return (
        select(Finding.outcome, func.count())
        .where(
            Finding.state == DONE, Finding.staff_id.in_(companions), asked.is_his(Finding.staff_id),
            asked.within(Finding.settled_at), asked.scope.holds(Finding.area_code),
        )
        .group_by(Finding.outcome)
    )  # fmt: skip


def _graduations(asked: Asked) -> Select[str, int]:
    mine = true() if asked.staff_id is None else Graduation.opened_by == f"staff:{asked.staff_id}"
    return (
        select(Graduation.state, func.count())
        .join(Household, Household.id == Graduation.household_id)
        .where(
            mine, asked.within(Graduation.opened_at), asked.scope.holds(Household.area_code)
        )
        .group_by(Graduation.state)
    )  # fmt: skip
