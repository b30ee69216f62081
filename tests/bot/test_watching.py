"""What time alone brings about: breaches climb, silence is warned of and ends, each told once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.desk.moving import Move, move_ticket
from bot.desk.watching import watch_due
from db.audit import AuditEntry
from db.contacts import Contact
from db.session import Store
from db.staff import Staff
from db.talks import Talk
from db.ticket_changes import open_ticket
from db.ticket_states import By, Decision, State
from db.tickets import Matter, Ticket
from tests.talk import Clock, OfStaff, Person, labels, words
from tests.talks import waiting

URL = "https://halo.example"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Makassar"))


def watch(store: Store, clock: Clock, at: datetime) -> int:
    clock.now = at
    return watch_due(store, clock, URL)


def complaint(store: Store, known: Person, at: datetime, kind: str = "complaint") -> int:
    """File something of a person of Wolio."""
    with store.begin() as session:
        contact = session.scalars(select(Contact).filter_by(address=known.address.user)).one()
        ticket = open_ticket(
            session, Matter(kind, "card" if kind == "complaint" else "", "kartu patah"),
            contact_id=contact.id, person_id=None, area_code="74.72.02.1011",
            year=2026, actor=f"contact:{contact.id}", by=By.CITIZEN, now=at,
        )  # fmt: skip
        return ticket.id


def ticket_of(store: Store, ticket_id: int) -> Ticket:
    with store.read() as session:
        return session.get_one(Ticket, ticket_id)


def test_a_breach_climbs_once_a_working_day_and_only_by_day(
    known: Person, sample_store: Store, clock: Clock, of_staff: OfStaff
) -> None:
    front, chief, dinas = of_staff("loket"), of_staff("ketua"), of_staff("petugas")
    ticket_id = complaint(sample_store, known, MONDAY + timedelta(hours=14))  # 23.00
    due = ticket_of(sample_store, ticket_id).due_at
    assert due is not None
    assert watch(sample_store, clock, due - timedelta(minutes=1)) == 0
    assert watch(sample_store, clock, due) == 0  # at night nobody is woken
    morning = due + timedelta(hours=9)
    assert watch(sample_store, clock, morning) == 1
    told = words(front.unread())
    number = ticket_of(sample_store, ticket_id).number
    assert f"{URL}/console/tiket/{number}" in told
    assert "kartu patah" not in told
    assert watch(sample_store, clock, morning + timedelta(hours=20)) == 0
    assert chief.unread() == []
    day = timedelta(days=1)
    levels = []
    for days in range(1, 8):  # over a weekend
        watch(sample_store, clock, morning + days * day + timedelta(hours=1))
        levels.append([len(person.unread()) for person in (front, chief, dinas)])
    assert [sum(column) for column in zip(*levels, strict=True)] == [0, 1, 1]
    assert max(map(sum, levels)) == 1
    ticket = ticket_of(sample_store, ticket_id)
    assert (ticket.climbed, ticket.watch_at) == (3, None)
    assert known.unread() == []


def test_silence_is_warned_of_and_then_ends(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    waits = complaint(sample_store, known, MONDAY)
    solved = complaint(sample_store, known, MONDAY)
    with sample_store.begin() as session:
        staff_id = session.scalars(select(Staff.id).filter_by(role="officer")).one()
        taken = (
            Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=staff_id), Move(State.IN_PROGRESS)
        )  # fmt: skip
        ends = {
            waits: Move(State.WAITING, why="Kartu yang mana?"),
            solved: Move(State.RESOLVED, "Sudah diganti.", Decision.UPHELD),
        }
        for ticket_id, end in ends.items():
            move_ticket(
                session, ticket_id, *taken, end,
                by=By.DESK, actor=f"staff:{staff_id}", now=MONDAY,
            )  # fmt: skip
    known.unread()
    week, fortnight = timedelta(days=7), timedelta(days=14)
    assert watch(sample_store, clock, MONDAY + week - timedelta(hours=1)) == 0
    assert watch(sample_store, clock, MONDAY + week) == 2
    told = known.unread()
    assert [reply.text.startswith("Petugas masih menunggu") for reply in told] == [True, False]
    assert "7 Desember 2026" in words(told)
    assert labels(told) == ["Sudah beres", "Belum beres"]
    assert watch(sample_store, clock, MONDAY + week + timedelta(days=1)) == 0
    assert watch(sample_store, clock, MONDAY + fortnight + timedelta(hours=1)) == 2
    assert len(known.unread()) == 2
    closed = ticket_of(sample_store, waits)
    assert (closed.state, closed.decision) == (State.REJECTED, Decision.SILENCE)
    assert ticket_of(sample_store, solved).state == State.CONFIRMED
    assert watch(sample_store, clock, MONDAY + 3 * fortnight) == 0
    with sample_store.read() as session:
        actors = session.scalars(select(AuditEntry.actor).filter_by(action="ticket confirmed"))
        assert actors.all() == ["service"]


@pytest.mark.databases("sqlite")
def test_who_answers_begins_the_silence_anew(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    ticket_id = complaint(sample_store, known, MONDAY)
    with sample_store.begin() as session:
        staff_id = session.scalars(select(Staff.id).filter_by(role="officer")).one()
        move_ticket(
            session, ticket_id, Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=staff_id),
            Move(State.IN_PROGRESS), Move(State.WAITING, why="Yang mana?"),
            by=By.DESK, actor=f"staff:{staff_id}", now=MONDAY,
        )  # fmt: skip
    known.unread()
    assert watch(sample_store, clock, MONDAY + timedelta(days=7)) == 1
    known.unread()
    known.say("kartu yang warna merah, pak")
    assert ticket_of(sample_store, ticket_id).state == State.IN_PROGRESS
    assert watch(sample_store, clock, MONDAY + timedelta(days=15)) == 0
    assert ticket_of(sample_store, ticket_id).state == State.IN_PROGRESS


@pytest.mark.databases("sqlite")
def test_an_emergency_is_told_at_night_too(
    known: Person, sample_store: Store, clock: Clock, of_staff: OfStaff
) -> None:
    front = of_staff("loket")
    midnight = MONDAY + timedelta(hours=15)
    complaint(sample_store, known, midnight, "emergency")
    assert watch(sample_store, clock, midnight + timedelta(minutes=61)) == 1
    assert "lewat batas" in words(front.unread())


def test_several_dispatchers_tell_nothing_twice(
    known: Person, sample_store: Store, clock: Clock, of_staff: OfStaff
) -> None:
    front, chief = of_staff("loket"), of_staff("ketua")
    tickets = [complaint(sample_store, known, MONDAY) for _ in range(6)]
    talk_id = waiting(sample_store, MONDAY, "74.72")
    with sample_store.begin() as session:
        talk = session.get_one(Talk, talk_id)
        talk.state, talk.said_at = "taken", MONDAY
        talk.staff_id = session.scalars(select(Staff.id).filter_by(role="chief")).one()
    due = ticket_of(sample_store, tickets[-1]).due_at
    assert due is not None
    clock.now = due + timedelta(minutes=1)
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: watch_due(sample_store, clock, URL), range(4)))
    assert sum(done) == len(tickets) + 1 + 1  # the talk, and the ticket that it waits by
    told = [reply.text for reply in front.unread()]
    assert len(told) == len(set(told)) == len(tickets) + 1
    assert chief.unread() == []
    assert all(ticket_of(sample_store, ticket_id).climbed == 1 for ticket_id in tickets)
