"""What dramatiq runs: one message sent by our adapter and noted in the store, a job a message."""

import os
import threading
from datetime import UTC, datetime

import dramatiq
import psycopg
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware.asyncio import AsyncIO

from bot.messages import Address, Channel, Outgoing, Reply
from tests.bench import senders
from tests.bench.dispatch import PROVIDERS

_broker = RedisBroker(url=os.environ["BENCH_REDIS"])  # type: ignore[no-untyped-call]
_broker.add_middleware(AsyncIO())
dramatiq.set_broker(_broker)
_PROVIDER = next(one for one in PROVIDERS if one.channel == os.environ["BENCH_CHANNEL"])
_ADAPTER = _PROVIDER.adapter(os.environ["BENCH_FAKE"])
_LOCAL = threading.local()
_NOTE = (
    "UPDATE outbound SET state = 'sent', provider_id = %s, settled_at = %s"
    " WHERE id = %s AND state = 'queued'"
)


@dramatiq.actor(max_retries=0)
def send(row: int, address: str) -> None:
    """Send one message and note the provider's id."""
    message = Outgoing(row, Address(Channel(_PROVIDER.channel), address), Reply(senders.TEXT))
    loop = get_event_loop_thread()
    assert loop is not None
    taken = loop.run_coroutine(_ADAPTER.send(message))
    _connection().execute(_NOTE, (taken, datetime.now(UTC), row))


def _connection() -> psycopg.Connection[tuple[object, ...]]:
    found: psycopg.Connection[tuple[object, ...]] | None = getattr(_LOCAL, "connection", None)
    if found is None:
        found = _LOCAL.connection = psycopg.connect(
            os.environ["BENCH_STORE"].replace("+psycopg", ""), autocommit=True
        )
    return found
