"""How fast the outbox gives out queued bulk messages and settles them; `run` prints the figures."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import insert, select, text

from db.claims import claim
from db.contacts import Contact
from db.outbox import BULK, OutboundMessage
from db.session import Store
from db.settlement import Outcome, settle

BATCH = 500
CHANNEL = "telegram"
_STEP = 50_000


def run(store: Store, rows: int) -> dict[str, float]:
    """Queue so many bulk messages to distinct contacts, then claim and settle them all."""
    started = time.perf_counter()
    _fill(store, rows)
    filled = time.perf_counter()
    workers = 1 if store.is_sqlite else 2  # a second writer on SQLite only stands in line
    with ThreadPoolExecutor(workers) as pool:
        done = sum(pool.map(lambda _: _work(store), range(workers)))
    ended = time.perf_counter()
    if done != rows:
        raise RuntimeError(f"{done} of {rows} messages were settled")
    figures = {"queued_per_s": rows / (filled - started), "settled_per_s": rows / (ended - filled)}
    for name, figure in figures.items():
        print(f"{store.url.get_backend_name()} {name}: {figure:,.0f}")  # noqa: T201
    return figures


def _fill(store: Store, rows: int) -> None:
    now = datetime.now(UTC)
    for first in range(0, rows, _STEP):
        numbers = range(first, min(first + _STEP, rows))
        with store.connect() as connection:
            connection.execute(
                insert(Contact),
                [{"channel": CHANNEL, "address": str(n), "created_at": now} for n in numbers],
            )
            contacts = select(Contact.id).order_by(Contact.id.desc()).limit(len(numbers)).subquery()
            connection.execute(
                insert(OutboundMessage).from_select(
                    ["contact_id", "channel", "priority", "state", "not_before", "body",
                     "created_at"],
                    select(contacts.c.id, text("'telegram'"), text(str(BULK)), text("'queued'"),
                           text(":now"), text(":body"), text(":now"))
                    .order_by(contacts.c.id),
                ),
                {"now": now, "body": bytes(120)},
            )  # fmt: skip


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
