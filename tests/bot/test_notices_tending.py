"""The clock of broadcasts: each begins, ends and is followed once, and nothing late is said."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.notices import approving
from bot.notices.drafting import Draft
from bot.notices.following import answer
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, Notice, State, Wave
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.schedules import Distribution
from db.session import Store
from tests.audience import HERE, THERE, contact, family, make_town
from tests.broadcasts import (
    DAY,
    EARLY,
    announce,
    approved,
    at,
    broadcast_of,
    children,
    counts,
    look,
    rows_of,
    send,
    stop,
)
from tests.tickets import CITY

MINUTE, HOUR, EVE = timedelta(minutes=1), timedelta(hours=1), DAY - timedelta(days=1)
LATER = DAY + timedelta(days=2)


def people(store: Store) -> None:
    """Put two families here and one there, each with a chat."""
    with store.begin() as session:
        make_town(session)
        for address, area in (("ani", HERE), ("budi", HERE), ("cici", THERE)):
            contact(session, family(session, area), address=address)


def test_a_broadcast_begins_when_it_is_due_and_ends_when_all_is_sent(store: Store) -> None:
    people(store)
    evening = at(EVE - timedelta(days=2), 21)
    with store.begin() as session:
        broadcast_id = announce(session, stop(CITY), send_at=evening).id
    assert look(store, evening - MINUTE) == 0
    assert look(store, evening) == 1
    assert counts(store, broadcast_id) == {"queued": 3}
    assert look(store, evening + MINUTE) == 0
    assert send(store, evening + MINUTE) == []  # nobody is woken
    morning = evening + 11 * HOUR
    assert send(store, morning, most=2) == ["ani", "budi"]
    assert look(store, morning) == 0
    assert send(store, morning) == ["cici"]
    assert look(store, morning + MINUTE) == 1
    ended = broadcast_of(store, broadcast_id)
    assert (ended.state, ended.ended_at, ended.contacts) == (State.DONE, morning + MINUTE, 3)
    assert look(store, morning + 2 * MINUTE) == 0


def test_what_is_out_of_date_is_not_said_any_more(store: Store) -> None:
    people(store)
    over = at(DAY, 12)
    with store.begin() as session:
        going = announce(session, stop(CITY)).id
        paused, waiting, late = (
            approved(
                session, Draft(Kind.NEWS, Filters((CITY,), everyone=True), {"id": f"Kabar {at}"}),
                EARLY, expires_at=over, send_at=when,
            ).id
            for at, when in enumerate((EARLY, EARLY, over + HOUR))
        )  # fmt: skip
        session.get_one(Broadcast, waiting).state = State.WAITING
    assert look(store, EARLY) == 2
    assert send(store, EARLY, most=1) == ["ani"]
    with store.begin() as session:
        approving.pause(session, paused, "staff:1", EARLY)
    assert look(store, over - MINUTE) == 0
    assert counts(store, paused)["queued"] == 3
    assert send(store, over) == []
    look(store, over)
    first = rows_of(store, going)
    assert first == {
        "ani": ("sent", None), "budi": ("canceled", "out_of_date"),
        "cici": ("canceled", "out_of_date"),
    }  # fmt: skip
    assert counts(store, paused) == {"canceled": 3}
    assert {one: broadcast_of(store, one).state for one in (going, paused, waiting, late)} == {
        going: State.DONE, paused: State.DONE, waiting: State.CANCELED, late: State.CANCELED,
    }  # fmt: skip
    assert "lewat" in (broadcast_of(store, waiting).remark or "")
    assert look(store, over + MINUTE) == 0
