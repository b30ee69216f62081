"""SIGKILL at any moment: every message has one effect, every reply goes out, few go out twice."""

import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bot.outbox import open_reply
from db.contacts import Contact
from db.inbox import InboundMessage
from db.outbox import OutboundMessage
from db.session import Store
from db.tickets import Ticket
from tests.faults.stream import SECRET, Stream
from tests.serving import ROOT, Serving, environment, free_port, is_alive, wait_until_serving
from tests.staff import make_area
from tests.waiting import until

NEWCOMERS, COMPLAINANTS = 48, 9
SETTLED_SECONDS = 60.0  # a lease of 30 s, the sweep behind it, and the sending of the rest


@pytest.fixture
def fake_telegram() -> Iterator[str]:
    """Give the address of a Telegram in a process of its own: it outlives every kill."""
    command = [sys.executable, "-m", "tests.fakes", "telegram"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@dataclass
class Deployment:
    """The processes that serve, and how to kill them."""

    store: Store
    port: int
    telegram: str
    web: Serving
    dispatcher: Serving | None
    kills: list[str] = field(default_factory=list)  # what, and how many were under lease then

    @property
    def processes(self) -> list[Serving]:
        return [self.web, *([self.dispatcher] if self.dispatcher else [])]

    def start(self) -> None:
        for process in self.processes:
            process.start()
        wait_until_serving(self.port, self.processes)

    def stop(self) -> None:
        for process in self.processes:
            process.stop()

    def kill_all(self) -> None:
        """Kill every process at once, as a power cut does, and start them again."""
        for process in self.processes:
            process.kill()
        self._note("all")
        self.start()

    def kill_main(self) -> None:
        """Kill the main process of the server alone, and start it again at once."""
        workers = self.web.workers()
        assert workers
        self.web.kill(self.web.pid)
        self._note("main")
        self.web.start()
        until(lambda: not any(map(is_alive, workers)), 5, "the end of the orphans")
        wait_until_serving(self.port, self.processes)

    def kill_worker(self) -> None:
        """Kill one server process alone: the main process starts another."""
        before = self.web.workers()
        self.web.kill(before[0])
        self._note("worker")
        until(lambda: self.web.workers() and before[0] not in self.web.workers(), 30, "a worker")
        wait_until_serving(self.port, self.processes)

    def kill_dispatcher(self) -> None:
        """Kill what sends, and start it again."""
        if self.dispatcher is None:
            self.kill_all()
            return
        self.dispatcher.kill()
        self._note("dispatcher")
        self.dispatcher.start()

    def _note(self, what: str) -> None:
        self.kills.append(f"{what} {in_the_outbox(self.store)['sending']}")

    def received(self) -> list[dict[str, Any]]:
        """Give what Telegram took."""
        sent: list[dict[str, Any]] = self._ask(since=0)["sent"]
        return sent

    def received_count(self) -> int:
        return int(self._ask()["count"])

    def _ask(self, **query: int) -> dict[str, Any]:
        answer: dict[str, Any] = httpx.get(f"{self.telegram}/_sent", params=query).json()
        return answer


@pytest.fixture
def deployment(
    tmp_path: Path,
    store: Store,
    store_url: str,
    data_key: str,
    model_path: Path,
    fake_telegram: str,
) -> Iterator[Deployment]:
    (tmp_path / "instance").mkdir()
    shutil.copy(model_path, tmp_path / "instance" / "nlu-model.npz")
    port = free_port()
    environ = environment(
        tmp_path,
        DATABASE_URL=store_url,
        HALO_SECRET_KEY="kunci-untuk-pengujian-saja",
        HALO_DATA_KEY=data_key,
        HALO_PORT=str(port),
        TELEGRAM_BOT_TOKEN="7000000001:AAE-secret_of_the_bot",
        TELEGRAM_WEBHOOK_SECRET=SECRET,
        TELEGRAM_API_URL=fake_telegram,
    )
    with store.begin() as session:
        make_area(session)  # where the complaints lie
    workers = "1" if store.is_sqlite else "2"
    web = Serving(tmp_path, environ, "web", "--workers", workers)
    dispatcher = None if store.is_sqlite else Serving(tmp_path, environ, "dispatch")
    found = Deployment(store, port, fake_telegram, web, dispatcher)
    found.start()
    yield found
    found.stop()


# In this order every part is killed, and the server's own process between two kills of all.
WAYS = ("kill_all", "kill_worker", "kill_dispatcher", "kill_main", "kill_all", "kill_dispatcher")


def _kill_at_random(deployment: Deployment, stream: Stream, random: Random) -> None:
    """Kill each part in turn, once so many more messages were taken or replies were sent."""
    share = stream.total // (len(WAYS) + 2)
    for number, way in enumerate(WAYS):
        count = deployment.received_count if number % 2 else lambda: len(stream.accepted)
        wanted = count() + random.randint(1, share)
        until(lambda c=count, w=wanted: c() >= w, 40, way)  # type: ignore[misc]
        getattr(deployment, way)()


def in_the_outbox(store: Store) -> Counter[str]:
    with store.read() as session:
        states = session.scalars(select(OutboundMessage.state))
        return Counter(states)


def _replies(store: Store) -> dict[int, list[str]]:
    """Give what was to be said to each chat, in its order."""
    replies = defaultdict(list)
    with store.read() as session:
        for address, body in session.execute(
            select(Contact.address, OutboundMessage.body)
            .join(Contact, Contact.id == OutboundMessage.contact_id)
            .order_by(OutboundMessage.id)
        ):
            assert body is not None
            replies[int(address)].append(open_reply(session.vault, body).text)
    return dict(replies)


def _said(received: Sequence[dict[str, Any]]) -> dict[int, list[str]]:
    """Give what reached each chat, in its order, with what was repeated."""
    said = defaultdict(list)
    for message in received:
        said[message["chat_id"]].append(message["text"])
    return dict(said)


def _without_repetitions(texts: Sequence[str]) -> list[str]:
    return [text for text, _ in groupby(texts)]


@pytest.mark.parametrize("seed", [20261122])
def test_a_killed_service_loses_nothing_and_repeats_little(
    deployment: Deployment, seed: int, record_property: Callable[[str, object], None]
) -> None:
    store = deployment.store
    stream = Stream(deployment.port, deployment.received_count, NEWCOMERS, COMPLAINANTS)
    stream.start()
    _kill_at_random(deployment, stream, Random(seed))
    stream.finish()
    until(lambda: set(in_the_outbox(store)) == {"sent"}, SETTLED_SECONDS, "an empty outbox")

    # Every message was taken, and had exactly one effect.
    assert stream.refused == []
    with store.read() as session:
        taken = session.scalars(select(InboundMessage.external_id)).all()
        tickets = session.scalar(select(func.count()).select_from(Ticket))
        complained = session.scalar(select(func.count(Ticket.contact_id.distinct())))
        again = session.scalar(select(func.count()).where(OutboundMessage.tries > 1))
    assert sorted(map(int, taken)) == sorted(stream.accepted)
    assert len(taken) == stream.total
    assert tickets == complained == COMPLAINANTS
    # Every reply went out, in its order, and few more than once.
    replies, said = _replies(store), _said(deployment.received())
    assert replies.keys() == said.keys()
    for chat, texts in replies.items():
        assert not Counter(texts) - Counter(said[chat])
        assert _without_repetitions(said[chat]) == _without_repetitions(texts)
    sent = sum(map(len, said.values()))
    queued = sum(map(len, replies.values()))
    figures = (
        f"SIGKILL on {'SQLite' if store.is_sqlite else 'PostgreSQL'}: {stream.total} messages,"
        f" {len(deployment.kills)} kills, {stream.repeated} deliveries made again,"
        f" {queued} replies, {sent - queued} of them sent twice;"
        f" under lease after each kill: {', '.join(deployment.kills)}; claimed again: {again}"
    )
    record_property("figures", figures)
    assert sent - queued <= len(deployment.kills), figures
