"""How fast the outbox gives out queued bulk messages and settles them."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select, text

from db.claims import claim
from db.contacts import CONSENT_GIVEN, Contact
from db.crypto import new_key
from db.outbox import BULK, OutboundMessage
from db.session import Store
from db.settlement import Outcome, settle
from tests.bench.databases import LABELS, Databases, migrated
from tests.bench.progress import Progress
from tests.bench.report import Table, per_second
from tests.bench.servers import BenchError
from tests.bench.waves import running_wave

BATCH = 500
CHANNEL = "telegram"
_STEP = 50_000
_WORKERS = {"sqlite": 1, "postgresql": 2}  # a second writer on SQLite only stands in line
_SEEN = "46,000/s"  # with SKIP LOCKED, on PostgreSQL, when the design was made


def measure(
    kinds: tuple[Databases, ...], _folder: Path, quick: bool, progress: Progress
) -> list[Table]:
    """Queue a million bulk messages to distinct contacts, then claim and settle them all."""
    rows = 20_000 if quick else 1_000_000
    lines: list[tuple[str, ...]] = []
    for databases in kinds:
        label, workers = LABELS[databases.kind], _WORKERS[databases.kind]
        with migrated(databases.make("outbox"), new_key()) as store:
            progress.say(f"outbox, {label}: queueing {rows:,} messages")
            _fill(store, rows)
            progress.say(f"outbox, {label}: claiming and settling them")
            started = time.perf_counter()
            done = _drain(store, workers)
            rate = done / (time.perf_counter() - started)
        if done != rows:
            raise BenchError(f"{done} of {rows} messages were settled")
        lines.append((label, f"{workers} × {BATCH}", per_second(rate)))
    table = Table(
        f"Outbox, {rows:,} queued messages, claimed and settled",
        ("", "workers × batch", "messages"),
        lines,
        (f"Seen on PostgreSQL when the design was made: {_SEEN}.",),
    )
    return [table]


def _fill(store: Store, rows: int) -> None:
    now = datetime.now(UTC)
    with store.connect() as connection:
        wave = running_wave(connection, now)
    for first in range(0, rows, _STEP):
        numbers = range(first, min(first + _STEP, rows))
        with store.connect() as connection:
            connection.execute(
                insert(Contact),
                [
                    {
                        "channel": CHANNEL,
                        "address": str(n),
                        "consent": CONSENT_GIVEN,
                        "created_at": now,
                    }
                    for n in numbers
                ],
            )
            contacts = select(Contact.id).order_by(Contact.id.desc()).limit(len(numbers)).subquery()
            connection.execute(
                insert(OutboundMessage).from_select(
                    ["contact_id", "channel", "priority", "wave_id", "state", "not_before", "body",
                     "created_at"],
                    select(contacts.c.id, text("'telegram'"), text(str(BULK)), text(str(wave)),
                           text("'queued'"), text(":now"), text(":body"), text(":now"))
                    .order_by(contacts.c.id),
                ),
                {"now": now, "body": bytes(120)},
            )  # fmt: skip


def _drain(store: Store, workers: int) -> int:
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(lambda _: _work(store), range(workers)))


def _work(store: Store) -> int:
    """Claim and settle in one transaction a batch, as a busy dispatcher does."""
    done = 0
    outcomes: list[Outcome] = []
    while True:
        now = datetime.now(UTC)
        with store.connect() as connection:
            settle(connection, outcomes, now)
            batch = claim(connection, CHANNEL, BATCH, now)
        done += len(outcomes)
        if not batch.messages:
            return done
        outcomes = [
            Outcome(message.id, message.tries, "sent", provider_id=f"{message.address}/1")
            for message in batch.messages
        ]
