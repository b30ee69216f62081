"""The dispatcher: what it sends, in which order, and how it is woken and stopped."""

import asyncio

from bot.dispatcher import Dispatcher, start_in_thread
from bot.flight import HOLD_LIMIT, WIDEST, Flight
from bot.messages import Channel
from db.outbox import BULK, waiting_by_channel
from db.pace import is_served
from db.session import Store
from tests.bot.senders import FakeAdapter, make, state_is, until, working
from tests.queued import (
    LATE,
    FakeClock,
    message_row,
    new_contact,
    new_contacts,
    put,
    put_each,
    take,
)

SECRET = "Wa Ode Rahma"


def test_what_is_queued_is_sent_and_settled(store: Store) -> None:
    message = put(store, new_contact(store, "42"), "halo")

    async def scene() -> FakeAdapter:
        adapter = FakeAdapter()
        async with working(make(store, adapter)):
            await until(state_is(store, message, "sent"))
        return adapter

    adapter = asyncio.run(scene())
    (sent,) = adapter.sent
    assert (sent.id, sent.address.user, sent.reply.text) == (message, "42", "halo")
    assert message_row(store, message).provider_id == f"fake-{message}"
    assert adapter.closed


def test_a_wake_is_enough_to_send_at_once(store: Store) -> None:
    contacts = new_contacts(store, 5)

    async def scene() -> None:
        dispatcher = make(store, FakeAdapter())
        dispatcher.wake()  # before it runs, which does no harm
        async with working(dispatcher):
            for contact in contacts:
                message = put(store, contact)
                dispatcher.wake()
                await until(state_is(store, message, "sent"))
        dispatcher.wake()  # nor after it

    asyncio.run(scene())


def test_replies_overtake_bulk(store: Store) -> None:
    one, two, three = new_contacts(store, 3)
    put(store, one, "bulk", BULK)
    put(store, two, "bulk", BULK)
    last = put(store, three, "reply")

    async def scene() -> list[str]:
        adapter = FakeAdapter()
        async with working(make(store, adapter)):
            await until(lambda: len(adapter.sent) == 3)
            await until(state_is(store, last, "sent"))
        return adapter.texts

    assert asyncio.run(scene()) == ["reply", "bulk", "bulk"]


def test_a_slow_channel_holds_up_no_other(store: Store) -> None:
    slow = put(store, new_contact(store, "1"))
    quick = put(store, new_contact(store, "2", "sms"), channel="sms")

    async def scene() -> None:
        telegram, sms = FakeAdapter(), FakeAdapter(Channel.SMS)
        telegram.gate.clear()
        async with working(make(store, telegram, sms)):
            await until(state_is(store, quick, "sent"))
            await until(state_is(store, slow, "sending"))
            telegram.gate.set()

    asyncio.run(scene())
    assert message_row(store, slow).state == "sent"


def test_a_dispatcher_notes_which_channels_it_serves(store: Store) -> None:
    def is_noted() -> bool:
        with store.connect() as connection:
            return is_served(connection, "sms")

    async def scene() -> None:
        async with working(make(store, FakeAdapter(), FakeAdapter(Channel.SMS))):
            await until(is_noted)

    assert not is_noted()
    asyncio.run(scene())
    with store.connect() as connection:
        assert not is_served(connection, "whatsapp")


def test_where_nobody_waits_one_message_is_in_flight(store: Store) -> None:
    put_each(store, new_contacts(store, 100))

    async def scene() -> FakeAdapter:
        adapter = FakeAdapter()
        async with working(make(store, adapter)):
            await until(lambda: len(adapter.sent) == 100)
        return adapter

    assert asyncio.run(scene()).most_in_flight == 1


def test_the_longer_people_wait_the_more_is_in_flight(store: Store) -> None:
    put_each(store, new_contacts(store, 600), due=LATE)

    async def scene() -> FakeAdapter:
        adapter = FakeAdapter()
        adapter.gate.clear()
        dispatcher = make(store, adapter)
        async with working(dispatcher):
            await until(lambda: adapter.in_flight)
            dispatcher.wake()
            await until(lambda: True)
            assert adapter.in_flight == 1
            adapter.gate.set()
            await until(lambda: len(adapter.sent) == 600)
        return adapter

    adapter = asyncio.run(scene())
    assert 1 < adapter.most_in_flight <= WIDEST
    assert len({message.id for message in adapter.sent}) == 600


def test_stopping_lets_what_is_in_flight_arrive(store: Store) -> None:
    one, two = new_contacts(store, 2)
    under_way, waiting = put(store, one), put(store, two)

    async def scene() -> None:
        adapter = FakeAdapter()
        adapter.gate.clear()
        dispatcher = make(store, adapter)
        async with working(dispatcher):
            await until(lambda: adapter.in_flight)
            dispatcher.stop()
            adapter.gate.set()
        assert adapter.closed

    asyncio.run(scene())
    assert message_row(store, under_way).state == "sent"
    assert message_row(store, waiting).state == "queued"


def test_stopping_in_full_flow_gives_back_what_was_not_sent(store: Store) -> None:
    put_each(store, new_contacts(store, 1500), due=LATE)

    async def scene() -> FakeAdapter:
        adapter = FakeAdapter()
        dispatcher = make(store, adapter)
        async with working(dispatcher):
            await until(lambda: len(adapter.sent) > 200)
            adapter.gate.clear()
            await until(lambda: adapter.in_flight > 1)
            dispatcher.stop()
            adapter.gate.set()
        return adapter

    sent = len(asyncio.run(scene()).sent)
    with store.read() as session:
        waiting = waiting_by_channel(session)
    assert waiting.get(("telegram", "sending"), 0) == 0
    assert waiting.get(("telegram", "queued"), 0) == 1500 - sent


def test_a_dispatcher_stopped_before_it_runs_ends_at_once(store: Store) -> None:
    async def scene() -> FakeAdapter:
        adapter = FakeAdapter()
        dispatcher = make(store, adapter)
        dispatcher.stop()
        await dispatcher.run()
        return adapter

    assert asyncio.run(scene()).closed


def test_it_works_in_a_thread_of_its_own(store: Store) -> None:
    message = put(store, new_contact(store))
    adapter = FakeAdapter()
    dispatcher = Dispatcher(store, {"telegram": adapter}, FakeClock(), lambda: 0.0)
    handle = start_in_thread(dispatcher)
    asyncio.run(until(state_is(store, message, "sent")))
    assert handle.is_alive
    handle.stop()
    assert not handle.is_alive
    assert adapter.closed


def test_what_waited_too_long_for_its_turn_is_given_back_and_told(store: Store) -> None:
    put_each(store, new_contacts(store, WIDEST + 5), due=LATE)
    clock = FakeClock()

    async def scene() -> tuple[list[str], bool, bool]:
        adapter = FakeAdapter()
        adapter.gate.clear()
        flight = Flight(adapter, store.vault, clock, lambda: 0.0, asyncio.Event())
        flight.add(take(store, WIDEST + 5))
        await until(lambda: adapter.in_flight == WIDEST)
        clock.forward(HOLD_LIMIT.total_seconds() + 1)
        adapter.gate.set()
        await until(lambda: not flight.held)
        states = [one.state for one in flight.done]
        return states, flight.held_too_many(), flight.held_too_many()

    states, first, second = asyncio.run(scene())
    assert (states.count("sent"), states.count("queued")) == (WIDEST, 5)
    assert (first, second) == (True, False)  # so that the lane takes fewer next time
