"""Delivery receipts: what providers report about messages that they took, in any order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, insert, select, update

from db.contacts import BLOCKED, Contact
from db.outbox import EarlyReceipt, OutboundMessage
from db.pace import slow
from db.second_chances import REASONS, TOO_FAST, give_second_chance
from db.session import Session

# How far a message has come; a receipt moves it to a higher place only. `failed` stands below
# `delivered`, since a phone that showed the message knows better.
_PLACES = ("queued", "sending", "sent", "canceled", "failed", "delivered", "read")
_CROSSED = timedelta(minutes=10)  # in which a receipt and the settling of its message may cross
_KEPT = timedelta(days=7)  # a receipt that fits none of our messages

_OUT: Any = OutboundMessage.__table__
_EARLY: Any = EarlyReceipt.__table__
_CONTACT: Any = Contact.__table__

_OURS = (
    (_OUT.c.provider_id == bindparam("of_message")) & (_OUT.c.channel == bindparam("of_channel"))
)  # fmt: skip
_KNOWN = select(_OUT.c.id).where(_OURS).limit(1)
_ADVANCE = (
    update(_OUT)
    .where(
        _OURS,
        case({name: place for place, name in enumerate(_PLACES)}, value=_OUT.c.state)
        < bindparam("place"),
    )
    .values(
        state=bindparam("new_state"), reason=bindparam("new_reason"), settled_at=bindparam("now")
    )
)
_LOSE_CONTACT = (
    update(_CONTACT)
    .where(_CONTACT.c.id.in_(select(_OUT.c.contact_id).where(_OURS)))
    .values(state=BLOCKED, state_reason=bindparam("new_reason"))
)
_ANY_EARLY = select(_EARLY.c.id).limit(1)
_MATCHED = (
    select(_EARLY)
    .join(
        _OUT,
        (_OUT.c.provider_id == _EARLY.c.provider_id) & (_OUT.c.channel == _EARLY.c.channel),
    )
    .order_by(_EARLY.c.id)
)
_MATCHED_RECENT = _MATCHED.where(_EARLY.c.received_at > bindparam("since"))
_MATCHED_OF = _MATCHED.where(_EARLY.c.provider_id.in_(bindparam("ids", expanding=True)))


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
    named = {"of_message": provider_id, "of_channel": channel}
    if connection.execute(_KNOWN, named).first() is None:
        early = {
            "channel": channel, "provider_id": provider_id, "state": state, "reason": reason,
            "unreachable": unreachable, "received_at": now,
        }  # fmt: skip
        connection.execute(insert(_EARLY), early)
        return
    _advance(connection, channel, provider_id, state, reason, unreachable, now)


def apply_early(connection: Connection, provider_ids: Sequence[str], now: datetime) -> None:
    """Apply what was reported about these messages before we knew their ids."""
    # Nearly always there is nothing, and then the long list need not travel.
    if provider_ids and connection.execute(_ANY_EARLY).first() is not None:
        _apply(connection, connection.execute(_MATCHED_OF, {"ids": provider_ids}).all(), now)


def apply_left_over(connection: Connection, now: datetime) -> None:
    """Apply early receipts that crossed with the settling of their message; drop very old ones.

    On PostgreSQL a receipt and a settle that commit at the same moment do not see each other.
    """
    _apply(connection, connection.execute(_MATCHED_RECENT, {"since": now - _CROSSED}).all(), now)
    connection.execute(delete(_EARLY).where(_EARLY.c.received_at < now - _KEPT))


def _apply(connection: Connection, rows: Sequence[Any], now: datetime) -> None:
    for row in rows:
        _advance(
            connection, row.channel, row.provider_id, row.state, row.reason, row.unreachable, now
        )
    if rows:
        connection.execute(delete(_EARLY).where(_EARLY.c.id.in_([row.id for row in rows])))


def _advance(
    connection: Connection,
    channel: str,
    provider_id: str,
    state: str,
    reason: str | None,
    unreachable: bool,
    now: datetime,
) -> None:
    named = {"of_message": provider_id, "of_channel": channel}
    if state == "failed" and reason == TOO_FAST:
        slow(connection, channel, now)
    chance = reason if state == "failed" and reason in REASONS else None
    if chance and give_second_chance(connection, named, chance, now):
        return
    moved = {"place": _PLACES.index(state), "new_state": state, "new_reason": reason, "now": now}
    advanced = connection.execute(_ADVANCE, named | moved).rowcount
    # A late `failed` about a message that was read says nothing about the person.
    if unreachable and advanced:
        connection.execute(_LOSE_CONTACT, named | {"new_reason": reason})
