"""Contacts: one person's end of one channel, with consent, identity and the open conversation."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, bindparam, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base, BigId
from db.fixed import Fixed
from db.kept_tries import take_tries
from db.session import Session

CONSENT_GIVEN, CONSENT_REFUSED = "given", "refused"
ACTIVE, BLOCKED, INVALID = "active", "blocked", "invalid"
BY_NUMBER = ("whatsapp", "sms")  # one address is the same telephone on both


class Topic(StrEnum):
    """What somebody may want to hear of or not, named as the column that says so."""

    AID = "notices"
    NEWS = "news"  # and warnings
    EMERGENCY = "emergencies"


TOPICS = AID, NEWS, EMERGENCY = tuple(Topic)


class Contact(Base):
    """A chat or a number; its row is the lock that orders the messages of one person."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    state_reason: Mapped[str | None] = mapped_column(String(40))
    consent: Mapped[str | None] = mapped_column(String(10))
    consent_at: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    linked_at: Mapped[datetime | None]  # when the person was tied to it, where that is known
    failed_tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]  # the last failed try
    locked_until: Mapped[datetime | None]
    last_inbound_at: Mapped[datetime | None]
    window_shut_at: Mapped[datetime | None]  # WhatsApp said that it is closed
    notices: Mapped[bool] = mapped_column(default=True)  # whether schedule notices are welcome
    news: Mapped[bool] = mapped_column(default=True)  # whether news and warnings are
    emergencies: Mapped[bool] = mapped_column(default=False)  # day and night, by own wish
    language: Mapped[str | None] = mapped_column(String(5))  # of notices; None is Indonesian
    conversation: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Without references, as tickets and talks refer to contacts themselves.
    ticket_id: Mapped[int | None]  # the open ticket that was last spoken of to the citizen
    talk_id: Mapped[int | None]  # the talk that an officer has taken
    created_at: Mapped[datetime]


_TABLE: Any = Contact.__table__


@dataclass(frozen=True, slots=True)
class Sender:
    """What an answer depends on of a contact; no more, as it is read with every message."""

    id: int
    channel: str
    consent: str | None
    person_id: int | None
    staff_id: int | None
    failed_tries: int
    tried_at: datetime | None
    locked_until: datetime | None
    notices: bool
    news: bool
    emergencies: bool
    conversation: bytes | None
    ticket_id: int | None
    talk_id: int | None
    created_at: datetime


def _arrive(dialect: str) -> Any:
    statement = DIALECT_INSERT[dialect](_TABLE).values(
        channel=bindparam("channel"),
        address=bindparam("address"),
        state=ACTIVE,
        failed_tries=0,
        notices=True,
        news=True,
        emergencies=False,
        created_at=bindparam("now"),
        last_inbound_at=bindparam("now"),
    )
    return statement.on_conflict_do_update(
        index_elements=["channel", "address"],
        set_={"last_inbound_at": statement.excluded.last_inbound_at, "state": ACTIVE},
    ).returning(*(_TABLE.c[column.name] for column in fields(Sender)))


_ARRIVE = Fixed(_arrive)
_KEEP = Fixed(
    lambda _dialect: (
        update(_TABLE)
        .where(_TABLE.c.id == bindparam("contact_id"))
        .values(conversation=bindparam("sealed"))
    )
)


def lock_contact(session: Session, channel: str, address: str, now: datetime) -> Sender:
    """Give the contact, made if new, and hold its row until the transaction ends.

    Somebody who writes can be reached again, so a blocked contact becomes active. Whoever comes
    back after an erasure is a new contact with the tries of the former one.
    """
    arrived = {"channel": channel, "address": address, "now": now}
    sender = Sender(*_ARRIVE.one(session.core, arrived))
    if sender.created_at != now:
        return sender
    kept = take_tries(session, channel, address, now)
    if kept is None:
        return sender
    tries = asdict(kept)
    change_contact(session, sender.id, **tries)
    return replace(sender, **tries)


def hold_contact(session: Session, contact_id: int) -> Contact:
    """Hold a contact's row, as a message of his own would; before any ticket, lest two wait.

    Meanwhile others may still queue something for him.
    """
    query = select(Contact).where(Contact.id == contact_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def keep_conversation(session: Session, contact_id: int, sealed: bytes | None) -> None:
    """Store the sealed conversation of a contact."""
    _KEEP.run(session.core, {"contact_id": contact_id, "sealed": sealed})


def change_contact(session: Session, contact_id: int, **values: Any) -> None:
    """Set columns of a contact."""
    session.core.execute(update(_TABLE).where(_TABLE.c.id == contact_id).values(**values))


def other_contacts(session: Session, person_id: int, contact_id: int) -> Sequence[Contact]:
    """Give the other contacts that a person is tied to."""
    query = select(Contact).where(Contact.person_id == person_id, Contact.id != contact_id)
    return session.scalars(query.order_by(Contact.id)).all()


def of_same_phone(session: Session, channel: str, address: str) -> list[int]:
    """Give the ids of the contacts of a telephone, on all channels that know it by its number."""
    channels = BY_NUMBER if channel in BY_NUMBER else (channel,)
    query = select(Contact.id).where(Contact.channel.in_(channels), Contact.address == address)
    return list(session.scalars(query.order_by(Contact.id)))


def citizen_contacts(session: Session, person_id: int) -> list[int]:
    """Give the ids of the contacts that are tied to a person and to no member of staff."""
    query = select(Contact.id).where(Contact.person_id == person_id, Contact.staff_id.is_(None))
    return list(session.scalars(query.order_by(Contact.id)))


def mark_opted(session: Session, channel: str, address: str, wanted: bool) -> None:
    """Note a keyword on which a provider itself lets nothing more pass, or everything again.

    What is sent in emergencies is for who asks us for it.
    """
    values = {AID: True, NEWS: True} if wanted else dict.fromkeys(TOPICS, False)
    session.core.execute(
        update(_TABLE)
        .where(_TABLE.c.channel == channel, _TABLE.c.address == address)
        .values(**values)
    )


def mark_reachable(session: Session, channel: str, address: str, reachable: bool) -> None:
    """Note what the channel says about a person having blocked the service."""
    values = (
        {"state": ACTIVE, "state_reason": None}
        if reachable
        else {"state": BLOCKED, "state_reason": "blocked"}
    )
    session.core.execute(
        update(_TABLE)
        .where(_TABLE.c.channel == channel, _TABLE.c.address == address)
        .values(**values)
    )
