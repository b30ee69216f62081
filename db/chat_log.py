"""The chat log of one contact: what it wrote, and what has reached it.

The phone of the demo reads it, and the page of a ticket.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from db.broadcasts import Notice
from db.contacts import Contact
from db.inbox import InboundMessage
from db.outbox import TOLD, OutboundMessage
from db.session import Session

_IN: Any = InboundMessage.__table__
_OUT: Any = OutboundMessage.__table__
_CONTACT: Any = Contact.__table__
_NOTICE: Any = Notice.__table__


@dataclass(frozen=True, slots=True)
class Written:
    """A message of the contact, still sealed."""

    id: int
    external_id: str
    body: bytes
    moment: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A message to the contact: a sealed body, or the text of its notice."""

    id: int
    body: bytes | None
    notice_text: str | None
    moment: datetime
    created_at: datetime


def contact_id_of(session: Session, channel: str, address: str) -> int | None:
    """Give the contact of an address, or None if it never wrote."""
    return session.scalar(
        select(_CONTACT.c.id).where(_CONTACT.c.channel == channel, _CONTACT.c.address == address)
    )


def written_after(session: Session, contact_id: int, last_id: int, limit: int) -> Sequence[Written]:
    """Give what the contact wrote after a message of its own, the newest if there is too much."""
    rows = session.execute(
        select(_IN.c.id, _IN.c.external_id, _IN.c.body, _IN.c.received_at)
        .where(_IN.c.contact_id == contact_id, _IN.c.id > last_id)
        .order_by(_IN.c.id.desc())
        .limit(limit)
    )
    return [Written(*row) for row in rows][::-1]


def shown_after(session: Session, contact_id: int, moment: datetime, limit: int) -> Sequence[Shown]:
    """Give what has reached the contact after a moment, the newest if there is too much.

    By the moment and not by the id: a notice that waited for the morning comes after replies that
    were queued later.
    """
    rows = session.execute(
        select(_OUT.c.id, _OUT.c.body, _NOTICE.c.text, _OUT.c.settled_at, _OUT.c.created_at)
        .outerjoin_from(_OUT, _NOTICE, _NOTICE.c.id == _OUT.c.notice_id)
        .where(
            _OUT.c.contact_id == contact_id,
            _OUT.c.state.in_(TOLD),
            _OUT.c.settled_at > moment,
        )
        .order_by(_OUT.c.settled_at.desc(), _OUT.c.id.desc())
        .limit(limit)
    )
    return [Shown(*row) for row in rows][::-1]


def is_awaiting(session: Session, contact_id: int, now: datetime) -> bool:
    """Say whether a message to the contact is due and on its way."""
    due = exists().where(
        _OUT.c.contact_id == contact_id,
        _OUT.c.state.in_(("queued", "sending")),
        _OUT.c.not_before <= now,
    )
    return bool(session.scalar(select(due)))
