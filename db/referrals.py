"""Referrals: one ticket asked of one agency, which answers by a link without an account."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.contacts import Contact
from db.crypto import mask
from db.registry import Person
from db.session import Session
from db.ticket_desk import Sight, hides_reporter
from db.ticket_states import State
from db.tickets import Ticket

PURPOSE = "referral"
_TOKEN_PURPOSE = "referral link"  # noqa: S105 - what an index is for, not a token
_TOKEN_BYTES = 24
_LONGEST_TOKEN = 64  # characters


class Referral(Base):
    """One letter to an agency; the token of its page is kept as an index alone."""

    __tablename__ = "referrals"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agencies.code"))
    number: Mapped[str] = mapped_column(String(40), unique=True)  # R-PKS-2026-000123-1
    asked_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    names_reporter: Mapped[bool]  # whether the agency reads who brought it
    token_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    sent_by: Mapped[str] = mapped_column(String(60))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class Named:
    """Who brought a ticket, as far as an agency needs it; empty where it is not known."""

    person_id: int | None
    name: str
    nik: str  # masked
    phone: str


@dataclass(frozen=True, slots=True)
class Written:
    """A referral with what was written in it, opened."""

    referral: Referral
    asked: str
    answer: str
    answered_name: str


def named(session: Session, ticket: Ticket) -> Named:
    """Give who brought a ticket: name, masked NIK, telephone; whoever reads it is written down.

    Where another filed it for him, it is him, and no telephone: that would be the other's.
    """
    person = session.get(Person, ticket.person_id) if ticket.person_id is not None else None
    bringer = None if ticket.helper_id is not None else ticket.contact_id
    contact = None if bringer is None else session.get(Contact, bringer)
    sealed = person.nik_sealed if person is not None else None
    return Named(
        person_id=person.id if person is not None else None,
        name=person.name if person is not None else "",
        nik=mask(session.vault.open(sealed, "nik")) if sealed else "",
        phone=contact.address if contact is not None and contact.address.startswith("+") else "",
    )


def draft_referral(
    session: Session,
    ticket: Ticket,
    *,
    agency: str,
    asked: str,
    names_reporter: bool,
    sent_by: str,
    now: datetime,
    expires_at: datetime,
) -> Referral:
    """Give a referral as it would be, without a link and not kept."""
    earlier = select(func.count()).where(Referral.ticket_id == ticket.id)
    return Referral(
        ticket_id=ticket.id,
        agency=agency,
        number=f"R-{ticket.number}-{(session.scalar(earlier) or 0) + 1}",
        asked_sealed=session.vault.seal(asked, PURPOSE),
        names_reporter=names_reporter and not hides_reporter(ticket),
        sent_by=sent_by,
        sent_at=now,
        expires_at=expires_at,
    )


def keep_referral(session: Session, draft: Referral) -> str:
    """Keep a referral of a ticket that is held, in place of earlier ones; gives its token."""
    drop_links(session, draft.ticket_id)
    session.add(draft)
    return renew_link(session, draft, draft.expires_at)


def renew_link(session: Session, referral: Referral, expires_at: datetime) -> str:
    """Give the page of a referral that is held another token; the one before ends."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    referral.token_index, referral.expires_at = _index(session, token), expires_at
    session.flush()
    return token


def drop_links(session: Session, ticket_id: int) -> None:
    """End the links of all referrals of a ticket."""
    session.execute(
        update(Referral).where(Referral.ticket_id == ticket_id).values(token_index=None)
    )


def is_token_of(session: Session, referral: Referral, token: str) -> bool:
    """Say whether a token opens the page of this referral."""
    return len(token) <= _LONGEST_TOKEN and referral.token_index == _index(session, token)


def find_by_token(session: Session, token: str, now: datetime) -> Referral | None:
    """Find the referral that a token opens: unanswered, in time, and still with that agency."""
    if len(token) > _LONGEST_TOKEN:
        return None
    return session.scalars(
        select(Referral)
        .join(Ticket, Ticket.id == Referral.ticket_id)
        .where(
            Referral.token_index == _index(session, token),
            Referral.answered_at.is_(None),
            Referral.expires_at > now,
            Ticket.state == State.REFERRED,
            Ticket.agency == Referral.agency,
        )
        .execution_options(populate_existing=True)
    ).one_or_none()


def referrals_of(session: Session, ticket_id: int) -> Sequence[Written]:
    """Give the referrals of a ticket, newest first."""
    query = select(Referral).where(Referral.ticket_id == ticket_id).order_by(Referral.id.desc())
    return [written(session, referral) for referral in session.scalars(query)]


def visible_referral(session: Session, sight: Sight, referral_id: int) -> Referral | None:
    """Give a referral whose ticket this officer may see."""
    return session.scalars(
        select(Referral)
        .join(Ticket, Ticket.id == Referral.ticket_id)
        .where(Referral.id == referral_id, sight.holds())
    ).one_or_none()


def written(session: Session, referral: Referral) -> Written:
    """Open what was written in a referral."""
    asked, answer, name = (
        session.vault.open(sealed, PURPOSE) if sealed else ""
        for sealed in (
            referral.asked_sealed, referral.answer_sealed, referral.answered_name_sealed,
        )
    )  # fmt: skip
    return Written(referral, asked, answer, name)


def _index(session: Session, token: str) -> bytes:
    return session.vault.index(token, _TOKEN_PURPOSE)
