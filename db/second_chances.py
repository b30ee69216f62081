"""Second chances: what a provider would not deliver now, but may deliver otherwise or later.

They are for bulk only: a reply that came hours later would answer nothing. Nothing is tried again
once its broadcast is out of date.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)

from db.audiences import Topic, topic_of
from db.base import UtcDateTime
from db.broadcasts import Broadcast, Kind, Notice, State, Wave
from db.contacts import CONSENT_GIVEN, Contact
from db.outbox import OutboundMessage

WINDOW, WITHHELD, TOO_FAST = "window", "withheld", "rate_limited"  # Twilio 63016, 63049, 63018
REASONS = frozenset({WINDOW, WITHHELD, TOO_FAST})

_WAITS = {WINDOW: timedelta(0), WITHHELD: timedelta(hours=6), TOO_FAST: timedelta(minutes=2)}
_TWICE = 2
_ALIVE = (State.RUNNING, State.PAUSED, State.DONE)
_A_DAY = timedelta(hours=24)  # since the first try; as for other retries

_OUT: Any = OutboundMessage.__table__
_CONTACT: Any = Contact.__table__
_BROADCAST: Any = Broadcast.__table__
_NOTICE: Any = Notice.__table__
_WAVE: Any = Wave.__table__


def _named(by_row: bool) -> ColumnElement[bool]:
    if by_row:
        mine = and_(_OUT.c.id == bindparam("row_id"), _OUT.c.tries == bindparam("row_tries"))
        return and_(mine, _OUT.c.state == "failed")
    mine = and_(
        _OUT.c.provider_id == bindparam("of_message"), _OUT.c.channel == bindparam("of_channel")
    )
    return and_(mine, _OUT.c.state == "sent")


def _helps(reason: str) -> Any:
    if reason == WITHHELD:
        return _OUT.c.failures < _TWICE
    if reason == TOO_FAST:
        return _OUT.c.first_tried_at > bindparam("a_day_ago", type_=UtcDateTime())
    # It was not the template that was refused, for that may go out at any time.
    shut, heard = _CONTACT.c.window_shut_at, _CONTACT.c.last_inbound_at
    has_template = exists().where(
        _NOTICE.c.id == _OUT.c.notice_id, _NOTICE.c.content_sid.is_not(None)
    )
    was_open = exists().where(_CONTACT.c.id == _OUT.c.contact_id, or_(shut.is_(None), shut < heard))
    return and_(has_template, was_open)


def _is_welcome() -> ColumnElement[bool]:
    kinds = {topic: [kind for kind in Kind if topic_of(kind) is topic] for topic in Topic}
    return or_(*(and_(_BROADCAST.c.kind.in_(kinds[topic]), _CONTACT.c[topic]) for topic in Topic))


def _again(reason: str, by_row: bool) -> Any:
    in_time = func.coalesce(_BROADCAST.c.expires_at > bindparam("again_at"), True)
    alive = exists().where(
        _WAVE.c.id == _OUT.c.wave_id, _BROADCAST.c.id == _WAVE.c.broadcast_id,
        _BROADCAST.c.state.in_(_ALIVE), in_time,
        _CONTACT.c.id == _OUT.c.contact_id, _CONTACT.c.consent == CONSENT_GIVEN, _is_welcome(),
    )  # fmt: skip
    return (
        update(_OUT)
        .where(_named(by_row), alive, _helps(reason))
        .values(
            state="queued",
            not_before=bindparam("again_at", type_=UtcDateTime()),
            failures=_OUT.c.failures + int(reason == WITHHELD),
            reason=reason,
            provider_id=None,  # a receipt that comes twice has nothing to say about the next try
            settled_at=None,
        )
        .returning(_OUT.c.contact_id, _OUT.c.wave_id)
    )


_AGAIN = {
    (reason, by_row): _again(reason, by_row) for reason in REASONS for by_row in (True, False)
}
_SHUT = (
    update(_CONTACT)
    .where(_CONTACT.c.id == bindparam("contact"))
    .values(window_shut_at=bindparam("now"))
)
_GO_ON = (
    update(_BROADCAST)
    .where(
        _BROADCAST.c.id.in_(select(_WAVE.c.broadcast_id).where(_WAVE.c.id == bindparam("of_wave"))),
        _BROADCAST.c.state == State.DONE,
    )
    .values(state=State.RUNNING, ended_at=None)
)


def give_second_chance(
    connection: Connection, which: Mapping[str, Any], reason: str, now: datetime
) -> bool:
    """Queue a message again that failed for one of the reasons, if a second chance may help it.

    `which` names it: `row_id` and `row_tries` of one that has just failed, or `of_message` and
    `of_channel` of one that its provider had taken. A broadcast that was done runs again.
    """
    asked = {**which, "again_at": now + _WAITS[reason], "a_day_ago": now - _A_DAY}
    again = connection.execute(_AGAIN[reason, "row_id" in which], asked).one_or_none()
    if again is None:
        return False
    if reason == WINDOW:
        connection.execute(_SHUT, {"contact": again.contact_id, "now": now})
    connection.execute(_GO_ON, {"of_wave": again.wave_id})
    return True
