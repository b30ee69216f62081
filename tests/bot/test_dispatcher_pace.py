"""A channel with a rate: even places, replies before what waits, nothing sent in a crowd."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import func, select

from bot.flight import Flight
from bot.messages import TemporaryError
from db import clock
from db.claims import claim
from db.outbox import BULK, OutboundMessage
from db.pace import look
from db.session import Store
from tests.bot.senders import FakeAdapter, make, until, working
from tests.queued import (
    CHANNEL,
    LATE,
    NOW,
    FakeClock,
    message_row,
    new_contacts,
    put,
    put_each,
)


class Timed(FakeAdapter):
    """Notes when each message came."""

    def __init__(self, rate: float) -> None:
        super().__init__(rate=rate)
        self.times: list[float] = []

    async def send(self, message: object) -> str:
        self.times.append(time.monotonic())
        return await super().send(message)  # type: ignore[arg-type]


class RealClock(FakeClock):
    def __call__(self) -> datetime:
        return datetime.now(UTC)


def test_two_dispatchers_keep_one_pace_however_much_waits(store: Store) -> None:
    put_each(store, new_contacts(store, 60), due=LATE)

    async def scene() -> list[float]:
        adapter = Timed(rate=50)
        pair = [make(store, adapter, clock=RealClock(), limit_rates=True) for _ in range(2)]
        async with working(*(pair if not store.is_sqlite else pair[:1])):
            await until(lambda: len(adapter.sent) == 60)
        return adapter.times

    times = asyncio.run(scene())
    assert all(later - first >= 0.97 for first, later in zip(times, times[50:], strict=False))


def test_where_a_reply_waits_for_its_place_no_other_is_leased(store: Store) -> None:
    put_each(store, new_contacts(store, 6), due=LATE)

    class Looking(Timed):
        most = 0

        async def send(self, message: object) -> str:
            with store.read() as session:
                query = select(func.count()).where(OutboundMessage.state == "sending")
                self.most = max(self.most, session.scalar(query) or 0)
            return await super().send(message)

    async def scene() -> int:
        adapter = Looking(rate=10.0)
        dispatcher = make(store, adapter, clock=RealClock(), limit_rates=True)

        def is_done() -> bool:
            dispatcher.wake()  # as each message that comes in does
            return len(adapter.sent) == 6

        async with working(dispatcher):
            await until(is_done)
        return adapter.most

    assert asyncio.run(scene()) == 1


def test_a_reply_goes_before_what_was_claimed_for_the_next_places(store: Store) -> None:
    contacts = new_contacts(store, 4)
    for contact in contacts[:3]:
        put(store, contact, "bulk", BULK)
    clock = FakeClock()

    async def scene() -> list[str]:
        adapter = FakeAdapter()
        flight = Flight(adapter, store.vault, clock, lambda: 0.0, asyncio.Event(), paced=True)
        with store.connect() as connection:
            held = claim(connection, CHANNEL, 3, NOW).messages
        put(store, contacts[3], "reply")
        with store.connect() as connection:
            reply = claim(connection, CHANNEL, 3, NOW).messages
        places = [NOW + timedelta(milliseconds=10 * place) for place in (1, 2, 3)]
        flight.add(held, places)
        flight.add(reply)
        await until(lambda: not flight.places)
        await flight.finish()
        assert flight.held == 0
        assert [one.state for one in flight.done].count("queued") == 1  # given back
        return adapter.texts

    assert asyncio.run(scene()) == ["reply", "bulk", "bulk"]


def test_a_place_that_was_missed_is_left_unused(store: Store) -> None:
    contacts = new_contacts(store, 2)
    put_each(store, contacts)
    clock = FakeClock()

    async def scene() -> int:
        adapter, landed = FakeAdapter(), asyncio.Event()
        flight = Flight(adapter, store.vault, clock, lambda: 0.0, landed, paced=True)
        with store.connect() as connection:
            held = claim(connection, CHANNEL, 3, NOW).messages
        flight.add(held, [NOW - timedelta(seconds=1), NOW])
        await landed.wait()
        assert (flight.waiting, flight.places) == (1, 0)  # so that it is asked for another
        await flight.finish()
        return len(adapter.sent)

    assert asyncio.run(scene()) == 1


def test_a_channel_that_is_refused_as_too_fast_is_slowed_and_burns_no_tries(store: Store) -> None:
    (contact,) = new_contacts(store, 1)
    message = put(store, contact)
    clock = RealClock()

    def is_slowed() -> bool:
        with store.connect() as connection:
            return look(connection, CHANNEL, 100, clock()).interval > timedelta(milliseconds=11)

    async def scene() -> None:
        adapter = FakeAdapter(rate=100)
        adapter.faults["halo"] = [TemporaryError("rate_limited")]
        async with working(make(store, adapter, clock=clock, limit_rates=True)):
            await until(is_slowed)

    asyncio.run(scene())
    row = message_row(store, message)
    assert (row.reason, row.failures) == ("rate_limited", 0)


@pytest.mark.databases("postgresql")
def test_the_databases_clock_is_that_of_all(store: Store) -> None:
    assert clock.ahead_of_us(store) == timedelta(0)

    class Slow(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(minutes=3)

    with patch.object(clock, "datetime", Slow):
        ahead = clock.ahead_of_us(store)
    assert abs(ahead - timedelta(minutes=3)) < timedelta(seconds=1)
