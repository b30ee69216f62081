"""What a contact was told last, so that a bare word can be read as its answer."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from db.outbox import TOLD, OutboundMessage
from db.session import Session

FRESH = timedelta(days=3)  # so long words without a button are an answer to it
_OUT: Any = OutboundMessage.__table__
# A receipt may come after the answer: it was told when it was sent.
TOLD_AT = func.coalesce(_OUT.c.first_tried_at, _OUT.c.created_at)


def is_last_told(session: Session, contact_id: int, told_at: datetime) -> bool:
    """Say whether a contact was told nothing since a notice but other notices."""
    since = select(_OUT.c.id).where(
        _OUT.c.contact_id == contact_id, _OUT.c.wave_id.is_(None), _OUT.c.created_at > told_at
    )
    return session.scalar(since.limit(1)) is None


def follows_notice(session: Session, contact_id: int, now: datetime) -> bool:
    """Say whether a notice is the last that a contact was told, and that not long ago."""
    told_at = session.scalar(
        select(func.max(TOLD_AT)).where(
            _OUT.c.contact_id == contact_id,
            _OUT.c.state.in_(TOLD),
            _OUT.c.wave_id.is_not(None),
            _OUT.c.settled_at >= now - FRESH,  # never before it was sent, and there is an index
            now - FRESH <= TOLD_AT,
        )
    )
    return told_at is not None and is_last_told(session, contact_id, told_at)
