"""One-time links to one's own data: only the index of what stands in the address is kept."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.contacts import CONSENT_GIVEN, Contact
from db.session import Session

LIFETIME = timedelta(hours=24)
_PURPOSE = "export link"
_BYTES = 24


class ExportLink(Base):
    """A link that gives one contact's data once."""

    __tablename__ = "export_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_index: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(BigId)  # whom the contact was known as
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def make_link(session: Session, contact_id: int, person_id: int | None, now: datetime) -> str:
    """Make a link for a contact in place of an older one; gives the secret of its address."""
    drop_links(session, contact_id)
    token = secrets.token_urlsafe(_BYTES)
    session.add(
        ExportLink(
            token_index=session.vault.index(token, _PURPOSE),
            contact_id=contact_id,
            person_id=person_id,
            expires_at=now + LIFETIME,
        )
    )
    return token


def find_link(session: Session, token: str, now: datetime) -> ExportLink | None:
    """Find a link that may still be used: not if the contact is another person's by now."""
    return session.scalars(
        select(ExportLink)
        .join(Contact, Contact.id == ExportLink.contact_id)
        .where(
            ExportLink.token_index == session.vault.index(token, _PURPOSE),
            ExportLink.used_at.is_(None),
            ExportLink.expires_at > now,
            Contact.consent == CONSENT_GIVEN,
            Contact.person_id.is_not_distinct_from(ExportLink.person_id),
        )
    ).one_or_none()


def use_link(session: Session, token: str, now: datetime) -> ExportLink | None:
    """Use a link up; None if it may not be used, or somebody else was faster."""
    link = find_link(session, token, now)
    if link is None:
        return None
    unused = update(ExportLink).where(ExportLink.id == link.id, ExportLink.used_at.is_(None))
    won = session.scalar(unused.values(used_at=now).returning(ExportLink.id))
    return link if won is not None else None


def drop_links(session: Session, contact_id: int) -> None:
    """Take away all links of a contact."""
    session.execute(delete(ExportLink).where(ExportLink.contact_id == contact_id))
