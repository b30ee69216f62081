"""On SQLite one dispatcher works, and another takes over when it ends or dies."""

import asyncio
import subprocess
import sys

import pytest

from db.session import Store
from tests.bot.senders import FakeAdapter, make, state_is, until, working
from tests.queued import new_contacts, put

pytestmark = pytest.mark.databases("sqlite")

HOLD = (
    "import filelock, sys; filelock.FileLock(sys.argv[1]).acquire(); print(1, flush=True); input()"
)


def test_a_second_dispatcher_waits_and_takes_over(store: Store) -> None:
    one, two = new_contacts(store, 2)

    async def scene() -> tuple[list[str], list[str]]:
        first, second = FakeAdapter(), FakeAdapter()
        before, after = make(store, first), make(store, second)
        async with working(before):
            message = put(store, one, "before")
            await until(state_is(store, message, "sent"))
            waiting = asyncio.create_task(after.run())
            message = put(store, two, "after")
            before.wake()
            await until(state_is(store, message, "sent"))
        message = put(store, one, "later")
        await until(state_is(store, message, "sent"))
        after.stop()
        await waiting
        return first.texts, second.texts

    assert asyncio.run(scene()) == (["before", "after"], ["later"])


def test_the_lock_of_a_killed_process_is_taken_over(store: Store) -> None:
    lock = f"{store.url.database}.dispatcher.lock"
    (contact,) = new_contacts(store, 1)
    message = put(store, contact)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline()

        async def scene() -> None:
            async with working(make(store, FakeAdapter())):
                await until(lambda: True)
                assert not await asyncio.to_thread(state_is(store, message, "sent"))
                holder.kill()
                await until(state_is(store, message, "sent"))

        asyncio.run(scene())


def test_a_waiting_dispatcher_can_be_stopped(store: Store) -> None:
    async def scene() -> FakeAdapter:
        adapter = FakeAdapter()
        async with working(make(store, FakeAdapter())):
            waiting = make(store, adapter)
            task = asyncio.create_task(waiting.run())
            await until(lambda: True)
            waiting.stop()
            await task
        return adapter

    assert asyncio.run(scene()).closed
