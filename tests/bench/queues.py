"""The same messages sent by a queue that others use, dramatiq on Redis, and by our dispatcher."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dramatiq
import httpx
from dramatiq.brokers.redis import RedisBroker
from sqlalchemy import func, select

from db.contacts import Contact
from db.crypto import new_key
from db.outbox import OutboundMessage
from db.session import Store
from tests.bench.databases import Databases, migrated
from tests.bench.dispatch import PROVIDERS, Provider, dispatched, fake, fill
from tests.bench.progress import Progress
from tests.bench.report import Table, per_second, ratio
from tests.bench.servers import environment
from tests.waiting import until

_SHAPES = ((1, 64), (2, 32))  # processes and threads of each
_PATIENCE = 120.0


def measure(
    kinds: tuple[Databases, ...], folder: Path, quick: bool, progress: Progress
) -> list[Table]:
    """Measure both on PostgreSQL, for each provider in turn; nothing where there is no Redis."""
    if shutil.which("redis-server") is None:
        progress.say("dramatiq is left out: no redis-server (apt install redis-server)")
        return []
    count = 300 if quick else 10_000
    rows = []
    with _redis(folder) as redis:
        for provider in PROVIDERS:
            with fake(provider.fake, folder) as url:
                name = f"queues, {provider.channel}"
                progress.say(f"{name}: our dispatcher")
                made = kinds[-1].make(f"queues_{provider.channel}")
                ours = dispatched(provider, made, url, count).rate
                theirs = {}
                for processes, threads in _SHAPES:
                    label = f"{processes} × {threads} threads"
                    progress.say(f"{name}: dramatiq, {label}")
                    made = kinds[-1].make(f"queues_{provider.channel}_{processes}")
                    shape = (processes, threads)
                    theirs[label] = _dramatiq(provider, made, redis, url, count, shape, folder)
            best = max(theirs, key=lambda label: theirs[label])
            rows.append(
                (
                    str(provider.channel), per_second(ours), per_second(theirs[best]), best,
                    ratio(ours, theirs[best]),
                )
            )  # fmt: skip
    return [
        Table(
            f"The same {count:,} messages by a queue of others, messages a second, PostgreSQL",
            ("", "dispatcher", "dramatiq on Redis", "its best shape", "ratio"),
            rows,
            (
                "A job of dramatiq sends one message by the same adapter and notes it in the same"
                " store; its clock starts with its first message, ours with the start of the work.",
                "After SIGKILL dramatiq may send what was in flight again, as we may; it keeps no"
                " order for a contact, no rate for all workers and no account by state.",
            ),
        )
    ]


def _dramatiq(
    provider: Provider,
    database: str,
    redis: str,
    url: str,
    count: int,
    shape: tuple[int, int],
    folder: Path,
) -> float:
    with migrated(database, new_key()) as store:
        fill(store, provider, count)
        before = _taken(url)
        _enqueue(store, redis)
        environ = environment("") | {
            "BENCH_REDIS": redis, "BENCH_FAKE": url, "BENCH_STORE": database,
            "BENCH_CHANNEL": provider.channel.value,
        }  # fmt: skip
        with (folder / "dramatiq.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "dramatiq", "tests.bench.queue_worker",
                 "-p", str(shape[0]), "-t", str(shape[1])],
                cwd=Path.cwd(), env=environ, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            until(lambda: _taken(url) > before, _PATIENCE, "the first message")
            started = time.perf_counter()
            until(lambda: _taken(url) >= before + count, _PATIENCE, "the last message")
            seconds = time.perf_counter() - started
            until(lambda: _sent(store) == count, 30, "the notes in the store")
        finally:
            worker.terminate()
            worker.wait(30)
        return count / seconds


def _enqueue(store: Store, redis: str) -> None:
    broker = RedisBroker(url=redis)  # type: ignore[no-untyped-call]
    broker.flush_all()
    with store.read() as session:
        rows = session.execute(
            select(OutboundMessage.id, Contact.address).join(
                Contact, Contact.id == OutboundMessage.contact_id
            )
        )
        for row, address in rows:
            message: dramatiq.Message[None] = dramatiq.Message(
                queue_name="default", actor_name="send", args=(row, address), kwargs={}, options={}
            )
            broker.declare_queue("default")
            broker.enqueue(message)


def _taken(url: str) -> int:
    return int(httpx.get(f"{url}/_sent").json()["count"])


def _sent(store: Store) -> int:
    with store.read() as session:
        query = select(func.count()).where(OutboundMessage.state == "sent")
        return session.scalar(query) or 0


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)]
    environ = {"PATH": os.environ["PATH"]}
    with subprocess.Popen(
        [*command, "--appendonly", "yes"], env=environ, stdout=subprocess.DEVNULL
    ) as process:
        try:
            until(socket.exists, 10, "Redis")
            yield f"unix://{socket}"
        finally:
            process.terminate()
