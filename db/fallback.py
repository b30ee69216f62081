"""Another way to a family: who else hears of a broadcast where a message did not arrive."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from db import pace
from db.audiences import is_wanted, is_willing, topic_of
from db.base import DIALECT_INSERT
from db.broadcast_rows import waves_of
from db.broadcast_watch import hold_if_free, superseded_notices
from db.broadcasts import Broadcast, State, Wave
from db.contacts import ACTIVE, CONSENT_GIVEN, Contact
from db.notice_rules import notice_rules
from db.outbox import BULK, TELLING, UNWANTED, OutboundMessage
from db.registry import Person
from db.session import Session
from db.traits import belongs

_GOING = (State.RUNNING, State.DONE)
_LONGER = timedelta(days=2)  # after which nobody is told any more of what is done
_WHATSAPP, _SMS = "whatsapp", "sms"
_NO_WHATSAPP = "not_on_channel"  # Twilio 63024
_COPIED = (
    "consent", "consent_at", "person_id", "linked_at", "notices", "news", "emergencies", "language",
)  # fmt: skip

_OUT: Any = OutboundMessage.__table__
_CONTACT: Any = Contact.__table__


@dataclass(frozen=True, slots=True)
class _Lost:
    """A message that did not arrive."""

    id: int
    contact_id: int
    channel: str
    reason: str | None
    wave_id: int
    notice_id: int
    household_id: int | None


@dataclass(frozen=True, slots=True)
class _Way:
    """A contact that may be told in its place."""

    contact_id: int
    channel: str


def serve(connection: Connection, channel: str, now: datetime) -> None:
    """Note that a dispatcher works for a channel; what found no way for want of SMS gets it."""
    if pace.start(connection, channel, now) and channel == _SMS:
        connection.execute(_LOOK_AGAIN, {"since": now - _LONGER})


def _look_again() -> Any:
    theirs, mine, other = aliased(Contact), aliased(Person), aliased(Person)
    later = aliased(OutboundMessage)
    passed_on = (
        exists()
        .where(
            later.wave_id == _OUT.c.wave_id, later.id > _OUT.c.id,
            theirs.id == later.contact_id, other.id == theirs.person_id,
            other.household_id == mine.household_id, mine.id == _CONTACT.c.person_id,
            _CONTACT.c.id == _OUT.c.contact_id,
        )
        .correlate(_OUT)
    )  # fmt: skip
    of_use = or_(Broadcast.ended_at.is_(None), Broadcast.ended_at > bindparam("since"))
    waves = select(Wave.id).join(Broadcast, Broadcast.id == Wave.broadcast_id)
    return (
        update(_OUT)
        .where(
            _OUT.c.wave_id.in_(waves.where(Broadcast.state.in_(_GOING), of_use)),
            _OUT.c.state == "failed", _OUT.c.reason == _NO_WHATSAPP,
            _OUT.c.passed_on_at.is_not(None), ~passed_on,
        )
        .values(passed_on_at=None)
    )  # fmt: skip


_LOOK_AGAIN = _look_again()


def fall_back(session: Session, now: datetime, most: int = 1000) -> int:
    """Queue what did not arrive for the family's next willing contact; gives how many rows.

    That is what failed for good, what its contact did not want any more before it went out, and
    what WhatsApp or SMS took without a word of delivery for `fallback_hours`. A number that is not
    on WhatsApp is written to by SMS, if the rules allow it. Each message is passed on once; a
    broadcast that was done runs again by it. What was changed or canceled since is told to nobody.
    `most` bounds the messages looked at of each broadcast.
    """
    rules = notice_rules(session)
    silent_since = now - timedelta(hours=rules.fallback_hours)
    queued = 0
    for broadcast_id in _with_losses(session, silent_since, now):
        broadcast = hold_if_free(session, broadcast_id, _GOING)
        if broadcast is None:
            continue
        outdated = superseded_notices(session, broadcast)
        taken = _take(session, broadcast_id, silent_since, now, most)
        lost = [row for row in taken if row.notice_id not in outdated]
        ways = _by_sms(session, broadcast, lost, now) if rules.sms_fallback else {}
        others = [row for row in lost if row.id not in ways]
        ways |= _by_family(session, broadcast, others, {way.contact_id for way in ways.values()})
        queued += _queue(session, broadcast, lost, ways, now)
    return queued


def _with_losses(session: Session, silent_since: datetime, now: datetime) -> Sequence[int]:
    """Give the broadcasts of which something did not arrive, and that are still of use."""
    lost = (
        select(_OUT.c.id)
        .join(Wave, Wave.id == _OUT.c.wave_id)
        .where(Wave.broadcast_id == Broadcast.id)
    )
    found = (lost.where(kind).limit(1).scalar_subquery() for kind in _kinds_of_loss(silent_since))
    of_use = or_(Broadcast.ended_at.is_(None), Broadcast.ended_at > silent_since - _LONGER)
    query = select(Broadcast.id).where(
        Broadcast.state.in_(_GOING),
        func.coalesce(Broadcast.expires_at > now, True),
        of_use,
        or_(*(one.is_not(None) for one in found)),
    )
    return session.scalars(query.order_by(Broadcast.id)).all()


def _kinds_of_loss(silent_since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions of what failed, is unwanted or is silent, as the partial indexes do."""
    open_ = and_(_OUT.c.wave_id.is_not(None), _OUT.c.passed_on_at.is_(None))
    telling = [literal(channel, literal_execute=True) for channel in TELLING]
    failed = _OUT.c.state == literal("failed", literal_execute=True)
    sent = and_(_OUT.c.state == literal("sent", literal_execute=True), _OUT.c.channel.in_(telling))
    ended = _OUT.c.state == literal("canceled", literal_execute=True)
    unwanted = and_(ended, _OUT.c.reason == literal(UNWANTED, literal_execute=True))
    return (
        and_(failed, open_),
        and_(unwanted, open_),
        and_(sent, open_, _OUT.c.settled_at <= silent_since),
    )


def _take(
    session: Session, broadcast_id: int, silent_since: datetime, now: datetime, most: int
) -> list[_Lost]:
    """Give messages that did not arrive, and note that they are passed on."""
    lost: list[_Lost] = []
    for kind in _kinds_of_loss(silent_since):
        rows = session.core.execute(
            select(
                _OUT.c.id, _OUT.c.contact_id, _OUT.c.channel, _OUT.c.reason, _OUT.c.wave_id,
                _OUT.c.notice_id, Person.household_id,
            )
            .join(_CONTACT, _CONTACT.c.id == _OUT.c.contact_id)
            .outerjoin(Person, Person.id == _CONTACT.c.person_id)
            .where(_OUT.c.wave_id.in_(waves_of(broadcast_id)), kind)
            .limit(most - len(lost))
            .with_for_update(skip_locked=True, of=_OUT)
        )  # fmt: skip
        lost += [_Lost(*row) for row in rows]
    noted = update(_OUT).where(_OUT.c.id.in_([row.id for row in lost])).values(passed_on_at=now)
    session.core.execute(noted)
    return lost


def _by_sms(
    session: Session, broadcast: Broadcast, lost: Sequence[_Lost], now: datetime
) -> dict[int, _Way]:
    """Give for each number that is not on WhatsApp its contact of SMS, which is made if need be."""
    numbers = {row.contact_id: row.id for row in lost if row.reason == _NO_WHATSAPP}
    if not numbers or not pace.is_served(session.core, _SMS):
        return {}
    copied = [_CONTACT.c[name] for name in _COPIED]
    agreed = (
        Contact.id.in_(numbers), Contact.channel == _WHATSAPP, Contact.consent == CONSENT_GIVEN,
        is_wanted(topic_of(broadcast.kind)),
    )  # fmt: skip
    session.core.execute(_inherit_wish(numbers))
    insert_new = DIALECT_INSERT[session.core.dialect.name](_CONTACT)
    session.core.execute(
        insert_new.from_select(
            ["channel", "address", "state", "failed_tries", "created_at", *_COPIED],
            select(
                literal(_SMS), _CONTACT.c.address, literal(ACTIVE), literal(0),
                literal(now, _CONTACT.c.created_at.type), *copied,
            ).where(*agreed),
            include_defaults=False,
        ).on_conflict_do_nothing()
    )  # fmt: skip
    whatsapp = aliased(Contact)
    rows = session.execute(
        select(whatsapp.id, Contact.id)
        .join(whatsapp, whatsapp.address == Contact.address)
        .where(
            whatsapp.id.in_(numbers), Contact.channel == _SMS,
            is_willing(topic_of(broadcast.kind)), ~_was_told(broadcast),
        )
    )  # fmt: skip
    return {numbers[of]: _Way(contact_id, _SMS) for of, contact_id in rows}


def _inherit_wish(numbers: Collection[int]) -> Any:
    """Let the SMS contacts of some numbers that are known already hear of dangers, as was asked.

    Whoever ends something ends it for his telephone, so that what SMS does not know was never
    ended; but where a provider was told by SMS that nothing more may come, that holds.
    """
    asker = aliased(Contact)
    asked = exists().where(
        asker.id.in_(numbers), asker.channel == _WHATSAPP, asker.address == _CONTACT.c.address,
        asker.consent == CONSENT_GIVEN, asker.emergencies,
    )  # fmt: skip
    return (
        update(_CONTACT)
        .where(
            _CONTACT.c.channel == _SMS, _CONTACT.c.consent == CONSENT_GIVEN,
            or_(_CONTACT.c.notices, _CONTACT.c.news), asked.correlate(_CONTACT),
        )
        .values(emergencies=True)
    )  # fmt: skip


def _by_family(
    session: Session, broadcast: Broadcast, lost: Sequence[_Lost], taken: Collection[int]
) -> dict[int, _Way]:
    """Give for each message the contact of its family that wrote last of those not told yet."""
    rows = session.execute(
        select(Person.household_id, Contact.id, Contact.channel)
        .join(Person, Person.id == Contact.person_id)
        .where(
            Person.household_id.in_({row.household_id for row in lost} - {None}),
            belongs(Person), is_willing(topic_of(broadcast.kind)), ~_was_told(broadcast),
        )
        .order_by(Contact.last_inbound_at.desc().nulls_last(), Contact.id)
    )  # fmt: skip
    left: dict[int | None, list[_Way]] = {}
    for household_id, contact_id, channel in rows:
        if contact_id not in taken:
            left.setdefault(household_id, []).append(_Way(contact_id, channel))
    return {row.id: left[row.household_id].pop(0) for row in lost if left.get(row.household_id)}


def _was_told(broadcast: Broadcast) -> ColumnElement[bool]:
    return exists().where(
        _OUT.c.wave_id.in_(waves_of(broadcast.id)), _OUT.c.contact_id == Contact.id
    )


def _queue(
    session: Session,
    broadcast: Broadcast,
    lost: Sequence[_Lost],
    ways: Mapping[int, _Way],
    now: datetime,
) -> int:
    rows = [
        {
            "contact_id": ways[row.id].contact_id, "channel": ways[row.id].channel,
            "priority": BULK, "state": "queued", "not_before": now, "tries": 0, "failures": 0,
            "notice_id": row.notice_id, "wave_id": row.wave_id, "created_at": now,
        }
        for row in lost
        if row.id in ways
    ]  # fmt: skip
    if rows:
        session.core.execute(insert(_OUT), rows)
        broadcast.contacts += len(rows)
        broadcast.state, broadcast.ended_at = State.RUNNING, None
        session.flush()
    return len(rows)
