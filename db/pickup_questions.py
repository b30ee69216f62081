"""Which question for a pickup a contact was asked last, so that words can answer it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal, select

from db.broadcasts import Broadcast, Kind, Notice
from db.outbox import OutboundMessage
from db.session import Session

FRESH = timedelta(days=3)  # so long words without a button are an answer to it
_TOLD = ("sent", "delivered", "read")
_OUT: Any = OutboundMessage.__table__


@dataclass(frozen=True, slots=True)
class Question:
    """One question: about which distribution, when, and whether nothing was said since."""

    distribution_id: int
    asked_at: datetime
    is_last: bool


def last_question(session: Session, contact_id: int, now: datetime) -> Question | None:
    """Give the last question for a pickup that a contact got, if that was not long ago."""
    mine = (_OUT.c.contact_id == contact_id) & _OUT.c.state.in_(_TOLD)
    found = session.execute(
        select(Notice.distribution_id, _OUT.c.settled_at)
        .join(Notice, Notice.id == _OUT.c.notice_id)
        .join(Broadcast, Broadcast.id == Notice.broadcast_id)
        .where(
            mine,
            _OUT.c.settled_at >= now - FRESH,
            Broadcast.kind == literal(Kind.FOLLOWUP),
            Notice.distribution_id.is_not(None),
        )
        .order_by(_OUT.c.settled_at.desc(), _OUT.c.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    since = select(_OUT.c.id).where(
        _OUT.c.contact_id == contact_id, _OUT.c.wave_id.is_(None), _OUT.c.created_at > found[1]
    )
    return Question(found[0], found[1], session.scalar(since.limit(1)) is None)
