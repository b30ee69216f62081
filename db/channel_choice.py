"""The choice of a channel: one telephone is told by WhatsApp or by SMS, as its owner wants it."""

from collections.abc import Collection
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import case, literal, select, update

from db.base import DIALECT_INSERT
from db.contacts import ACTIVE, CONSENT_GIVEN, TOPICS, Contact, Topic, change_contact
from db.outbox import OutboundMessage
from db.session import Session
from db.subscriptions import move_subscriptions
from db.unwanted import end_unwanted, waves_about

_SMS = "sms"
_TABLE: Any = Contact.__table__
_OUT: Any = OutboundMessage.__table__
_COPIED = ("consent", "consent_at", "person_id", "linked_at", "language")


class Chosen(Enum):
    """What became of the choice of a channel; only the first two change anything."""

    TOLD_THERE = auto()
    SILENT = auto()  # it is noted, but nothing is wanted by any channel
    UNKNOWN = auto()  # the number has not written on the wanted channel
    UNREACHABLE = auto()  # nothing arrives there
    OF_ANOTHER = auto()  # the two are tied to two persons


def choose_channel(
    session: Session, contact_id: int, wanted: str, refused: str, now: datetime
) -> Chosen:
    """Let a telephone be told by one of its channels alone.

    What was wanted of either channel is wanted of the chosen one, to which go what was asked for
    and what is under way; it gets the tie to a person and the language only where it has none.
    Both contacts stay: whoever asks by the other way is answered there. A number can be written to
    by SMS though it never wrote itself, and its row also says that it wants none.
    """
    session.flush()
    whose = session.get_one(Contact, contact_id, populate_existing=True)
    if whose.channel != _SMS:
        _make(session, whose, now)
    chosen = _of_channel(session, wanted, whose.address)
    other = _of_channel(session, refused, whose.address)
    if chosen is None:
        return Chosen.UNKNOWN
    if chosen.state != ACTIVE:
        return Chosen.UNREACHABLE
    both = [chosen] if other is None else [chosen, other]
    if len({one.person_id for one in both} - {None}) > 1:
        return Chosen.OF_ANOTHER
    on = [topic for topic in TOPICS if any(getattr(one, topic) for one in both)]
    none = dict.fromkeys(TOPICS, False)
    lacking = {} if other is None else _lacking(chosen, other)
    change_contact(session, chosen.id, **(none | dict.fromkeys(on, True) | lacking))
    if other is not None:
        change_contact(session, other.id, **none)
        move_subscriptions(session, other.id, chosen.id)
        _pass_on(session, other, chosen, on, now)
    end_unwanted(session, whose.channel, whose.address, ())
    session.expire_all()
    return Chosen.TOLD_THERE if on else Chosen.SILENT


def _of_channel(session: Session, channel: str, address: str) -> Contact | None:
    query = select(Contact).where(Contact.channel == channel, Contact.address == address)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _lacking(chosen: Contact, other: Contact) -> dict[str, Any]:
    """Give what the chosen contact has not, and the other one of the same telephone has."""
    names: list[str] = [] if chosen.language else ["language"]
    if chosen.consent != CONSENT_GIVEN:
        names += ["consent", "consent_at"]
    if chosen.person_id is None:
        names += ["person_id", "linked_at"]
    return {name: getattr(other, name) for name in names}


def _make(session: Session, whose: Contact, now: datetime) -> None:
    """Make the contact by SMS of a number if there is none; nothing goes to it as yet."""
    values = {name: getattr(whose, name) for name in _COPIED}
    made = DIALECT_INSERT[session.core.dialect.name](_TABLE).values(
        channel=_SMS, address=whose.address, state=ACTIVE, failed_tries=0, created_at=now,
        **dict.fromkeys(TOPICS, False), **values,
    )  # fmt: skip
    session.core.execute(made.on_conflict_do_nothing())


def _pass_on(
    session: Session, of: Contact, to: Contact, topics: Collection[Topic], now: datetime
) -> None:
    """Give the chosen contact what is queued for the other one, but nothing that it has had.

    What waits for the old channel's sake waits no longer.
    """
    had = _OUT.alias("had")
    has_it = (
        select(had.c.id)
        .where(
            had.c.contact_id == to.id,
            had.c.wave_id == _OUT.c.wave_id,
            had.c.notice_id == _OUT.c.notice_id,
        )
        .exists()
    )
    at_once = literal(now, _OUT.c.not_before.type)
    moved = (
        update(_OUT)
        .where(
            _OUT.c.contact_id == of.id,
            _OUT.c.state == "queued",
            _OUT.c.wave_id.in_(waves_about(topics)),
            ~has_it,
        )
        .values(
            contact_id=to.id,
            channel=to.channel,
            not_before=case((_OUT.c.reason.is_(None), _OUT.c.not_before), else_=at_once),
            failures=0,
            outages=None,
            reason=None,
        )
    )
    session.core.execute(moved)
