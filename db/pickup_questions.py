"""Which question for a pickup a contact was asked last, so that words can answer it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, literal, select

from db.broadcasts import Broadcast, Kind, Notice
from db.last_notice import FRESH, TOLD_AT, is_last_told
from db.outbox import TOLD, OutboundMessage
from db.pickups import Pickup
from db.session import Session

_OUT: Any = OutboundMessage.__table__


@dataclass(frozen=True, slots=True)
class Question:
    """One question: about which distribution, when, and whether nothing was said since."""

    distribution_id: int
    asked_at: datetime
    is_last: bool


def last_question(session: Session, contact_id: int, now: datetime) -> Question | None:
    """Give the last question for a pickup that a contact got, if that was not long ago.

    One that is still open goes before one that was answered.
    """
    mine = (_OUT.c.contact_id == contact_id) & _OUT.c.state.in_(TOLD)
    answered = exists().where(
        Pickup.contact_id == contact_id, Pickup.distribution_id == Notice.distribution_id
    )
    found = session.execute(
        select(Notice.distribution_id, TOLD_AT)
        .join(Notice, Notice.id == _OUT.c.notice_id)
        .join(Broadcast, Broadcast.id == Notice.broadcast_id)
        .where(
            mine,
            _OUT.c.settled_at >= now - FRESH,  # never before it was sent, and there is an index
            now - FRESH <= TOLD_AT,
            Broadcast.kind == literal(Kind.FOLLOWUP),
            Notice.distribution_id.is_not(None),
        )
        .order_by(answered, TOLD_AT.desc(), _OUT.c.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    return Question(found[0], found[1], is_last_told(session, contact_id, found[1]))


def was_asked(session: Session, contact_id: int, distribution_id: int) -> bool:
    """Say whether a contact was asked about a distribution, however long ago."""
    query = (
        select(_OUT.c.id)
        .join(Notice, Notice.id == _OUT.c.notice_id)
        .join(Broadcast, Broadcast.id == Notice.broadcast_id)
        .where(
            _OUT.c.contact_id == contact_id,
            Notice.distribution_id == distribution_id,
            Broadcast.kind == Kind.FOLLOWUP,
        )
    )
    return session.scalar(query.limit(1)) is not None
