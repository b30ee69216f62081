"""Adapters and surroundings for the tests of the dispatcher."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bot.channels.base import Adapter
from bot.dispatcher import Dispatcher
from bot.messages import Channel, Outgoing
from db.session import Store
from tests.queued import FakeClock, message_row

PATIENCE = 20.0  # seconds until a test gives up


class FakeAdapter:
    """Takes every message, unless its text has faults in `faults`; `gate` holds them all back."""

    def __init__(self, channel: Channel = Channel.TELEGRAM, rate: float = 1_000_000.0) -> None:
        self.channel = channel
        self.rate = rate
        self.faults: dict[str, list[Exception]] = defaultdict(list)
        self.sent: list[Outgoing] = []
        self.tried: list[Outgoing] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.closed = False

    async def send(self, message: Outgoing) -> str:
        self.tried.append(message)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(0)  # lets the others begin
            await self.gate.wait()
            if faults := self.faults[message.reply.text]:
                raise faults.pop(0)
        finally:
            self.in_flight -= 1
        self.sent.append(message)
        return f"fake-{message.id}"

    async def close(self) -> None:
        self.closed = True

    @property
    def texts(self) -> list[str]:
        return [message.reply.text for message in self.sent]


class FlakyStore(Store):
    """A store that can be taken away."""

    down = False
    refusals = 0

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        if self.down:
            self.refusals += 1
            raise OperationalError("SELECT 'Bu Wa Ode'", None, Exception("connection refused"))
        with super().connect() as connection:
            yield connection


def make(
    store: Store,
    adapter: Adapter,
    *others: Adapter,
    clock: FakeClock | None = None,
    limit_rates: bool = False,
) -> Dispatcher:
    adapters = {one.channel.value: one for one in (adapter, *others)}
    return Dispatcher(store, adapters, clock or FakeClock(), lambda: 0.0, limit_rates)


@asynccontextmanager
async def working(*dispatchers: Dispatcher) -> AsyncIterator[None]:
    """Run dispatchers for a while and see that each ends when it is told to."""
    tasks = [asyncio.create_task(dispatcher.run()) for dispatcher in dispatchers]
    try:
        yield
    finally:
        for dispatcher in dispatchers:
            dispatcher.stop()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*tasks)


async def until(condition: Callable[[], object]) -> None:
    """Look again and again until it is so; each look is made in a thread."""
    async with asyncio.timeout(PATIENCE):
        while not await asyncio.to_thread(condition):
            pass


def state_is(store: Store, message_id: int, state: str) -> Callable[[], bool]:
    return lambda: message_row(store, message_id).state == state
