"""The messages of one broadcast: ended before they go out, or given another chance by a human."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, literal, or_, select, update

from db.audiences import is_willing, topic_of
from db.broadcasts import Broadcast, Wave
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.session import Session

# No further try of the same words to the same address can mend these.
LASTING = (
    "bad_address", "blocked", "filtered", "not_on_channel", "opted_out", "rejected", "window",
)  # fmt: skip

_OUT: Any = OutboundMessage.__table__
_QUEUED = _OUT.c.state == literal("queued", literal_execute=True)
_SENDING = _OUT.c.state == literal("sending", literal_execute=True)


def waves_of(broadcast_id: int) -> Select[int]:
    """Select the waves of a broadcast."""
    return select(Wave.id).where(Wave.broadcast_id == broadcast_id)


def end_rows(session: Session, broadcast_id: int, reason: str, most: int = 5000) -> int:
    """Cancel what is still queued of a broadcast; gives how many, at most `most`."""
    some = (
        select(_OUT.c.id)
        .where(_OUT.c.wave_id.in_(waves_of(broadcast_id)), _QUEUED)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("some")  # PostgreSQL may run a plain subquery more than once, each with its own limit
    )
    end = (
        update(_OUT)
        .where(_OUT.c.id.in_(select(some.c.id)))
        .values(state="canceled", reason=reason)
        .returning(_OUT.c.id)
    )
    return len(session.core.scalars(end).all())


def requeue_failed(session: Session, broadcast_id: int, now: datetime) -> int:
    """Queue again what failed for a reason that may have passed; gives how many.

    Whoever opted out meanwhile is left alone. `tries` goes on, as it is the fencing token.
    """
    kind = session.get_one(Broadcast, broadcast_id).kind
    willing = select(Contact.id).where(Contact.id == _OUT.c.contact_id, is_willing(topic_of(kind)))
    again = update(_OUT).where(
        _OUT.c.wave_id.in_(waves_of(broadcast_id)),
        _OUT.c.state == "failed",
        _OUT.c.reason.not_in(LASTING),
        willing.exists(),
    )
    fresh = {"state": "queued", "not_before": now, "failures": 0, "first_tried_at": None}
    # A late receipt of the failed try has nothing to say about the next one.
    forgotten = {"reason": None, "provider_id": None, "settled_at": None, "passed_on_at": None}
    return session.core.execute(again.values(**fresh, **forgotten)).rowcount


def open_rows(session: Session, broadcast_id: int) -> bool:
    """Say whether anything of a broadcast is queued or being sent."""
    of_broadcast = _OUT.c.wave_id.in_(waves_of(broadcast_id))
    queued, sending = (exists().where(of_broadcast, state) for state in (_QUEUED, _SENDING))
    return bool(session.scalar(select(or_(queued, sending))))
