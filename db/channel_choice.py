"""The choice of a channel: one telephone is told by WhatsApp or by SMS, as its owner wants it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from db.base import DIALECT_INSERT
from db.contacts import ACTIVE, AID, NEWS, TOPICS, Contact, change_contact
from db.session import Session
from db.unwanted import end_unwanted

_SMS = "sms"
_TABLE: Any = Contact.__table__
_COPIED = ("consent", "consent_at", "person_id", "linked_at", "language")


def choose_channel(
    session: Session, contact_id: int, wanted: str, refused: str, now: datetime
) -> bool:
    """Let a telephone be told by one of its channels alone; False where it is not known there.

    What was wanted of either channel is wanted of the chosen one; where nothing was, aid and other
    matters are. Both contacts stay: whoever asks by the other way is answered there. A number can
    be written to by SMS though it never wrote itself, and its row also says that it wants none.
    """
    session.flush()
    whose = session.get_one(Contact, contact_id, populate_existing=True)
    if whose.channel != _SMS:
        _make(session, whose, now)
    both = {
        one.channel: one
        for one in session.scalars(
            select(Contact).where(
                Contact.channel.in_((wanted, refused)), Contact.address == whose.address
            )
        )
    }
    if wanted not in both:
        return False
    on = [name for name in TOPICS if any(getattr(one, name) for one in both.values())]
    none = dict.fromkeys(TOPICS, False)
    copied = {name: getattr(whose, name) for name in _COPIED}
    change_contact(
        session, both[wanted].id, **(none | dict.fromkeys(on or (AID, NEWS), True) | copied)
    )
    if refused in both:
        change_contact(session, both[refused].id, **none)
    end_unwanted(session, whose.channel, whose.address, ())
    session.expire_all()
    return True


def _make(session: Session, whose: Contact, now: datetime) -> None:
    """Make the contact by SMS of a number if there is none; nothing goes to it as yet."""
    values = {name: getattr(whose, name) for name in _COPIED}
    made = DIALECT_INSERT[session.core.dialect.name](_TABLE).values(
        channel=_SMS, address=whose.address, state=ACTIVE, failed_tries=0, created_at=now,
        **dict.fromkeys(TOPICS, False), **values,
    )  # fmt: skip
    session.core.execute(made.on_conflict_do_nothing())
