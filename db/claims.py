"""Claims: a dispatcher takes messages out of the outbox, under a lease.

A row in `sending` whose lease has run out belongs to a dispatcher that died and is queued again.
`tries` is the fencing token: whoever lost the lease settles nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    any_,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from db import pace
from db.base import UtcDateTime
from db.contacts import Contact
from db.outbox import BULK, PRIORITIES, OutboundMessage
from db.schedules import Notice

LEASE = timedelta(seconds=30)

_OUT: Any = OutboundMessage.__table__
_CONTACT: Any = Contact.__table__
_NOTICE: Any = Notice.__table__


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message under lease, with all that its adapter needs."""

    id: int
    contact_id: int
    channel: str
    address: str
    tries: int
    failures: int
    first_tried_at: datetime
    bulk: bool
    last_inbound_at: datetime | None
    callback_id: str | None
    body: bytes | None
    notice_id: int | None
    notice_text: str | None
    content_sid: str | None
    content_variables: Mapping[str, str] | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """What a claim gave; `more_at` says when, if the channel's clock gave less than was asked."""

    messages: list[Claimed]
    more_at: datetime | None = None


def claim(
    connection: Connection, channel: str, limit: int, now: datetime, rate: float | None = None
) -> Batch:
    """Take up to `limit` due messages of a channel under a lease of 30 s.

    `rate` is in messages a second over all dispatchers; None sets no bound.
    """
    if rate is None:
        return Batch(_lease(connection, _due(connection, channel, limit, now), now))
    beat = pace.Pace.of(rate)
    next_at = pace.look(connection, channel, now)
    free = beat.free(next_at, now)
    if free == 0:
        return Batch([], beat.free_from(next_at))
    rows = _due(connection, channel, min(limit, free), now)
    if not rows:
        return Batch([])
    # The clock is held only now, so that looking at an empty queue writes nothing.
    next_at = max(now, pace.hold(connection, channel, now))
    taken = rows[: beat.free(next_at, now)]
    next_at += len(taken) * beat.interval
    if taken:
        pace.advance(connection, channel, next_at)
    more_at = beat.free_from(next_at) if len(taken) < limit and len(rows) >= free else None
    return Batch(_lease(connection, taken, now), more_at)


def _due(connection: Connection, channel: str, limit: int, now: datetime) -> list[Any]:
    rows: list[Any] = []
    for priority in PRIORITIES:
        if len(rows) < limit:
            asked = {
                "of_channel": channel, "of_priority": priority, "now": now,
                "places": limit - len(rows),
            }  # fmt: skip
            rows += connection.execute(_DUE, asked).all()
    return rows


def _lease(connection: Connection, rows: Sequence[Any], now: datetime) -> list[Claimed]:
    if not rows:
        return []
    leased = {"ids": [row.id for row in rows], "until": now + LEASE, "now": now}
    connection.execute(_LEASE[connection.dialect.name], leased)
    return [Claimed(*row) for row in rows]


def _due_query() -> Any:
    # Whoever comes earlier in the contact's line holds it up: while it is sent, while it waits for
    # a retry, or while it is due itself; a message planned for a later day does not. As a scalar
    # subquery, since PostgreSQL may not make it a join then, which over a million rows would
    # ignore the limit.
    earlier = aliased(OutboundMessage)
    held_up_by = (
        select(earlier.id)
        .where(
            earlier.contact_id == _OUT.c.contact_id,
            earlier.priority == _OUT.c.priority,
            earlier.id < _OUT.c.id,
            earlier.state.in_([literal(state, literal_execute=True) for state in _IN_LINE]),
            or_(
                earlier.state == "sending",
                earlier.tries > 0,
                earlier.not_before <= bindparam("now"),
            ),
        )
        .limit(1)
        .scalar_subquery()
    )
    notice = _OUT.join(_CONTACT, _CONTACT.c.id == _OUT.c.contact_id).outerjoin(
        _NOTICE, _NOTICE.c.id == _OUT.c.notice_id
    )
    return (
        select(
            _OUT.c.id,
            _OUT.c.contact_id,
            _OUT.c.channel,
            _CONTACT.c.address,
            (_OUT.c.tries + 1).label("tries"),
            _OUT.c.failures,
            func.coalesce(_OUT.c.first_tried_at, bindparam("now")).label("first_tried_at"),
            (_OUT.c.priority >= BULK).label("bulk"),
            _CONTACT.c.last_inbound_at,
            _OUT.c.callback_id,
            _OUT.c.body,
            _OUT.c.notice_id,
            _NOTICE.c.text,
            _NOTICE.c.content_sid,
            _NOTICE.c.content_variables,
            _OUT.c.not_before,
        )
        .select_from(notice)
        .where(
            # Spelt out, for a bound value would not match the partial index.
            _OUT.c.state == literal("queued", literal_execute=True),
            _OUT.c.channel == bindparam("of_channel"),
            # One priority at a time: bulk planned for tomorrow is then not even looked at.
            _OUT.c.priority == bindparam("of_priority"),
            _OUT.c.not_before <= bindparam("now"),
            held_up_by.is_(null()),
        )
        .order_by(_OUT.c.not_before, _OUT.c.id)
        .limit(bindparam("places"))
        .with_for_update(skip_locked=True, of=_OUT)
    )


_IN_LINE = ("queued", "sending")
_DUE = _due_query()
_TAKE = update(_OUT).values(
    state="sending",
    lease_until=bindparam("until"),
    tries=_OUT.c.tries + 1,
    first_tried_at=func.coalesce(_OUT.c.first_tried_at, bindparam("now", type_=UtcDateTime())),
)
_LEASE = {
    "postgresql": _TAKE.where(_OUT.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger())))),
    "sqlite": _TAKE.where(_OUT.c.id.in_(bindparam("ids", expanding=True))),
}


def release_expired(connection: Connection, now: datetime) -> int:
    """Queue again what a dead dispatcher held; gives how many."""
    return connection.execute(_RELEASE, {"now": now}).rowcount


_RELEASE = (
    update(_OUT)
    .where(
        _OUT.c.state == literal("sending", literal_execute=True),
        _OUT.c.lease_until < bindparam("now"),
    )
    .values(state="queued", lease_until=None)
)
