"""Erasure: who takes back his consent is left alone at once, and his chat is erased soon after."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String, exists, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.attachments import forget_files
from db.base import Base, BigId
from db.contacts import (
    CONSENT_GIVEN,
    CONSENT_REFUSED,
    INVALID,
    TOPICS,
    Contact,
    change_contact,
    of_same_phone,
)
from db.exports import drop_links
from db.hoaxes import forget_reports
from db.inbox import forget_bodies
from db.kept_tries import Tries, keep_tries
from db.outbox import HELD, OutboundMessage
from db.privacy_notices import forget_notices
from db.session import Session
from db.tickets import Ticket

WITHIN = timedelta(hours=72)  # law 27/2022 counts 3×24 hours
_UNDER_WAY = timedelta(hours=1)  # so long the answer to the request may still be on its way
_AT_ONCE = 50

_OUT: Any = OutboundMessage.__table__
_MOVING = ("queued", "sending")


class Erasure(Base):
    """A request to erase what one contact wrote and was told."""

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    actor: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]


def stop_processing(session: Session, contact_id: int, actor: str, now: datetime) -> Erasure:
    """Take consent and identity from a contact, let nothing go to it, and note the request.

    What it wrote is emptied at once; the lock after failed tries stays, lest this be a way round.
    What we have of the same number on another channel ends with it.
    """
    contact = session.get_one(Contact, contact_id)
    for other in of_same_phone(session, contact.channel, contact.address):
        if other != contact_id:
            _stop(session, other, actor, now)
    return _stop(session, contact_id, actor, now)


def _stop(session: Session, contact_id: int, actor: str, now: datetime) -> Erasure:
    forget_notices(session, contact_id)  # which needs to know the family
    change_contact(
        session, contact_id,
        consent=CONSENT_REFUSED, consent_at=now, person_id=None, language=None,
        **dict.fromkeys(TOPICS, False),
    )  # fmt: skip
    session.core.execute(
        update(_OUT)
        .where(_OUT.c.contact_id == contact_id, _OUT.c.state.in_(("queued", HELD)))
        .values(state="canceled", reason="erased", body=None, callback_id=None, settled_at=now)
    )
    forget_bodies(session, contact_id)
    drop_links(session, contact_id)
    forget_reports(session, contact_id)
    audit.record(session, now, actor, "withdraw consent", f"contact:{contact_id}")
    asked = select(Erasure).where(Erasure.contact_id == contact_id, Erasure.done_at.is_(None))
    request = session.scalars(asked).first()
    if request is None:
        request = Erasure(contact_id=contact_id, actor=actor, due_at=now + WITHIN, asked_at=now)
        session.add(request)
        session.flush()
    return request


def erase_due(session: Session, now: datetime) -> int:
    """Carry out the requests whose answers have gone out; says how many."""
    return sum(erase_chat(session, request, now) for request in open_requests(session, now))


def open_requests(session: Session, now: datetime) -> Sequence[Erasure]:
    """Give the oldest requests that may be carried out: nothing is on its way to their contacts."""
    moving = exists().where(_OUT.c.contact_id == Erasure.contact_id, _OUT.c.state.in_(_MOVING))
    query = (
        select(Erasure)
        .where(Erasure.done_at.is_(None), Erasure.asked_at <= now - _UNDER_WAY, ~moving)
        .order_by(Erasure.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).all()


def erase_chat(session: Session, request: Erasure, now: datetime) -> bool:
    """Erase a contact's chat: all of it, or what was before the request if he has come back.

    False means that something is still on its way to him: the address is needed for it, so that
    the request stays open.
    """
    found = session.scalars(
        select(Contact).where(Contact.id == request.contact_id).with_for_update()
    )
    contact = found.one()
    session.refresh(contact)
    agreed_at = contact.consent_at or request.asked_at
    is_back = contact.consent == CONSENT_GIVEN and agreed_at > request.asked_at
    until = agreed_at if is_back else now
    forget_bodies(session, contact.id, until)
    session.core.execute(
        update(_OUT)
        .where(
            _OUT.c.contact_id == contact.id,
            _OUT.c.state.not_in(_MOVING),
            _OUT.c.created_at <= until,
        )
        .values(body=None, callback_id=None, provider_id=None)
    )
    if not is_back:
        change_contact(session, contact.id, conversation=None)
    if _is_moving(session, contact.id):
        return False
    if not is_back:
        forget_files(session, contact.id)
    if not is_back and not _is_needed(session, contact):
        _take_address(session, contact, now)
    request.done_at = now
    audit.record(session, now, "service", "erase chat", f"contact:{contact.id}")
    return True


def _is_moving(session: Session, contact_id: int) -> bool:
    moving = exists().where(_OUT.c.contact_id == contact_id, _OUT.c.state.in_(_MOVING))
    return bool(session.scalar(select(moving)))


def _is_needed(session: Session, contact: Contact) -> bool:
    """Say whether somebody works on a report and has to answer it, or the chat is of staff."""
    own = (Ticket.contact_id == contact.id) & Ticket.helper_id.is_(None)
    waiting = session.scalar(select(exists().where(own)))
    return bool(waiting) or contact.staff_id is not None


def _take_address(session: Session, contact: Contact, now: datetime) -> None:
    """Take the number away; tries and lock bear on whoever writes from it next."""
    tries = Tries(contact.failed_tries, contact.tried_at, contact.locked_until)
    keep_tries(session, contact.channel, contact.address, tries, now)
    change_contact(
        session, contact.id,
        address=f"erased-{contact.id}", state=INVALID, state_reason="erased",
        consent=None, consent_at=None, last_inbound_at=None,
    )  # fmt: skip
