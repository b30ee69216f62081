"""The outbox: messages to people, claimed under a lease, sent, and settled.

Order: replies go before bulk; messages of one priority to one contact keep their order. A row in
`sending` whose lease has run out belongs to a dispatcher that died and is queued again. `tries`
is the fencing token: whoever lost the lease settles nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db.base import Base, BigId
from db.contacts import Contact
from db.schedules import Notice
from db.session import Session

REPLY, BULK = 0, 5
LEASE = timedelta(seconds=30)
# How far a message has come; a receipt moves it to a higher place only. `failed` stands below
# `delivered`, since a phone that showed the message knows better.
_PLACES = ("queued", "sending", "sent", "canceled", "failed", "delivered", "read")


class OutboundMessage(Base):
    """One message to one contact: a sealed reply, or the notice that it belongs to."""

    __tablename__ = "outbound"
    __table_args__ = (
        Index(
            "ix_outbound_due", "channel", "priority", "not_before", "id",
            sqlite_where=text("state = 'queued'"), postgresql_where=text("state = 'queued'"),
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
            "ix_outbound_notice", "notice_id", "contact_id", unique=True,
            sqlite_where=text("notice_id IS NOT NULL"),
            postgresql_where=text("notice_id IS NOT NULL"),
        ),
        Index(
            "ix_outbound_provider", "provider_id", "channel",
            sqlite_where=text("provider_id IS NOT NULL"),
            postgresql_where=text("provider_id IS NOT NULL"),
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
    reason: Mapped[str | None] = mapped_column(String(40))
    provider_id: Mapped[str | None] = mapped_column(String(80))
    callback_id: Mapped[str | None] = mapped_column(String(80))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class EarlyReceipt(Base):
    """A provider's report that overtook our own note that the message was sent."""

    __tablename__ = "early_receipts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    provider_id: Mapped[str] = mapped_column(String(80), index=True)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(40))
    received_at: Mapped[datetime]


class ChannelPace(Base):
    """When a channel may take its next message: one clock for the whole deployment."""

    __tablename__ = "channel_pace"

    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    next_at: Mapped[datetime]


_OUT: Any = OutboundMessage.__table__
_EARLY: Any = EarlyReceipt.__table__
_PACE: Any = ChannelPace.__table__
_INSERT = insert(_OUT)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message under lease, with all that its adapter needs."""

    id: int
    contact_id: int
    channel: str
    address: str
    tries: int
    bulk: bool
    last_inbound_at: datetime | None
    callback_id: str | None
    body: bytes | None
    notice_id: int | None
    notice_text: str | None
    content_sid: str | None
    content_variables: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed message; `retry_at` queues it again."""

    id: int
    tries: int
    state: str
    provider_id: str | None = None
    reason: str | None = None
    retry_at: datetime | None = None
    unreachable: bool = False
    contact_id: int | None = None


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
            "priority": REPLY,
            "state": "queued",
            "not_before": now,
            "tries": 0,
            "body": body,
            "callback_id": callback_id if place == 0 else None,
            "created_at": now,
        }
        for place, body in enumerate(bodies)
    ]
    if rows:
        session.connection().execute(_INSERT, rows)


def claim(
    connection: Connection, channel: str, limit: int, now: datetime, rate: float | None
) -> list[Claimed]:
    """Take up to `limit` due messages of a channel under a lease of 30 s.

    `rate` is in messages a second over all dispatchers; None sets no bound.
    """
    if rate is not None:
        limit = min(limit, _take_pace(connection, channel, limit, now, rate))
    if limit <= 0:
        return []
    due = _due(channel, limit, now)
    ids = connection.execute(
        update(_OUT)
        .where(_OUT.c.id.in_(due))
        .values(state="sending", lease_until=now + LEASE, tries=_OUT.c.tries + 1)
        .returning(_OUT.c.id)
    ).scalars().all()  # fmt: skip
    if rate is not None:
        _give_back_pace(connection, channel, limit - len(ids), rate)
    if not ids:
        return []
    rows = connection.execute(_CLAIMED, {"ids": ids}).all()
    return [Claimed(*row._tuple()) for row in rows]


def _due(channel: str, limit: int, now: datetime) -> Any:
    earlier = aliased(OutboundMessage)
    waits = exists().where(
        earlier.contact_id == _OUT.c.contact_id,
        earlier.priority == _OUT.c.priority,
        earlier.id < _OUT.c.id,
        earlier.state.in_(("queued", "sending")),
        or_(earlier.state == "sending", earlier.tries > 0, earlier.not_before <= now),
    )
    return (
        select(_OUT.c.id)
        .where(
            _OUT.c.state == literal("queued", literal_execute=True),
            _OUT.c.channel == channel,
            _OUT.c.not_before <= now,
            ~waits,
        )
        .order_by(_OUT.c.priority, _OUT.c.not_before, _OUT.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=_OUT)
    )


_CONTACT: Any = Contact.__table__
_NOTICE: Any = Notice.__table__
_CLAIMED = (
    select(
        _OUT.c.id,
        _OUT.c.contact_id,
        _OUT.c.channel,
        _CONTACT.c.address,
        _OUT.c.tries,
        (_OUT.c.priority >= BULK).label("bulk"),
        _CONTACT.c.last_inbound_at,
        _OUT.c.callback_id,
        _OUT.c.body,
        _OUT.c.notice_id,
        _NOTICE.c.text,
        _NOTICE.c.content_sid,
        _NOTICE.c.content_variables,
    )
    .select_from(
        _OUT.join(_CONTACT, _CONTACT.c.id == _OUT.c.contact_id).outerjoin(
            _NOTICE, _NOTICE.c.id == _OUT.c.notice_id
        )
    )
    .where(_OUT.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_OUT.c.priority, _OUT.c.id)
)


def _take_pace(
    connection: Connection, channel: str, wanted: int, now: datetime, rate: float
) -> int:
    """Reserve up to `wanted` places on the channel's clock and give how many there are.

    The generic cell rate algorithm with a burst of a tenth of a second: places that went unused
    are not saved up, so no one-second window holds more than the rate and that burst.
    """
    row = connection.execute(
        select(_PACE.c.next_at).where(_PACE.c.channel == channel).with_for_update()
    ).one_or_none()
    if row is None:
        connection.execute(insert(_PACE).values(channel=channel, next_at=now))
        next_at = now
    else:
        next_at = max(row.next_at, now)
    burst = max(1.0, rate / 10)
    free = int(burst - (next_at - now).total_seconds() * rate)
    taken = max(0, min(wanted, free))
    if taken:
        _move_pace(connection, channel, next_at + timedelta(seconds=taken / rate))
    return taken


def _give_back_pace(connection: Connection, channel: str, unused: int, rate: float) -> None:
    if unused > 0:
        next_at = connection.execute(
            select(_PACE.c.next_at).where(_PACE.c.channel == channel)
        ).scalar_one()
        _move_pace(connection, channel, next_at - timedelta(seconds=unused / rate))


def _move_pace(connection: Connection, channel: str, next_at: datetime) -> None:
    connection.execute(update(_PACE).where(_PACE.c.channel == channel).values(next_at=next_at))


def settle(connection: Connection, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write down what became of claimed messages; a lease that was lost changes nothing."""
    again = [outcome for outcome in outcomes if outcome.retry_at is not None]
    done = [outcome for outcome in outcomes if outcome.retry_at is None]
    if done:
        connection.execute(_SETTLE, [_done_row(outcome, now) for outcome in done])
    if again:
        connection.execute(_RETRY, [_again_row(outcome) for outcome in again])
    gone = [outcome for outcome in done if outcome.unreachable]
    for outcome in gone:
        connection.execute(
            update(_CONTACT)
            .where(_CONTACT.c.id == outcome.contact_id)
            .values(state="blocked", state_reason=outcome.reason)
        )
    _apply_early_receipts(connection, [o.provider_id for o in done if o.provider_id], now)


_SETTLE = (
    update(_OUT)
    .where(
        _OUT.c.id == bindparam("row_id"),
        _OUT.c.state == "sending",
        _OUT.c.tries == bindparam("row_tries"),
    )
    .values(
        state=bindparam("new_state"),
        provider_id=bindparam("new_provider_id"),
        reason=bindparam("new_reason"),
        settled_at=bindparam("now"),
        lease_until=None,
    )
)
_RETRY = (
    update(_OUT)
    .where(
        _OUT.c.id == bindparam("row_id"),
        _OUT.c.state == "sending",
        _OUT.c.tries == bindparam("row_tries"),
    )
    .values(
        state="queued",
        reason=bindparam("new_reason"),
        not_before=bindparam("retry_at"),
        lease_until=None,
    )
)


def _done_row(outcome: Outcome, now: datetime) -> dict[str, Any]:
    return {
        "row_id": outcome.id,
        "row_tries": outcome.tries,
        "new_state": outcome.state,
        "new_provider_id": outcome.provider_id,
        "new_reason": outcome.reason,
        "now": now,
    }


def _again_row(outcome: Outcome) -> dict[str, Any]:
    return {
        "row_id": outcome.id,
        "row_tries": outcome.tries,
        "new_reason": outcome.reason,
        "retry_at": outcome.retry_at,
    }


def release_expired(connection: Connection, now: datetime) -> int:
    """Queue again what a dead dispatcher held; gives how many."""
    return connection.execute(
        update(_OUT)
        .where(_OUT.c.state == "sending", _OUT.c.lease_until < now)
        .values(state="queued", lease_until=None)
    ).rowcount


def record_receipt(
    session: Session,
    channel: str,
    provider_id: str,
    state: str,
    reason: str | None,
    unreachable: bool,
    now: datetime,
) -> None:
    """Move a sent message forward to what the provider reports; an older report changes nothing."""
    connection = session.connection()
    known = connection.execute(
        select(_OUT.c.contact_id).where(
            _OUT.c.provider_id == provider_id, _OUT.c.channel == channel
        )
    ).first()
    if known is None:
        connection.execute(
            insert(_EARLY).values(
                channel=channel, provider_id=provider_id, state=state,
                reason=reason, received_at=now,
            )
        )  # fmt: skip
        return
    _advance(connection, channel, provider_id, state, reason, now)
    if unreachable:
        connection.execute(
            update(_CONTACT)
            .where(_CONTACT.c.id == known.contact_id)
            .values(state="blocked", state_reason=reason)
        )


def _advance(
    connection: Connection,
    channel: str,
    provider_id: str,
    state: str,
    reason: str | None,
    now: datetime,
) -> None:
    place = case({name: place for place, name in enumerate(_PLACES)}, value=_OUT.c.state)
    connection.execute(
        update(_OUT)
        .where(
            and_(_OUT.c.provider_id == provider_id, _OUT.c.channel == channel),
            place < _PLACES.index(state),
        )
        .values(state=state, reason=reason, settled_at=now)
    )


def _apply_early_receipts(connection: Connection, provider_ids: list[str], now: datetime) -> None:
    if not provider_ids:
        return
    rows = connection.execute(
        delete(_EARLY).where(_EARLY.c.provider_id.in_(provider_ids)).returning(
            _EARLY.c.channel, _EARLY.c.provider_id, _EARLY.c.state, _EARLY.c.reason
        )
    ).all()  # fmt: skip
    for row in rows:
        _advance(connection, row.channel, row.provider_id, row.state, row.reason, now)


def count_by_state(session: Session, notice_id: int) -> dict[str, int]:
    """Count the messages of a notice by their state."""
    rows = session.execute(
        select(_OUT.c.state, func.count().label("count"))
        .where(_OUT.c.notice_id == notice_id)
        .group_by(_OUT.c.state)
    )
    return {row.state: row.count for row in rows}


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Give since when the longest waiting message is due, or None if nothing waits."""
    return session.scalar(
        select(func.min(_OUT.c.not_before)).where(
            _OUT.c.state == "queued", _OUT.c.not_before <= now
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
