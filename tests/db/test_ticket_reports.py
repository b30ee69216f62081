"""The figures of a report are what a plain count of the same histories gives."""

import math
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from db.areas import Scope
from db.incidents import Incident
from db.session import Session, Store
from db.staff import Staff
from db.ticket_clock import FINISHING, FOLLOWING, VERIFYING, Counting, Entered, PlainTime, deadline
from db.ticket_desk import Sight
from db.ticket_reports import Count, Period, Report, report_of
from db.ticket_rules import rule_of, terms_of
from db.ticket_spans import ENDED, Reached
from db.ticket_states import MOVES, State
from db.tickets import Ticket, TicketEvent
from db.workdays import calendar_of
from tests.moment import NOW
from tests.tickets import CITY, MURHUM, VILLAGES, WOLIO, make_areas

ZONE = "Asia/Makassar"
TITLE = "Beras rusak"
PERIOD = Period.until(date(2026, 11, 22), 3)
KINDS = (("complaint", "not_paid"), ("complaint", "disaster"), ("emergency", "violence"))
SECTIONS = ("kesehatan", "pendidikan")


@dataclass(frozen=True)
class Told:
    """A made-up ticket: what it is of, and its way through the states."""

    area: str
    kind: tuple[str, str]
    section: str
    rating: int | None
    incident: bool
    way: Sequence[Entered]


class GiveUp(Exception):
    """Nothing of it is to stay."""


@st.composite
def tickets(draw: st.DrawFn) -> Told:
    # Never at a midnight, at which one day's end is the next one's beginning.
    at = NOW - timedelta(minutes=draw(st.integers(1, 130_000)), seconds=17)
    way = [Entered(State.RECEIVED, at)]
    while draw(st.integers(0, 5)):
        following = sorted(to for now, to in MOVES if now is way[-1].state)
        at += timedelta(minutes=draw(st.integers(0, 20_000)), milliseconds=110)
        if not following or at >= NOW:
            break
        way.append(Entered(draw(st.sampled_from(following)), at))
    return Told(
        draw(st.sampled_from(list(VILLAGES.values()))), draw(st.sampled_from(KINDS)),
        draw(st.sampled_from(SECTIONS)), draw(st.none() | st.integers(1, 5)),
        draw(st.booleans()), way,
    )  # fmt: skip


def put_in(session: Session, told: Sequence[Told], agency: str = "dukcapil") -> None:
    make_areas(session)
    session.add(Staff(id=1, name="Uji", role="back_office", area_code=CITY, created_at=NOW))
    incident = Incident(title_sealed=session.vault.seal(TITLE, "incident"), category="goods",
                        area_code=CITY, opened_by="cli", opened_at=NOW)  # fmt: skip
    session.add(incident)
    session.flush()
    for number, one in enumerate(told, start=1):
        last = one.way[-1]
        row = {
            "state": last.state, "category": one.kind[1], "section": one.section, "priority": 2,
            "incident_id": incident.id if one.incident else None,
        }  # fmt: skip
        session.execute(
            insert(Ticket).values(
                id=number, number=f"PKS-2026-{number:06}", area_code=one.area, kind=one.kind[0],
                secrecy="plain", story_sealed=b"", occurred_sealed=b"", rating=one.rating,
                version=len(one.way), created_at=one.way[0].at, changed_at=last.at, climbed=0,
                **row,
            )
        )  # fmt: skip
        for version, step in enumerate(one.way, start=1):
            session.execute(
                insert(TicketEvent).values(
                    ticket_id=number, version=version, at=step.at, actor="cli", side="desk",
                    change="moved" if version > 1 else "opened",
                    agency=agency if step.state is State.REFERRED else None,
                    **(row | {"state": step.state}),
                )
            )  # fmt: skip


def plain_days(told: Sequence[Told], states: frozenset[State]) -> Reached:
    calendar = calendar_of(ZONE)
    days = sorted(
        calendar.worked(one.way[0].at, first) / timedelta(days=1)
        for one in told
        if (first := next((step.at for step in one.way if step.state in states), None))
    )
    return summed(days)


def summed(days: Sequence[float]) -> Reached:
    days = sorted(days)
    if not days:
        return Reached(0, None, None)
    half, most = (days[math.ceil(len(days) * share) - 1] for share in (0.5, 0.9))
    return Reached(len(days), half, most)


def plain_breaches(session: Session, one: Told) -> set[str]:
    rule = rule_of(session, *one.kind)
    time: Counting = PlainTime() if rule.always else calendar_of(ZONE)
    stages = {"verify": VERIFYING, "follow": FOLLOWING, "finish": FINISHING}
    late = set()
    for place, step in enumerate(one.way):
        found = deadline(one.way[: place + 1], terms_of(rule), time)
        until = one.way[place + 1].at if place + 1 < len(one.way) else NOW
        if found is not None and until >= found.due_at:
            late |= {name for name, states in stages.items() if step.state in states}
    return late


def is_near(one: Reached, other: Reached) -> bool:
    if one.tickets != other.tickets:
        return False
    pairs = ((one.median, other.median), (one.p90, other.p90))
    return all(
        math.isclose(a, b, abs_tol=1e-6) if a is not None and b is not None else a is b
        for a, b in pairs
    )


def check(session: Session, told: Sequence[Told], report: Report) -> None:
    def month(at: datetime) -> int:
        return PERIOD.months.index(at.astimezone(ZoneInfo(ZONE)).date().replace(day=1))

    counted = Counter((one.area, *one.kind, month(one.way[0].at)) for one in told)
    assert report.counts == [Count(*key, tickets=count) for key, count in sorted(counted.items())]
    assert report.received == len(told)
    now = Counter(one.way[-1].state for one in told)
    assert report.states == {state: now[state] for state in State}
    for state, reached in report.times.items():
        assert is_near(reached, plain_days(told, frozenset({state}))), state
    assert is_near(report.ended, plain_days(told, ENDED))
    stars = Counter(one.rating for one in told)
    assert report.ratings == [stars[star] for star in range(1, 6)]
    ever = [{step.state for step in one.way} for one in told]
    assert report.reopened == sum(State.REOPENED in states for states in ever)
    assert report.answered == sum(bool(states & ENDED) for states in ever)
    late = [plain_breaches(session, one) for one in told]
    for stage in ("verify", "follow", "finish"):
        assert getattr(report.breaches, stage) == sum(stage in one for one in late), stage
    assert report.breaches.tickets == sum(map(bool, late))
    assert [one.tickets for one in report.incidents] == [
        n for n in [sum(t.incident for t in told)] if n
    ]
    assert {one.title for one in report.incidents} <= {TITLE}
    check_referrals(told, report)


def check_referrals(told: Sequence[Told], report: Report) -> None:
    stays = [
        (step.at, one.way[place + 1].at if place + 1 < len(one.way) else None)
        for one in told
        for place, step in enumerate(one.way)
        if step.state is State.REFERRED
    ]
    assert [(one.agency, one.sent) for one in report.referrals] == (
        [("dukcapil", len(stays))] if stays else []
    )
    for one in report.referrals:
        calendar = calendar_of(ZONE)
        assert one.out == sum(back is None for _, back in stays)
        back = [calendar.worked(at, till) / timedelta(days=1) for at, till in stays if till]
        assert is_near(one.days, summed(back))


def test_the_figures_are_those_of_a_plain_count(store: Store) -> None:
    within = PERIOD.bounds(ZONE)

    @settings(max_examples=25, deadline=None)
    @given(st.lists(tickets(), max_size=8))
    def same(told: list[Told]) -> None:
        with suppress(GiveUp), store.begin() as session:
            put_in(session, told)
            in_time = [one for one in told if within[0] <= one.way[0].at < within[-1]]
            chief = Sight(Scope(CITY), "chief", None, 1)
            check(session, in_time, report_of(session, chief.holds(), PERIOD, ZONE, NOW))
            clerk = Sight(Scope(WOLIO), "back_office", SECTIONS[0], 1)
            seen = [
                one for one in in_time
                if one.area.startswith(WOLIO) and one.section == SECTIONS[0]
            ]  # fmt: skip
            check(session, seen, report_of(session, clerk.holds(), PERIOD, ZONE, NOW))
            raise GiveUp

    same()


def test_a_breach_of_before_is_counted_though_the_ticket_is_done(store: Store) -> None:
    slow = [
        Entered(State.RECEIVED, NOW - timedelta(days=30)),
        Entered(State.VERIFIED, NOW - timedelta(days=20)),
        Entered(State.REJECTED, NOW - timedelta(days=19)),
    ]
    told = [Told(VILLAGES[MURHUM], KINDS[0], SECTIONS[0], 4, False, slow)]
    with store.begin() as session:
        put_in(session, told)
        chief = Sight(Scope(CITY), "chief", None, 1)
        report = report_of(session, chief.holds(), PERIOD, ZONE, NOW)
    assert (report.breaches.verify, report.breaches.follow, report.breaches.tickets) == (1, 0, 1)
    assert report.rating == 4


def test_months_begin_at_midnight_of_their_zone() -> None:
    period = Period.until(date(2026, 1, 31), 3)
    assert period.months == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]
    bounds = period.bounds(ZONE)
    assert bounds[0].isoformat() == "2025-10-31T16:00:00+00:00"
    assert bounds[-1].isoformat() == "2026-01-31T16:00:00+00:00"
