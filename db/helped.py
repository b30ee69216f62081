"""Citizens without a telephone, for whom a companion files: with their consent, which is kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.base import Base
from db.own_tickets import follower_chat, follower_of
from db.session import Session
from db.staff import Staff
from db.tickets import Ticket

WAYS = ("spoken", "signed", "thumb")  # how somebody agreed, before the companion's eyes


class HelpedConsent(Base):
    """That a citizen agreed to what a companion filed in his name: how, and when."""

    __tablename__ = "helped_consents"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), index=True)
    how: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Helped:
    """Who filed a ticket for somebody, with what consent, and who follows it today."""

    by: str
    how: str | None  # None where no consent was asked: what was found at a visit
    at: datetime
    follower: str | None
    has_chat: bool


def helped_of(session: Session, ticket: Ticket, now: datetime) -> Helped | None:
    """Give what the desk is to know of a ticket that was filed for somebody; None for any other."""
    if ticket.helper_id is None:
        return None
    consent = session.get(HelpedConsent, ticket.id)
    follower = follower_of(session, ticket, now)
    return Helped(
        by=session.get_one(Staff, ticket.helper_id).name,
        how=None if consent is None else consent.how,
        at=ticket.created_at if consent is None else consent.at,
        follower=None if follower is None else follower.name,
        has_chat=follower_chat(session, ticket, now) is not None,
    )


def note_help(
    session: Session,
    ticket: Ticket,
    staff_id: int,
    household_id: int | None,
    how: str,
    now: datetime,
) -> None:
    """Keep who filed a ticket for whom, and how that one agreed; raises ValueError for no way."""
    if how not in WAYS:
        raise ValueError(f"{how} is no consent")
    ticket.helper_id = staff_id
    session.add(
        HelpedConsent(
            ticket_id=ticket.id, staff_id=staff_id, household_id=household_id, how=how, at=now
        )
    )
    audit.record(session, now, f"staff:{staff_id}", "help citizen", f"ticket:{ticket.id}")
