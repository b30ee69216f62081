"""Messages a second that the dispatcher sends, beside bare loops over the SDKs' own clients."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import random

from sqlalchemy import func, insert, select

from bot.channels.base import Adapter
from bot.channels.telegram import TelegramAdapter
from bot.channels.twilio_client import TwilioClient
from bot.channels.whatsapp import WhatsAppAdapter
from bot.dispatcher import Dispatcher
from bot.messages import Channel, Outgoing, Reply
from bot.outbox import seal_reply
from db.contacts import ACTIVE, CONSENT_GIVEN, Contact
from db.crypto import new_key
from db.outbox import BULK, OutboundMessage
from db.session import Store
from tests.bench import senders
from tests.bench.databases import LABELS, Databases, migrated
from tests.bench.progress import Progress
from tests.bench.report import Table, per_second, ratio
from tests.bench.servers import BenchError, environment
from tests.bench.waves import running_wave

_TARGET = 0.8
_WIDTHS = (4, 8, 16, 32, 64)
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Provider:
    """One service: its fake, our adapter for it, and the loops beside which that is measured."""

    channel: Channel
    fake: str
    address: str  # a format that takes a number
    adapter: Callable[[str], Adapter]
    own: Callable[[str, int, int], float]
    ours: Callable[[str, int, int], float]


def _whatsapp(url: str) -> Adapter:
    client = TwilioClient(senders.ACCOUNT, "token", url)
    return WhatsAppAdapter(client, senders.SENDER, senders.RECEIPTS)


PROVIDERS = (
    Provider(
        Channel.TELEGRAM,
        "telegram",
        "{}",
        lambda url: TelegramAdapter(senders.TOKEN, url),
        senders.telegram_with_own_client,
        senders.telegram_with_our_client,
    ),
    Provider(
        Channel.WHATSAPP,
        "twilio",
        "+62{}",
        _whatsapp,
        senders.twilio_with_own_client,
        senders.twilio_with_our_client,
    ),
)


@dataclass(frozen=True, slots=True)
class Speed:
    """Messages a second, and the seconds of CPU that the sending process spent on each."""

    rate: float
    cpu: float


class _Counting:
    """An adapter that says when the last message was taken."""

    def __init__(self, adapter: Adapter, count: int, at_end: Callable[[], None]) -> None:
        self.channel = adapter.channel
        self.rate = adapter.rate
        self._adapter = adapter
        self._left = count
        self._at_end = at_end

    async def send(self, message: Outgoing) -> str:
        """Hand one message over."""
        taken = await self._adapter.send(message)
        self._left -= 1
        if not self._left:
            self._at_end()
        return taken

    async def close(self) -> None:
        """Close the adapter."""
        await self._adapter.close()


def measure(
    kinds: tuple[Databases, ...], folder: Path, quick: bool, progress: Progress
) -> list[Table]:
    """Measure each channel on every kind of database, in turn with the bare loops."""
    rounds, count = (1, 400) if quick else (3, 20_000)
    rows: list[tuple[str, ...]] = []
    for provider in PROVIDERS:
        with fake(provider.fake, folder) as url:
            rows += _measure_channel(provider, kinds, url, rounds, count, progress)
    table = Table(
        f"Dispatcher, {count:,} queued bulk messages a round, messages a second",
        (
            "",
            "dispatcher",
            "SDK's own client",
            "ratio",
            "rounds",
            "SDK on our client",
            "CPU",
            "SDK's own",
            "ratio",
        ),
        rows,
        (
            "Every message is claimed, opened, sent to a fake on the loopback and settled; the"
            " fake shares the cores.",
            f"Beside it a bare loop at its best of {', '.join(map(str, _WIDTHS))} in flight, and"
            " for information the same loop over the aiohttp client that our adapter uses.",
            f"Ratio: median of the rounds (lowest and highest beside it); wanted ≥ {_TARGET} ×.",
            "CPU: of the sending process alone, a message, median; its ratio is that of the costs.",
        ),
    )
    return [table]


def _measure_channel(
    provider: Provider,
    kinds: tuple[Databases, ...],
    url: str,
    rounds: int,
    count: int,
    progress: Progress,
) -> list[tuple[str, ...]]:
    name = f"dispatch, {provider.channel}"
    progress.say(f"{name}: looking for the SDK's best concurrency")
    width = max(_WIDTHS, key=lambda width: provider.own(url, count // 4, width))
    own: list[Speed] = []
    ours: list[float] = []
    sent: dict[str, list[Speed]] = {databases.kind: [] for databases in kinds}
    for number in range(1, rounds + 1):
        progress.say(f"{name}: round {number} of {rounds}, the SDK alone, {width} in flight")
        own.append(_timed(lambda: provider.own(url, count, width), count))
        ours.append(provider.ours(url, count, max(_WIDTHS)))
        for databases in kinds:
            label = LABELS[databases.kind]
            progress.say(f"{name}: round {number} of {rounds}, dispatcher on {label}")
            made = databases.make(f"dispatch_{provider.channel}_{number}")
            sent[databases.kind].append(dispatched(provider, made, url, count))
    return [
        _row(f"{provider.channel}, {LABELS[kind]}", speeds, own, ours)
        for kind, speeds in sent.items()
    ]


def _row(label: str, sent: list[Speed], own: list[Speed], ours: list[float]) -> tuple[str, ...]:
    ratios = [a.rate / b.rate for a, b in zip(sent, own, strict=True)]
    costs = [b.cpu / a.cpu for a, b in zip(sent, own, strict=True)]
    return (
        label,
        per_second(statistics.median(one.rate for one in sent)),
        per_second(statistics.median(one.rate for one in own)),
        ratio(statistics.median(ratios), 1),
        f"{min(ratios):.2f}–{max(ratios):.2f}",
        per_second(statistics.median(ours)),
        f"{1000 * statistics.median(one.cpu for one in sent):.2f} ms",
        f"{1000 * statistics.median(one.cpu for one in own):.2f} ms",
        ratio(statistics.median(costs), 1),
    )


def dispatched(provider: Provider, database: str, url: str, count: int) -> Speed:
    """Let our dispatcher send so many messages."""
    with migrated(database, new_key()) as store:
        fill(store, provider, count)

        def send() -> float:
            started = time.perf_counter()
            asyncio.run(_run(store, provider.adapter(url), count))
            return count / (time.perf_counter() - started)

        speed = _timed(send, count)
        _check(store, count)
        return speed


def _timed(send: Callable[[], float], count: int) -> Speed:
    before = time.process_time()
    rate = send()
    return Speed(rate, (time.process_time() - before) / count)


async def _run(store: Store, adapter: Adapter, count: int) -> None:
    counting = _Counting(adapter, count, lambda: dispatcher.stop())
    dispatcher = Dispatcher(
        store, {adapter.channel: counting}, lambda: datetime.now(UTC), random, limit_rates=False
    )
    async with asyncio.timeout(_PATIENCE):
        await dispatcher.run()


def fill(store: Store, provider: Provider, count: int) -> None:
    """Queue a bulk message to each of so many contacts."""
    now = datetime.now(UTC)
    channel = provider.channel.value
    body = seal_reply(store.vault, Reply(senders.TEXT))
    with store.connect() as connection:
        connection.execute(
            insert(Contact),
            [
                {
                    "channel": channel,
                    "address": provider.address.format(8_000_000_000 + number),
                    "state": ACTIVE,
                    "consent": CONSENT_GIVEN,
                    "last_inbound_at": now,
                    "created_at": now,
                }
                for number in range(count)
            ],
        )
        wave = running_wave(connection, now)
        connection.execute(
            insert(OutboundMessage),
            [
                {
                    "contact_id": contact, "channel": channel, "priority": BULK, "wave_id": wave,
                    "state": "queued", "not_before": now, "body": body, "created_at": now,
                }
                for contact in connection.execute(select(Contact.id)).scalars()
            ],
        )  # fmt: skip


def _check(store: Store, count: int) -> None:
    with store.read() as session:
        query = select(OutboundMessage.state, func.count()).group_by(OutboundMessage.state)
        states = dict(session.execute(query).tuples().all())
    if states != {"sent": count}:
        raise BenchError(f"not every message was sent and settled: {states}")


@contextmanager
def fake(service: str, folder: Path) -> Iterator[str]:
    """Run a provider as a process of its own; gives its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes", service],
        cwd=folder,
        env=environment(""),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)
