"""The dispatcher when adapters refuse, the provider or the store is away, or another one died."""

import asyncio
import logging
import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.messages import PermanentError, TemporaryError
from db.claims import LEASE
from db.crypto import Vault, new_key
from db.outbox import OutboundMessage
from db.session import Store
from tests.bot.senders import (
    PATIENCE,
    FakeAdapter,
    FlakyStore,
    make,
    state_is,
    until,
    working,
)
from tests.queued import (
    NOW,
    FakeClock,
    contact_state,
    message_row,
    new_contact,
    new_contacts,
    put,
    take,
)

SECRET = "Wa Ode Rahma"


def test_a_temporary_failure_is_tried_again_when_its_time_has_come(store: Store) -> None:
    one, two = new_contacts(store, 2)
    first, second = put(store, one, "first"), put(store, one, "second")
    other = put(store, two, "other")
    clock = FakeClock()

    async def scene() -> list[str]:
        adapter = FakeAdapter()
        adapter.faults["first"] = [TemporaryError("rate_limited", retry_after=700)]
        dispatcher = make(store, adapter, clock=clock)
        async with working(dispatcher):
            await until(state_is(store, other, "sent"))
            await until(state_is(store, first, "queued"))
            assert message_row(store, first).not_before == NOW + timedelta(seconds=700)
            assert message_row(store, second).state == "queued"
            clock.forward(700)
            dispatcher.wake()
            await until(state_is(store, second, "sent"))
        return adapter.texts

    assert asyncio.run(scene()) == ["other", "first", "second"]


@pytest.mark.parametrize("unreachable", [True, False])
def test_a_permanent_failure_ends_there(store: Store, unreachable: bool) -> None:
    contact = new_contact(store)
    first, second = put(store, contact, "first"), put(store, contact, "second")

    async def scene() -> None:
        adapter = FakeAdapter()
        adapter.faults["first"] = [PermanentError("blocked", SECRET, unreachable=unreachable)]
        async with working(make(store, adapter)):
            await until(state_is(store, second, "sent"))

    asyncio.run(scene())
    row = message_row(store, first)
    assert (row.state, row.reason) == ("failed", "blocked")
    assert contact_state(store, contact) == ("blocked" if unreachable else "active")


def test_an_unknown_error_is_temporary_and_logged_without_anybodys_data(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    message = put(store, new_contact(store, "6281234"), SECRET)

    async def scene() -> None:
        adapter = FakeAdapter()
        adapter.faults[SECRET] = [KeyError(SECRET)]
        async with working(make(store, adapter)):
            await until(lambda: message_row(store, message).failures == 1)

    with caplog.at_level(logging.INFO):
        asyncio.run(scene())
    row = message_row(store, message)
    assert (row.state, row.reason) == ("queued", "error")
    assert f"message {message} on telegram" in caplog.text
    assert "KeyError" in caplog.text
    assert "senders.py" in caplog.text
    assert SECRET not in caplog.text
    assert "6281234" not in caplog.text


def test_retries_end(store: Store) -> None:
    message = put(store, new_contact(store), "doomed")
    clock = FakeClock()

    async def scene() -> int:
        adapter = FakeAdapter()
        adapter.faults["doomed"] = [RuntimeError() for _ in range(20)]
        dispatcher = make(store, adapter, clock=clock)

        def failed() -> bool:
            clock.forward(1)
            dispatcher.wake()
            return state_is(store, message, "failed")()

        async with working(dispatcher):
            await until(failed)
        return len(adapter.tried)

    assert asyncio.run(scene()) == 8


def test_another_data_key_loses_no_message(store: Store, store_url: str) -> None:
    message = put(store, new_contact(store))
    other = Store(store_url, Vault(new_key()))

    async def scene() -> None:
        async with working(make(other, FakeAdapter())):
            await until(lambda: message_row(store, message).reason == "unreadable")

    asyncio.run(scene())
    other.close()
    assert message_row(store, message).state == "queued"


def test_two_dispatchers_with_failures_keep_each_contacts_order(store: Store) -> None:
    contacts = new_contacts(store, 10)
    for number in range(5):
        for contact in contacts:
            last = put(store, contact, f"{contact}-{number}")
    clock, dice = FakeClock(), random.Random(7)

    async def scene() -> list[str]:
        adapter = FakeAdapter()
        for number in range(5):
            for contact in dice.sample(contacts, 4):
                adapter.faults[f"{contact}-{number}"] = [TemporaryError("network")]
        pair = (make(store, adapter, clock=clock), make(store, adapter, clock=clock))

        def finished() -> bool:
            clock.forward(0.5)
            for dispatcher in pair:
                dispatcher.wake()
            return len(adapter.sent) == 50

        async with working(*pair):
            await until(finished)
        return adapter.texts

    texts = asyncio.run(scene())
    assert message_row(store, last).state == "sent"
    for contact in contacts:
        mine = [one for one in texts if one.startswith(f"{contact}-")]
        assert mine == [f"{contact}-{number}" for number in range(5)]


def test_what_a_dead_dispatcher_held_is_sent_by_the_next(store: Store) -> None:
    message = put(store, new_contact(store))
    assert take(store)
    clock = FakeClock()
    clock.forward(LEASE.total_seconds() + 1)

    async def scene() -> None:
        async with working(make(store, FakeAdapter(), clock=clock)):
            await until(state_is(store, message, "sent"))

    asyncio.run(scene())


def test_a_slow_start_of_a_broadcast_keeps_no_lease_from_being_released(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(
        _store: Store, _clock: object, _url: str | None, is_stopped: Callable[[], bool]
    ) -> int:
        begun.set()
        go_on.wait(PATIENCE)
        stopped.append(is_stopped())
        return 0

    stopped: list[bool] = []
    monkeypatch.setattr("bot.dispatcher.tend", slow)
    monkeypatch.setattr("bot.dispatcher._SWEEP_SECONDS", 0.01)
    message = put(store, new_contact(store), not_before=NOW + timedelta(hours=1))

    def hold() -> None:
        """Hold the message as a dispatcher that has died."""
        with store.begin() as session:
            row = session.get_one(OutboundMessage, message)
            row.state, row.not_before, row.lease_until = "sending", NOW, NOW - timedelta(seconds=1)

    async def scene() -> None:
        dispatcher = make(store, FakeAdapter())
        work = asyncio.create_task(dispatcher.run())
        await until(begun.is_set)
        await asyncio.to_thread(hold)
        await until(state_is(store, message, "sent"))
        dispatcher.stop()
        await asyncio.sleep(0)
        assert not work.done()  # what is begun is done still
        go_on.set()
        await work

    asyncio.run(scene())
    assert set(stopped) == {True}


@pytest.mark.databases("postgresql")  # of SQLite there is one writer
def test_a_slow_start_of_a_broadcast_keeps_no_other_waiting(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, others = threading.Event(), threading.Event()
    begun: list[int] = []

    def slow(*_given: object) -> int:
        begun.append(threading.get_ident())
        if len(begun) == 1:
            go_on.wait(PATIENCE)
        else:
            others.set()
        return 0

    monkeypatch.setattr("bot.dispatcher.tend", slow)
    monkeypatch.setattr("bot.dispatcher._SWEEP_SECONDS", 0.01)

    async def scene() -> None:
        dispatcher = make(store, FakeAdapter())
        work = asyncio.create_task(dispatcher.run())
        await until(others.is_set)
        assert not go_on.is_set()  # the first is at it still
        dispatcher.stop()
        go_on.set()
        await work

    asyncio.run(scene())
    assert begun[0] not in begun[1:2]


def test_the_store_may_go_away_and_come_back(
    store: Store, store_url: str, vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = new_contacts(store, 2)
    under_way = put(store, one, "under way")
    flaky = FlakyStore(store_url, vault)

    async def scene() -> list[str]:
        adapter = FakeAdapter()
        adapter.gate.clear()
        dispatcher = make(flaky, adapter)
        async with working(dispatcher):
            await until(lambda: adapter.in_flight)
            flaky.down = True
            adapter.gate.set()
            await until(lambda: flaky.refusals >= 2)
            assert message_row(store, under_way).state == "sending"
            after = put(store, two, "after")
            flaky.down = False
            await until(state_is(store, under_way, "sent"))
            await until(state_is(store, after, "sent"))
        return adapter.texts

    with caplog.at_level(logging.INFO):
        texts = asyncio.run(scene())
    flaky.close()
    assert texts == ["under way", "after"]
    assert caplog.text.count("channel telegram: no store (OperationalError)") == 1
    assert caplog.text.count("channel telegram: the store is back") == 1
    assert SECRET not in caplog.text


@pytest.mark.databases("postgresql")
def test_a_restart_of_postgresql_is_survived(store: Store) -> None:
    one, two = new_contacts(store, 2)
    first = put(store, one)

    async def scene() -> None:
        async with working(make(store, FakeAdapter())):
            await until(state_is(store, first, "sent"))
            await asyncio.to_thread(drop_connections, store)
            second = put(store, two)
            await until(state_is(store, second, "sent"))

    asyncio.run(scene())


def drop_connections(store: Store) -> None:
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with store.engine.connect() as connection:
        connection.execute(text(f"{others} AND datname = current_database()"))
    store.engine.dispose()


def test_an_outage_of_the_provider_costs_no_message_its_chances(store: Store) -> None:
    messages = [put(store, contact, "halo") for contact in new_contacts(store, 30)]
    clock = FakeClock()

    async def scene() -> FakeAdapter:
        adapter = FakeAdapter()
        adapter.faults["halo"] = [TemporaryError("network") for _ in range(12)]
        dispatcher = make(store, adapter, clock=clock)

        def finished() -> bool:
            clock.forward(0.5)
            dispatcher.wake()
            return len(adapter.sent) == 30

        async with working(dispatcher):
            await until(finished)
        return adapter

    adapter = asyncio.run(scene())
    assert {message.id for message in adapter.sent} == set(messages)
    assert max(message_row(store, message).failures for message in messages) == 0
