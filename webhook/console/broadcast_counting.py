"""Counting a broadcast: a small one while its page is made, a large one beside the requests."""

import time
from dataclasses import dataclass
from datetime import datetime

from bot.background import begin
from db.broadcast_counts import Kept, begin_count, keep_count, kept_count
from db.broadcast_progress import Progress, progress
from db.broadcasts import Broadcast
from db.session import Session, Store

LARGE = 20_000  # messages; fewer are counted in a tenth of a second


@dataclass(frozen=True, slots=True)
class Look:
    """How a broadcast stands, as far as it is counted; `is_old` says that a new count comes."""

    progress: Progress
    counted_at: datetime | None  # None where it never was
    is_old: bool


def look(store: Store, session: Session, broadcast: Broadcast, now: datetime) -> Look:
    """Give the count of a broadcast without waiting for one that takes seconds."""
    if broadcast.contacts <= LARGE:
        return Look(progress(session, broadcast.id, now), now, is_old=False)
    kept = kept_count(session, broadcast, now)
    if kept.is_due:
        begin("counting a broadcast", lambda: count_anew(store, broadcast, kept, now))
    return Look(kept.progress, kept.counted_at, kept.is_due or kept.is_coming)


def count_anew(store: Store, broadcast: Broadcast, kept: Kept, now: datetime) -> None:
    """Count a broadcast and keep it for all, unless somebody else is at it.

    Where it fails, the next look finds it due again.
    """
    with store.begin() as session:
        if not begin_count(session, broadcast, kept, now):
            return
    started = time.monotonic()
    with store.read() as session:
        found = progress(session, broadcast.id, now)
    with store.begin() as session:
        keep_count(session, broadcast.id, found, now, time.monotonic() - started)
