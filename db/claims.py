"""Claims: a dispatcher takes messages out of the outbox, under a lease.

A row in `sending` whose lease has run out belongs to a dispatcher that died and is queued again.
`tries` is the fencing token: whoever lost the lease settles nothing. Here is the last look at
whether a notice is still welcome and holds, as it may have been queued again after its contact said
no, its day was over or other words took its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    and_,
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
from db.audiences import Topic, topic_of
from db.base import UtcDateTime
from db.broadcast_watch import OF_A_DAY, untrue_notices
from db.broadcasts import Notice, waves_to_send
from db.contacts import CONSENT_GIVEN, Contact
from db.outbox import BULK, REPLY, UNWANTED, OutboundMessage

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
    outages: int
    first_tried_at: datetime
    bulk: bool
    last_inbound_at: datetime | None
    window_shut_at: datetime | None
    callback_id: str | None
    body: bytes | None
    notice_id: int | None
    notice_text: str | None
    choices: Sequence[Sequence[str]] | None
    content_sid: str | None
    content_variables: Mapping[str, str] | None
    due_at: datetime
    expires_at: datetime | None = None  # from then on it may not be sent


@dataclass(frozen=True, slots=True)
class Held:
    """What a dispatcher of a paced channel has already."""

    places: int = 0  # moments at which it may send
    waiting: int = 0  # messages for them
    bulk: int = 0  # of these, such as a reply may overtake
    lead: timedelta = timedelta(0)  # that it takes to use what it is given


NOTHING = Held()


@dataclass(frozen=True, slots=True)
class Batch:
    """What a claim gave: messages and, on a paced channel, moments at which one may be sent.

    `more_at` says when to ask again, if the channel's clock gave less than was asked.
    """

    messages: list[Claimed]
    places: list[datetime] = field(default_factory=list)
    more_at: datetime | None = None


def claim(
    connection: Connection,
    channel: str,
    limit: int,
    now: datetime,
    rate: float | None = None,
    held: Held = NOTHING,
) -> Batch:
    """Take up to `limit` due messages of a channel under a lease of 30 s.

    `rate` is in messages a second over all dispatchers; None sets no bound. Replies are taken
    beyond the places that are free as long as whoever asks holds places for bulk messages.
    """
    if rate is None:
        return Batch(_lease(connection, _due(connection, channel, limit, limit, now), now))
    earliest = now + held.lead
    beat = pace.look(connection, channel, rate, now)
    room = max(0, min(limit, beat.free(earliest) + held.places - held.waiting))
    overtaken = min(held.places, held.bulk)
    rows = _due(connection, channel, room + overtaken, room, now)
    needed = held.waiting + len(rows) - held.places
    if not rows and needed <= 0:
        return Batch([], more_at=None if room or limit <= 0 else beat.more_at)
    # The clock is held only now, so that looking at an empty queue writes nothing.
    beat = pace.hold(connection, channel, rate, now)
    places, beat = beat.take(max(0, needed), earliest)
    if places:
        pace.advance(connection, channel, beat)
    missing = max(0, needed - len(places))
    replies = sum(not row.bulk for row in rows)
    taken = rows[: max(len(rows) - missing, min(replies, overtaken))]
    scarce = missing or len(rows) >= room < limit
    return Batch(_lease(connection, taken, now), places, beat.more_at if scarce else None)


def _due(
    connection: Connection, channel: str, most_replies: int, limit: int, now: datetime
) -> list[Claimed]:
    """Give due messages: replies before all, then those of one wave after the other."""
    if most_replies <= 0:
        return []
    asked = {"of_channel": channel, "now": now}
    replies = connection.execute(_DUE_REPLIES, asked | {"places": most_replies})
    rows = [Claimed(*row) for row in replies]
    if len(rows) >= limit:
        return rows
    waves = waves_to_send(connection, now)
    for wave, (kind, expires_at) in waves.items():
        places = limit - len(rows)
        if places > 0:
            asked_of_wave = {"of_wave": wave, "waves": [*waves], "places": places}
            query = _DUE_OF_WAVE[topic_of(kind)]
            found = connection.execute(query, asked | asked_of_wave).all()
            _end(connection, UNWANTED, [row.id for row in found if not row.wanted])
            wanted = [Claimed(*row[:-1]) for row in found if row.wanted]
            holding = _holding(connection, wanted, now) if kind in OF_A_DAY else wanted
            rows += [replace(row, expires_at=expires_at) for row in holding]
    return rows


def _holding(connection: Connection, rows: Sequence[Claimed], now: datetime) -> Sequence[Claimed]:
    """Give the rows whose notices hold still; the others are ended, each with its reason.

    Of the notices that were found alone, as a broadcast may have tens of thousands.
    """
    notices = {row.notice_id for row in rows if row.notice_id is not None}
    untrue = untrue_notices(connection, notices, now) if notices else {}
    ended: dict[str, list[int]] = {}
    for row in rows:
        if row.notice_id in untrue:
            ended.setdefault(untrue[row.notice_id], []).append(row.id)
    for reason, ids in ended.items():
        _end(connection, reason, ids)
    return [row for row in rows if row.notice_id not in untrue] if untrue else rows


def _end(connection: Connection, reason: str, rows: Sequence[int]) -> None:
    if rows:
        connection.execute(_END, {"ids": rows, "why": reason})


def _lease(connection: Connection, rows: list[Claimed], now: datetime) -> list[Claimed]:
    if rows:
        leased = {"ids": [row.id for row in rows], "until": now + LEASE, "now": now}
        connection.execute(_LEASE[connection.dialect.name], leased)
    return rows


def _earlier(of_priority: int, *in_the_way: Any) -> Any:
    """Select whoever comes earlier in the contact's line and holds it up.

    As a scalar subquery, since PostgreSQL may not make it a join then, which over a million rows
    would ignore the limit.
    """
    return (
        select(_EARLIER.id)
        .where(
            _EARLIER.contact_id == _OUT.c.contact_id,
            _EARLIER.priority == of_priority,
            _EARLIER.id < _OUT.c.id,
            _EARLIER.state.in_([literal(state, literal_execute=True) for state in _IN_LINE]),
            or_(_EARLIER.state == "sending", *in_the_way),
        )
        .limit(1)
        .scalar_subquery()
    )


def _due_query(held_up_by: Any, *which: Any, also: Sequence[Any] = ()) -> Any:
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
            func.coalesce(_OUT.c.outages, 0).label("outages"),
            func.coalesce(_OUT.c.first_tried_at, bindparam("now")).label("first_tried_at"),
            (_OUT.c.priority >= BULK).label("bulk"),
            _CONTACT.c.last_inbound_at,
            _CONTACT.c.window_shut_at,
            _OUT.c.callback_id,
            _OUT.c.body,
            _OUT.c.notice_id,
            _NOTICE.c.text,
            _NOTICE.c.choices,
            _NOTICE.c.content_sid,
            _NOTICE.c.content_variables,
            _OUT.c.not_before,
            *also,
        )
        .select_from(notice)
        .where(
            # Spelt out, for a bound value would not match the partial index.
            _OUT.c.state == literal("queued", literal_execute=True),
            _OUT.c.channel == bindparam("of_channel"),
            *which,
            _OUT.c.not_before <= bindparam("now"),
            held_up_by.is_(null()),
        )
        .order_by(_OUT.c.not_before, _OUT.c.id)
        .limit(bindparam("places"))
        .with_for_update(skip_locked=True, of=_OUT)
    )


_IN_LINE = ("queued", "sending")
_EARLIER = aliased(OutboundMessage)
_DUE_NOW = _EARLIER.not_before <= bindparam("now")
# While it is sent, while it waits for a retry, or while it is due itself; not a later day's.
_DUE_REPLIES = _due_query(
    _earlier(REPLY, _EARLIER.tries > 0, _DUE_NOW),
    _OUT.c.wave_id.is_(null()),
    _OUT.c.priority == REPLY,
)
# What rests, as its broadcast is paused or its zone asleep, holds up nothing.
_EARLIER_BULK = _earlier(
    BULK,
    and_(
        _EARLIER.wave_id.in_(bindparam("waves", expanding=True)),
        or_(_EARLIER.tries > 0, _DUE_NOW),
    ),
)


def _due_of_wave(topic: Topic) -> Any:
    # Not a condition: what is found unwanted is ended at once, lest it stay queued for ever. Who
    # blocked us is no such case, as his family is told only once the sending has failed.
    agreed = func.coalesce(_CONTACT.c.consent == CONSENT_GIVEN, False)
    wanted = and_(agreed, _CONTACT.c[topic]).label("wanted")
    of_wave = _OUT.c.wave_id == bindparam("of_wave")
    return _due_query(_EARLIER_BULK, of_wave, also=(wanted,))


_DUE_OF_WAVE = {topic: _due_of_wave(topic) for topic in Topic}
_END = (
    update(_OUT)
    .where(_OUT.c.id.in_(bindparam("ids", expanding=True)))
    .values(state="canceled", reason=bindparam("why"))
)
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
    """Queue again what a dead dispatcher held; gives how many.

    It is marked for good, as it may have been sent already.
    """
    return connection.execute(_RELEASE, {"now": now}).rowcount


_RELEASE = (
    update(_OUT)
    .where(
        _OUT.c.state == literal("sending", literal_execute=True),
        _OUT.c.lease_until < bindparam("now"),
    )
    .values(state="queued", lease_until=None, lost_at=bindparam("now", type_=UtcDateTime()))
)
