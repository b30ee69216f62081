"""The outbox: messages to people, from the moment they are queued; db/claims.py takes them out.

Order: replies go before bulk; messages of one priority to one contact keep their order.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.fixed import Fixed
from db.session import Session

REPLY, BULK = 0, 5
TELLING = ("whatsapp", "sms")  # channels that report what became of a message
UNWANTED = "opted_out"  # why it was cancelled, where its contact does not want it any more
CHANGED = "changed"  # the same, as other words took its place, which it is to be told
TOLD = ("sent", "delivered", "read")  # the states of what its contact may have read
HELD = "held"  # the state of what waits until a talk has ended
_NOT_PASSED_ON = "wave_id IS NOT NULL AND passed_on_at IS NULL"
_FAILED = text(f"state = 'failed' AND {_NOT_PASSED_ON}")
_SILENT = text(f"state = 'sent' AND channel IN ('whatsapp', 'sms') AND {_NOT_PASSED_ON}")
_UNWANTED = text(f"state = 'canceled' AND reason = 'opted_out' AND {_NOT_PASSED_ON}")
_QUEUED_REPLY = text("state = 'queued' AND wave_id IS NULL")
_QUEUED_BULK = text("state = 'queued' AND wave_id IS NOT NULL")


class OutboundMessage(Base):
    """One message to one contact: a sealed reply, or the notice that it belongs to.

    `tries` counts the claims and is the fencing token; `failures` counts what the message itself
    is to blame for, so that an outage of the provider uses up nobody's chances; `outages` counts
    the other failures. Both say how long it waits: what was claimed and given back has not failed.
    `lost_at` stays, whatever becomes of it later: it may have been heard before.
    """

    __tablename__ = "outbound"
    __table_args__ = (
        Index(
            "ix_outbound_due", "channel", "priority", "not_before", "id",
            sqlite_where=_QUEUED_REPLY, postgresql_where=_QUEUED_REPLY,
        ),
        Index(
            "ix_outbound_bulk", "wave_id", "channel", "not_before", "id",
            sqlite_where=_QUEUED_BULK, postgresql_where=_QUEUED_BULK,
        ),
        Index(
            "ix_outbound_line", "contact_id", "priority", "id",
            sqlite_where=text("state IN ('queued', 'sending')"),
            postgresql_where=text("state IN ('queued', 'sending')"),
        ),
        Index(
            "ix_outbound_leased", "lease_until",
            sqlite_where=text("state = 'sending'"), postgresql_where=text("state = 'sending'"),
        ),
        Index(
            "ix_outbound_wave", "wave_id", "contact_id", "notice_id", unique=True,
            sqlite_where=text("wave_id IS NOT NULL"),
            postgresql_where=text("wave_id IS NOT NULL"),
        ),
        Index(
            "ix_outbound_provider", "provider_id", "channel",
            sqlite_where=text("provider_id IS NOT NULL"),
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        Index(
            "ix_outbound_told", "contact_id", "settled_at",
            sqlite_where=text("settled_at IS NOT NULL"),
            postgresql_where=text("settled_at IS NOT NULL"),
        ),
        Index(
            "ix_outbound_failed", "wave_id", sqlite_where=_FAILED, postgresql_where=_FAILED,
        ),
        Index(
            "ix_outbound_unwanted", "wave_id",
            sqlite_where=_UNWANTED, postgresql_where=_UNWANTED,
        ),
        Index(
            "ix_outbound_silent", "wave_id", "settled_at",
            sqlite_where=_SILENT, postgresql_where=_SILENT,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    channel: Mapped[str] = mapped_column(String(10))
    priority: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(10))
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    outages: Mapped[int | None] = mapped_column(SmallInteger)
    first_tried_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(40))
    provider_id: Mapped[str | None] = mapped_column(String(80))
    callback_id: Mapped[str | None] = mapped_column(String(80))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("waves.id"))  # of what is bulk
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    passed_on_at: Mapped[datetime | None]  # it did not arrive, and another way was looked for
    lost_at: Mapped[datetime | None]  # a dispatcher died that may have sent it


class EarlyReceipt(Base):
    """A provider's report that overtook our own note that the message was sent."""

    __tablename__ = "early_receipts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    provider_id: Mapped[str] = mapped_column(String(80), index=True)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(40))
    unreachable: Mapped[bool]
    received_at: Mapped[datetime]


class ChannelPace(Base):
    """When a channel may take its next message: one clock for the whole deployment."""

    __tablename__ = "channel_pace"

    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    next_at: Mapped[datetime]
    share: Mapped[float] = mapped_column(Float, default=1.0)  # of its rate, since it was slowed
    slowed_at: Mapped[datetime | None]


_OUT: Any = OutboundMessage.__table__
_QUEUED = ("contact_id", "channel", "not_before", "body", "callback_id", "created_at")
_QUEUE = Fixed(
    lambda _dialect: (
        insert(_OUT)
        .values({name: bindparam(name) for name in _QUEUED})
        .values(priority=REPLY, state="queued", tries=0, failures=0)
        .inline()
    )
)


def queue_replies(
    session: Session,
    contact_id: int,
    channel: str,
    bodies: Sequence[bytes],
    now: datetime,
    callback_id: str | None = None,
) -> None:
    """Queue sealed replies to a contact in their order; the first answers the pressed button."""
    rows = [
        {
            "contact_id": contact_id,
            "channel": channel,
            "not_before": now,
            "body": body,
            "callback_id": callback_id if place == 0 else None,
            "created_at": now,
        }
        for place, body in enumerate(bodies)
    ]
    if rows:
        _QUEUE.run(session.core, *rows)


def hold_back(session: Session, contact_id: int, channel: str, body: bytes, now: datetime) -> None:
    """Keep a sealed reply that is to be queued only later, as an officer is talking."""
    session.core.execute(
        insert(_OUT).values(
            contact_id=contact_id, channel=channel, not_before=now, body=body, created_at=now,
            priority=REPLY, state=HELD, tries=0, failures=0,
        )
    )  # fmt: skip


def take_held(session: Session, contact_id: int) -> Sequence[bytes]:
    """Take out the sealed replies that were held back for a contact, in their order."""
    held = (_OUT.c.contact_id == contact_id) & (_OUT.c.state == HELD)
    bodies = session.core.scalars(select(_OUT.c.body).where(held).order_by(_OUT.c.id)).all()
    if bodies:
        session.core.execute(delete(_OUT).where(held))
    return [body for body in bodies if body is not None]  # what was erased says nothing


def oldest_due(session: Session, now: datetime, channels: Collection[str]) -> datetime | None:
    """Give since when the longest waiting reply of these channels is due, or None."""
    return session.scalar(
        select(func.min(_OUT.c.not_before)).where(
            _OUT.c.state == "queued",
            _OUT.c.wave_id.is_(None),
            _OUT.c.channel.in_(channels),
            _OUT.c.not_before <= now,
        )
    )


def waiting_by_channel(session: Session) -> dict[tuple[str, str], int]:
    """Count what is queued or being sent, by channel and state."""
    rows = session.execute(
        select(_OUT.c.channel, _OUT.c.state, func.count())
        .where(_OUT.c.state.in_(("queued", "sending")))
        .group_by(_OUT.c.channel, _OUT.c.state)
    )
    return {(channel, state): count for channel, state, count in rows}
