"""Tickets change only as the table allows, and their history always tells how they stand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db.areas import Area
from db.session import Session, Store
from db.staff import Staff
from db.ticket_changes import (
    StaleTicket,
    group,
    hand,
    lock_ticket,
    move,
    open_ticket,
    sort,
)
from db.ticket_states import (
    MOVES,
    BrokenHistory,
    By,
    Decision,
    IllegalMove,
    Standing,
    State,
    may_follow,
    replay,
)
from db.tickets import Matter, Ticket, history_of, standing_of, step_of
from tests.moment import NOW

CITY = "74.72"
change = st.one_of(
    st.fixed_dictionaries(
        {
            "verb": st.just("move"),
            "to": st.sampled_from(State),
            "by": st.sampled_from(By),
            "decision": st.sampled_from([None, *Decision]),
            "staff_id": st.sampled_from([None, 1, 2]),
            "agency": st.sampled_from([None, None, "dinkes"]),
            "other": st.booleans(),
        }
    ),
    st.fixed_dictionaries({"verb": st.just("hand"), "staff_id": st.sampled_from([1, 2])}),
    st.fixed_dictionaries(
        {
            "verb": st.just("sort"),
            "category": st.sampled_from(["kis", "pip", "other"]),
            "section": st.sampled_from([None, "kesehatan", "pendidikan"]),
            "priority": st.integers(0, 3),
        }
    ),
    st.fixed_dictionaries({"verb": st.just("group")}),
)
# What an office does most, so that sequences get further than chance alone would take them.
usual = st.sampled_from(
    [
        {"verb": "move", "to": to, "by": by, "decision": decision, "staff_id": staff,
         "agency": agency, "other": False}
        for to, by, decision, staff, agency in (
            (State.VERIFIED, By.DESK, None, None, None),
            (State.ASSIGNED, By.DESK, None, 1, None),
            (State.IN_PROGRESS, By.DESK, None, None, None),
            (State.REFERRED, By.DESK, None, None, "dinkes"),
            (State.WAITING, By.DESK, None, None, None),
            (State.IN_PROGRESS, By.CITIZEN, None, None, None),
            (State.RESOLVED, By.DESK, Decision.UPHELD, None, None),
            (State.REOPENED, By.CITIZEN, None, None, None),
            (State.CONFIRMED, By.CITIZEN, None, None, None),
        )
    ]
)  # fmt: skip


@pytest.fixture
def desk(store: Store) -> Store:
    """A city with two officers."""
    with store.begin() as session:
        session.add(Area(code=CITY, name="Kota Baubau", level="city", timezone="Asia/Makassar"))
        session.flush()
        for number in (1, 2):
            session.add(
                Staff(id=number, name="Petugas", role="front_office", area_code=CITY,
                      created_at=NOW)
            )  # fmt: skip
    return store


def opened(session: Session, at: datetime = NOW) -> Ticket:
    return open_ticket(
        session, Matter("complaint", "kis", "kartu mati", "kemarin"), contact_id=None,
        person_id=None, area_code=CITY, year=2026, actor="staff:1", by=By.DESK, now=at,
    )  # fmt: skip


def apply(
    session: Session, ticket: Ticket, wanted: dict[str, Any], other: int, at: datetime
) -> None:
    given_ = {name: value for name, value in wanted.items() if name not in ("verb", "other")}
    match wanted["verb"]:
        case "move":
            other_id = other if wanted["other"] else None
            move(session, ticket, actor="staff:1", now=at, other_id=other_id, why="sebab", **given_)
        case "hand":
            hand(session, ticket, actor="staff:1", now=at, **given_)
        case "sort":
            sort(session, ticket, actor="staff:1", now=at, **given_)
        case _:
            group(session, ticket, None, actor="staff:1", now=at)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(st.one_of(usual, usual, change), max_size=25))
def test_any_sequence_keeps_to_the_table_and_the_history_read_again_gives_the_state(
    desk: Store, changes: list[dict[str, Any]]
) -> None:
    with desk.begin() as session:
        other, ticket = opened(session).id, opened(session)
        at = NOW
        for wanted in changes:
            at += timedelta(hours=5)
            before, version = standing_of(ticket), ticket.version
            try:
                apply(session, ticket, wanted, other, at)
            except IllegalMove:
                assert standing_of(ticket) == before
                assert ticket.version == version
                continue
            assert ticket.version == version + 1
            if wanted["verb"] == "move":
                assert may_follow(before, wanted["to"], wanted["by"])
        session.flush()
        session.expire_all()
        kept = session.get_one(Ticket, ticket.id)
        history = history_of(session, ticket.id)
        assert [event.version for event in history] == list(range(1, kept.version + 1))
        assert replay(step_of(event) for event in history) == standing_of(kept)


def test_a_history_with_a_step_that_no_rule_makes_is_refused(desk: Store) -> None:
    with desk.begin() as session:
        ticket = opened(session)
        move(session, ticket, State.VERIFIED, by=By.DESK, actor="staff:1", now=NOW)
        steps = [step_of(event) for event in history_of(session, ticket.id)]
    jump = Standing(State.CONFIRMED, "kis", "kesehatan", 1)
    with pytest.raises(BrokenHistory):
        replay([*steps, type(steps[0])("moved", By.CITIZEN, jump)])


def test_a_change_is_one_row_that_nobody_alters(desk: Store) -> None:
    with desk.begin() as session:
        ticket = opened(session)
    for statement in ("UPDATE ticket_events SET actor = 'x'", "DELETE FROM ticket_events"):
        with pytest.raises(DBAPIError), desk.begin() as session:
            session.execute(text(statement))
    with desk.begin() as session:  # but a new data key may seal the reason anew
        session.execute(text("UPDATE ticket_events SET why_sealed = NULL"))
        assert len(history_of(session, ticket.id)) == 1


def test_who_looked_at_an_older_version_changes_nothing(desk: Store) -> None:
    with desk.begin() as session:
        ticket = opened(session)
        move(session, ticket, State.VERIFIED, by=By.DESK, actor="staff:1", now=NOW)
    with pytest.raises(StaleTicket), desk.begin() as session:
        lock_ticket(session, ticket.id, seen=1)


def test_clock_runs_for_the_desk_and_stands_while_others_have_the_ball(desk: Store) -> None:
    friday = datetime(2026, 7, 3, 2, tzinfo=UTC)  # 10 o'clock in Baubau
    with desk.begin() as session:
        ticket = opened(session, friday)
        assert ticket.due_at == datetime(2026, 7, 8, 2, tzinfo=UTC)  # three working days
        assert ticket.watch_at == ticket.due_at
        monday = friday + timedelta(days=3)
        for to, staff_id in ((State.VERIFIED, None), (State.ASSIGNED, 1)):
            move(
                session, ticket, to, by=By.DESK, actor="staff:1", now=monday, staff_id=staff_id
            )  # fmt: skip
        assert ticket.due_at == monday + timedelta(days=7)  # five working days
        move(session, ticket, State.IN_PROGRESS, by=By.DESK, actor="staff:1", now=monday)
        due = ticket.due_at
        assert due is not None
        move(session, ticket, State.WAITING, by=By.DESK, actor="staff:1", now=monday)
        assert ticket.due_at is None
        later = monday + timedelta(days=7)
        move(session, ticket, State.IN_PROGRESS, by=By.CITIZEN, actor="contact:1", now=later)
        assert ticket.due_at is not None
        assert ticket.due_at - due >= timedelta(days=7)


def test_every_state_but_the_last_can_be_left_and_every_state_reached() -> None:
    assert {to for _, to in MOVES} == set(State) - {State.RECEIVED}
    assert {here for here, _ in MOVES} == set(State) - {State.CONFIRMED}
