"""How a broadcast stands: every message is in one sum, and a large one is counted once for all."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from db.broadcast_counts import NOTHING, Kept, begin_count, keep_count, kept_count
from db.broadcast_progress import Progress, progress
from db.broadcasts import Broadcast
from db.outbox import BULK, OutboundMessage
from db.session import Session, Store
from tests.queued import NOW, new_contacts, new_wave

ENDS = ("queued", "sending", "sent", "delivered", "read", "failed", "canceled")
SECOND = timedelta(seconds=1)
_OUT: Any = OutboundMessage.__table__


def tell(session: Session, contacts: list[int]) -> Broadcast:
    """Queue a broadcast to contacts of two channels; the messages end by turns as all may."""
    wave = new_wave(session)
    broadcast = session.get_one(Broadcast, wave.broadcast_id)
    broadcast.contacts = len(contacts)
    session.add_all(
        OutboundMessage(
            contact_id=contact_id, channel=("telegram", "whatsapp")[at % 2], priority=BULK,
            state=ENDS[at % len(ENDS)], not_before=NOW, created_at=NOW, wave_id=wave.id,
            reason="blocked" if at % len(ENDS) == 5 else None,
        )
        for at, contact_id in enumerate(contacts)
    )  # fmt: skip
    session.flush()
    return broadcast


def total(states: dict[str, int]) -> int:
    return sum(states.values())


def assert_whole(found: Progress, audience: int) -> None:
    """Hold every table of one count to the audience."""
    assert total(found.states) == audience
    assert sum(total(states) for states in found.by_channel.values()) == audience
    assert sum(total(states) for _, states in found.by_area) == audience


def test_every_message_is_in_each_sum_whatever_becomes_of_it(store: Store) -> None:
    contacts = new_contacts(store, 30)
    with store.begin() as session:
        broadcast = tell(session, contacts)
        found = progress(session, broadcast.id, NOW)
        assert_whole(found, 30)
        assert found.states == {state: 5 if at < 2 else 4 for at, state in enumerate(ENDS)}
        assert found.reasons == {"blocked": 4}
        for state in ENDS:
            session.execute(update(_OUT).where(_OUT.c.id % 3 == 0).values(state=state))
            assert_whole(progress(session, broadcast.id, NOW), 30)


def look(store: Store, broadcast: Broadcast, now: datetime) -> Kept:
    with store.read() as session:
        return kept_count(session, broadcast, now)


def begin(store: Store, broadcast: Broadcast, kept: Kept, now: datetime) -> bool:
    with store.begin() as session:
        return begin_count(session, broadcast, kept, now)


def test_a_large_broadcast_is_counted_by_one_for_all_who_look(store: Store) -> None:
    contacts = new_contacts(store, 12)
    with store.begin() as session:
        broadcast = tell(session, contacts)
    first = look(store, broadcast, NOW)
    assert (first.progress, first.counted_at, first.is_due) == (NOTHING, None, True)
    assert begin(store, broadcast, first, NOW)
    assert not begin(store, broadcast, first, NOW + SECOND)  # another looked at the same moment
    during = look(store, broadcast, NOW + SECOND)
    assert (during.is_due, during.is_coming) == (False, True)
    with store.begin() as session:
        found = progress(session, broadcast.id, NOW)
        keep_count(session, broadcast.id, found, NOW, seconds=3)

    # What took three seconds is kept for fifteen.
    kept = look(store, broadcast, NOW + 14 * SECOND)
    assert kept.progress == found
    assert (kept.counted_at, kept.is_due, kept.is_coming) == (NOW, False, False)
    assert_whole(kept.progress, 12)
    due = look(store, broadcast, NOW + 15 * SECOND)
    assert (due.is_due, due.progress) == (True, found)
    # Once somebody has decided on it, the count is not of what the page says.
    broadcast.version += 1
    assert look(store, broadcast, NOW + SECOND).is_due

    # A count that was cut off keeps nobody from the next, and what it says late is not kept.
    later = NOW + timedelta(minutes=5)
    assert begin(store, broadcast, due, later)
    assert not look(store, broadcast, later + 59 * SECOND).is_due
    cut_off = look(store, broadcast, later + 60 * SECOND)
    assert cut_off.is_due
    assert begin(store, broadcast, cut_off, later + 60 * SECOND)
    with store.begin() as session:
        keep_count(session, broadcast.id, NOTHING, later, seconds=200)
        assert session.scalar(select(func.count()).select_from(_OUT)) == 12
    assert look(store, broadcast, later + 61 * SECOND).progress == found
