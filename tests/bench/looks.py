"""How long a look at a large broadcast takes, while several look and somebody counts."""

import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from db.areas import Scope
from db.broadcast_counts import BroadcastCount, kept_count
from db.broadcast_lists import find_broadcast
from db.broadcasts import Broadcast, Wave
from db.crypto import new_key
from db.session import Store
from tests.bench.databases import LABELS, Databases, migrated
from tests.bench.fan_out import fill, tidy
from tests.bench.progress import Progress
from tests.bench.report import Table
from tests.bench.servers import BenchError
from tests.bench.waves import running_wave
from tests.waiting import end_background
from webhook.console.broadcast_counting import LARGE, look

ROWS, _QUICK_ROWS = 1_000_000, 2 * LARGE
_SECONDS, _QUICK_SECONDS = 60, 6
_PAUSE = 0.1  # seconds from one look to the next: some thirty officers, each every three seconds
_WANTED = 300  # milliseconds
# A fifth stand in each state, as in the middle of a broadcast.
_QUEUE = """
INSERT INTO outbound (contact_id, channel, priority, state, not_before, tries, failures,
 first_tried_at, reason, wave_id, created_at)
SELECT id, channel, 5, (ARRAY['queued', 'sent', 'delivered', 'read', 'failed'])[1 + id % 5], now(),
 1, 0, now(), CASE id % 5 WHEN 4 THEN 'device_off' END, {wave}, now() FROM contacts
"""


def measure(
    kinds: tuple[Databases, ...], _folder: Path, quick: bool, progress: Progress
) -> list[Table]:
    """Look many times at a broadcast of many rows that is counted meanwhile."""
    rows = _QUICK_ROWS if quick else ROWS
    seconds = _QUICK_SECONDS if quick else _SECONDS
    lines = [_line(kind, rows, seconds, progress) for kind in kinds if kind.kind == "postgresql"]
    table = Table(
        f"A look at a broadcast of {rows:,} messages",
        ("", "median", "slowest", "its count, beside the looks"),
        lines,
        (
            f"A look every {_PAUSE} s, as of thirty officers; whenever the last count is old, the"
            f" next is made beside them. Wanted: {_WANTED} ms or less.",
        ),
    )
    return [table]


def _line(databases: Databases, rows: int, seconds: int, progress: Progress) -> tuple[str, ...]:
    with migrated(databases.make(f"looks_{rows}"), new_key()) as store:
        progress.say(f"looks: making {rows:,} messages")
        broadcast_id = _queue(store, rows)
        tidy(store)
        progress.say(f"looks: looking for {seconds} s")
        taken = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            taken.append(_look(store, broadcast_id))
            time.sleep(_PAUSE)
        end_background()
        counted = _counted(store, broadcast_id, rows)
    median, slowest = (f"{1000 * one:.1f} ms" for one in (statistics.median(taken), max(taken)))
    return LABELS[databases.kind], median, slowest, f"{counted:.1f} s"


def _queue(store: Store, rows: int) -> int:
    fill(store, rows)
    with store.connect() as connection:
        wave = running_wave(connection, datetime.now(UTC))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(_QUEUE.format(wave=wave)))
    with store.begin() as session:
        broadcast_id = session.get_one(Wave, wave).broadcast_id
        session.get_one(Broadcast, broadcast_id).contacts = rows
    return broadcast_id


def _look(store: Store, broadcast_id: int) -> float:
    started = time.perf_counter()
    with store.read() as session:
        row = find_broadcast(session, Scope("74"), broadcast_id)
        if row is None:
            raise BenchError("the broadcast is not there")
        look(store, session, row.broadcast, datetime.now(UTC))
    return time.perf_counter() - started


def _counted(store: Store, broadcast_id: int, rows: int) -> float:
    """Give what the last count took, in seconds, if it holds every message."""
    with store.read() as session:
        broadcast = session.get_one(Broadcast, broadcast_id)
        kept = kept_count(session, broadcast, datetime.now(UTC))
        seconds = session.get_one(BroadcastCount, broadcast_id).seconds
    if sum(kept.progress.states.values()) != rows or seconds is None:
        raise BenchError("a count left messages out")
    return seconds
